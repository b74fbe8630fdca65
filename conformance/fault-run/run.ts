/**
 * Does the suite see what is wrong? Every fault of `conformance/faults/` is seeded into the sources as they are loaded,
 * the test files that it names run, and for every id that it breaks a test that claims the id must go red.
 *
 * npm run faults [-- --only ID]… [-- --json FILE]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FAULTS } from '../faults/all-faults.ts';
import type { Fault } from '../faults/fault.ts';
import { carryOutAll } from './crew.ts';
import { type FaultVerdict, judge, type RunReport } from './verdict.ts';
import type { Order } from './worker.ts';

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, json: { type: 'string' } },
});
const faults = chosen(values.only);
const started = Date.now();
const green = await runWithout(faults);
const verdicts = await runWith(faults, green);
const failed = verdicts.filter(({ found }) => !found).length;
console.log(
  `\n${verdicts.length - failed} passed, ${failed} failed (${Math.round((Date.now() - started) / 1000)} s)`,
);
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify(verdicts, null, 2)}\n`);
}
process.exitCode = failed === 0 && verdicts.length > 0 ? 0 : 1;

function chosen(only: readonly string[] | undefined): readonly Fault[] {
  const unknown = (only ?? []).filter((id) => FAULTS.every((fault) => fault.id !== id));
  if (unknown.length > 0) throw new Error(`no such fault: ${unknown.join(', ')}`);
  return only === undefined ? FAULTS : FAULTS.filter(({ id }) => only.includes(id));
}

/** Each test file once as it is: only what is green now can turn red. */
async function runWithout(faults: readonly Fault[]): Promise<ReadonlyMap<string, RunReport>> {
  const idsOf = new Map<string, Set<string>>();
  for (const { tests, breaks } of faults) {
    for (const file of tests) idsOf.set(file, new Set([...(idsOf.get(file) ?? []), ...breaks]));
  }
  const orders = [...idsOf].map(([file, ids]) => ({ files: [file], ids: [...ids], file }));
  const reports = new Map<string, RunReport>();
  await carryOutAll(orders, ({ file }, report) => reports.set(file, report));
  return reports;
}

async function runWith(
  faults: readonly Fault[],
  without: ReadonlyMap<string, RunReport>,
): Promise<readonly (FaultVerdict & { readonly id: string; readonly breaks: readonly string[] })[]> {
  const verdicts: (FaultVerdict & { readonly id: string; readonly breaks: readonly string[] })[] = [];
  const orders = faults.map((seeded): Order & { readonly seeded: Fault } => ({
    fault: seeded.id,
    files: seeded.tests,
    ids: seeded.breaks,
    seeded,
  }));
  await carryOutAll(orders, ({ seeded }, report) => {
    const verdict = judge(seeded, merged(seeded.tests, without), report);
    const { id, breaks } = seeded;
    verdicts.push({ id, breaks, ...verdict });
    console.log(`${verdict.found ? 'found ' : 'MISSED'}  ${id.padEnd(36)} ${breaks.join(' ')}`);
    for (const reason of verdict.reasons) console.log(`        ${reason}`);
  });
  return verdicts;
}

function merged(files: readonly string[], reports: ReadonlyMap<string, RunReport>): RunReport {
  const own = files.flatMap((file) => reports.get(file) ?? []);
  return { tests: own.flatMap(({ tests }) => tests), broken: own.flatMap(({ broken }) => broken) };
}
