/** Boot-verified truth: what the version that a device reports says about its update (design, Update life; F-129). */

import { isBusyState } from '../object/index.ts';
import { versionFact } from './device-facts.ts';
import { activeAttempt, changeAttempt, changeUpdate, type Draft, inFlight, note } from './draft.ts';
import { stateOf } from './facts.ts';
import type { PackageRecord } from './package-record.ts';
import type { Update } from './update.ts';

/** Compares the version read in this contact with the update; called when it is known. */
export function verify(draft: Draft, packages: readonly PackageRecord[]): void {
  const { update } = draft.device;
  if (update === undefined || update.provisional === true) {
    return;
  }
  const { now } = draft.ctx;
  const fact = versionFact(draft.device, update.probe, now, 0);
  if (!fact.known) {
    return;
  }
  switch (update.state) {
    case 'installed':
    case 'unverified':
      proveInstalled(draft, update, fact.value, packages);
      break;
    case 'confirmed':
      watchConfirmed(draft, update, fact.value, packages);
      break;
    case 'failed':
    case 'rolled-back':
    case 'timed-out':
      mendClosed(draft, update, fact.value);
      break;
    // `regressed` was confirmed once: a version that comes and goes is no second success.
    case 'regressed':
    case 'cancelled':
    case 'refused':
    case 'superseded':
    case 'not-needed':
    case 'unprovable':
      return;
    default:
      watchOpen(draft, update, fact.value);
      break;
  }
}

/** Success was reported; only the version proves it, read in a later contact than the Exec's. */
function proveInstalled(
  draft: Draft,
  update: Update,
  version: string | undefined,
  packages: readonly PackageRecord[],
): void {
  const last = update.attempts.at(-1);
  const { contacts } = draft.device;
  const later = contacts > (last?.acceptedContact ?? last?.contact ?? -1);
  const untold = update.toVersion === undefined && version !== undefined && version !== update.fromVersion;
  if (later && untold) {
    proveUntold(draft, update, version, packages);
    return;
  }
  if (version === update.toVersion && version !== undefined && later) {
    if (version === update.fromVersion) {
      changeUpdate(
        draft,
        { state: 'unprovable' },
        `installed; ${version} before and after cannot be told apart`,
      );
    } else {
      confirm(draft, update, `confirmed: the device reports ${version}`);
    }
    return;
  }
  if (!later) {
    return; // the same contact proves nothing; read again in the next one
  }
  if (version !== undefined && version !== update.fromVersion && version !== update.toVersion) {
    const text = `reports ${version}, neither ${update.fromVersion ?? 'the old version'} nor ${update.toVersion}`;
    changeUpdate(draft, { state: 'superseded' }, text);
    return;
  }
  const backAgain = update.state === 'installed' && contacts > (last?.endedContact ?? contacts);
  if (version !== undefined && backAgain) {
    const text = `success was reported, but the device is back at ${version}`;
    changeUpdate(draft, { state: 'rolled-back', reason: 'rolled-back' }, text);
    return;
  }
  flagUnverified(draft, update, version);
}

/** The target was never told (flows C1, D2): a version that one of our packages makes is proof, any other is not. */
function proveUntold(
  draft: Draft,
  update: Update,
  version: string,
  packages: readonly PackageRecord[],
): void {
  const ours = packages.find((pkg) => pkg.version === version);
  if (ours === undefined) {
    changeUpdate(draft, { state: 'unprovable' }, `installed; reports ${version}, the target was never told`);
    return;
  }
  const { id: packageId, name: packageName, release, size } = ours;
  const told = { packageId, packageName, release, size, toVersion: version };
  changeUpdate(draft, told);
  confirm(draft, { ...update, ...told }, `confirmed: the device reports ${version}`);
}

function flagUnverified(draft: Draft, update: Update, version: string | undefined): void {
  const seen = version === undefined ? 'its version cannot be read' : `it still reports ${version}`;
  const last = update.attempts.at(-1);
  if (last?.terminalContact === draft.device.contacts && update.state === 'unverified') {
    return; // counted in this contact
  }
  if (last !== undefined) {
    changeAttempt(draft, last.correlator, { terminalContact: draft.device.contacts });
  }
  changeUpdate(
    draft,
    { state: 'unverified', reason: 'version-unchanged', unverifiedContacts: update.unverifiedContacts + 1 },
    update.state === 'unverified' ? undefined : `success was reported, but ${seen}`,
  );
}

