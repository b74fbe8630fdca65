/** The server loses a package, or a part of it, while devices wait for it. */
import { rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { World } from '@fumarole/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from './start-flow.ts';

const OLD = Buffer.alloc(50_000, 'old');
const NEW = Uint8Array.from({ length: 600_000 }, (_, at) => Math.imul(at, 2654435761) >>> 24);

let world: World;
beforeAll(async () => {
  world = await World.open({ proxied: true });
});
afterAll(() => world.close());

it.each([
  ['lost in the middle of a large object', 'middle', (path: string) => rmSync(path)],
  ['cut short in the middle of a large object', 'short', (path: string) => truncateSync(path, 300_000)],
  ['lost before its first octet', 'begin', (path: string) => rmSync(path)],
])('F-127: %s: the update fails with a reason, everything else of the device goes on', async (_, name, lose) => {
  const { id: sha256 } = await world.publish({ image: NEW, version: name, release: 2, models: [name] });
  const path = join(world.dir, 'server', 'artifacts', sha256.slice(0, 2), sha256);
  const device = await world.add({
    name,
    provision: { offer: 'automatic' },
    device: {
      firmware: { image: OLD, version: '1', release: 1 },
      fumo: [{ uri: ROOT, download: false, update: true, pkgData: true, downloadAndUpdate: false }],
    },
  });
  let waits = true;
  const loseOnce = (): void => {
    if (waits) lose(path);
    waits = false;
  };
  const off = world.host.onEvent((_from, event) => {
    if (event.kind === 'progress' && event.step === 'receive' && event.bytes > 100_000) loseOnce();
  });
  if (name === 'begin') loseOnce();
  await device.handle.poke();
  off();
  expect(waits).toBe(false);
  const commands = `/devices/${encodeURIComponent(device.id)}/commands`;
  const { id } = await world.api<{ id: string }>('POST', commands, { verb: 'get', uri: './DevInfo/Mod' });
  const { update } = await world.drive(device, (now) => now?.state === 'failed');
  expect(update).toMatchObject({ reason: 'network' });
  const lines = (await world.timeline(device.id)).map(({ text }) => text);
  expect(lines).toContainEqual(expect.stringContaining('the server cannot read the package'));
  expect(await world.api('GET', `${commands}/${id}`)).toMatchObject({ state: 'answered' });
});

it('P-016 F-127: lost before an answer with a piece of it is repeated: 503, and the next session goes without', async () => {
  const name = 'repeat';
  const { id: sha256 } = await world.publish({ image: NEW, version: name, release: 2, models: [name] });
  const device = await world.add({
    name,
    provision: { offer: 'automatic' },
    device: {
      firmware: { image: OLD, version: '1', release: 1 },
      fumo: [{ uri: ROOT, download: false, update: true, pkgData: true, downloadAndUpdate: false }],
    },
  });
  let lost = false;
  const loseIt = async (): Promise<void> => {
    rmSync(join(world.dir, 'server', 'artifacts', sha256.slice(0, 2), sha256));
    lost = true;
    await world.restartServer(); // or it would still have the piece in memory
  };
  const off = world.host.onEvent((_from, event) => {
    const under = event.kind === 'progress' && event.step === 'receive' && event.bytes > 100_000;
    if (under && !lost) world.proxy.loseAnswers(1, loseIt);
  });
  expect(await device.handle.poke()).toMatchObject({
    outcome: 'failed',
    reason: expect.stringMatching('503'),
  });
  off();
  expect(lost).toBe(true);
  const { update } = await world.drive(device, (now) => now?.state === 'failed');
  expect(update).toMatchObject({ reason: 'network' });
});
