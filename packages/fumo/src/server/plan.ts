/**
 * The planner: from what is known of a device and what it should have, the commands of this one message. Computed
 * anew each time from facts alone (level-triggered), never from a stored script; see `drive.ts` for an update's steps.
 */

import type { ServerCommand } from '@fumarole/dm/server';
import { probeOf, unansweredVersionUris, versionFact } from './device-facts.ts';
import type { DeviceRecord } from './device-record.ts';
import { discover, discoveryIsStale, withRoots } from './discovery.ts';
import { activeAttempt, type Draft, hasJustBegun, newDraft, note } from './draft.ts';
import { drive } from './drive.ts';
import { nextDue, withDue } from './due.ts';
import { FIRMWARE_VERSION, LARGE_OBJECTS, readRecently } from './facts.ts';
import { fitRecord } from './fit-record.ts';
import { mayUpdate, pursueGoal } from './goal.ts';
import { refineFailure, unreadLastResult } from './last-result.ts';
import { MAX_GETS_PER_MESSAGE, MAX_TURNS } from './limits.ts';
import { keyFor, type Outbox, sendGet } from './outbox.ts';
import type { PackageRecord } from './package-record.ts';
import type { Plan, PlanContext } from './plan-types.ts';
import { profileOf } from './profiles/profile-of.ts';
import { aim } from './send-step.ts';
import { cannotSend } from './settle.ts';
import { textFor } from './text-for.ts';
import { sendTreeCommands } from './tree-commands.ts';
import type { AskedBy } from './update.ts';
import { isOpen } from './update-state.ts';
import { overLimit } from './uri-limits.ts';
import { unverifiedForGood, verify } from './verify.ts';

/**
 * Plans one message. `packages` are those for the device's manufacturer and model; `requests` the keys of update
 * requests in the message being answered: 200 when update commands follow, else 202 (F-117).
 */
export function plan(
  device: DeviceRecord,
  packages: readonly PackageRecord[],
  ctx: PlanContext,
  requests: readonly string[] = [],
): Plan {
  const draft = newDraft(device, ctx);
  const outbox: Outbox = { commands: [] };
  const asked = device.request;
  const hopeful = requests.length > 0 && mayUpdate(device, packages, ctx);
  const why = decide(draft, packages, outbox);
  // Facts may have been missing at first: what was asked in this contact is answered when it is decided.
  const decided = asked?.contact === device.contacts && draft.device.request === undefined;
  if (decided && !hopeful && isIdle(draft, outbox)) {
    disappoint(draft, outbox, asked.by);
  }
  withholdLongUris(draft, outbox);
  addNeededGet(draft, outbox);
  const status = hopeful && outbox.commands.length > 0 ? 200 : 202;
  const dueAt = nextDue(draft.device, ctx.config, ctx.now);
  return {
    device: fitRecord(withDue(withWhy(draft.device, why), dueAt)),
    commands: outbox.commands,
    alertStatus: new Map(requests.map((key) => [key, status])),
    log: draft.log,
    why,
    ...(dueAt === undefined ? {} : { dueAt }),
  };
}

const URI_TOO_LONG = 414;

function withWhy(device: DeviceRecord, why: string): DeviceRecord {
  return device.why === why ? device : { ...device, why };
}

function decide(draft: Draft, packages: readonly PackageRecord[], outbox: Outbox): string {
  const { quarantine, session } = draft.device;
  if (quarantine !== undefined) {
    return `in quarantine: ${quarantine.reason}`;
  }
  if (session === undefined || session.turns >= MAX_TURNS) {
    return 'the session has gone on for too long; the rest follows at the next contact';
  }
  draft.device = { ...draft.device, session: { ...session, turns: session.turns + 1 } };
  sendTreeCommands(draft, outbox);
  verify(draft, packages);
  refineFailure(draft);
  const facts = readFacts(draft, packages, outbox);
  if (facts !== undefined) {
    return facts;
  }
  const goal = pursueGoal(draft, packages);
  switch (goal.kind) {
    case 'nothing':
      return goal.why;
    case 'ask':
      goal.uris.slice(0, MAX_GETS_PER_MESSAGE).forEach((uri) => {
        sendGet(draft, outbox, uri);
      });
      return goal.why;
    case 'drive':
      return driveWhenQuiet(draft, packages, outbox);
  }
}

/** Operators' commands are answered before an operation is begun, so that neither disturbs the other. */
function driveWhenQuiet(draft: Draft, packages: readonly PackageRecord[], outbox: Outbox): string {
  const { update } = draft.device;
  if (outbox.commands.length > 0 && update !== undefined) {
    return `${aim(update)}: after the operator's commands`;
  }
  if (activeAttempt(update) === undefined) {
    for (const uri of searchRoots(draft).slice(0, MAX_GETS_PER_MESSAGE)) {
      sendGet(draft, outbox, uri);
    }
  }
  if (outbox.commands.length > 0) {
    return 'looking for the firmware object of the device';
  }
  const before = activeAttempt(update);
  const why = drive(draft, packages, outbox);
  const next = draft.device.update;
  // An attempt ended without a word of the device: what follows it belongs into this message.
  const ended = before !== undefined && activeAttempt(next) === undefined && next !== undefined;
  return ended && isOpen(next.state) && outbox.commands.length === 0 ? drive(draft, packages, outbox) : why;
}

