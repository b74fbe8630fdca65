/** One message of a device: learn, find the packages, plan; and after the answer is written, settle. */

import type { ServerEvent, Turn } from '@fumarole/dm/server';
import {
  type DeviceRecord,
  type Learned,
  learn,
  type ModelDescription,
  type PackageRecord,
  type PlanContext,
  plan,
  type SessionView,
  settle,
  wireProfile,
  withDescription,
} from '@fumarole/fumo/server';
import type { DescriptionCatalogue } from './description-catalogue.ts';
import type { Consultation, Replied, Settled } from './fleet.ts';
import { bringsValues, keepLargeValues, type ValueSpool } from './large-values.ts';
import type { PackageCatalogue } from './package-catalogue.ts';

/** Turns in which a peer has said something that we believe. */
const BELIEVED: ReadonlySet<Turn> = new Set<Turn>(['commands', 'continue', 'ended']);

type Learnable = Parameters<typeof learn>[1]['events'];

export interface ConsultPorts {
  readonly catalogue: PackageCatalogue;
  readonly descriptions: DescriptionCatalogue;
  readonly values: ValueSpool;
}

/** At once unless large values are to be kept or a catalogue has to ask the store. */
export function consult(
  ports: ConsultPorts,
  device: DeviceRecord,
  session: SessionView,
  events: readonly ServerEvent[],
  turn: Turn,
  ctx: PlanContext,
): Consultation | Promise<Consultation> {
  if (!BELIEVED.has(turn)) {
    return { ...silent(device), wire: wireProfile(device) };
  }
  const goOn = (learnable: Learnable): Consultation | Promise<Consultation> =>
    decide(ports, learn(device, { session, events: learnable }, ctx), turn, ctx);
  return bringsValues(events) ? keepLargeValues(ports.values, device, events).then(goOn) : goOn(events);
}

function decide(
  { catalogue, descriptions }: ConsultPorts,
  learned: Learned,
  turn: Turn,
  ctx: PlanContext,
): Consultation | Promise<Consultation> {
  if (turn !== 'commands') {
    const alertStatus = new Map([...learned.alertStatus, ...waitingRequests(learned)]);
    return {
      ...silent(learned.device),
      alertStatus,
      timeline: learned.log,
      wire: wireProfile(learned.device),
    };
  }
  const packages = catalogue.packagesFor(learned.device);
  const description = descriptions.descriptionFor(learned.device);
  return packages instanceof Promise || description instanceof Promise
    ? Promise.all([packages, description]).then(([some, one]) => answerOf(learned, some, one, ctx))
    : answerOf(learned, packages, description, ctx);
}

function answerOf(
  learned: Learned,
  packages: readonly PackageRecord[],
  description: ModelDescription | undefined,
  ctx: PlanContext,
): Consultation {
  const found = plan(withDescription(learned.device, description), packages, ctx, learned.requests);
  return {
    device: found.device,
    commands: found.commands,
    alertStatus: new Map([...learned.alertStatus, ...found.alertStatus]),
    timeline: [...learned.log, ...found.log],
    why: found.why,
    ...(found.dueAt === undefined ? {} : { dueAt: found.dueAt }),
    wire: wireProfile(found.device),
  };
}

/** The client's package is still open: whether commands will follow is not known, so 202 (F-117). */
function waitingRequests({ requests }: Learned): readonly (readonly [string, number])[] {
  return requests.map((key) => [key, 202]);
}

function silent(device: DeviceRecord): Omit<Consultation, 'wire'> {
  const { why, dueAt } = device;
  return {
    device,
    commands: [],
    alertStatus: new Map(),
    timeline: [],
    why,
    ...(dueAt === undefined ? {} : { dueAt }),
  };
}

/** The record as it is after the answer was written, and the lines to commit with it. */
export function settled(consultation: Consultation, replied: Replied, ctx: PlanContext): Settled {
  const keys = consultation.commands.map(({ key }) => key);
  const after = settle(consultation.device, keys, replied, ctx);
  const late = lateEvents(after.device, replied, ctx);
  const timeline = [...consultation.timeline, ...after.log, ...late.log];
  return { device: late.device, timeline };
}

/** `reply` itself may find that an object cannot go on. */
function lateEvents(
  device: DeviceRecord,
  { events }: Replied,
  ctx: PlanContext,
): Pick<Learned, 'device' | 'log'> {
  const { session } = device;
  if (events.length === 0 || session === undefined) {
    return { device, log: [] };
  }
  const { key, encoding, scheme } = session;
  return learn(device, { session: { key, encoding, scheme, weak: false }, events }, ctx);
}
