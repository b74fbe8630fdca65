/** Fuzzes the targets in turns: `npm run fuzz -- [--seconds N] [--target T] [--seed S] [--slice N] [--replay FILE]`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Finding } from './slice.ts';
import { add, type Line, newLine, table } from './summary.ts';
import { Supervisor } from './supervisor.ts';
import { TARGETS, targetNamed } from './targets/index.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    slice: { type: 'string', default: '20' },
    target: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    out: { type: 'string', default: 'fuzz-findings' },
    replay: { type: 'string' },
  },
});
const chosen = values.target.length === 0 ? TARGETS : values.target.map(targetNamed);

if (values.replay === undefined) await fuzz();
else await replay(values.replay);

/** Takes turns, a slice each, until every target had its seconds: what is ended early has run them all alike. */
async function fuzz(): Promise<void> {
  const seconds = Number(values.seconds);
  const slice = Math.min(Number(values.slice), seconds);
  const supervisor = new Supervisor();
  const lines = new Map<string, Line>(chosen.map(({ name }) => [name, newLine(name)]));
  let stopped = false;
  process.once('SIGINT', () => {
    stopped = true;
  });
  process.stdout.write(`seed ${values.seed}, ${seconds} s for each of ${chosen.length} targets\n`);
  for (let done = 0; done < seconds && !stopped; done += slice) {
    for (const [at, { name }] of chosen.entries()) {
      if (stopped) break;
      const seed = Number(values.seed) + done * chosen.length + at;
      const started = performance.now();
      const result = await supervisor.run({ target: name, seed, seconds: Math.min(slice, seconds - done) });
      const line = lines.get(name) ?? newLine(name);
      lines.set(name, add(line, result, (performance.now() - started) / 1000));
      for (const finding of result.findings) await save(name, finding);
    }
  }
  await supervisor.stop();
  process.stdout.write(`${table([...lines.values()])}\n`);
  if ([...lines.values()].some(({ findings }) => findings > 0)) process.exitCode = 1;
}

async function save(target: string, { kind, reason, octets, shown, seed }: Finding): Promise<void> {
  const folder = resolve(values.out);
  await mkdir(folder, { recursive: true });
  const name = join(folder, `${target}-${kind}-${seed}-${hash(reason)}`);
  const said = `${target}: ${kind}: ${reason}`;
  process.stdout.write(`FOUND ${said.slice(0, 600)}\n      ${name}\n`);
  if (octets !== undefined) await writeFile(`${name}.bin`, octets);
  await writeFile(`${name}.txt`, `${said}\nseed ${seed}\n${shown ?? ''}\n`);
}

/** One saved input, with what it comes to. */
async function replay(file: string): Promise<void> {
  const octets = new Uint8Array(await readFile(file));
  const { judge } = await import('./measure.ts');
  for (const target of chosen) {
    const { kind, reason = '', milliseconds } = await judge(target, octets);
    process.stdout.write(`${target.name}: ${kind} ${reason} (${milliseconds.toFixed(1)} ms per 64 kB)\n`);
    if (kind !== 'ok') process.exitCode = 1;
  }
}

function hash(text: string): string {
  let value = 0;
  for (const character of text) value = (Math.imul(value, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return value.toString(16);
}
