import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Encoding } from '@fumarole/syncml';
import { isSettled, readHubImage, sha256Of, World, type WorldDevice } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Expected,
  expectedOf,
  OUTCOMES,
  type Outcome,
  type Packages,
  RECOVERS,
} from './failure-table.ts';
import { FLOWS, type Flow } from './flow-table.ts';
import { ROOT, startFlow } from './start-flow.ts';

const OLD = readHubImage('movehub', '7.27.0');
const NEW = readHubImage('movehub', '7.28.0');
const OTHER = readHubImage('cityhub', '7.28.0');

interface Wire {
  readonly encoding: Encoding;
  readonly scheme: 'md5' | 'mac';
}

const WIRES: readonly Wire[] = [
  { encoding: 'wbxml', scheme: 'md5' },
  { encoding: 'xml', scheme: 'mac' },
  { encoding: 'wbxml', scheme: 'mac' },
  { encoding: 'xml', scheme: 'md5' },
];

interface Pair {
  readonly flow: Flow;
  readonly outcome: Outcome;
  readonly expected: Expected;
  readonly wire: Wire;
  readonly title: string;
}

const PAIRS = legalPairs();

/** Every legal pair with the wire that its flow and its outcome have met least so far. */
function legalPairs(): readonly Pair[] {
  const met = new Map<string, number>();
  const pairs: Pair[] = [];
  for (const flow of FLOWS) {
    for (const outcome of OUTCOMES) {
      const stage = outcome.strikes(flow);
      if (stage === undefined) continue;
      const keys = (wire: Wire) => [flow.id, outcome.id].map((one) => `${one} ${WIRES.indexOf(wire)}`);
      const count = (wire: Wire) => keys(wire).reduce((sum, key) => sum + (met.get(key) ?? 0), 0);
      const wire = WIRES.reduce((best, one) => (count(one) < count(best) ? one : best));
      for (const key of keys(wire)) met.set(key, (met.get(key) ?? 0) + 1);
      const expected = expectedOf(flow, outcome, stage);
      const ids = `${outcome.shows} ${expected.shows}`.trim().replace(/\s+/g, ' ');
      const title = `${ids === '' ? '' : `${ids}: `}${flow.id} ${outcome.id}: ${outcome.title} (${wire.encoding}, ${wire.scheme})`;
      pairs.push({ flow, outcome, expected, wire, title });
    }
  }
  return pairs;
}

describe('the table of failures', () => {
  it.each([...FLOWS, ...OUTCOMES].map(({ id }) => id))('%s meets both encodings and both schemes', (id) => {
    const wires = PAIRS.filter(({ flow, outcome }) => flow.id === id || outcome.id === id);
    expect(new Set(wires.map(({ wire }) => wire.encoding))).toHaveLength(2);
    expect(new Set(wires.map(({ wire }) => wire.scheme))).toHaveLength(2);
  });

  it.each([...RECOVERS])('%s is a legal pair', (name) => {
    expect(PAIRS.map(({ flow, outcome }) => `${flow.id} ${outcome.id}`)).toContain(name);
  });
});

describe.each(FLOWS.map((flow) => [flow.id, flow] as const))('flow %s', (_id, flow) => {
  let world: World;
  beforeAll(async () => {
    world = await World.open({
      proxied: true,
      server: { planner: { maxFailures: 1, maxDoubtfulFailures: 1, maxRefusals: 1 } },
    });
    await world.trustStranger();
  });
  afterAll(() => world.close());

  describe.concurrent('fails cleanly', () => {
    for (const pair of PAIRS.filter((one) => one.flow === flow)) {
      it(pair.title, () => run(world, pair));
    }
  });
});

async function run(world: World, pair: Pair): Promise<void> {
  const { flow, outcome } = pair;
  const name = `${flow.id}-${outcome.id}`;
  const packages = await makePackages(world, pair, name);
  await world.upload(packages.right);
  if (flow.ambiguous === true) {
    await world.publish({ ...packageOf(pair, name), image: OTHER.image, hardware: ['2'] });
  }
  const device = await addDevice(world, pair, name, packages);
  if (flow.arrives === 'download') world.proxy.setFault(device.id, outcome.fault?.(packages));
  await startFlow(world, flow, device, packages.right);
  await untilFailed(world, device);
  await expectDevice(pair, device);
  await expectServer(world, pair, device);
  const next = RECOVERS.has(`${flow.id} ${outcome.id}`)
    ? await recovered(world, pair, device, packages.right)
    : device;
  await next.handle.stop();
}

function packageOf({ flow, outcome }: Pair, model: string) {
  return {
    image: NEW.image,
    version: NEW.version,
    release: 5,
    models: [model],
    fromVersions: [OLD.version],
    ...(flow.ambiguous === true ? { hardware: ['1'] } : {}),
    ...outcome.package,
  };
}

async function makePackages(world: World, pair: Pair, model: string): Promise<Packages> {
  const elsewhere = `X${model.slice(1)}`;
  return {
    right: await world.makePackage(packageOf(pair, model)),
    foreign: await world.makePackage(packageOf(pair, elsewhere)),
  };
}

