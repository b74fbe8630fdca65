/** Updates that operators ask for and cancel. */

import { deviceKey } from '@fumarole/dm/objects';
import {
  activeAttempt,
  chosenFields,
  type DeviceRecord,
  deviceFacts,
  emptyUpdate,
  inFlight,
  isOpen,
  nextDue,
  type PackageRecord,
  type PlanContext,
  replaceUpdate,
  selectPackage,
  type Update,
  withDue,
} from '@fumarole/fumo/server';
import { type Changed, changeDevice, operatorLine } from './change-device.ts';
import { readDevice } from './devices.ts';
import { FleetError, type UpdateOrder } from './fleet.ts';
import type { FleetPorts } from './fleet-ports.ts';
import type { PackageCatalogue } from './package-catalogue.ts';
import { unknownPackage } from './packages.ts';

/**
 * Makes an update at once, from what is remembered of the device; its package is chosen anew from fresh facts when the
 * device is next here. @throws FleetError `device-unknown`, `device-quarantined`, `package-unknown`, `package-unfit`,
 * `update-open`.
 */
export async function requestUpdate(
  ports: FleetPorts,
  catalogue: PackageCatalogue,
  order: UpdateOrder,
): Promise<Update> {
  const known = await readDevice(ports, order.device);
  const packages = await candidates(catalogue, known, order.package);
  const ctx = ports.context(ports.now());
  const update = newOrder(known, packages, order, ctx);
  await changeDevice(ports, order.device, (device) => place(device, update, ctx));
  if (order.wake === true) {
    await ports.wake.wake(deviceKey(order.device));
  }
  return update;
}

/** Effective until the device has accepted an Exec that installs; @throws FleetError `update-none`, `update-too-late`. */
export async function cancelUpdate(ports: FleetPorts, deviceId: string): Promise<Update> {
  const ctx = ports.context(ports.now());
  const device = await changeDevice(ports, deviceId, (current) => cancel(current, ctx));
  if (device.update === undefined) {
    throw new FleetError('update-none', `${deviceId} has no update`);
  }
  return device.update;
}

async function candidates(
  catalogue: PackageCatalogue,
  device: DeviceRecord,
  packageId: string | undefined,
): Promise<readonly PackageRecord[]> {
  const named = (await catalogue.all()).filter(({ id }) => id === packageId);
  if (packageId !== undefined && named.length === 0) {
    throw unknownPackage(packageId);
  }
  if (device.manufacturer === undefined) {
    return [];
  }
  // The one that was named is looked at however many there are, if only to say why it does not fit.
  const fitting = await catalogue.packagesFor(device);
  return [...named, ...fitting.filter(({ id }) => id !== packageId)];
}

function newOrder(
  device: DeviceRecord,
  packages: readonly PackageRecord[],
  order: UpdateOrder,
  ctx: PlanContext,
): Update {
  const { via = device.policy.via, operation = device.policy.operation, package: named } = order;
  const update: Update = {
    ...emptyUpdate(ctx, 'api', via, operation),
    provisional: true,
    ...(named === undefined ? {} : { named }),
  };
  const facts = deviceFacts(device, packages, ctx.now, Number.POSITIVE_INFINITY);
  const selection = selectPackage(facts, packages, named === undefined ? {} : { packageId: named });
  if (selection.kind === 'chosen') {
    return { ...update, ...chosenFields(selection, facts.version.value) };
  }
  const told = device.manufacturer !== undefined && device.model !== undefined;
  if (selection.kind === 'none' && told && named !== undefined && operation !== 'update-only') {
    throw new FleetError('package-unfit', selection.why);
  }
  return update;
}

/** A new order takes the place of what has not begun; what is under way is left alone. */
function place(device: DeviceRecord, update: Update, ctx: PlanContext): Changed {
  if (device.quarantine !== undefined) {
    throw new FleetError('device-quarantined', `${device.id} is in quarantine: ${device.quarantine.reason}`);
  }
  const before = device.update;
  const begun = before !== undefined && isOpen(before.state) && isBegun(before);
  if (begun) {
    throw new FleetError('update-open', `an update of ${device.id} is under way (${before.state})`);
  }
  const text = `an operator asks for ${update.toVersion ?? 'the best package'}`;
  const placed = replaceUpdate(device, update, ctx.now);
  const why = `${text}; it begins at the next contact`;
  const due = nextDue(placed, ctx.config, ctx.now);
  return {
    device: withDue({ ...placed, why }, due),
    log: [
      operatorLine(ctx.now, text, update.id),
      { at: ctx.now, kind: 'update', text: 'assigned', update: update.id, data: { state: update.state } },
    ],
  };
}

/** Something was sent that the device may be working on, or whose end is awaited. */
function isBegun(update: Update): boolean {
  const active = activeAttempt(update);
  const moving = active !== undefined && (inFlight(active) || active.state === 'writing');
  return moving || update.state === 'installed';
}

function cancel(device: DeviceRecord, ctx: PlanContext): Changed {
  const { update } = device;
  const waiting = update?.state === 'refused' && update.retryAt !== undefined;
  if (update === undefined || !(isOpen(update.state) || waiting)) {
    throw new FleetError('update-none', `${device.id} has no open update`);
  }
  const active = activeAttempt(update);
  const installing = inFlight(active) && active?.kind !== 'download';
  if (installing || update.state === 'installed' || update.state === 'unverified') {
    throw new FleetError('update-too-late', `the device has accepted the update (${update.state})`);
  }
  const { now } = ctx;
  if (active !== undefined && (inFlight(active) || active.state === 'writing')) {
    const asked: Update = { ...update, cancelAskedAt: now, updatedAt: now };
    const text = 'cancelled by an operator: takes effect when the download has ended';
    return { device: { ...device, update: asked }, log: [operatorLine(now, text, update.id)] };
  }
  const cancelled: Update = {
    ...update,
    state: 'cancelled',
    stateAt: now,
    updatedAt: now,
    reason: 'cancelled-by-operator',
    attempts: update.attempts.map((attempt) =>
      attempt === active ? { ...attempt, state: 'abandoned', endedAt: now } : attempt,
    ),
  };
  const data = { state: 'cancelled', reason: 'cancelled-by-operator' };
  return {
    device: withDue(
      { ...device, update: cancelled, why: 'its update was cancelled by an operator' },
      undefined,
    ),
    log: [{ at: now, kind: 'update', text: 'cancelled by an operator', update: update.id, data }],
  };
}
