/** Which update a device should have now: the open one, one that was asked for, or the one that fits by policy. */

import { deviceFacts } from './device-facts.ts';
import type { DeviceRecord } from './device-record.ts';
import { activeAttempt, changeUpdate, type Draft, note, startUpdate } from './draft.ts';
import { emptyUpdate } from './empty-update.ts';
import { meaningful, readNow } from './facts.ts';
import { failUpdate } from './outcome.ts';
import type { PackageRecord } from './package-record.ts';
import type { PlanContext } from './plan-types.ts';
import { type Selection, type SelectOptions, selectPackage } from './select-package.ts';
import type { AskedBy, Update } from './update.ts';
import { isOpen, type UpdateState } from './update-state.ts';
import { unverifiedForGood } from './verify.ts';

export type GoalStep =
  /** The open update, with its package chosen, is to be driven. */
  | { readonly kind: 'drive' }
  | { readonly kind: 'ask'; readonly uris: readonly string[]; readonly why: string }
  | { readonly kind: 'nothing'; readonly why: string };

/** Makes sure that the draft has the right update, or says why there is none. */
export function pursueGoal(draft: Draft, packages: readonly PackageRecord[]): GoalStep {
  reopenRefused(draft);
  replaceOvertaken(draft, packages);
  const { update } = draft.device;
  if (update !== undefined && isOpen(update.state)) {
    draft.device = { ...draft.device, request: undefined };
    if (unverifiedForGood(update, draft.ctx.now, draft.ctx.config)) {
      return {
        kind: 'nothing',
        why: `${update.toVersion} was reported installed, but the device has never shown it`,
      };
    }
    return update.provisional === true ? choosePackage(draft, packages) : { kind: 'drive' };
  }
  return beginUpdate(draft, packages);
}

/** Whether an update could follow for what is known so far; answers requests (F-117). */
export function mayUpdate(
  device: DeviceRecord,
  packages: readonly PackageRecord[],
  ctx: PlanContext,
): boolean {
  const { update } = device;
  const impatient = device.request?.by === 'user';
  if (update !== undefined && (isOpen(update.state) || (update.state === 'refused' && impatient))) {
    const active = activeAttempt(update);
    const waits = (update.retryAt ?? 0) > ctx.now && !impatient;
    return active === undefined ? !waits : active.state !== 'accepted';
  }
  const by = device.request?.by;
  if (by === undefined || !mayAnswer(device, by)) {
    return false;
  }
  const facts = deviceFacts(device, packages, ctx.now, ctx.config.refreshMs);
  const { kind } = selectPackage(facts, packages, optionsFor(device, by, facts.version.value));
  return kind === 'chosen' || kind === 'needs';
}

function beginUpdate(draft: Draft, packages: readonly PackageRecord[]): GoalStep {
  const { device, ctx } = draft;
  const by: AskedBy = device.request?.by ?? 'policy';
  const barred = whyBarred(device, by);
  if (barred !== undefined) {
    draft.device = { ...device, request: undefined };
    return { kind: 'nothing', why: barred };
  }
  const remembered = deviceFacts(device, packages, ctx.now, ctx.config.refreshMs);
  const first = selectPackage(remembered, packages, optionsFor(device, by, remembered.version.value));
  if (first.kind === 'needs') {
    return { kind: 'ask', uris: first.uris, why: first.why };
  }
  if (first.kind !== 'chosen') {
    return nothingToOffer(draft, first);
  }
  // The offer itself rests on what is read in this contact (std-objects.md §7).
  const fresh = deviceFacts(device, packages, ctx.now, 0);
  if (!fresh.version.known) {
    return {
      kind: 'ask',
      uris: fresh.versionUris ?? [],
      why: `${first.why}; the version is read once more first`,
    };
  }
  startUpdate(draft, newUpdate(draft, by, first, fresh.version.value), `assigned: ${first.why}`);
  return { kind: 'drive' };
}

type Nothing = Extract<GoalStep, { kind: 'nothing' }>;