function addDevice(world: World, pair: Pair, name: string, packages: Packages): Promise<WorldDevice> {
  const { flow, outcome, wire } = pair;
  const lie = outcome.baseVersion === undefined ? {} : { simulate: { lieVersion: OLD.version } };
  const held = flow.holdsPackage === true ? (outcome.held?.(packages) ?? packages.right) : undefined;
  return world.add({
    name,
    provision: { ...flow.provision, clientScheme: wire.scheme, serverScheme: wire.scheme },
    device: {
      encoding: wire.encoding,
      fumo: [{ uri: ROOT, ...flow.root }],
      largeObjects: flow.largeObjects,
      firmware: {
        image: OLD.image,
        version: outcome.baseVersion ?? OLD.version,
        release: 4,
        ...(held === undefined ? {} : { heldPackage: held }),
      },
      ...lie,
      ...outcome.device,
    },
  });
}

/** The server has its verdict, also of what the device did by itself. */
async function untilFailed(world: World, device: WorldDevice): Promise<void> {
  await world.drive(device, isSettled);
  expect(await device.handle.whenIdle(5_000)).toBe(true);
}

async function expectDevice({ outcome, expected }: Pair, device: WorldDevice): Promise<void> {
  const status = device.handle.status();
  const [root] = status.roots;
  expect(root).toMatchObject({ state: expected.state, operation: undefined });
  expect(status.alertsOwed).toBe(0);
  const states = device.events.flatMap((event) => (event.kind === 'state' ? [event.state] : []));
  expect([10, ...states]).toContain(expected.failedState);
  expect(acknowledgedBy(device)).toEqual(expected.alerts);
  // what runs is whole, and the old one
  expect(status.imageSha256).toBe(sha256Of(OLD.image));
  expect(sha256Of(await readFile(join(device.dir, 'slots', `${status.slot}.img`)))).toBe(sha256Of(OLD.image));
  const rolledBack = device.events.some(
    (event) => event.kind === 'boot' && (event.outcome === 'rolled-back' || event.outcome === 'failed'),
  );
  expect(rolledBack).toBe(outcome.id === 'rolls-back');
}

async function expectServer(world: World, pair: Pair, device: WorldDevice): Promise<void> {
  const { outcome, expected } = pair;
  const update = (await world.device(device.id)).update;
  const state = stateAfter(outcome);
  // F-086: nothing is tried again by itself, by neither side
  await device.handle.poke();
  await device.handle.whenIdle(5_000);
  expect((await world.device(device.id)).update).toEqual(update);
  const timeline = await world.timeline(device.id);
  const alerts = timeline.filter(({ kind }) => kind === 'alert');
  expect(alerts.map(({ data }) => data)).toEqual(
    expected.alerts.map((alert) => expect.objectContaining({ code: Number(alert.split(' ')[1]) })),
  );
  const reports = timeline.filter(({ kind }) => kind === 'notify');
  expect(reports.map(({ data }) => data)).toEqual(
    expected.reports.map((code) => expect.objectContaining({ code })),
  );
  expect(update).toMatchObject({
    state,
    reason: outcome.reason,
    resultCode: outcome.code,
    resultKind: expected.alerts.length === 0 ? 'status' : 'result',
  });
  const verdicts = timeline.filter(
    ({ kind, data }) => kind === 'update' && isRecord(data) && data.state === state,
  );
  expect(verdicts.map(({ data }) => data)).toEqual([{ state, reason: outcome.reason, code: outcome.code }]);
}

/** The server's word; that a device went back to its old image it reads from the device (F-081: the alert has no words). */
function stateAfter({ id, code }: Pair['outcome']): string {
  if (id === 'rolls-back') return 'rolled-back';
  return code === 401 ? 'refused' : 'failed';
}

/** What was wrong is put right, an operator asks again: the same device is updated (nothing was lost). */
async function recovered(
  world: World,
  { flow }: Pair,
  device: WorldDevice,
  sealed: Uint8Array,
): Promise<WorldDevice> {
  world.proxy.setFault(device.id, undefined);
  await device.handle.stop();
  const path = join(device.dir, 'device.json');
  const { simulate: _, storage: __, ...config } = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify(config));
  const again = await world.start(device.id, device.dir);
  const { via, operation } = flow.order ?? {};
  await world.order({
    device: device.id,
    package: sha256Of(sealed),
    ...(via === undefined ? {} : { via }),
    ...(operation === undefined ? {} : { operation }),
  });
  await world.drive(again, (update) => update?.state === 'confirmed');
  expect(again.handle.status().imageSha256).toBe(sha256Of(NEW.image));
  return again;
}

function acknowledgedBy(device: WorldDevice): readonly string[] {
  return device.events.flatMap((event) =>
    event.kind === 'alert' && event.phase === 'acknowledged'
      ? [`${event.type.split('.').at(-1)} ${event.code}`]
      : [],
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
