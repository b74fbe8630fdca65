/** F-056…F-058: a device process that is killed with SIGKILL goes on when it is started again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench, NEW_IMAGE, ROOT, sha256Of } from '../test/bench.ts';
import { DmServer, inTurn } from '../test/dm-server.ts';
import { file, WebServer } from '../test/web-server.ts';
import { DeviceHost } from './host.ts';
import type { CutPhase } from './simulate.ts';

const PROGRAM = join(import.meta.dirname, '..', 'test', 'run-device.ts');

let bench: Bench;
let dm: DmServer;
let web: WebServer;
beforeEach(async () => {
  bench = await Bench.open();
  dm = await DmServer.open();
  web = await WebServer.open();
});
afterEach(async () => {
  await bench.close();
  await dm.close();
  await web.close();
});

/** How the process ended, and the last events it told. */
async function run(
  ...args: readonly string[]
): Promise<{ readonly signal: string | null; readonly code: number | null }> {
  const child = spawn(process.execPath, ['--conditions=@fumarole/source', PROGRAM, bench.dir, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = await once(child, 'exit');
  return { code, signal };
}

async function expectUpdated(requests: number): Promise<void> {
  const host = new DeviceHost();
  const device = await host.start(bench.dir);
  expect(device.status()).toMatchObject({
    fwV: '2.0',
    imageSha256: sha256Of(NEW_IMAGE),
    alertsOwed: 0,
    roots: [{ state: 100, lastResult: 200 }],
  });
  await host.stop();
  expect(sha256Of(await readFile(join(bench.dir, 'slots', 'b.img')))).toBe(sha256Of(NEW_IMAGE));
  expect(dm.alerts()).toMatchObject([{ data: '200', correlator: 'once' }]);
  expect(web.requests.length).toBe(requests);
}

describe('killed while it downloads and updates', () => {
  it.each<[CutPhase, number]>([
    ['accepted', 1],
    ['downloading', 2],
    ['verifying', 1],
    ['downloaded', 1],
    ['writing', 1],
    ['switched', 1],
    ['booted', 1],
    ['before-report', 1],
  ])('F-056 F-057 F-058 F-084: at %s: updated after the restart, reported once', async (phase, requests) => {
    await bench.create({
      accounts: [dm.account],
      timing: { sessionRetryMs: 20 },
      simulate: { powerCutAt: phase, powerCutBy: 'kill' },
    });
    const url = web.on('/p', file(await bench.publisher.make()));
    dm.script = inTurn(
      [{ kind: 'replace', key: 'url', uri: `${ROOT}/DownloadAndUpdate/PkgURL`, format: 'chr', data: url }],
      [{ kind: 'exec', key: 'exec', uri: `${ROOT}/DownloadAndUpdate`, correlator: 'once' }],
    );
    expect(await run('poke')).toMatchObject({ signal: 'SIGKILL' });
    expect(dm.alerts()).toEqual([]);
    expect(await run()).toMatchObject({ code: 0 });
    await expectUpdated(requests);
    if (phase === 'downloading') expect(web.requests[1]?.range).toMatch(/^bytes=[1-9]\d+-$/);
  });

  it('F-127: at a chunk of PkgData: State and slots as before, a new transfer works', async () => {
    await bench.create({
      accounts: [dm.account],
      simulate: { powerCutAt: 'receiving', powerCutBy: 'kill' },
      timing: { sessionRetryMs: 20 },
    });
    const data = dm.blob(await bench.publisher.make());
    const again = () =>
      inTurn(
        [{ kind: 'replace', key: 'pkg', uri: `${ROOT}/Update/PkgData`, format: 'bin', data }],
        [{ kind: 'get', key: 'state', uri: `${ROOT}/State` }],
        [{ kind: 'exec', key: 'exec', uri: `${ROOT}/Update`, correlator: 'once' }],
      );
    dm.script = again();
    expect(await run('poke')).toMatchObject({ signal: 'SIGKILL' });
    dm.script = again();
    expect(await run('poke')).toMatchObject({ code: 0 });
    expect(dm.valueOf(`${ROOT}/State`)).toBe('50');
    await expectUpdated(0);
  });
});
