/**
 * Memory of the server with 10,000 open sessions: devices that have proved themselves and whose answers to the server's
 * questions are awaited. `node --conditions=@fumarole/source bench/memory.ts [--short]`
 *
 * Method: the server runs in a process of its own; heap is what is left after a collection, RSS what the system says
 * then. A session is a row of the store, not memory; what grows are the bounded caches (limits.ts). The sessions are
 * opened over 64 connections, so connections (about 13 kB each in Node) are not in the figure.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admit, callApi } from '../packages/server/src/testing/endpoint-world.ts';
import type { ChildReport } from './load/child.ts';
import { type Measured, spawnMeasured } from './load/servers.ts';
import { isShort, machine, printTable } from './load/table.ts';
import { burst, Talker } from './load/talker.ts';

const SESSIONS = isShort() ? 2_000 : 10_000;
const AT_ONCE = 64;

const folder = mkdtempSync(join(tmpdir(), 'fumarole-bench-'));
let server: Measured | undefined;
try {
  server = await spawnMeasured({ kind: 'fumarole', dataDir: folder, options: { offer: 'automatic' } }, [
    '--expose-gc',
  ]);
  const rows = [row('started', 0, await server.report())];
  // The first few load code and warm caches of a fixed size; they are not what grows.
  await openSessions(server, 0, AT_ONCE * 4);
  rows.push(row('warmed up', AT_ONCE * 4, await server.report()));
  const steps = 4;
  let opened = AT_ONCE * 4;
  for (let step = 1; step <= steps; step += 1) {
    const upTo = Math.floor((SESSIONS * step) / steps);
    await openSessions(server, opened, upTo);
    opened = upTo;
    rows.push(row('open', upTo, await server.report()));
  }
  const open = await openCount(server);
  printTable(
    `Memory with open sessions (${machine()}); /metrics counts ${open} open`,
    ['state', 'sessions', 'RSS MB', 'heap MB', 'external MB'],
    rows,
  );
} finally {
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Sessions `from` to `to`, each left open after its first message. */
async function openSessions(api: Measured, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += AT_ONCE) {
    const ids = Array.from({ length: Math.min(AT_ONCE, to - at) }, (_, i) => `urn:bench:m:${at + i}`);
    const devices = await Promise.all(ids.map((id) => admit(api, id, { scheme: 'mac', encoding: 'wbxml' })));
    const talkers = devices.map((device) => new Talker(device, 'wbxml', api.url));
    // The first is challenged, the second proves the device and is asked for what it is.
    await burst(talkers);
    await burst(talkers);
    for (const talker of talkers) talker.close();
  }
}

function row(state: string, sessions: number, { rss, heapUsed, external }: ChildReport): readonly unknown[] {
  const megabytes = (octets: number): string => (octets / 1_048_576).toFixed(0);
  return [state, sessions, megabytes(rss), megabytes(heapUsed), megabytes(external)];
}

async function openCount(api: Measured): Promise<number> {
  await callApi(api, 'GET', '/devices?limit=1');
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  return Number(/^fumarole_dm_sessions_open (\d+)/m.exec(metrics)?.[1] ?? 0);
}
