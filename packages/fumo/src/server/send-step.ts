/** The steps of an attempt that leave as commands: the root, the package, its address, the Exec. */
import type { BlobRef } from '@fumarole/syncml';
import { FUMO_MOI, operationUri, pkgDataUri, pkgUrlUri, stateUri } from '../object/index.ts';
import type { FumoRoot } from './device-record.ts';
import { changeAttempt, changeUpdate, type Draft, note } from './draft.ts';
import { staled, stateOf } from './facts.ts';
import { keyFor, type Outbox } from './outbox.ts';
import { failUpdate } from './outcome.ts';
import type { PackageRecord } from './package-record.ts';
import { profileOf } from './profiles/profile-of.ts';
import type { Attempt, AttemptKind, Update } from './update.ts';

/** What is going on, for a sentence. */
export function aim(update: Update | undefined): string {
  return `updating ${update?.fromVersion ?? ''} → ${update?.toVersion ?? '?'}`.replace('  ', ' ');
}

/** F-041: Add where the tree has none; the Status makes the root exist. */
export function createRoot(draft: Draft, root: FumoRoot, outbox: Outbox): string {
  const refused = draft.device.unsupported[`add ${root.uri}`];
  if (refused !== undefined) {
    const text = `the device does not let a firmware object be created (${refused})`;
    failUpdate(draft, { reason: 'no-fumo', retry: 'never', text });
    return text;
  }
  const key = keyFor(draft, `add ${root.uri}`);
  // Families whose objects carry an older identifier choose it themselves.
  const type = root.found === 'ddf' ? { type: FUMO_MOI } : {};
  outbox.commands.push({ kind: 'add', key, uri: root.uri, format: 'node', ...type, data: '' });
  return `creating the firmware object ${root.uri}`;
}

/** The package itself, by reference (F-010); no Exec before its 200 (F-123). */
export function sendPackage(
  draft: Draft,
  update: Update,
  attempt: Attempt,
  pkg: PackageRecord,
  outbox: Outbox,
): string {
  const data: BlobRef = { sha256: pkg.id, offset: 0, length: pkg.size };
  const key = keyFor(draft, `data ${attempt.correlator}`);
  const uri = pkgDataUri(attempt.root);
  outbox.commands.push({ kind: 'replace', key, uri, format: 'bin', type: pkg.contentType, data });
  changeAttempt(draft, attempt.correlator, { state: 'writing', contact: draft.device.contacts });
  changeUpdate(draft, { state: 'downloading' }, `the package is sent as a large object (${pkg.size} octets)`);
  return `${aim(update)}: sending the package as a large object`;
}

/** F-012, F-132: the address first; the Exec follows its 200, or goes along where the family wants that. */
export function sendUrl(
  draft: Draft,
  root: FumoRoot,
  attempt: Attempt,
  pkg: PackageRecord,
  outbox: Outbox,
): string {
  const { exec } = profileOf(draft.device);
  const url = makeUrl(draft, attempt, pkg);
  const operation = attempt.kind === 'download' ? 'download' : 'download-and-update';
  const create = !root.exists && root.add === 'leaf';
  const key = keyFor(draft, `url ${attempt.correlator}`);
  const uri = pkgUrlUri(root.uri, operation);
  const write = { kind: create ? 'add' : 'replace', key, uri, format: 'chr', data: url } as const;
  changeAttempt(draft, attempt.correlator, { state: 'writing', url, contact: draft.device.contacts });
  changeUpdate(
    draft,
    { state: 'offered' },
    `offered: the device is given the address for ${words(attempt.kind)}`,
  );
  if (exec === 'next-message') {
    outbox.commands.push(write);
  } else {
    const batch: Outbox = { commands: [write] };
    sendExec(draft, root, { ...attempt, url }, batch);
    const key = keyFor(draft, `batch ${attempt.correlator}`);
    const whole = { kind: 'sequence', key, commands: batch.commands } as const;
    outbox.commands.push(...(exec === 'sequence' ? [whole] : batch.commands));
  }
  return `${aim(draft.device.update)}: the device is given the download address`;
}

/** Made when it is sent, so that its term begins then. */
function makeUrl({ device, ctx }: Draft, { correlator }: Attempt, pkg: PackageRecord): string {
  const delivery = device.update?.delivery;
  const descriptor = delivery !== undefined && 'descriptor' in delivery && delivery.descriptor;
  return descriptor
    ? ctx.urls.descriptor(device.id, correlator, pkg)
    : ctx.urls.package(device.id, correlator, pkg);
}

/** The one place that an Exec leaves from. */
export function sendExec(draft: Draft, root: FumoRoot, attempt: Attempt, outbox: Outbox): void {
  const { device, ctx } = draft;
  const stateBefore = stateOf(device, root.uri);
  const operation = attempt.kind === 'pkgdata' ? 'update' : attempt.kind;
  changeAttempt(draft, attempt.correlator, {
    state: 'sent',
    sentAt: ctx.now,
    contact: device.contacts,
    ...(stateBefore === undefined ? {} : { stateBefore }),
  });
  if (draft.device.update?.state === 'assigned') {
    changeUpdate(draft, { state: 'offered' }, `offered: the device is told to ${words(attempt.kind)}`);
  }
  // Whatever was read before says nothing any more, above all when the Status is lost (F-074).
  draft.device = staled(draft.device, stateUri(root.uri));
  const { correlator } = attempt;
  const key = keyFor(draft, `exec ${correlator}`);
  outbox.commands.push({ kind: 'exec', key, uri: operationUri(root.uri, operation), correlator });
  note(draft, 'attempt', `attempt ${attempt.number}: told to ${words(attempt.kind)}`, {
    attempt: attempt.number,
  });
}

/** The operation in words. */
export function words(kind: AttemptKind): string {
  return kind === 'download-and-update' ? 'download and update' : kind;
}
