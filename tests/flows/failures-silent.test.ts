import type { ApiDeviceDetail } from '@fumarole/server';
import { readHubImage, sha256Of, World, type WorldDevice } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FLOWS, type Flow } from './flow-table.ts';
import { ROOT } from './start-flow.ts';

const OLD = readHubImage('movehub', '7.27.0');
const NEW = readHubImage('movehub', '7.28.0');
const LIMITS = { downloadLimitMs: 150, updateLimitMs: 150, graceMs: 150 };

let world: World;
beforeAll(async () => {
  world = await World.open({ server: { planner: LIMITS } });
});
afterAll(() => world.close());

/** One flow for each operation that can be accepted. */
describe.each(FLOWS.filter(({ id }) => ['A2', 'B1', 'D1'].includes(id)))('flow $id', (flow) => {
  it('F-130 F-058: a device that dies as it accepts is timed out; back again, it finishes and is believed', async () => {
    const device = await acceptAndDie(flow);
    const known = await untilState(device, 'timed-out');
    expect(known.update).toMatchObject({ reason: 'stage-time-out' });
    const again = await world.start(device.id, device.dir);
    await untilState(device, 'confirmed');
    expect(await again.handle.whenIdle(10_000)).toBe(true);
    const results = (await world.timeline(device.id)).filter(({ kind }) => kind === 'alert');
    expect(results.map(({ data }) => data)).toEqual(
      flow.alerts.map(() => expect.objectContaining({ code: 200 })),
    );
    expect(again.handle.status()).toMatchObject({ alertsOwed: 0, imageSha256: sha256Of(NEW.image) });
    await again.handle.stop();
  });
});

/** Nobody pokes it afterwards: it reports by itself. */
async function acceptAndDie(flow: Flow): Promise<WorldDevice> {
  const name = `silent-${flow.id}`;
  await world.publish({ image: NEW.image, version: NEW.version, release: 5, models: [name] });
  const device = await world.add({
    name,
    provision: { offer: 'automatic' },
    device: {
      fumo: [{ uri: ROOT, ...flow.root }],
      largeObjects: flow.largeObjects,
      firmware: { image: OLD.image, version: OLD.version, release: 4 },
      simulate: { powerCutAt: 'accepted' },
    },
  });
  await device.handle.poke().catch(() => undefined);
  await vi.waitFor(() => expect(device.events.at(-1)?.kind).toBe('stopped'), 5000);
  return device;
}

function untilState(device: WorldDevice, state: string): Promise<ApiDeviceDetail> {
  return vi.waitFor(
    async () => {
      const known = await world.device(device.id);
      expect(known.update?.state).toBe(state);
      return known;
    },
    { timeout: 5000, interval: 30 },
  );
}
