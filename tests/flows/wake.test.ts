/** Package 0 between our server and our device: what holds over several of them, and when nonces were lost. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readHubImage, World, type WorldDevice } from '@fumarole/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

const OLD = readHubImage('movehub', '7.27.0');
const NEW = readHubImage('movehub', '7.28.0');
const WAIT_MS = 20_000;

let world: World;
beforeAll(async () => {
  world = await World.open({ server: { wake: { repeatMs: [200], resyncMs: [5_000] } } });
});
afterAll(() => world.close());

const firmware = { image: OLD.image, version: OLD.version, release: 4 };
const path = ({ id }: WorldDevice) => `/devices/${encodeURIComponent(id)}`;
const wakeLines = async (device: WorldDevice) =>
  (await world.timeline(device.id)).filter(({ kind }) => kind === 'wake').map(({ text }) => text);
const wakes = ({ events }: WorldDevice) => events.filter((event) => event.kind === 'wake');
const sessions = ({ events }: WorldDevice) =>
  events.flatMap((event) => (event.kind === 'session' && event.phase === 'ended' ? [event.trigger] : []));

it.each([
  'md5',
  'mac',
] as const)('N-046: each package 0 is made with the nonce of the last session (%s)', async (scheme) => {
  const schemes = { clientScheme: scheme, serverScheme: scheme };
  const device = await world.add({ name: `next-${scheme}`, provision: schemes, device: { firmware } });
  for (const count of [1, 2, 3]) {
    await world.api('POST', `${path(device)}/commands`, { verb: 'get', uri: './DevInfo/Man' });
    await world.api('POST', `${path(device)}/wake`);
    await expect.poll(() => sessions(device).length, { timeout: WAIT_MS }).toBe(count);
  }
  expect(sessions(device)).toEqual([1200, 1200, 1200]);
  expect(wakes(device).every((event) => event.kind === 'wake' && event.accepted)).toBe(true);
});

it('N-044: a device that comes by itself while it is being woken gets its work, and is not woken any more', async () => {
  await world.publish({ image: NEW.image, version: NEW.version, release: 5, models: ['deaf'] });
  const provision = { wake: 'udp:127.0.0.1:9', offer: 'manual' } as const;
  const device = await world.add({ name: 'deaf', provision, device: { firmware, schedule: {} } });
  await world.order({ device: device.id, wake: true });
  await expect.poll(() => wakeLines(device), { timeout: WAIT_MS }).not.toEqual([]);
  await device.handle.poke();
  expect((await wakeLines(device)).at(-1)).toMatch(
    /^session .* came by itself; package 0 is not sent again$/,
  );
  await world.drive(device, (update) => update?.state === 'confirmed');
  const left = (await wakeLines(device)).filter((text) => text.includes('left for')).length;
  expect(left).toBeLessThanOrEqual(2);
});

it('N-029 N-042: a device that went back to old nonces is reached by resynchronisation, and by the next package 0 as ever', async () => {
  const schemes = { clientScheme: 'md5', serverScheme: 'md5' } as const;
  const first = await world.add({ name: 'forgetful', provision: schemes, device: { firmware } });
  await first.handle.stop();
  const [kept, lost] = [join(world.dir, 'kept'), join(first.dir, 'tree')];
  await cp(lost, kept, { recursive: true });
  const second = await world.start(first.id, first.dir);
  for (const uri of ['./DevInfo/Man', './DevInfo/Mod']) {
    await world.api('POST', `${path(second)}/commands`, { verb: 'get', uri });
    await second.handle.poke();
  }
  await second.handle.stop();
  await rm(lost, { recursive: true });
  await cp(kept, lost, { recursive: true });
  const device = await world.start(first.id, first.dir);
  await world.api('POST', `${path(device)}/wake`);
  // Nothing else waits for the device: the server gives it a word to answer all the same.
  await expect.poll(() => sessions(device), { timeout: WAIT_MS }).toEqual([1200]);
  expect(wakes(device).map((event) => event.kind === 'wake' && event.accepted)).toEqual([false, true]);
  expect(await wakeLines(device)).toContainEqual(
    expect.stringMatching(/resynchronisation form, 2 of 2, left/),
  );
  await world.api('POST', `${path(device)}/wake`);
  await expect.poll(() => sessions(device), { timeout: WAIT_MS }).toEqual([1200, 1200]);
  expect(wakes(device).map((event) => event.kind === 'wake' && event.accepted)).toEqual([false, true, true]);
});
