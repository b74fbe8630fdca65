/**
 * `fumarole conform` against our own server and device: no alarm on the correct ones, and each seeded fault that shows
 * on the wire is found in the faulty ones.
 *
 * npm run conform [-- --only FAULT]… [-- --clean] [-- --faulty]
 */
import { parseArgs } from 'node:util';
import { type CheckResult, resultLine, totalLine } from '@fumarole/conform';
import { tryDevice } from './own-device.ts';
import { tryServer } from './own-server.ts';
import { VISIBLE_FAULTS, type VisibleFault } from './visible-faults.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    clean: { type: 'boolean' },
    faulty: { type: 'boolean' },
  },
});

/** A correct peer, and what of it cannot be found out. */
interface Trial {
  readonly name: string;
  readonly run: () => Promise<readonly CheckResult[]>;
  readonly inconclusive: readonly string[];
}

const BOTH = ['xml', 'wbxml'] as const;
const NO_MAC = [
  'mac-each',
  'mac-missing',
  'mac-altered',
  'mac-used-nonce',
  'mac-rfc2104',
  'mac-header-forms',
];
/** Nor is there an update for the device that the other checks play. */
const NO_UPDATE = ['update-by-url', 'update-by-data'];
/** Our device lets nobody add nodes. */
const NO_SCRATCH = ['node-life', 'atomic-rollback'];

const TRIALS: readonly Trial[] = [
  {
    name: 'server, md5, both encodings',
    run: () => tryServer({ scheme: 'md5', encodings: BOTH }),
    inconclusive: [...NO_MAC, ...NO_UPDATE],
  },
  ...NO_UPDATE.map((check) => ({
    name: `server with an update, ${check}`,
    run: () => tryServer({ scheme: 'md5', encodings: ['wbxml'], only: [check], update: true }),
    inconclusive: [],
  })),
  {
    name: 'device, md5, wbxml',
    run: () => tryDevice({ scheme: 'md5', encoding: 'wbxml' }),
    inconclusive: NO_SCRATCH,
  },
  {
    name: 'server, auth-MAC, both encodings',
    run: () => tryServer({ scheme: 'mac', encodings: BOTH }),
    inconclusive: ['auth-nonce-text', 'auth-bad-base64', 'auth-server', ...NO_UPDATE],
  },
  {
    name: 'device, auth-MAC, xml',
    run: () => tryDevice({ scheme: 'mac', encoding: 'xml' }),
    inconclusive: [...NO_SCRATCH, 'accepted-with-212'],
  },
];

let passed = 0;
let failed = 0;
const started = Date.now();
const faults = VISIBLE_FAULTS.filter(({ fault }) => values.only === undefined || values.only.includes(fault));
const jobs = [
  ...(values.faulty === true || values.only !== undefined
    ? []
    : TRIALS.map((trial) => () => tryClean(trial))),
  ...(values.clean === true ? [] : faults.map((visible) => () => tryFaulty(visible))),
];
await twoAtATime(jobs);
console.log(`\n${passed} passed, ${failed} failed (${Math.round((Date.now() - started) / 1000)} s)`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

async function tryClean({ name, run, inconclusive }: Trial): Promise<void> {
  const results = await run();
  const alarms = results.filter(({ verdict }) => verdict === 'failed');
  const silent = results.filter(
    ({ id, verdict }) => verdict === 'inconclusive' && !inconclusive.includes(id),
  );
  tell(alarms.length + silent.length === 0, `${name}: ${totalLine(results)}`);
  for (const result of [...alarms, ...silent]) console.log(resultLine(result));
  for (const { exchange } of alarms)
    for (const { from, line, text } of exchange) console.log(`${from}: ${line}\n${text}`);
}

async function tryFaulty({ fault, side, checks, update = false }: VisibleFault): Promise<void> {
  const trial = { scheme: 'md5', fault, only: checks } as const;
  const results = await (side === 'server'
    ? tryServer({ ...trial, encodings: ['wbxml'], update })
    : tryDevice({ ...trial, encoding: 'wbxml' }));
  const own = results.filter(({ id }) => checks.includes(id));
  const missed = own.filter(({ verdict }) => verdict !== 'failed');
  tell(own.length === checks.length && missed.length === 0, `${side} with ${fault}: ${checks.join(', ')}`);
  for (const result of missed) console.log(resultLine(result));
}

function tell(good: boolean, what: string): void {
  if (good) passed += 1;
  else failed += 1;
  console.log(`${good ? 'ok    ' : 'FAILED'}  ${what}`);
}

async function twoAtATime(queue: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...queue];
  const work = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await job();
  };
  await Promise.all([work(), work()]);
}