function nothingToOffer(draft: Draft, selection: Selection): Nothing {
  if (draft.device.request !== undefined) {
    note(draft, 'request', `nothing to offer: ${selection.why}`);
    draft.device = { ...draft.device, request: undefined };
  }
  const reasons = selection.rejected.slice(0, 3).map(({ name, reason }) => `${name}: ${reason}`);
  return { kind: 'nothing', why: [selection.why, ...reasons].join('; ') };
}

/** An API order: its package is chosen from what the device says now. */
function choosePackage(draft: Draft, packages: readonly PackageRecord[]): GoalStep {
  const { device, ctx } = draft;
  const { update } = device;
  if (update?.operation === 'update-only' && update.named === undefined) {
    return chooseHeld(draft, packages);
  }
  const facts = deviceFacts(device, packages, ctx.now, 0);
  const selection = selectPackage(
    facts,
    packages,
    update?.named === undefined ? {} : { packageId: update.named },
  );
  switch (selection.kind) {
    case 'needs':
      return { kind: 'ask', uris: selection.uris, why: selection.why };
    case 'chosen':
      if (!facts.version.known) {
        return { kind: 'ask', uris: facts.versionUris ?? [], why: 'the version is read first' };
      }
      changeUpdate(
        draft,
        { ...chosenFields(selection, facts.version.value), provisional: undefined },
        `assigned: ${selection.why}`,
      );
      return { kind: 'drive' };
    case 'current':
      changeUpdate(draft, { state: 'not-needed', provisional: undefined }, `not needed: ${selection.why}`);
      return { kind: 'nothing', why: selection.why };
    case 'none':
      failUpdate(draft, {
        reason: 'not-acceptable',
        retry: 'never',
        text: nothingToOffer(draft, selection).why,
      });
      return { kind: 'nothing', why: selection.why };
  }
}

/** Flow C1: the device holds a package already; what it calls it is the target. */
function chooseHeld(draft: Draft, packages: readonly PackageRecord[]): GoalStep {
  const { device, ctx } = draft;
  const root = device.roots.find(({ update }) => update);
  const facts = deviceFacts(device, packages, ctx.now, 0);
  const names = [
    ...(root?.pkgVersion === true ? [`${root.uri}/PkgVersion`] : []),
    ...(root?.pkgName === true ? [`${root.uri}/PkgName`] : []),
  ].filter((uri) => readNow(device, uri) === undefined);
  const uris = [...names, ...(facts.version.known ? [] : (facts.versionUris ?? []))];
  if (uris.length > 0) {
    return { kind: 'ask', uris, why: 'reading which package the device holds' };
  }
  const toVersion = meaningful(device.nodes[`${root?.uri}/PkgVersion`]?.value);
  const packageName = meaningful(device.nodes[`${root?.uri}/PkgName`]?.value);
  const ours = packages.find(({ version }) => version === toVersion);
  const { value: fromVersion } = facts.version;
  changeUpdate(
    draft,
    {
      provisional: undefined,
      packageId: ours?.id,
      packageName: ours?.name ?? packageName,
      toVersion,
      fromVersion,
      release: ours?.release,
      size: ours?.size,
      probe: ours?.probe,
    },
    `assigned: the package that the device holds${toVersion === undefined ? '' : ` (${toVersion})`}`,
  );
  return { kind: 'drive' };
}

/** A refused update whose time has come, or whose user asks now, is open again. */
function reopenRefused(draft: Draft): void {
  const { update, request } = draft.device;
  const due = update?.retryAt !== undefined && update.retryAt <= draft.ctx.now;
  const wanted = request !== undefined && request.by !== 'device';
  if (update?.state === 'refused' && (due || wanted)) {
    changeUpdate(draft, { state: 'assigned', retryAt: undefined }, 'asked again');
  } else if (
    update !== undefined &&
    isOpen(update.state) &&
    request?.by === 'user' &&
    update.retryAt !== undefined
  ) {
    changeUpdate(draft, { retryAt: undefined }, 'tried at once: the user asks');
  }
}

