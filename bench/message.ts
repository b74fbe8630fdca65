/**
 * CPU of one durable, authenticated (MAC), traced DM message as a ratio to (a) a bare node:http handler that stores
 * equal bytes in SQLite with group commit and (b) a bare echo; the three run interleaved, each in its own process.
 * `node --conditions=@fumarole/source bench/message.ts [seconds]`
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Encoding } from '@fumarole/syncml';
import { admit } from '../packages/server/src/testing/endpoint-world.ts';
import type { ChildTask } from './message/child.ts';
import { Poster, Talker } from './message/talker.ts';

const DEVICES = 24;
const ROUNDS = 4;
const seconds = Number(process.argv[2] ?? 12);

interface Child {
  readonly url: string;
  readonly token?: string;
  readonly process: ChildProcess;
}

interface Sample {
  readonly messages: number;
  readonly cpuMicros: number;
  readonly wallMs: number;
}

const folder = mkdtempSync(join(tmpdir(), 'fumarole-bench-'));
const open: Child[] = [];
try {
  for (const encoding of ['wbxml', 'xml'] as const) await measure(encoding);
} finally {
  for (const child of open) child.process.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function measure(encoding: Encoding): Promise<void> {
  const dataDir = join(folder, encoding);
  const ours = await spawn({ kind: 'fumarole', dataDir, updateBytes: 0, insertBytes: 0, answerBytes: 0 });
  const api = { url: ours.url, token: ours.token ?? '' };
  const talkers: Talker[] = [];
  for (let i = 0; i < DEVICES; i += 1) {
    const device = await admit(api, `urn:bench:${encoding}:${i}`, { scheme: 'mac', encoding });
    talkers.push(new Talker(device, encoding));
  }
  await drive(talkers, 4_000);
  const sizes = storedBytes(dataDir, talkers);
  const store = await spawn({ kind: 'store', dataDir, ...sizes });
  const echo = await spawn({ kind: 'echo', dataDir, ...sizes });
  const posters = (child: Child) => talkers.map((talker, i) => new Poster(`${child.url}/${i}`, talker));
  const [storePosters, echoPosters] = [posters(store), posters(echo)];
  await drive(storePosters, 500);
  await drive(echoPosters, 500);
  const totals = { ours: zero(), store: zero(), echo: zero() };
  const slice = (seconds * 1000) / ROUNDS / 3;
  for (let round = 0; round < ROUNDS; round += 1) {
    totals.ours = sum(totals.ours, await sample(ours, talkers, slice));
    totals.store = sum(totals.store, await sample(store, storePosters, slice));
    totals.echo = sum(totals.echo, await sample(echo, echoPosters, slice));
  }
  report(encoding, totals, sizes);
}

/** All of them at once, each as fast as it is answered; the number of turns. */
async function drive(all: readonly { turn(): Promise<void> }[], ms: number): Promise<number> {
  const end = performance.now() + ms;
  let turns = 0;
  await Promise.all(
    all.map(async (one) => {
      while (performance.now() < end) {
        await one.turn();
        turns += 1;
      }
    }),
  );
  return turns;
}

async function sample(child: Child, all: readonly { turn(): Promise<void> }[], ms: number): Promise<Sample> {
  const before = await cpuOf(child);
  const start = performance.now();
  const messages = await drive(all, ms);
  const wallMs = performance.now() - start;
  return { messages, cpuMicros: (await cpuOf(child)) - before, wallMs };
}

async function cpuOf({ process: child }: Child): Promise<number> {
  child.send('cpu');
  const [{ cpu }] = await once(child, 'message');
  return cpu;
}

async function spawn(task: ChildTask): Promise<Child> {
  const child = fork(new URL('./message/child.ts', import.meta.url), [JSON.stringify(task)], {
    execArgv: ['--conditions=@fumarole/source', '--disable-warning=ExperimentalWarning'],
  });
  const [started] = await once(child, 'message');
  const made: Child = { ...started, process: child };
  open.push(made);
  return made;
}

/** What one exchange of ours leaves in the store, on average. */
function storedBytes(dataDir: string, talkers: readonly Talker[]): Omit<ChildTask, 'kind' | 'dataDir'> {
  const truth = new DatabaseSync(join(dataDir, 'truth.db'), { readOnly: true });
  const telemetry = new DatabaseSync(join(dataDir, 'telemetry.db'), { readOnly: true });
  const one = (db: DatabaseSync, sql: string): number =>
    Number(Object.values(db.prepare(sql).get() ?? {})[0] ?? 0);
  const session = one(truth, 'SELECT avg(length(value) + length(response)) FROM sessions');
  const credentials = one(truth, 'SELECT avg(length(sealed)) FROM credentials');
  const record = one(truth, 'SELECT avg(length(record)) FROM devices');
  const messages = one(telemetry, "SELECT count(*) FROM trace_messages WHERE sender = 'device'");
  const events =
    one(truth, 'SELECT sum(length(coalesce(text, data)) + 60) FROM events') / Math.max(messages, 1);
  const traced =
    one(telemetry, 'SELECT sum(length(coalesce(message, 0))) FROM trace_messages') / Math.max(messages, 1);
  const answerBytes = one(telemetry, "SELECT avg(bytes) FROM trace_messages WHERE sender = 'server'");
  truth.close();
  telemetry.close();
  if (talkers.length === 0) throw new Error('nobody talked');
  return {
    updateBytes: Math.round(session + credentials + record),
    insertBytes: Math.round(traced + events),
    answerBytes: Math.round(answerBytes),
  };
}

function zero(): Sample {
  return { messages: 0, cpuMicros: 0, wallMs: 0 };
}

function sum(a: Sample, b: Sample): Sample {
  return {
    messages: a.messages + b.messages,
    cpuMicros: a.cpuMicros + b.cpuMicros,
    wallMs: a.wallMs + b.wallMs,
  };
}

function report(
  encoding: Encoding,
  totals: Readonly<Record<'ours' | 'store' | 'echo', Sample>>,
  sizes: Omit<ChildTask, 'kind' | 'dataDir'>,
): void {
  const each = ({ cpuMicros, messages }: Sample): number => cpuMicros / Math.max(messages, 1);
  const rate = ({ messages, wallMs }: Sample): number => Math.round((messages / wallMs) * 1000);
  const row = {
    encoding,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'cpu'}, Node ${process.version}`,
    stored: sizes,
    cpuMicros: {
      ours: Math.round(each(totals.ours)),
      store: Math.round(each(totals.store)),
      echo: Math.round(each(totals.echo)),
    },
    perSecond: { ours: rate(totals.ours), store: rate(totals.store), echo: rate(totals.echo) },
    ratioToStore: Number((each(totals.ours) / each(totals.store)).toFixed(2)),
    ratioToEcho: Number((each(totals.ours) / each(totals.echo)).toFixed(2)),
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