/** Gets that must be answered first: DevDetail, the version when it decides, the FUMO roots. Undefined: all known. */
function readFacts(draft: Draft, packages: readonly PackageRecord[], outbox: Outbox): string | undefined {
  const { ctx } = draft;
  const before = outbox.commands.length;
  const probe = draft.device.update?.probe ?? probeOf(packages);
  const detail = profileOf(draft.device).detail.map((leaf) => `./DevDetail/${leaf}`);
  const stale = detail.filter((uri) => {
    const fresh = readRecently(draft.device, uri, ctx.now, Math.max(ctx.config.refreshMs, versionAge(draft)));
    // HwV, SwV and LrgObj change with the firmware at most; FwV is what tells.
    if (uri === LARGE_OBJECTS && draft.device.described?.largeObjects !== undefined) return false;
    return uri === FIRMWARE_VERSION ? fresh === undefined : draft.device.nodes[uri] === undefined;
  });
  const proof = unansweredVersionUris(draft.device, probe, ctx.now, versionAge(draft));
  // Found with another firmware: searched again when an update is to be driven.
  const search = draft.device.discovery.state === 'done' ? [] : searchRoots(draft);
  for (const uri of [...stale, ...proof, ...unreadLastResult(draft), ...search].slice(
    0,
    MAX_GETS_PER_MESSAGE,
  )) {
    sendGet(draft, outbox, uri);
  }
  return outbox.commands.length > before ? 'reading what the device is and runs' : undefined;
}

/** While an update is open its version is read in every contact; otherwise now and then. */
function versionAge({ device, ctx }: Draft): number {
  const { update } = device;
  if (hasJustBegun(device, activeAttempt(update))) {
    return Number.POSITIVE_INFINITY;
  }
  const open = update !== undefined && isOpen(update.state);
  return open && !unverifiedForGood(update, ctx.now, ctx.config) ? 0 : ctx.config.refreshMs;
}

function searchRoots(draft: Draft): readonly string[] {
  const { ctx } = draft;
  const fact = versionFact(draft.device, undefined, ctx.now, ctx.config.refreshMs);
  if (!discoveryIsStale(draft.device, fact.value)) {
    return [];
  }
  if (draft.device.discovery.state === 'done' || draft.device.discovery.at === undefined) {
    const again = draft.device.discovery.state === 'done';
    // What a firmware did not support, another may (I-027).
    const unsupported = again ? {} : draft.device.unsupported;
    draft.device = { ...draft.device, unsupported, discovery: { state: 'open', at: ctx.now } };
  }
  const step = discover(draft.device);
  if (step.kind === 'ask') {
    return step.uris;
  }
  draft.device = withRoots(draft.device, step.roots, step.how, ctx.now);
  const found = step.roots.map(({ uri }) => uri).join(', ');
  note(draft, 'facts', found === '' ? step.how : `firmware object ${found}: ${step.how}`);
  return [];
}

/** S-014: what is longer than the device takes does not go out. */
function withholdLongUris(draft: Draft, outbox: Outbox): void {
  const held = outbox.commands.filter((command) => tooLong(draft.device, command));
  for (const { key } of held) {
    outbox.commands.splice(
      outbox.commands.findIndex((command) => command.key === key),
      1,
    );
    cannotSend(draft, key, URI_TOO_LONG);
  }
}

function tooLong(device: DeviceRecord, command: ServerCommand): boolean {
  if ('commands' in command) return command.commands.some((child) => tooLong(device, child));
  const uris =
    command.kind === 'copy' ? [command.source, command.target] : 'uri' in command ? [command.uri] : [];
  return uris.some((uri) => overLimit(device, uri) !== undefined);
}

function isIdle({ device }: Draft, { commands }: Outbox): boolean {
  const open = device.update !== undefined && isOpen(device.update.state);
  return commands.length === 0 && !open;
}

/** A user who asked and gets nothing may be told so (F-119); some families want a leaf written instead. */
function disappoint(draft: Draft, outbox: Outbox, by: AskedBy): void {
  if (by !== 'user' && by !== 'device') {
    return;
  }
  const { noUpdateSign: sign, userInteraction } = profileOf(draft.device);
  const text = textFor(draft.ctx.config.upToDateTexts, draft.device.language);
  if (sign !== undefined) {
    const { uri, value: data } = sign;
    outbox.commands.push({ kind: 'replace', key: keyFor(draft, 'sign update'), uri, format: 'chr', data });
  } else if (by === 'user' && userInteraction && text !== '') {
    outbox.commands.push({
      kind: 'alert',
      key: keyFor(draft, 'show text'),
      code: 1100,
      items: ['MINDT=10', text],
    });
  }
}

/** interop-notes.md §2.1: commands without a Get beside them are not answered. */
function addNeededGet(draft: Draft, outbox: Outbox): void {
  const { needsGet } = profileOf(draft.device);
  const { resync = false, nextKey = 0 } = draft.device.session ?? {};
  // N-029: only a device that is told something hands over the nonce of the next package 0.
  if (resync && nextKey === 1 && outbox.commands.length === 0) {
    sendGet(draft, outbox, FIRMWARE_VERSION);
  }
  if (needsGet && outbox.commands.length > 0 && !outbox.commands.some(({ kind }) => kind === 'get')) {
    sendGet(draft, outbox, FIRMWARE_VERSION);
  }
}
