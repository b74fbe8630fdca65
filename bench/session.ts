/**
 * Whole update sessions: each device is discovered (DevDetail, FUMO root), gets its package as a large object (flow A1,
 * device-initiated), executes it, and proves it in a second session; the server ends with `confirmed`. All messages are
 * authenticated (auth-MAC both ways), durable and traced. `node --conditions=@fumarole/source bench/session.ts [--short]`
 *
 * Method: 32 devices go through their messages in lock step on a connection each; the very same requests are then replayed in
 * the same bursts to a bare handler that stores equal octets in SQLite with group commit (synchronous=FULL), and to a
 * bare echo with answers of equal length. CPU is user and system time of the server's whole process, medians of
 * interleaved rounds. Large-object throughput: the same with a package of 512 kB in messages of 16 kB.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Encoding } from '@fumarole/syncml';
import { admit, callApi } from '../packages/server/src/testing/endpoint-world.ts';
import { newTestPublisher } from '../packages/testkit/src/index.ts';
import { median } from './load/interleave.ts';
import { publish } from './load/publish.ts';
import { type Measured, spawnMeasured } from './load/servers.ts';
import { storedSince, writtenSoFar } from './load/stored-bytes.ts';
import { isShort, machine, printTable } from './load/table.ts';
import { burst } from './load/talker.ts';
import { Replayer, UpdateDevice } from './load/update-device.ts';

const DEVICES = 32;
const ROUNDS = isShort() ? 3 : 7;
const WARM_UP_ROUNDS = isShort() ? 2 : 6;
const MAX_MESSAGES = 400;
const SETTLE_MS = 250;

interface Run {
  readonly micros: number;
  readonly messages: number;
}

interface Size {
  readonly name: string;
  readonly bytes: number;
}

const folder = mkdtempSync(join(tmpdir(), 'fumarole-bench-'));
const servers = new Set<Measured>();
try {
  for (const size of [
    { name: '48 kB', bytes: 48 * 1024 },
    { name: '512 kB', bytes: 512 * 1024 },
  ]) {
    for (const encoding of ['wbxml', 'xml'] as const) await measure(encoding, size);
  }
} finally {
  for (const server of servers) server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(encoding: Encoding, size: Size): Promise<void> {
  const dataDir = join(folder, `${encoding}-${size.bytes}`);
  const ours = await start({ kind: 'fumarole', dataDir, options: { offer: 'automatic' } });
  await publish(ours, newTestPublisher(), ['B1'], size.bytes);
  const before = writtenSoFar(dataDir);
  const warmed = await updateAll(ours, encoding, -1);
  for (let i = 1; i < WARM_UP_ROUNDS; i += 1) await updateAll(ours, encoding, -1 - i);
  const sizes = storedSince(dataDir, before);
  const store = await start({ kind: 'store', dataDir, ...sizes });
  const echo = await start({ kind: 'echo', dataDir, ...sizes });
  for (const bare of [store, echo]) await replayAll(bare, warmed.devices);
  const runs = { ours: [] as Run[], store: [] as Run[], echo: [] as Run[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { run, devices } = await updateAll(ours, encoding, round);
    runs.ours.push(run);
    runs.store.push(await replayAll(store, devices));
    runs.echo.push(await replayAll(echo, devices));
  }
  const { items } = await callApi<{ items: readonly { state: string }[] }>(
    ours,
    'GET',
    '/updates?state=confirmed&limit=500',
  );
  report(encoding, size, runs, items.length, sizes.answerBytes);
  for (const server of [ours, store, echo]) {
    server.stop();
    servers.delete(server);
  }
}

async function start(task: Parameters<typeof spawnMeasured>[0]): Promise<Measured> {
  const server = await spawnMeasured(task);
  servers.add(server);
  return server;
}

/** A set of new devices, each from its first contact to its confirmed update. */
async function updateAll(
  server: Measured,
  encoding: Encoding,
  round: number,
): Promise<{ readonly run: Run; readonly devices: readonly UpdateDevice[] }> {
  const devices: UpdateDevice[] = [];
  for (let i = 0; i < DEVICES; i += 1) {
    const id = `urn:bench:${round}:${i}`;
    const device = await admit(server, id, { scheme: 'mac', encoding });
    devices.push(new UpdateDevice(id, device, encoding, server.url, ['1.0', '2.0']));
  }
  const run = await cost(server, () => inBursts(devices));
  for (const device of devices) device.close();
  return { run, devices };
}

async function replayAll(server: Measured, devices: readonly UpdateDevice[]): Promise<Run> {
  const replayers = devices.map(({ sent }, i) => new Replayer(server.url, `/${i}`, sent));
  const run = await cost(server, () => inBursts(replayers));
  for (const replayer of replayers) replayer.close();
  return run;
}

async function cost(server: Measured, work: () => Promise<number>): Promise<Run> {
  await delay(SETTLE_MS);
  const before = await server.report();
  const messages = await work();
  await delay(SETTLE_MS);
  const after = await server.report();
  return { messages, micros: after.cpuMicros - before.cpuMicros };
}

async function inBursts(
  all: readonly { readonly done: boolean; prepare(): void; send(): Promise<void> }[],
): Promise<number> {
  let messages = 0;
  for (let turn = 0; turn < MAX_MESSAGES; turn += 1) {
    const going = all.filter(({ done }) => !done);
    if (going.length === 0) return messages;
    await burst(going);
    messages += going.length;
  }
  throw new Error('a device never came to its end');
}

function report(
  encoding: Encoding,
  { name, bytes }: Size,
  runs: Readonly<Record<'ours' | 'store' | 'echo', readonly Run[]>>,
  confirmed: number,
  answerBytes: number,
): void {
  const each = (of: readonly Run[]): number => median(of.map(({ micros }) => micros / DEVICES));
  const own = each(runs.ours);
  const messages = (runs.ours[0]?.messages ?? 0) / DEVICES;
  if (confirmed === 0) throw new Error('no update was confirmed');
  const names = { ours: 'fumarole', store: 'storing', echo: 'echo' } as const;
  const rows = (['ours', 'store', 'echo'] as const).map((key) => {
    const micros = each(runs[key]);
    return [
      names[key],
      (micros / 1000).toFixed(2),
      (micros / messages).toFixed(0),
      (1e6 / micros).toFixed(0),
      (bytes / micros).toFixed(1),
      (own / micros).toFixed(2),
    ];
  });
  printTable(
    `Whole update of ${name}, ${encoding}, ${messages.toFixed(1)} messages each, answers of ${answerBytes} octets (${machine()})`,
    ['server', 'CPU ms/update', 'µs/message', 'updates a core/s', 'MB/s a core', 'ours ÷'],
    rows,
  );
}
