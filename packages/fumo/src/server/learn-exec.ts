/** Status of an Exec (fumo.md §4.1). */
import { operationUri } from '../object/index.ts';
import { attemptOf, changeAttempt, changeUpdate, type Draft, note } from './draft.ts';
import { withUnsupported } from './facts.ts';
import { fail, forgetVolatile } from './outcome.ts';
import { execFailure, isGood } from './status-failure.ts';
import type { Attempt } from './update.ts';
import type { UpdateState } from './update-state.ts';

export function learnExecStatus(draft: Draft, correlator: string, code: number): void {
  const attempt = attemptOf(draft.device.update, correlator);
  if (attempt === undefined || (attempt.state !== 'sent' && attempt.state !== 'unknown')) {
    return; // the alert was faster, or the update is over
  }
  if (isGood(code)) {
    accept(draft, attempt, code);
    return;
  }
  refuse(draft, attempt, code);
}

/** 202, or 200 for a synchronous end: the alert is owed either way (I-025, F-064). */
function accept(draft: Draft, attempt: Attempt, code: number): void {
  const { now } = draft.ctx;
  const state: UpdateState = attempt.kind === 'update' ? 'installing' : 'downloading';
  changeAttempt(draft, attempt.correlator, {
    state: 'accepted',
    status: code,
    acceptedAt: now,
    acceptedContact: draft.device.contacts,
  });
  forgetVolatile(draft, attempt.root);
  changeUpdate(
    draft,
    { state, reason: undefined, rawCode: undefined, rawKind: undefined },
    `the device accepted ${attempt.kind} (${code})`,
  );
}

/** F-073: State is read next; busy means wait, otherwise the attempt is made anew by its class. */
function refuse(draft: Draft, attempt: Attempt, code: number): void {
  const kind = attempt.kind === 'pkgdata' ? 'update' : attempt.kind;
  const uri = operationUri(attempt.root, kind);
  const failure = execFailure(code, uri);
  if (failure.retry === 'other-way') {
    draft.device = withUnsupported(draft.device, `exec ${uri}`, code);
    note(draft, 'facts', `${uri} cannot be executed on this device (${code})`);
  }
  fail(draft, attempt, { state: 'refused', status: code }, failure);
}
