import type { Command } from '@fumarole/syncml';
import { CLIENT_LIMITS, SESSION_LIMITS } from '../limits.ts';
import type { SessionPorts } from '../ports.ts';
import { dropObject, takeServerCommand } from './client-commands.ts';
import { keepNonce, takeServerStatus } from './client-status.ts';
import type {
  ClientAccount,
  ClientEnd,
  ClientIncoming,
  ClientSession,
  PendingAnswer,
  ReceiveResult,
} from './client-types.ts';
import type { Reading } from './client-work.ts';
import { resolveURI } from './resp-uri.ts';
import type { ServerVerdict } from './verify-server.ts';
import { verifyServer } from './verify-server.ts';

/**
 * Takes one message of the server. Persist `account` and do `work` durably before `answer`; a message of another
 * session or version ends the session and nothing of it is executed (P-023).
 */
export function receive(
  session: ClientSession,
  account: ClientAccount,
  incoming: ClientIncoming,
  ports: SessionPorts,
): ReceiveResult {
  const { message } = incoming;
  if (session.ended) {
    return ended(session, account, session.serverAuth.failures > 0 ? 'server-not-authenticated' : 'done');
  }
  if (isForeign(session, incoming) || countCommands(message.body) > CLIENT_LIMITS.commands) {
    return ended(session, account, 'foreign-message');
  }
  const verdict = verifyServer(session, account, incoming, ports);
  const reading = beginReading(session, incoming, ports, verdict);
  for (const command of message.body) {
    if (command.kind === 'Status') {
      takeServerStatus(reading, command);
    } else if (command.kind !== 'Results') {
      takeServerCommand(reading, command);
    }
  }
  keepNonce(reading);
  return conclude(reading, verdict, account);
}

function isForeign(session: ClientSession, { message }: ClientIncoming): boolean {
  const { SessionID, VerDTD, VerProto } = message.hdr;
  return SessionID.trim() !== session.sessionID || VerDTD !== '1.2' || VerProto !== 'DM/1.2';
}

function countCommands(commands: readonly Command[]): number {
  let count = commands.length;
  for (const command of commands) {
    count += 'commands' in command ? countCommands(command.commands) : 0;
  }
  return count;
}

function ended(session: ClientSession, account: ClientAccount, end: ClientEnd): ReceiveResult {
  const { object } = session;
  return {
    session: { ...session, ended: true },
    account,
    work: object === undefined ? [] : [{ kind: 'drop-object', uri: object.uri }],
    delivered: [],
    answered: [],
    turn: 'end',
    end,
  };
}

function beginReading(
  session: ClientSession,
  { message }: ClientIncoming,
  ports: SessionPorts,
  verdict: ServerVerdict,
): Reading {
  const { MaxMsgSize, MaxObjSize } = message.hdr.Meta ?? {};
  const { pending: _, ...kept } = session;
  return {
    message,
    ports,
    session: {
      ...kept,
      url: resolveURI(message.hdr.RespURI, session.url),
      peer: {
        ...session.peer,
        ...(MaxMsgSize === undefined ? {} : { maxMsgSize: MaxMsgSize }),
        ...(MaxObjSize === undefined ? {} : { maxObjSize: MaxObjSize }),
      },
      serverAuth: verdict.serverAuth,
    },
    account: verdict.account,
    trusted: verdict.kind === 'accepted',
    denial: verdict.code,
    slots: [],
    work: [],
    delivered: [],
    answered: [],
    resend: false,
    commands: false,
    asked: false,
  };
}

function conclude(reading: Reading, verdict: ServerVerdict, before: ClientAccount): ReceiveResult {
  const { session, message } = reading;
  if (session.object !== undefined && message.final) {
    // The package is over and the last piece did not come.
    dropObject(reading);
  }
  settleOpenPackages(reading);
  const end = reading.end ?? whyEnd(reading, verdict);
  if (end !== undefined) {
    const over = ended(session, withServerOf(reading.account, before), end);
    const work = [...reading.work.filter(({ kind }) => kind === 'drop-object'), ...over.work];
    return { ...over, work, ...answers(reading) };
  }
  session.pending = pendingAnswer(reading, verdict);
  if (reading.resend) {
    requeue(reading);
  }
  return {
    session,
    account: reading.account,
    work: reading.work,
    turn: 'answer',
    ...answers(reading),
  };
}

/** The challenge of a message that is not answered never leaves: the server's nonce stays what it was (§6.5). */
function withServerOf(account: ClientAccount, before: ClientAccount): ClientAccount {
  const { server: _, ...rest } = account;
  return before.server === undefined ? rest : { ...rest, server: before.server };
}

function answers({
  delivered,
  answered,
  headerStatus,
}: Reading): Pick<ReceiveResult, 'delivered' | 'answered' | 'headerStatus'> {
  return { delivered, answered, ...(headerStatus === undefined ? {} : { headerStatus }) };
}

/** Which packages are open after this message, and whether asking on leads anywhere (I-044). */
function settleOpenPackages(reading: Reading): void {
  const { session, message } = reading;
  const waiting = session.queue.length > 0 || session.sending !== undefined;
  if (message.final) {
    session.serverOpen = false;
  } else if (reading.commands || !session.open) {
    session.serverOpen = true;
  }
  const vain = !reading.commands && !waiting && !reading.resend && (!message.final || reading.asked);
  session.asked = vain ? session.asked + 1 : 0;
  if (session.asked > CLIENT_LIMITS.idleMessages) {
    reading.end ??= 'endless';
  }
}

/** Nothing to answer: the session is over (P-007, P-008); nor is there an answer only to challenge (§6.4). */
function whyEnd(reading: Reading, verdict: ServerVerdict): ClientEnd | undefined {
  const { session } = reading;
  const waiting = session.queue.length > 0 || session.sending !== undefined;
  const needed = reading.commands || reading.resend || reading.asked || session.serverOpen || waiting;
  if (needed && verdict.kind !== 'refused') {
    return undefined;
  }
  if (verdict.kind === 'refused' && !reading.commands) {
    return 'server-not-authenticated';
  }
  return needed ? undefined : reading.trusted ? 'done' : 'server-not-authenticated';
}

function pendingAnswer(reading: Reading, verdict: ServerVerdict): PendingAnswer {
  const { hdr, final } = reading.message;
  return {
    msgRef: hdr.MsgID,
    targetRef: hdr.Target.LocURI.slice(0, SESSION_LIMITS.uriLength),
    sourceRef: hdr.Source.LocURI.slice(0, SESSION_LIMITS.uriLength),
    code: verdict.code,
    ...(verdict.chal === undefined ? {} : { chal: verdict.chal }),
    slots: reading.slots,
    resend: reading.resend,
    final,
    ...(verdict.kind === 'refused' ? { last: true } : {}),
  };
}

/** Everything of the last message goes out again, whether or not it got Statuses (I-040). */
function requeue(reading: Reading): void {
  const { session } = reading;
  // A piece goes out again as it was: the rest of its value is behind it.
  const rest = session.queue.filter((unit) => unit.kind !== 'results' || unit.offset === undefined);
  const again = session.last.filter((unit) => !rest.includes(unit));
  session.queue = [...again, ...rest];
  session.outstanding = session.outstanding.filter((row) => row.msgRef !== session.msgID);
  delete session.sending;
}
