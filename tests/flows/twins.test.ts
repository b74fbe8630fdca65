/** Two devices under one DevId, and one device that only looks like two. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DeviceHandle } from '@fumarole/device';
import { World, type WorldDevice } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './start-flow.ts';

let world: World;
beforeAll(async () => {
  world = await World.open({ proxied: true, server: { planner: { refreshMs: 0 } } });
});
afterAll(() => world.close());

type Scheme = 'md5' | 'mac' | 'basic';

/** A device that is not started, without a port that its copy would need too. */
function unit(name: string, scheme: Scheme, version = '1') {
  return world.create({
    name,
    provision: { clientScheme: scheme, serverScheme: scheme },
    device: {
      firmware: { image: Buffer.alloc(1_000, version), version, release: 1 },
      fumo: [{ uri: ROOT }],
      schedule: {},
      // One lost answer ends the session; what follows is a new one.
      timing: { messageTries: 1, sessionRetryMs: 600_000, sessionRetryMaxMs: 600_000 },
    },
  });
}

/** The same unit once more: all of its memory, its secret too. */
function copied(dir: string, to: string): string {
  const copy = join(world.dir, 'devices', to);
  cpSync(dir, copy, {
    recursive: true,
    filter: (path) => !/lock|sock/.test(path.slice(path.lastIndexOf('/'))),
  });
  return copy;
}

const session = (handle: DeviceHandle) => handle.poke().catch(() => undefined);

/** One unit at a time may hold the directory: start, speak, stop. */
async function once(id: string, dir: string): Promise<void> {
  const { handle } = await world.start(id, dir);
  await session(handle);
  await handle.stop();
}

describe.each(['md5', 'mac'] as const)('a unit and its copy, with %s', (scheme) => {
  it('both speak: quarantined and shown, neither is told anything more, released by a person', async () => {
    const { id, dir } = await unit(`clone-${scheme}`, scheme);
    const one = await world.start(id, dir);
    await session(one.handle);
    const other: WorldDevice = await world.start(id, copied(dir, `copy-${scheme}`));
    for (let round = 0; round < 3; round += 1) {
      await session(one.handle);
      await session(other.handle);
    }
    const known = await world.device(id);
    expect(known).toMatchObject({ quarantined: true, model: `clone-${scheme}` });
    expect(known.quarantineReason).toMatch(/come in turns.*two devices may use this id/);
    const { items } = await world.api<{ items: { id: string }[] }>('GET', '/devices?quarantined=true');
    expect(items.map((item) => item.id)).toContain(id);
    await expect(world.order({ device: id })).rejects.toThrow(/quarantine/);
    await other.handle.stop();
    await world.api('POST', `/devices/${encodeURIComponent(id)}/release`, {});
    for (let round = 0; round < 3; round += 1) await session(one.handle);
    expect(await world.device(id)).toMatchObject({ quarantined: false });
  });

  it('copies that were never in contact before', async () => {
    const { id, dir } = await unit(`fresh-${scheme}`, scheme);
    const dirs = [dir, copied(dir, `fresh-${scheme}-2`), copied(dir, `fresh-${scheme}-3`)];
    const handles = await Promise.all(dirs.map(async (each) => (await world.start(id, each)).handle));
    for (let round = 0; round < 2; round += 1) for (const handle of handles) await session(handle);
    expect(await world.device(id)).toMatchObject({ quarantined: true });
  });

  it('one unit that loses answers, is reset and gets backups restored is one unit', async () => {
    const { id, dir } = await unit(`honest-${scheme}`, scheme);
    const factory = copied(dir, `factory-${scheme}`);
    const restore = (from: string): void => {
      rmSync(dir, { recursive: true });
      cpSync(from, dir, { recursive: true });
    };
    for (let round = 0; round < 4; round += 1) {
      await once(id, dir);
      const backup = copied(dir, `backup-${scheme}-${round}`);
      for (const lost of [1, 2, 1]) {
        world.proxy.loseAnswers(lost);
        await once(id, dir);
        world.proxy.loseAnswers(0);
      }
      await once(id, dir);
      restore(round % 2 === 0 ? backup : factory);
    }
    await once(id, dir);
    const known = await world.device(id);
    expect(known.contacts).toBeGreaterThan(8);
    expect(known).toMatchObject({ quarantined: false });
    const told = (await world.timeline(id)).filter(({ kind }) => kind === 'warning');
    expect(told.filter(({ text }) => text.includes('copy of its memory'))).toEqual([]);
  });
});

it('without nonces (basic): versions that come and go tell two units of one model apart', async () => {
  const { id, dir } = await unit('plain', 'basic', '1');
  await world.api('PATCH', `/devices/${encodeURIComponent(id)}`, { plainSchemes: ['basic'] });
  const { dir: newer } = await unit('plain-2', 'basic', '2');
  // The second unit has the first one's identity and account, and another firmware.
  cpSync(join(dir, 'device.json'), join(newer, 'device.json'));
  for (let round = 0; round < 2; round += 1) {
    await once(id, dir);
    await once(id, newer);
  }
  expect(await world.device(id)).toMatchObject({
    quarantined: true,
    quarantineReason: 'its firmware version alternates between 2 and 1: two devices may use this id',
  });
});
