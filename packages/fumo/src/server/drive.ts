/**
 * Driving one open update. Theory of operation: nothing here follows a script; each message computes from the facts
 * (State and version read in this contact, the attempts and what became of them) the single next step.
 *
 *   no attempt active ── choose delivery ──► new
 *   new ── Replace PkgURL/PkgData ──► writing ── 200 ──► written ── Exec ──► sent ── 202 ──► accepted ── alert ──► end
 *   new (Update: nothing to write) ── Exec ──► sent          sent ── Status lost ──► unknown ── Get State only (F-074)
 *
 * An attempt is committed as `sent` with the message that carries its Exec, so it leaves at most once; a retry is a
 * new attempt with a new correlator. Exec needs a State read in this contact that is not 30, 40 or 60.
 */
import { isBusyState, stateUri } from '../object/index.ts';
import { awaitResult, resolveUnknown } from './await-result.ts';
import { chooseDelivery } from './choose-delivery.ts';
import type { FumoRoot } from './device-record.ts';
import {
  activeAttempt,
  addAttempt,
  changeAttempt,
  changeUpdate,
  type Draft,
  hasJustBegun,
  note,
} from './draft.ts';
import { readNow, stateOf } from './facts.ts';
import { type Outbox, sendGet } from './outbox.ts';
import { failUpdate } from './outcome.ts';
import type { PackageRecord } from './package-record.ts';
import { aim, createRoot, sendExec, sendPackage, sendUrl, words } from './send-step.ts';
import type { Attempt, AttemptKind, Update } from './update.ts';
import { unaskedLimits } from './uri-limits.ts';

type Target = Pick<PackageRecord, 'id' | 'size' | 'version'>;

/** The sentence for a person; commands are in the outbox. */
export function drive(draft: Draft, packages: readonly PackageRecord[], outbox: Outbox): string {
  const { update } = draft.device;
  const root = update === undefined ? undefined : pickRoot(draft, update, packages);
  if (update === undefined) {
    return 'nothing to do';
  }
  if (root === undefined) {
    const text = 'the device has no firmware update management object (FUMO)';
    failUpdate(draft, { reason: 'no-fumo', retry: 'never', text });
    return text;
  }
  const active = activeAttempt(update);
  if (hasJustBegun(draft.device, active)) {
    return `${aim(update)}: the device has accepted ${active?.kind ?? 'it'}, its result is awaited`;
  }
  if (!stateIsKnown(draft, root)) {
    sendGet(draft, outbox, stateUri(root.uri));
    return `${aim(update)}: its State is read first`;
  }
  switch (active?.state) {
    case undefined:
      return startNext(draft, update, root, packages, outbox);
    case 'new':
    case 'writing':
    case 'written':
      return goOn(draft, update, root, active, packages, outbox);
    case 'unknown':
      return resolveUnknown(draft, update, active, root);
    case 'accepted':
      return awaitResult(draft, update, active, root);
    default:
      return `${aim(update)}: waiting for the device to answer`;
  }
}

/** State was answered in this contact, well or badly (I-026), or the root has none. */
function stateIsKnown(draft: Draft, root: FumoRoot): boolean {
  return !root.state || !root.exists || readNow(draft.device, stateUri(root.uri)) !== undefined;
}

/** The root used before, the one asked for, the component's, else the first with an operation. */
function pickRoot(draft: Draft, update: Update, packages: readonly PackageRecord[]): FumoRoot | undefined {
  const { roots } = draft.device;
  const component = packages.find(({ id }) => id === update.packageId)?.component;
  const root =
    roots.find(({ uri }) => uri === update.root) ??
    roots.find(({ uri }) => component !== undefined && uri.endsWith(`/${component}`)) ??
    roots.find((one) => one.update || one.downloadAndUpdate || one.download) ??
    roots[0];
  if (root !== undefined && root.uri !== update.root) {
    changeUpdate(draft, { root: root.uri });
  }
  return root;
}

/** No attempt is under way: wait, end, or begin the next one. */
function startNext(
  draft: Draft,
  update: Update,
  root: FumoRoot,
  packages: readonly PackageRecord[],
  outbox: Outbox,
): string {
  const { now } = draft.ctx;
  const state = stateOf(draft.device, root.uri);
  if (update.state === 'installed' || update.state === 'unverified') {
    return `${aim(update)}: success reported, waiting for the version to show it`;
  }
  if (update.cancelAskedAt !== undefined) {
    changeUpdate(draft, { state: 'cancelled', retryAt: undefined }, 'cancelled by an operator');
    return 'the update was cancelled';
  }
  if (update.retryAt !== undefined && now < update.retryAt) {
    return `${aim(update)}: next attempt after ${new Date(update.retryAt).toISOString()} (${update.reason ?? 'earlier failure'})`;
  }
  const pkg = packages.find(({ id }) => id === update.packageId) ?? heldPackage(update);
  if (pkg === undefined) {
    changeUpdate(draft, { state: 'superseded', retryAt: undefined }, 'the package was withdrawn');
    return 'the package was withdrawn';
  }
  if (state !== undefined && isBusyState(state)) {
    return `${aim(update)}: the device is busy (State ${state})`; // F-073
  }
  const kind = isHeld(update, state) ? 'update' : chooseKind(draft, update, root, pkg);
  if (kind === undefined) {
    return draft.device.update?.deliveryWhy ?? 'no delivery method';
  }
  const attempt = newAttempt(draft, update, root, kind);
  addAttempt(draft, attempt);
  return goOn(draft, draft.device.update ?? update, root, attempt, packages, outbox);
}

