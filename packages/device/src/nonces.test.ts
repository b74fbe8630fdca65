import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Bench } from '../test/bench.ts';
import { DmServer, inTurn } from '../test/dm-server.ts';
import { DeviceHost } from './host.ts';

let bench: Bench;
let dm: DmServer;
let copy: string;
beforeEach(async () => {
  bench = await Bench.open();
  dm = await DmServer.open();
  copy = await mkdtemp(join(tmpdir(), 'fumarole-copy-'));
});
afterEach(async () => {
  await bench.close();
  await dm.close();
  await rm(copy, { recursive: true });
});

const refusals = () => dm.events.filter(({ kind }) => kind === 'authentication-failed').length;

it('S-024: NextNonce is on the disk before the next message goes out; what was there before opens no session', async () => {
  await bench.create({ accounts: [dm.account] });
  const device = await bench.start();
  cpSync(bench.dir, join(copy, 'before'), { recursive: true, filter: isPlain });
  dm.script = inTurn([{ kind: 'get', key: 'k', uri: './DevDetail/FwV' }]);
  dm.intercept = () => {
    // the first message after the 212 is on its way: what a power cut now would leave
    const accepted = dm.events.some(({ kind }) => kind === 'authenticated');
    if (accepted) cpSync(bench.dir, join(copy, 'then'), { recursive: true, filter: isPlain });
    if (accepted) dm.intercept = () => false;
    return false;
  };
  expect(await device.poke()).toMatchObject({ outcome: 'ended' });
  await device.stop();
  const before = refusals();
  expect(await pokeCopy('then')).toBe('ended');
  expect(refusals()).toBe(before);
  expect(await pokeCopy('before')).toBe('ended');
  expect(refusals()).toBeGreaterThan(before);
});

async function pokeCopy(name: string): Promise<string> {
  const host = new DeviceHost();
  const device = await host.start(join(copy, name));
  const { outcome } = await device.poke();
  await host.stop();
  return outcome;
}

/** No lock and no socket of the process that runs. */
function isPlain(path: string): boolean {
  return !/lock|sock/.test(path.slice(path.lastIndexOf('/')));
}
