/**
 * CPU of one durable, authenticated (auth-MAC), traced DM message as a ratio to a bare node:http handler that stores
 * equal octets, and to a bare echo. `node --conditions=@fumarole/source bench/message.ts [--short]`
 *
 * Method
 * - The message is a check-in, the most frequent and the dearest kind: package 1 with DevInfo opens a session of its
 *   own each time, proves itself by HMAC, is planned for, and is answered with a new nonce.
 * - Three servers in three processes, the clients in a fourth. Each gets the same: 64 keep-alive connections, bursts of
 *   one message on each, the next burst when all are answered. The clients make the messages of a burst before they
 *   send it and do the same work for all three, so that group commits of both storing servers gather equal batches
 *   (printed).
 * - The bare handler reads a row, writes it anew and adds a row, in one transaction with all others of the turn of its
 *   event loop, synchronous=FULL, answered after COMMIT. Its row has as many octets as ours writes for a message (session and
 *   response, credentials, device record as often as we write it), the row it adds as many as events and both
 *   traced messages; its answer is as long as ours.
 * - Counted is user and system time of the server's whole process, checkpoints, trace batches and idle timers
 *   included, over whole rounds; the figure is the median of interleaved rounds, their order rotating. The warm-up is
 *   long, because it is what a message costs that is asked, not the compiling of code that has just begun to run.
 * - Batches are read from /metrics before and after all rounds: asked in between they would be counted as messages' CPU.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Encoding } from '@fumarole/syncml';
import { admit } from '../packages/server/src/testing/endpoint-world.ts';
import { type Contestant, type Cost, interleave } from './load/interleave.ts';
import { type Measured, spawnMeasured } from './load/servers.ts';
import { type StoredSizes, storedSince, writtenSoFar } from './load/stored-bytes.ts';
import { isShort, machine, printTable } from './load/table.ts';
import { burst, Poster, Talker } from './load/talker.ts';

const DEVICES = 64;
const BURSTS = 20;
const ROUNDS = isShort() ? 7 : 21;
const WARM_UP_MS = isShort() ? 8_000 : 24_000;
const only = process.argv.find((arg) => arg === 'wbxml' || arg === 'xml');

const folder = mkdtempSync(join(tmpdir(), 'fumarole-bench-'));
const servers: Measured[] = [];
try {
  for (const encoding of ['wbxml', 'xml'] as const) {
    if (only === undefined || only === encoding) await measure(encoding);
  }
} finally {
  for (const server of servers) server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(encoding: Encoding): Promise<void> {
  const dataDir = join(folder, encoding);
  const ours = await start({ kind: 'fumarole', dataDir });
  const talkers: Talker[] = [];
  for (let i = 0; i < DEVICES; i += 1) {
    const device = await admit(ours, `urn:bench:${encoding}:${i}`, { scheme: 'mac', encoding });
    talkers.push(new Talker(device, encoding, ours.url));
  }
  await warm(talkers, WARM_UP_MS / 2);
  const before = writtenSoFar(dataDir);
  await warm(talkers, WARM_UP_MS / 2);
  const sizes = storedSince(dataDir, before);
  const store = await start({ kind: 'store', dataDir, ...sizes });
  const echo = await start({ kind: 'echo', dataDir, ...sizes });
  const posters = (server: Measured): readonly Poster[] =>
    talkers.map((talker, i) => new Poster(server.url, `/${i}`, talker));
  const [storePosters, echoPosters] = [posters(store), posters(echo)];
  await warm(storePosters, WARM_UP_MS / 4);
  await warm(echoPosters, WARM_UP_MS / 4);
  const costs = await interleave(
    [
      contestant('fumarole', ours, talkers),
      contestant('storing', store, storePosters),
      contestant('echo', echo, echoPosters),
    ],
    ROUNDS,
  );
  report(encoding, costs, sizes);
  for (const one of [...talkers, ...storePosters, ...echoPosters]) one.close();
  for (const server of [ours, store, echo]) server.stop();
}

async function start(task: Parameters<typeof spawnMeasured>[0]): Promise<Measured> {
  const server = await spawnMeasured(task);
  servers.push(server);
  return server;
}

function contestant(name: string, server: Measured, all: readonly (Talker | Poster)[]): Contestant {
  const run = async (): Promise<number> => {
    for (let i = 0; i < BURSTS; i += 1) await burst(all);
    return BURSTS * all.length;
  };
  return { name, server, run };
}

async function warm(all: readonly (Talker | Poster)[], ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end) await burst(all);
  await delay(300);
}

function report(encoding: Encoding, costs: ReadonlyMap<string, Cost>, sizes: StoredSizes): void {
  const own = costs.get('fumarole')?.micros ?? 0;
  const rows = [...costs].map(([name, { micros, batch, messages, rounds }]) => [
    name,
    micros.toFixed(0),
    `${Math.min(...rounds).toFixed(0)}–${Math.max(...rounds).toFixed(0)}`,
    Math.round(1e6 / micros),
    batch.toFixed(1),
    messages,
    (own / micros).toFixed(2),
  ]);
  printTable(
    `One ${encoding} check-in (${machine()}); stored: ${sizes.updateBytes} octets anew, ${sizes.insertBytes} added, ${sizes.recordWrites} device records; answer ${sizes.answerBytes} octets`,
    ['server', 'CPU µs', 'rounds', 'a core/s', 'batch', 'messages', 'ours ÷'],
    rows,
  );
}