/** Flow C1: what the device holds need not be one of ours; nothing of it is sent. */
function heldPackage(update: Update): Target | undefined {
  const { operation, packageId, toVersion = '' } = update;
  const held = operation === 'update-only' && packageId === undefined;
  return held ? { id: '', size: 0, version: toVersion } : undefined;
}

/** This update's download was stored, State does not deny it, and the update did not find it damaged. */
function isHeld(update: Update, state: number | undefined): boolean {
  const latest = [...update.attempts].reverse();
  const delivery = latest.findIndex(({ kind }) => kind === 'download' || kind === 'pkgdata');
  const since = latest.slice(0, Math.max(delivery, 0)).filter(({ state: end }) => end === 'failed');
  const damaged = since.some(({ result }) => result === 402);
  const kept = state === 50 || state === 70 || (state === undefined && since.length === 0);
  return latest[delivery]?.state === 'succeeded' && kept && !damaged;
}

function chooseKind(draft: Draft, update: Update, root: FumoRoot, pkg: Target): AttemptKind | undefined {
  const choice = chooseDelivery(draft.device, root, pkg, update.via, update.operation);
  if (choice.kind === 'none') {
    changeUpdate(draft, { delivery: undefined, deliveryWhy: choice.why });
    failUpdate(draft, { reason: 'no-delivery-method', retry: 'never', text: choice.why }); // F-134
    return undefined;
  }
  changeUpdate(draft, { delivery: choice.delivery, deliveryWhy: choice.why });
  if (update.deliveryWhy !== choice.why) {
    note(draft, 'update', `delivery: ${choice.why}`);
  }
  switch (choice.delivery.kind) {
    case 'pkgdata':
      return 'pkgdata';
    case 'download':
      return 'download';
    case 'combined':
      return 'download-and-update';
    case 'update-only':
      return 'update';
  }
}

function newAttempt(draft: Draft, update: Update, root: FumoRoot, kind: AttemptKind): Attempt {
  const number = (update.attempts.at(-1)?.number ?? 0) + 1;
  return {
    number,
    kind,
    state: 'new',
    correlator: `${update.id}.${number}`,
    root: root.uri,
    createdAt: draft.ctx.now,
    contact: draft.device.contacts,
  };
}

/** The next step of an attempt that nothing was executed for yet. */
function goOn(
  draft: Draft,
  update: Update,
  root: FumoRoot,
  attempt: Attempt,
  packages: readonly PackageRecord[],
  outbox: Outbox,
): string {
  const { contacts } = draft.device;
  const state = stateOf(draft.device, root.uri);
  if (update.cancelAskedAt !== undefined) {
    changeAttempt(draft, attempt.correlator, { state: 'abandoned', endedAt: draft.ctx.now });
    changeUpdate(draft, { state: 'cancelled', retryAt: undefined }, 'cancelled by an operator');
    return 'the update was cancelled';
  }
  if (state !== undefined && isBusyState(state)) {
    return `${aim(update)}: the device is busy (State ${state})`;
  }
  if (attempt.state === 'writing' && attempt.contact === contacts) {
    return `${aim(update)}: waiting for the device to take what was written`;
  }
  const unasked = root.exists ? [] : unaskedLimits(draft.device);
  if (unasked.length > 0) {
    for (const uri of unasked) {
      sendGet(draft, outbox, uri);
    }
    return `${aim(update)}: asking how long a URI may be, before a firmware object is made`;
  }
  if (!root.exists && root.add !== 'leaf') {
    return createRoot(draft, root, outbox);
  }
  // Written in an earlier session: the address is written again, which changes nothing by itself.
  const ready = attempt.state === 'written' && attempt.contact === contacts;
  if (attempt.kind === 'update' || ready) {
    sendExec(draft, root, attempt, outbox);
    return `${aim(update)}: the device is told to ${words(attempt.kind)}`;
  }
  const pkg = packages.find(({ id }) => id === update.packageId);
  if (pkg === undefined) {
    changeAttempt(draft, attempt.correlator, { state: 'abandoned', endedAt: draft.ctx.now });
    changeUpdate(draft, { state: 'superseded', retryAt: undefined }, 'the package was withdrawn');
    return 'the package was withdrawn';
  }
  return attempt.kind === 'pkgdata'
    ? sendPackage(draft, update, attempt, pkg, outbox)
    : sendUrl(draft, root, attempt, pkg, outbox);
}
