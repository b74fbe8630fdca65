/**
 * What the end of an attempt means for its update (F-113, fumo.md §6): success moves it on; a failure is retried with
 * back-off and jitter, asked again later, or final, by its class and within the limit of the class.
 */
import type { Reason, RetryClass } from '../object/index.ts';
import { stateUri } from '../object/index.ts';
import { changeAttempt, changeUpdate, type Draft } from './draft.ts';
import { FIRMWARE_VERSION, staled, versionUris } from './facts.ts';
import type { Instant, Random } from './instant.ts';
import type { PlannerConfig } from './plan-types.ts';
import type { Attempt, Update } from './update.ts';
import type { UpdateState } from './update-state.ts';

export interface Failure {
  readonly reason: Reason;
  /** `other-way`: the mechanism is not available; another one is chosen at once. */
  readonly retry: RetryClass | 'other-way';
  readonly text: string;
  readonly code?: number;
  readonly kind?: 'result' | 'status';
}

/** Ends an attempt well: a download leaves a held package, an update awaits its proof. */
export function succeed(draft: Draft, attempt: Attempt, ended: Partial<Attempt>, text: string): void {
  end(draft, attempt, { ...ended, state: 'succeeded' });
  const installed = attempt.kind === 'update' || attempt.kind === 'download-and-update';
  const state: UpdateState = installed ? 'installed' : 'downloaded';
  changeUpdate(
    draft,
    {
      state,
      retryAt: undefined,
      overdueAt: undefined,
      reason: undefined,
      rawCode: undefined,
      rawKind: undefined,
    },
    text,
  );
}

/** Ends an attempt badly and decides what becomes of the update. */
export function fail(draft: Draft, attempt: Attempt, ended: Partial<Attempt>, failure: Failure): void {
  end(draft, attempt, { state: 'failed', ...ended });
  failUpdate(draft, failure);
}

/** The same for a failure that belongs to no attempt. */
export function failUpdate(draft: Draft, failure: Failure): void {
  const { update } = draft.device;
  if (update === undefined) {
    return;
  }
  const raw = { reason: failure.reason, rawCode: failure.code, rawKind: failure.kind };
  const { state, retryAt, failures, refusals, words } = verdict(update, failure, draft);
  changeUpdate(
    draft,
    { ...raw, state, retryAt, failures, refusals, overdueAt: undefined },
    `${failure.text}${words}`,
  );
}

interface Verdict {
  readonly state: UpdateState;
  readonly retryAt?: Instant;
  readonly failures: number;
  readonly refusals: number;
  readonly words: string;
}

function verdict(update: Update, { retry, reason }: Failure, { ctx }: Draft): Verdict {
  const { config, now, random } = ctx;
  const { failures, refusals } = update;
  if (update.cancelAskedAt !== undefined) {
    return { state: 'cancelled', failures, refusals, words: '; cancelled by an operator meanwhile' };
  }
  if (retry === 'other-way') {
    return { state: 'assigned', failures, refusals, words: '; another way is looked for' };
  }
  const own = isDevicesOwn(update);
  if (retry === 'user') {
    const asked = refusals + 1;
    const again = asked < config.maxRefusals && !own;
    const retryAt = again ? now + config.askAgainMs : undefined;
    return {
      state: 'refused',
      failures,
      refusals: asked,
      retryAt,
      words: again ? '; asked again later' : '',
    };
  }
  const limit = retry === 'retry' ? config.maxFailures : retry === 'limited' ? config.maxDoubtfulFailures : 0;
  if (failures + 1 < limit && !own) {
    const retryAt = now + backOff(failures, config, random);
    const words = `; tried again after ${new Date(retryAt).toISOString()}`;
    return { state: 'assigned', failures: failures + 1, refusals, retryAt, words };
  }
  const words = limit > 1 && !own ? ` for the ${failures + 1}th time; no further attempt` : '';
  return {
    state: reason === 'rolled-back' ? 'rolled-back' : 'failed',
    failures: failures + 1,
    refusals,
    words,
  };
}

/** What the device began by itself we cannot begin again: we do not know what it was (flows C2, D2). */
function isDevicesOwn({ askedBy, packageId, provisional }: Update): boolean {
  return askedBy === 'device' && packageId === undefined && provisional !== true;
}

/** Doubling pause with up to a quarter of jitter, so that a fleet does not come back at once. */
export function backOff(failures: number, config: PlannerConfig, random: Random): number {
  const pause = Math.min(config.retryMaxMs, config.retryBaseMs * 2 ** Math.min(failures, 30));
  const [high = 0, low = 0] = random(2);
  return Math.round(pause + (pause / 4) * ((high * 256 + low) / 65_536));
}

/** Facts that the end of an operation makes stale are read again (std-objects.md §7). */
function end(draft: Draft, attempt: Attempt, changes: Partial<Attempt>): void {
  const { now } = draft.ctx;
  changeAttempt(draft, attempt.correlator, { endedAt: now, endedContact: draft.device.contacts, ...changes });
  if (attempt.kind === 'pkgdata' || attempt.kind === 'download') {
    draft.device = staled(draft.device, stateUri(attempt.root));
  } else {
    forgetVolatile(draft, attempt.root);
  }
}

/** State and version may have changed. */
export function forgetVolatile(draft: Draft, root: string): void {
  const known = draft.device.roots.find(({ uri }) => uri === root);
  const uris = versionUris(known, draft.device.update?.probe);
  draft.device = staled(draft.device, stateUri(root), FIRMWARE_VERSION, './DevDetail/SwV', ...uris);
}
