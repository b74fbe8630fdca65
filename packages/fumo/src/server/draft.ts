/** The working copy of one consultation: a device value that is replaced step by step, and what is told about it. */

import type { DeviceRecord } from './device-record.ts';
import type { Instant } from './instant.ts';
import { MAX_ATTEMPTS, MAX_HISTORY } from './limits.ts';
import type { PlanContext, TimelineEntry, TimelineKind } from './plan-types.ts';
import type { Attempt, AttemptState, Update } from './update.ts';
import { isOpen } from './update-state.ts';

export interface Draft {
  device: DeviceRecord;
  readonly log: TimelineEntry[];
  readonly ctx: PlanContext;
}

export function newDraft(device: DeviceRecord, ctx: PlanContext): Draft {
  return { device, log: [], ctx };
}

/** Adds a line to the device's history. */
export function note(draft: Draft, kind: TimelineKind, text: string, data?: TimelineEntry['data']): void {
  const update = draft.device.update?.id;
  draft.log.push({
    at: draft.ctx.now,
    kind,
    text,
    ...(update === undefined ? {} : { update }),
    ...(data === undefined ? {} : { data }),
  });
}

/** Changes the present update; a change of state is told with `text`. */
export function changeUpdate(draft: Draft, changes: Partial<Update>, text?: string): void {
  const { update } = draft.device;
  if (update === undefined) {
    return;
  }
  const { now } = draft.ctx;
  const moved = changes.state !== undefined && changes.state !== update.state;
  const next: Update = { ...update, ...changes, updatedAt: now, ...(moved ? { stateAt: now } : {}) };
  draft.device = { ...draft.device, update: next };
  if (moved || text !== undefined) {
    note(draft, 'update', text ?? next.state, updateData(next));
  }
}

function updateData({ state, rawCode, reason }: Update): Record<string, string | number> {
  const data: Record<string, string | number> = { state };
  if (rawCode !== undefined) {
    data.code = rawCode;
  }
  if (reason !== undefined) {
    data.reason = reason;
  }
  return data;
}

/** Puts a new update in place; the one before goes to the history, closed when it was still open. */
export function replaceUpdate(device: DeviceRecord, update: Update, now: Instant): DeviceRecord {
  const { update: before, history, request: _served, ...rest } = device;
  if (before === undefined) {
    return { ...rest, update, history };
  }
  const overtaken = { state: 'superseded', stateAt: now, updatedAt: now, retryAt: undefined } as const;
  const closed = isOpen(before.state) ? { ...before, ...overtaken } : before;
  return { ...rest, update, history: [closed, ...history].slice(0, MAX_HISTORY) };
}

export function startUpdate(draft: Draft, update: Update, text: string): void {
  draft.device = replaceUpdate(draft.device, update, draft.ctx.now);
  note(draft, 'update', text, { state: update.state });
}

export function addAttempt(draft: Draft, attempt: Attempt): void {
  const attempts = draft.device.update?.attempts ?? [];
  changeUpdate(draft, { attempts: [...attempts, attempt].slice(-MAX_ATTEMPTS) });
}

/** Changes one attempt of the present update, by its correlator. */
export function changeAttempt(draft: Draft, correlator: string, changes: Partial<Attempt>): void {
  const attempts = draft.device.update?.attempts ?? [];
  changeUpdate(draft, {
    attempts: attempts.map((attempt) =>
      attempt.correlator === correlator ? { ...attempt, ...changes } : attempt,
    ),
  });
}

const ENDED: ReadonlySet<AttemptState> = new Set(['succeeded', 'failed', 'refused', 'abandoned']);

export function hasEnded(attempt: Attempt): boolean {
  return ENDED.has(attempt.state);
}

/** The attempt that is under way. */
export function activeAttempt(update: Update | undefined): Attempt | undefined {
  const last = update?.attempts.at(-1);
  return last === undefined || hasEnded(last) ? undefined : last;
}

/** An Exec is out that the device may be working on. */
export function inFlight(attempt: Attempt | undefined): boolean {
  return attempt?.state === 'sent' || attempt?.state === 'unknown' || attempt?.state === 'accepted';
}

export function attemptOf(update: Update | undefined, correlator: string): Attempt | undefined {
  return update?.attempts.find((attempt) => attempt.correlator === correlator);
}

/** Accepted in this very contact: there is nothing to read yet, the session may end. */
export function hasJustBegun(device: DeviceRecord, attempt: Attempt | undefined): boolean {
  return attempt?.state === 'accepted' && attempt.acceptedContact === device.contacts;
}