/** True when a reported success has stayed unproved for too long: no more is asked for its sake. */
export function unverifiedForGood(
  update: Update,
  now: number,
  config: { readonly maxUnverifiedContacts: number; readonly unverifiedMs: number },
): boolean {
  return (
    update.state === 'unverified' &&
    (update.unverifiedContacts > config.maxUnverifiedContacts || now - update.stateAt > config.unverifiedMs)
  );
}

function watchConfirmed(
  draft: Draft,
  update: Update,
  version: string | undefined,
  packages: readonly PackageRecord[],
): void {
  if (version === undefined || update.toVersion === undefined || version === update.toVersion) {
    return;
  }
  const release = packages.find((pkg) => pkg.version === version)?.release;
  const newer = release !== undefined && update.release !== undefined && release > update.release;
  if (!newer) {
    const text = `was confirmed with ${update.toVersion}, reports ${version} now`;
    changeUpdate(draft, { state: 'regressed' }, text);
  }
}

/** The device tells the truth after all: a lost alert, a wrong result code, an update that came through late. */
function mendClosed(draft: Draft, update: Update, version: string | undefined): void {
  const executed = update.attempts.some(({ acceptedAt }) => acceptedAt !== undefined);
  if (version !== undefined && version === update.toVersion && version !== update.fromVersion && executed) {
    confirm(draft, update, `confirmed after all: the device reports ${version}`);
  }
}

/** Before and during the work: already there, changed by something else, or done without a word. */
function watchOpen(draft: Draft, update: Update, version: string | undefined): void {
  const active = activeAttempt(update);
  if (version === undefined || version === update.fromVersion) {
    return;
  }
  if (update.toVersion === undefined) {
    return;
  }
  if (version === update.toVersion) {
    arrived(draft, update, version);
  } else if (!inFlight(active) && update.fromVersion !== undefined && update.state !== 'downloading') {
    const text = `the device reports ${version} now; this update began at ${update.fromVersion}`;
    changeUpdate(draft, { state: 'superseded', retryAt: undefined }, text);
  }
}

function arrived(draft: Draft, update: Update, version: string): void {
  const active = activeAttempt(update);
  const { contacts } = draft.device;
  const executed = update.attempts.filter(({ sentAt, kind }) => sentAt !== undefined && kind !== 'download');
  if (executed.length === 0) {
    if (active !== undefined) {
      changeAttempt(draft, active.correlator, { state: 'abandoned', endedAt: draft.ctx.now });
    }
    changeUpdate(draft, { state: 'not-needed', retryAt: undefined }, `not needed: already runs ${version}`);
    return;
  }
  const state = update.root === undefined ? undefined : stateOf(draft.device, update.root);
  const later = executed.every(({ contact }) => contact < contacts);
  if (!later || (state !== undefined && isBusyState(state))) {
    return;
  }
  if (active !== undefined) {
    // The alert may still come; it is recorded then and counted once.
    changeAttempt(draft, active.correlator, {
      state: 'succeeded',
      deduced: true,
      endedAt: draft.ctx.now,
      endedContact: contacts,
    });
    note(draft, 'attempt', 'no result alert so far, but the version proves the update');
  }
  confirm(draft, update, `confirmed: the device reports ${version}`);
}

/** A stepping stone that somebody asked for goes on to its goal, whatever the policy. */
function confirm(draft: Draft, update: Update, text: string): void {
  changeUpdate(draft, { state: 'confirmed', reason: 'success', retryAt: undefined }, text);
  if (update.onTheWayTo !== undefined && update.askedBy !== 'policy' && draft.device.request === undefined) {
    const { askedBy: by, via, operation, named } = update;
    const request = { by, via, operation, at: draft.ctx.now, contact: draft.device.contacts };
    draft.device = {
      ...draft.device,
      request: named === undefined ? request : { ...request, packageId: named },
    };
  }
}
