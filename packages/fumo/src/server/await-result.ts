/** An Exec is with the device: its alert, its State, its version or the limit of the stage decides (I-022, F-130). */
import { isBusyState, resultInfo } from '../object/index.ts';
import type { FumoRoot } from './device-record.ts';
import { changeAttempt, changeUpdate, type Draft, note } from './draft.ts';
import { stateOf } from './facts.ts';
import { MAX_EXTENSIONS } from './limits.ts';
import { fail, succeed } from './outcome.ts';
import type { PlannerConfig } from './plan-types.ts';
import { profileOf } from './profiles/profile-of.ts';
import type { Attempt, Update } from './update.ts';
import type { UpdateState } from './update-state.ts';

/** The Status was lost: State alone tells whether the operation runs, has ended, or never began (F-074). */
export function resolveUnknown(draft: Draft, update: Update, attempt: Attempt, root: FumoRoot): string {
  const state = stateOf(draft.device, root.uri);
  if (state === undefined) {
    // No State to read: it may run, so it is awaited like an accepted one.
    assumeAccepted(draft, attempt);
    return 'the Exec got no Status and State cannot be read; waiting for the result';
  }
  if (isBusyState(state)) {
    assumeAccepted(draft, attempt);
    note(draft, 'attempt', `State ${state} shows that the device took the Exec`);
    return showProgress(draft, update, attempt, state);
  }
  if (isTerminalOf(attempt, state)) {
    assumeAccepted(draft, attempt);
    return awaitResult(draft, update, { ...attempt, state: 'accepted' }, root);
  }
  changeAttempt(draft, attempt.correlator, { state: 'abandoned', endedAt: draft.ctx.now });
  fail(
    draft,
    { ...attempt, state: 'abandoned' },
    { state: 'abandoned' },
    {
      reason: 'no-answer',
      retry: 'retry',
      text: `the Exec never took effect (State ${state})`,
    },
  );
  return `the Exec never took effect (State ${state})`;
}

/** Accepted: show what State says; deduce the end when no alert comes; give up at the limit. */
export function awaitResult(draft: Draft, update: Update, attempt: Attempt, root: FumoRoot): string {
  const state = stateOf(draft.device, root.uri);
  if (state !== undefined && !isBusyState(state) && isTerminalOf(attempt, state)) {
    return deduceFromState(draft, attempt, state);
  }
  if (isOverdue(draft.device.update ?? update, attempt, draft.ctx.now, draft.ctx.config)) {
    return decideOverdue(draft, update, attempt, state);
  }
  return showProgress(draft, update, attempt, state);
}

/** How long the device may take for what it accepted. */
export function stageLimit(attempt: Attempt, config: PlannerConfig): number {
  return attempt.kind === 'update'
    ? config.updateLimitMs
    : attempt.kind === 'download-and-update'
      ? config.downloadLimitMs + config.updateLimitMs
      : config.downloadLimitMs;
}

export function isOverdue(update: Update, attempt: Attempt, now: number, config: PlannerConfig): boolean {
  const since = attempt.acceptedAt ?? attempt.sentAt ?? attempt.createdAt;
  return now - since > stageLimit(attempt, config) * (1 + update.extensions);
}

function assumeAccepted(draft: Draft, attempt: Attempt): void {
  const { now } = draft.ctx;
  const acceptedContact = attempt.contact;
  const state: UpdateState = attempt.kind === 'update' ? 'installing' : 'downloading';
  changeAttempt(draft, attempt.correlator, {
    state: 'accepted',
    acceptedAt: attempt.sentAt ?? now,
    acceptedContact,
  });
  changeUpdate(draft, { state });
}

/** A State that this operation can have ended in, and not just one left over from before. */
function isTerminalOf(attempt: Attempt, state: number): boolean {
  const ends: readonly number[] =
    attempt.kind === 'download'
      ? [20, 50]
      : attempt.kind === 'update'
        ? [70, 80, 90, 100]
        : [20, 70, 80, 90, 100];
  return ends.includes(state) && state !== attempt.stateBefore;
}

/**
 * State has ended but no alert came. It may still be under way, so the first contact only takes note, and the next one
 * deduces; a family that never sends results is believed at once. A late alert refines the result (F-089).
 */
function deduceFromState(draft: Draft, attempt: Attempt, state: number): string {
  const { contacts } = draft.device;
  const waits = attempt.terminalContact === undefined || attempt.terminalContact === contacts;
  if (waits && profileOf(draft.device).resultAlert) {
    changeAttempt(draft, attempt.correlator, { terminalContact: contacts });
    return `State ${state}: the result alert is awaited until the next contact`;
  }
  const deduced = { deduced: true } as const;
  const text = `State ${state} without a result alert`;
  if (state === 50 || state === 90 || state === 100) {
    succeed(draft, attempt, deduced, `${text}: taken as success`);
  } else {
    const { reason, retry } = resultInfo(state === 20 ? 409 : 410);
    fail(draft, attempt, deduced, { reason, retry, text: `${text}: taken as failure` });
  }
  return text;
}

/** F-130: the limit has passed and the device is here: busy gets one extension, anything else is over. */
function decideOverdue(draft: Draft, update: Update, attempt: Attempt, state: number | undefined): string {
  if (state !== undefined && isBusyState(state) && update.extensions < MAX_EXTENSIONS) {
    changeUpdate(
      draft,
      { extensions: update.extensions + 1, overdueAt: undefined },
      `still busy (State ${state}) after its limit; extended once`,
    );
    return `still busy (State ${state}); extended once`;
  }
  const { now } = draft.ctx;
  changeAttempt(draft, attempt.correlator, {
    state: 'abandoned',
    endedAt: now,
    endedContact: draft.device.contacts,
  });
  const seen = state === undefined ? 'its State cannot be read' : `State is ${state}`;
  const text = `no result of ${attempt.kind} within the limit; ${seen}`;
  changeUpdate(draft, { state: 'timed-out', reason: 'stage-time-out', overdueAt: undefined }, text);
  return text;
}

/** The device's State in the server's words. */
function showProgress(draft: Draft, update: Update, attempt: Attempt, state: number | undefined): string {
  const word: UpdateState | undefined =
    state === 30 ? 'downloading' : state === 60 ? 'installing' : state === 40 ? 'downloaded' : undefined;
  if (word !== undefined && draft.device.update?.state !== word) {
    changeUpdate(draft, { state: word }, `State ${state}: ${word}`);
  }
  const at = state === undefined ? '' : ` (State ${state})`;
  return `${update.toVersion ?? 'the update'}: waiting for the result of ${attempt.kind}${at}`;
}
