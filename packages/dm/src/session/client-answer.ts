import type { Item } from '@fumarole/syncml';
import { UsageError } from '../errors.ts';
import type { SessionPorts } from '../ports.ts';
import type {
  AnswerResult,
  ClientAccount,
  ClientAlert,
  ClientSession,
  CommandOutcome,
  PendingAnswer,
  Slot,
  Unit,
  WorkOutcome,
} from './client-types.ts';
import { beginMessage, carriedLength, writeMessage } from './client-write.ts';

/**
 * Writes the answer to the message that `receive` took: Statuses in command order, Results, Alerts. Work without an
 * outcome is answered 500. Everything reported here must be durable already.
 * @throws UsageError when `receive` did not ask for an answer, or an outcome is of work that it did not give.
 */
export function answer(
  session: ClientSession,
  account: ClientAccount,
  outcomes: readonly WorkOutcome[],
  alerts: readonly ClientAlert[],
  ports: SessionPorts,
): AnswerResult {
  const { pending } = session;
  if (pending === undefined) {
    throw new UsageError('no-server-message');
  }
  checkOutcomes(pending, outcomes);
  const { statuses, results } = unitsOf(session, account, pending, outcomes, ports);
  const fresh = alerts.filter((alert) => !isUnderWay(session, alert)).map(alertUnit);
  // Results of an earlier message stand first: an object on its way must not be interrupted.
  const queue = [...statuses, ...session.queue, ...results, ...fresh];
  const written = writeMessage({ ...droppedObject(session, pending, outcomes), queue }, account, ports);
  const over = pending.last === true;
  return { session: { ...written.session, ended: over }, account, out: written.out };
}

function checkOutcomes(pending: PendingAnswer, outcomes: readonly WorkOutcome[]): void {
  for (const { work } of outcomes) {
    if (!pending.slots.some((slot) => slot.kind === 'work' && slot.work === work)) {
      throw new UsageError('unknown-work', work);
    }
  }
}

function isUnderWay(session: ClientSession, alert: ClientAlert): boolean {
  return (
    session.outstanding.some(({ key }) => key === alert.key) ||
    session.queue.some((unit) => unit.kind === 'alert' && unit.alert.key === alert.key)
  );
}

function alertUnit(alert: ClientAlert): Unit {
  return { kind: 'alert', alert };
}

/** A refused piece ends its object: what comes after it is a new one. */
function droppedObject(
  session: ClientSession,
  pending: PendingAnswer,
  outcomes: readonly WorkOutcome[],
): ClientSession {
  const { object, ...rest } = session;
  const last = pending.slots.at(-1);
  if (object === undefined || last?.kind !== 'work') {
    return session;
  }
  const code = outcomes.find(({ work }) => work === last.work)?.outcomes[0]?.code;
  return code === 213 ? session : rest;
}

interface Units {
  readonly statuses: readonly Unit[];
  readonly results: readonly Unit[];
}

function unitsOf(
  session: ClientSession,
  account: ClientAccount,
  pending: PendingAnswer,
  outcomes: readonly WorkOutcome[],
  ports: SessionPorts,
): Units {
  const statuses: Unit[] = [];
  const items = new Map<string, Item[]>();
  for (const slot of pending.slots) {
    if (slot.kind === 'done') {
      statuses.push(slot.unit);
      continue;
    }
    for (const outcome of outcomesOf(slot, outcomes)) {
      const refused = (outcome.results ?? []).some((item) => !canSend(session, account, item, ports));
      statuses.push(statusUnit(pending, outcome, refused ? 413 : outcome.code));
      if (!refused && outcome.results !== undefined && outcome.results.length > 0) {
        items.set(outcome.cmdID, [...(items.get(outcome.cmdID) ?? []), ...outcome.results]);
      }
    }
  }
  const results = [...items].map(
    ([cmdRef, all]): Unit => ({ kind: 'results', msgRef: pending.msgRef, cmdRef, items: all }),
  );
  return { statuses, results };
}

function outcomesOf(
  slot: Extract<Slot, { kind: 'work' }>,
  outcomes: readonly WorkOutcome[],
): readonly CommandOutcome[] {
  const found = outcomes.find(({ work }) => work === slot.work)?.outcomes ?? [];
  return found.length > 0 ? found : [{ cmdID: slot.cmdID, cmd: slot.cmd, code: 500 }];
}

function statusUnit(pending: PendingAnswer, outcome: CommandOutcome, code: number): Unit {
  const { cmdID, cmd, targetRef, sourceRef, items } = outcome;
  return {
    kind: 'status',
    msgRef: pending.msgRef,
    cmdRef: cmdID,
    cmd,
    code,
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(sourceRef === undefined ? {} : { sourceRef }),
    ...(items === undefined ? {} : { items }),
  };
}

/** P-071: a value over the server's MaxObjSize, or one that can neither be cut nor fits a message, is a 413. */
function canSend(session: ClientSession, account: ClientAccount, item: Item, ports: SessionPorts): boolean {
  const size = carriedLength(item.Data);
  const { maxObjSize } = session.peer;
  if (maxObjSize !== undefined && size > maxObjSize) {
    return false;
  }
  if (session.limits.largeObjects !== false) {
    return true;
  }
  const draft = beginMessage(session, account, ports);
  const length = draft.measure((nextID) => ({
    kind: 'Results',
    CmdID: nextID(),
    MsgRef: 1,
    CmdRef: '9999',
    items: [item],
  }));
  return length <= draft.room;
}