/** A better package appeared before anything was sent: the automatic choice follows it. */
function replaceOvertaken(draft: Draft, packages: readonly PackageRecord[]): void {
  const { device, ctx } = draft;
  const { update } = device;
  if (update?.state !== 'assigned' || update.askedBy !== 'policy' || activeAttempt(update) !== undefined) {
    return;
  }
  const facts = deviceFacts(device, packages, ctx.now, ctx.config.refreshMs);
  const held = heldPackages(device, facts.version.value);
  const selection = selectPackage(facts, packages, { held });
  if (selection.kind === 'chosen' && selection.package.id !== update.packageId) {
    const text = `superseded by ${selection.package.name} ${selection.package.version}`;
    changeUpdate(draft, { state: 'superseded', retryAt: undefined }, text);
  }
}

function mayAnswer(device: DeviceRecord, by: AskedBy): boolean {
  return whyBarred(device, by) === undefined;
}

function whyBarred({ manufacturer, model, policy }: DeviceRecord, by: AskedBy): string | undefined {
  if (manufacturer === undefined || model === undefined) {
    return 'the device has not told its manufacturer and model, so nothing is offered'; // S-004
  }
  if (policy.offer === 'manual' && by !== 'api') {
    return 'its policy is manual: updates only when an operator asks';
  }
  return policy.offer === 'on-request' && by === 'policy'
    ? 'its policy is on-request: updates when device, user or operator asks'
    : undefined;
}

function optionsFor(device: DeviceRecord, by: AskedBy, version: string | undefined): SelectOptions {
  const packageId = device.request?.packageId;
  const held = by === 'policy' || by === 'device' ? heldPackages(device, version) : undefined;
  return { ...(packageId === undefined ? {} : { packageId }), ...(held === undefined ? {} : { held }) };
}

const HELD: ReadonlySet<UpdateState> = new Set<UpdateState>([
  'failed',
  'refused',
  'rolled-back',
  'timed-out',
  'cancelled',
  'unverified',
  'unprovable',
  'regressed',
]);

/** Packages that already ended badly from this version: a person decides, not the next check-in. */
export function heldPackages(device: DeviceRecord, version: string | undefined): ReadonlyMap<string, string> {
  const updates = device.update === undefined ? device.history : [device.update, ...device.history];
  const held = updates.filter(
    ({ state, fromVersion, packageId }) =>
      packageId !== undefined && HELD.has(state) && (state === 'regressed' || fromVersion === version),
  );
  return new Map(
    held.map(({ packageId, state, reason }) => [
      packageId ?? '',
      `an earlier update to it ended ${state}${reason === undefined ? '' : ` (${reason})`}; held until an operator asks`,
    ]),
  );
}

function newUpdate(
  { device, ctx }: Draft,
  by: AskedBy,
  selection: Extract<Selection, { kind: 'chosen' }>,
  version: string | undefined,
): Update {
  const { request, policy } = device;
  return {
    ...emptyUpdate(ctx, by, request?.via ?? policy.via, request?.operation ?? policy.operation),
    ...chosenFields(selection, version),
    ...(request?.root === undefined ? {} : { root: request.root }),
    ...(request?.packageId === undefined ? {} : { named: request.packageId }),
  };
}

/** The fields of an update that name its package. */
export function chosenFields(
  selection: Extract<Selection, { kind: 'chosen' }>,
  version: string | undefined,
): Partial<Update> {
  const { package: pkg, goal } = selection;
  return {
    packageId: pkg.id,
    packageName: pkg.name,
    toVersion: pkg.version,
    release: pkg.release,
    size: pkg.size,
    ...(version === undefined ? {} : { fromVersion: version }),
    ...(pkg.probe === undefined ? {} : { probe: pkg.probe }),
    ...(goal.id === pkg.id ? {} : { onTheWayTo: goal.version }),
  };
}
