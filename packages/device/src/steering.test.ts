import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Bench } from '../test/bench.ts';
import { DmServer } from '../test/dm-server.ts';
import { askDevice, isRunning } from './control/control-client.ts';
import { DeviceHost } from './host.ts';

let bench: Bench;
let dm: DmServer;
beforeEach(async () => {
  bench = await Bench.open();
  dm = await DmServer.open();
});
afterEach(async () => {
  await bench.close();
  await dm.close();
});

it('a running device answers on its control socket', async () => {
  await bench.create({ accounts: [dm.account] });
  await expect(askDevice(bench.dir, { command: 'status' })).rejects.toMatchObject({ code: 'not-running' });
  await bench.start();
  expect(await isRunning(bench.dir)).toBe(true);
  expect(await askDevice(bench.dir, { command: 'status' })).toMatchObject({
    fwV: '1.0',
    roots: [{ state: 10 }],
  });
  expect(await askDevice(bench.dir, { command: 'poke' })).toMatchObject({ outcome: 'ended' });
  expect(await askDevice(bench.dir, { command: 'request-update', by: 'user' })).toMatchObject({
    requestStatus: 200,
  });
  await expect(askDevice(bench.dir, { command: 'start-update' })).rejects.toMatchObject({ code: 'refused' });
  await expect(askDevice(bench.dir, { command: 'format-disk' })).rejects.toMatchObject({ code: 'refused' });
});

it('a directory has one runner at a time; a lock left by a killed process does not count', async () => {
  await bench.create();
  await writeFile(join(bench.dir, 'lock'), '1\n');
  const device = await bench.start();
  await expect(new DeviceHost().start(bench.dir)).rejects.toMatchObject({ code: 'locked' });
  await device.stop();
  await bench.start();
});

it('several devices run in one process, each by itself', async () => {
  await bench.create({ heldPackage: await bench.publisher.make() });
  const second = await Bench.open();
  await second.create();
  const [one, two] = await Promise.all([bench.host.start(bench.dir), bench.host.start(second.dir)]);
  await one.startHeldUpdate();
  expect(await bench.result()).toBe(200);
  expect([one.status().fwV, two.status().fwV]).toEqual(['2.0', '1.0']);
  await two.stop();
  await second.close();
});

it('says what is wrong with a directory or a configuration', async () => {
  const host = new DeviceHost();
  await expect(host.start(join(bench.dir, 'nowhere'))).rejects.toMatchObject({ code: 'no-device' });
  await mkdir(join(bench.dir, 'empty'));
  await expect(host.start(join(bench.dir, 'empty'))).rejects.toMatchObject({ code: 'no-device' });
  await expect(bench.create({ bootstrap: { pin: '' } })).rejects.toMatchObject({
    code: 'bad-config',
    message: expect.stringContaining('bootstrap.pin'),
  });
  await expect(
    bench.create({ fumo: [{ uri: './X', update: false, downloadAndUpdate: false }] }),
  ).rejects.toMatchObject({ code: 'bad-config' });
  await bench.create();
  await expect(bench.create()).rejects.toMatchObject({ code: 'exists' });
});
