import { SESSION_LIMITS } from '../limits.ts';
import { unanswered } from './server-order.ts';
import { breakOff } from './server-results.ts';
import type { ServerInput } from './server-table.ts';
import { SERVER_TABLE } from './server-table.ts';
import type { ClosedWhy, OwedStatus, PendingReply, StepResult } from './server-types.ts';
import type { ServerWork } from './server-work.ts';
import type { Verdict } from './verify-client.ts';

/** Looks up what the message makes of the session, and freezes it. */
export function conclude(work: ServerWork, verdict: Verdict, header: OwedStatus): StepResult {
  const { session } = work;
  const strict = work.end === 'bad-message';
  const input = classify(work, verdict);
  const { state, turn } = SERVER_TABLE[session.state][input];
  const why = verdict.kind === 'refused' ? 'refused' : work.end;
  session.state = state;
  // The first Status is the SyncHdr's; what an earlier message still waits for comes before the new (P-006).
  session.owed = [strict ? { ...header, code: 400 } : header, ...session.owed, ...work.owed];
  session.pending = pendingReply(work, verdict, turn, why);
  if (state === 'closed') {
    work.events.push(...unanswered(session), { kind: 'closed', why: why ?? 'done' });
    session.outstanding = [];
    delete session.sending;
    delete session.collecting;
  }
  return { session: { ...session }, account: work.account, events: work.events, turn };
}

function pendingReply(
  work: ServerWork,
  verdict: Verdict,
  turn: PendingReply['turn'],
  why: ClosedWhy | undefined,
): PendingReply {
  return {
    turn,
    ...(verdict.chal === undefined ? {} : { chal: verdict.chal }),
    ...(verdict.missing === true ? { missing: true } : {}),
    ...(why === undefined ? {} : { why }),
    ...(work.end === 'endless' ? { abort: true } : {}),
  };
}

/** Reduces the message to a column of the table. */
function classify(work: ServerWork, verdict: Verdict): ServerInput {
  const { session, message } = work;
  if (verdict.kind !== 'accepted') {
    return work.end === 'aborted' ? 'abort' : verdict.kind;
  }
  if (work.end !== undefined) {
    return 'abort';
  }
  if (session.collecting !== undefined && message.final && !work.pieceArrived) {
    breakOff(work);
  }
  session.idle = message.final || work.progress || work.chunkAccepted ? 0 : session.idle + 1;
  if (session.idle > SESSION_LIMITS.idleMessages) {
    work.end = 'endless';
    return 'abort';
  }
  if (session.sending !== undefined && (work.chunkAccepted || !message.final)) {
    return work.chunkAccepted ? 'chunk' : 'wait';
  }
  if (session.collecting !== undefined) {
    return 'partial';
  }
  if (message.final) {
    closePackage(work);
    return 'complete';
  }
  return 'open';
}

/** The client's package is closed: what has no Status now gets none, except after 101 (P-020). */
function closePackage(work: ServerWork): void {
  const { session } = work;
  const progress = session.outstanding.filter((row) => row.state === 'progress');
  const open = session.outstanding.filter((row) => row.state !== 'progress');
  work.events.push(...unanswered({ ...session, outstanding: open }));
  session.outstanding = progress;
  delete session.sending;
}
