import type { Encoding } from '@fumarole/syncml';
import { MANUFACTURER, readHubImage, sha256Of, type World, type WorldDevice } from '@fumarole/testkit';
import { expect } from 'vitest';
import type { Flow } from './flow-table.ts';
import { ROOT, startFlow } from './start-flow.ts';

const OLD = readHubImage('movehub', '7.27.0');
const NEW = readHubImage('movehub', '7.28.0');
const OTHER = readHubImage('cityhub', '7.28.0');

export const ENCODINGS: readonly Encoding[] = ['wbxml', 'xml'];
export const SCHEMES = ['md5', 'mac'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** Runs one flow with a device of its own and checks both sides' account of it. */
export async function runFlow(flow: Flow, encoding: Encoding, scheme: Scheme, world: World): Promise<void> {
  const name = `${flow.id}-${encoding}-${scheme}`;
  const pkg = {
    image: NEW.image,
    version: NEW.version,
    release: 5,
    models: [name],
    fromVersions: [OLD.version],
    ...(flow.ambiguous ? { hardware: ['1'] } : {}),
  };
  const sealed = await world.makePackage(pkg);
  await world.upload(sealed);
  if (flow.ambiguous) await world.publish({ ...pkg, image: OTHER.image, hardware: ['2'] });
  const device = await world.add({
    name,
    provision: { ...flow.provision, clientScheme: scheme, serverScheme: scheme },
    device: {
      encoding,
      fumo: [{ uri: ROOT, ...flow.root }],
      largeObjects: flow.largeObjects,
      firmware: {
        image: OLD.image,
        version: OLD.version,
        release: 4,
        ...(flow.holdsPackage ? { heldPackage: sealed } : {}),
      },
    },
  });
  await startFlow(world, flow, device, sealed);
  // C2 and D2 too, where the device acts by itself: the server makes an update of what it hears.
  const known = await world.drive(device, (update) => update?.state === 'confirmed');
  expect(known.firmware).toBe(NEW.version);
  await device.handle.whenIdle(5_000);
  await expectTruth(flow, device, world);
  await expectPeace(device);
  expect((await world.device(device.id)).update).toMatchObject({
    state: 'confirmed',
    package: sha256Of(sealed),
    fromVersion: OLD.version,
    toVersion: NEW.version,
    reason: 'success',
  });
  await device.handle.stop();
}

async function expectTruth(flow: Flow, device: WorldDevice, world: World): Promise<void> {
  const status = device.handle.status();
  expect(status.imageSha256).toBe(sha256Of(NEW.image));
  expect(status.fwV).toBe(NEW.version);
  expect(status.man).toBe(MANUFACTURER);
  expect(status.alertsOwed).toBe(0);
  const acknowledged = device.events.flatMap((event) =>
    event.kind === 'alert' && event.phase === 'acknowledged'
      ? [`${event.type.split('.').at(-1)} ${event.code}`]
      : [],
  );
  expect(acknowledged.filter((alert) => !alert.includes('request'))).toEqual(flow.alerts);
  const steps = new Set(device.events.flatMap((event) => (event.kind === 'progress' ? [event.step] : [])));
  expect([steps.has('receive'), steps.has('download')]).toEqual([
    flow.arrives === 'receive',
    flow.arrives === 'download',
  ]);
  const sessions = device.events.filter((event) => event.kind === 'session' && event.phase === 'opened');
  const first = sessions[0];
  if (flow.start === 'package-0') {
    expect(device.events.some((event) => event.kind === 'wake' && event.accepted)).toBe(true);
    expect(first).toMatchObject({ trigger: 1200 });
  } else {
    expect(first).toMatchObject({ trigger: 1201 });
  }
  const timeline = await world.timeline(device.id);
  expect(timeline.some(({ kind }) => kind === 'notify')).toBe(flow.descriptor === true);
  const heard = timeline.filter(({ kind }) => kind === 'alert').map(({ text }) => operationIn(text));
  // counted once, however often it was repeated
  expect(heard).toEqual(flow.alerts.map((alert) => alert.split(' ')[0]));
}

/** Sessions with nothing to do end well, one after another: the nonces of both sides go on (P-084). */
async function expectPeace(device: WorldDevice): Promise<void> {
  for (let session = 0; session < 3; session++) {
    expect(await device.handle.poke()).toMatchObject({ outcome: 'ended' });
  }
}

/** The operation that an alert line of the timeline tells of. */
function operationIn(text: string): string | undefined {
  return /\b(download-?and-?update|download|update)\b/.exec(text)?.[1]?.replaceAll('-', '');
}
