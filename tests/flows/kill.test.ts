import { askDevice, type DeviceEvent, type DeviceOptions, type DeviceStatus } from '@fumarole/device';
import { ChildProgram, readHubImage, sha256Of, World, type WorldDevice } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FLOWS, type Flow } from './flow-table.ts';
import { ROOT } from './start-flow.ts';

const OLD = readHubImage('primehub', '7.27.0');
const NEW = readHubImage('primehub', '7.28.0');
/** More than the sockets between two processes hold: a killed server cannot have handed all of it to the kernel. */
const HUGE_BYTES = 32 * 1024 * 1024;

function flow(id: string): Flow {
  const found = FLOWS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no flow ${id}`);
  return found;
}

interface Wanted {
  readonly name: string;
  readonly flow: Flow;
  readonly image: Uint8Array;
  readonly device: Partial<Omit<DeviceOptions, 'firmware'>>;
}

/** A device that is offered the image at its next session. */
async function make(world: World, wanted: Wanted) {
  const { name, image } = wanted;
  await world.publish({ image, version: NEW.version, release: 5, models: [name] });
  return {
    name,
    provision: { offer: 'automatic' },
    device: {
      fumo: [{ uri: ROOT, ...wanted.flow.root }],
      largeObjects: wanted.flow.largeObjects,
      firmware: { image: OLD.image, version: OLD.version, release: 4 },
      ...wanted.device,
    },
  } as const;
}

/** Only looks: nobody helps the device along. */
async function untilConfirmed(world: World, id: string): Promise<void> {
  await vi.waitFor(async () => expect((await world.device(id)).update?.state).toBe('confirmed'), {
    timeout: 25_000,
    interval: 50,
  });
}

async function expectReportedOnce(
  world: World,
  id: string,
  { alerts }: Flow,
  events: readonly DeviceEvent[],
): Promise<void> {
  const acknowledged = events.flatMap((event) =>
    event.kind === 'alert' && event.phase === 'acknowledged'
      ? [`${event.type.split('.').at(-1)} ${event.code}`]
      : [],
  );
  expect(acknowledged).toEqual(alerts);
  // a kill between delivery and its Status makes the device repeat the alert: acknowledged, but counted once (F-089)
  const heard = (await world.timeline(id)).filter(
    ({ kind, text }) => kind === 'alert' && !text.endsWith('already counted'),
  );
  expect(heard.map(({ data }) => data)).toEqual(alerts.map(() => expect.objectContaining({ code: 200 })));
}

describe('the server is killed', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open({ ownProcess: true });
  });
  afterAll(() => world.close());

  const huge = new Uint8Array(HUGE_BYTES).map((_, at) => (at * 2654435761) >>> 24);

  it('P-024: in the middle of a large object: the session goes on where it was', async () => {
    const a2 = flow('A2');
    const timing = { messageTries: 1000, messageRetryMs: 20 };
    const device = await world.add(
      await make(world, { name: 'patient', flow: a2, image: NEW.image, device: { timing } }),
    );
    const killed = killAt(world, device, 'receive', 60_000);
    const report = await device.handle.poke();
    await killed;
    expect(report.outcome).toBe('ended');
    await untilConfirmed(world, device.id);
    expectSteady(device, 'receive');
    await expectUpdated(world, device, a2, NEW.image);
  });

  it('F-127: in the middle of a large object, and the session is lost: the object is sent again', async () => {
    const a2 = flow('A2');
    const timing = { messageTries: 1 };
    const device = await world.add(
      await make(world, { name: 'impatient', flow: a2, image: NEW.image, device: { timing } }),
    );
    const killed = killAt(world, device, 'receive', 60_000);
    expect(await device.handle.poke()).toMatchObject({ outcome: 'failed' });
    await killed;
    await untilConfirmed(world, device.id);
    await expectUpdated(world, device, a2, NEW.image);
  });

  it.each(['B1', 'D1', 'D3'])('D-056: in the middle of a download (%s): it is resumed', async (id) => {
    const one = flow(id);
    const timing = { downloadTries: 1000 };
    const device = await world.add(
      await make(world, { name: `download-${id}`, flow: one, image: huge, device: { timing } }),
    );
    if (one.descriptor === true) await world.order({ device: device.id, ...one.order });
    const killed = killAt(world, device, 'download', 1_000_000);
    await device.handle.poke();
    await killed;
    await untilConfirmed(world, device.id);
    expectSteady(device, 'download');
    await expectUpdated(world, device, one, huge);
  });
});

/** Kills the server as soon as the device has so many octets; resolves when the next server is up. */
function killAt(
  world: World,
  device: WorldDevice,
  step: 'receive' | 'download',
  bytes: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const off = device.handle.onEvent((event) => {
      if (event.kind !== 'progress' || event.step !== step || event.bytes < bytes) return;
      off();
      expect(event.bytes).toBeLessThan(event.total ?? 0);
      world.killServer().then(resolve, reject);
    });
  });
}

/** No octet was moved twice. */
function expectSteady({ events }: WorldDevice, step: 'receive' | 'download'): void {
  const moved = events.flatMap((event) =>
    event.kind === 'progress' && event.step === step ? [event.bytes] : [],
  );
  expect(moved).toEqual([...moved].sort((a, b) => a - b));
  expect(new Set(moved)).toHaveLength(moved.length);
}

async function expectUpdated(world: World, device: WorldDevice, of: Flow, image: Uint8Array): Promise<void> {
  expect(await device.handle.whenIdle(10_000)).toBe(true);
  const status = device.handle.status();
  expect(status).toMatchObject({ imageSha256: sha256Of(image), alertsOwed: 0, fwV: NEW.version });
  await expectReportedOnce(world, device.id, of, device.events);
  await device.handle.stop();
}

describe.concurrent('the device is killed', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());

  it.for([
    ['F-127', 'A2', 'receiving'],
    ['F-057', 'A2', 'verifying'],
    ['F-057', 'A2', 'writing'],
    ['F-084', 'A2', 'before-report'],
    ['F-056 D-062', 'B1', 'downloading'],
    ['F-084', 'B1', 'before-report'],
    ['F-056 D-062', 'D1', 'downloading'],
    ['F-056', 'D1', 'verifying'],
    ['F-057', 'D1', 'writing'],
    ['F-084', 'D1', 'before-report'],
  ] as const)('%s: flow %s, kill -9 while %s: it finishes and reports once', async ([, id, powerCutAt]) => {
    const one = flow(id);
    const simulate = { powerCutAt, powerCutBy: 'kill' } as const;
    const device = { simulate, schedule: { pollMs: 300 } };
    const name = `killed-${id}-${powerCutAt}`;
    const made = await world.create(await make(world, { name, flow: one, image: NEW.image, device }));
    const first = ChildProgram.fumarole('device', 'run', made.dir);
    expect(await first.gone()).toBe('SIGKILL');
    const second = ChildProgram.fumarole('device', 'run', made.dir);
    try {
      await second.started();
      await untilConfirmed(world, made.id);
      const status = await idleStatus(made.dir);
      expect(status).toMatchObject({ imageSha256: sha256Of(NEW.image), fwV: NEW.version });
      expect(status.roots[0]).toMatchObject({ lastResult: 200 });
      expect(status.roots[0]).not.toHaveProperty('operation');
      // Events of devices, as the command prints them.
      const events = [...first.printed, ...second.printed] as DeviceEvent[];
      expect(events.filter(({ kind }) => kind === 'power-cut')).toHaveLength(1);
      await expectReportedOnce(world, made.id, one, events);
      if (powerCutAt === 'downloading') expectResumed(second.printed as DeviceEvent[]);
    } finally {
      await second.end('SIGTERM');
    }
  });
});

/** The half that was there when the device was killed is not fetched again. */
function expectResumed(events: readonly DeviceEvent[]): void {
  const first = events.find((event) => event.kind === 'progress' && event.step === 'download');
  expect(first).toMatchObject({ total: expect.any(Number) });
  if (first?.kind !== 'progress') return;
  expect(first.bytes).toBeGreaterThan((first.total ?? 0) / 2);
}

/** Asked through the control socket; the session that brought the confirmation may be ending still. */
async function idleStatus(dir: string): Promise<DeviceStatus> {
  return vi.waitFor(
    async () => {
      // The other end is this program.
      const status = (await askDevice(dir, { command: 'status' })) as DeviceStatus;
      expect(status.alertsOwed).toBe(0);
      return status;
    },
    { timeout: 5000, interval: 50 },
  );
}
