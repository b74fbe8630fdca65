/** What the server has to do about a device without having heard from it: retry, time limits, silence (F-130). */
import { isOverdue, stageLimit } from './await-result.ts';
import type { DeviceRecord } from './device-record.ts';
import { activeAttempt, changeAttempt, changeUpdate, type Draft, inFlight, newDraft, note } from './draft.ts';
import type { Instant } from './instant.ts';
import type { PlanContext, PlannerConfig, TimelineEntry } from './plan-types.ts';
import type { Update } from './update.ts';
import { isOpen } from './update-state.ts';
import { unverifiedForGood } from './verify.ts';

export interface DueResult {
  readonly device: DeviceRecord;
  readonly log: readonly TimelineEntry[];
  /** The device should be woken by package 0, if it can be. */
  readonly wake: boolean;
}

/** Evaluates a device whose `dueAt` has come. */
export function evaluateDue(device: DeviceRecord, ctx: PlanContext): DueResult {
  const draft = newDraft(device, ctx);
  const wake = evaluate(draft);
  const dueAt = nextDue(draft.device, ctx.config, ctx.now);
  return { device: withDue(draft.device, dueAt), log: draft.log, wake };
}

/** When a device falls due: the next retry, the end of its stage, or the day that it counts as silent. */
export function nextDue(device: DeviceRecord, config: PlannerConfig, now: Instant): Instant | undefined {
  const { update } = device;
  const waiting = update !== undefined && (isOpen(update.state) || update.state === 'refused');
  if (!waiting || device.quarantine !== undefined || unverifiedForGood(update, now, config)) {
    return undefined;
  }
  const times: readonly (Instant | undefined)[] = [
    update.retryAt,
    stageDue(device, update, config),
    update.state === 'silent' || update.state === 'refused'
      ? undefined
      : heardOf(device, update.createdAt) + config.silentMs + 1,
  ];
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** The end of the present stage: of what the device accepted, or of a delivery that broke off. */
function stageDue(device: DeviceRecord, update: Update, config: PlannerConfig): Instant | undefined {
  const attempt = activeAttempt(update);
  if (attempt === undefined) {
    return undefined;
  }
  if (!inFlight(attempt)) {
    return update.overdueAt === undefined ? heardOf(device, attempt.createdAt) + config.graceMs : undefined;
  }
  const begun = attempt.acceptedAt ?? attempt.sentAt ?? attempt.createdAt;
  return update.overdueAt === undefined
    ? begun + stageLimit(attempt, config) * (1 + update.extensions) + 1
    : update.overdueAt + config.graceMs;
}

function heardOf(device: DeviceRecord, since: Instant): Instant {
  return Math.max(device.lastSeen ?? 0, since);
}

export function withDue(device: DeviceRecord, dueAt: Instant | undefined): DeviceRecord {
  if (device.dueAt === dueAt) {
    return device;
  }
  const { dueAt: _before, ...rest } = device;
  return dueAt === undefined ? rest : { ...rest, dueAt };
}

/** True: wake the device. */
function evaluate(draft: Draft): boolean {
  const { update } = draft.device;
  const { now, config } = draft.ctx;
  if (update === undefined || !(isOpen(update.state) || update.state === 'refused')) {
    return false;
  }
  if (update.retryAt !== undefined && update.retryAt <= now) {
    if (update.state === 'refused') {
      changeUpdate(draft, { state: 'assigned', retryAt: undefined }, 'asked again');
    } else {
      changeUpdate(
        draft,
        { retryAt: undefined },
        'the pause is over: the next attempt follows at the next contact',
      );
    }
    return true;
  }
  const attempt = activeAttempt(update);
  if (attempt !== undefined && inFlight(attempt) && isOverdue(update, attempt, now, config)) {
    return overdue(draft, update, attempt.correlator);
  }
  if (attempt !== undefined && !inFlight(attempt) && update.overdueAt === undefined) {
    const heard = heardOf(draft.device, attempt.createdAt);
    if (now - heard >= config.graceMs) {
      changeUpdate(draft, { overdueAt: now });
      note(draft, 'update', 'the delivery broke off and the device stayed away: it is notified');
      return true;
    }
  }
  const heard = heardOf(draft.device, update.createdAt);
  if (update.state !== 'silent' && now - heard > config.silentMs) {
    changeUpdate(
      draft,
      { state: 'silent', beforeSilence: update.state },
      `silent since ${new Date(heard).toISOString()}`,
    );
    return true;
  }
  return false;
}

/** First the device is notified, so that its State can decide; without a contact the stage has timed out. */
function overdue(draft: Draft, update: Update, correlator: string): boolean {
  const { now, config } = draft.ctx;
  if (update.overdueAt === undefined) {
    changeUpdate(draft, { overdueAt: now });
    note(draft, 'update', 'no result within the limit: the device is notified, its State will decide');
    return true;
  }
  if (now - update.overdueAt >= config.graceMs) {
    changeAttempt(draft, correlator, {
      state: 'abandoned',
      endedAt: now,
      endedContact: draft.device.contacts,
    });
    const text = 'no result within the limit, and the device did not show up when notified';
    changeUpdate(draft, { state: 'timed-out', reason: 'stage-time-out', overdueAt: undefined }, text);
  }
  return false;
}
