import type { Command, SyncHdr } from '@fumarole/syncml';
import { PeerError } from '../errors.ts';
import { SESSION_LIMITS } from '../limits.ts';
import type { SessionPorts } from '../ports.ts';
import type {
  ClosedWhy,
  Incoming,
  Outstanding,
  OwedStatus,
  ServerAccount,
  ServerEvent,
  ServerSession,
  SessionConfig,
  StepResult,
} from './server-types.ts';

/** Which session a message belongs to, whether it is its turn, and the answer when it is not (§1.1, §8). */

/** @throws PeerError when no answer could be given to it. */
export function checkHeader(hdr: SyncHdr): void {
  const { sessionIDLength, uriLength } = SESSION_LIMITS;
  const uris = [hdr.Source.LocURI, hdr.Target.LocURI];
  if (hdr.SessionID.length > sessionIDLength || uris.some((uri) => uri.length > uriLength)) {
    throw new PeerError('header-too-long', 400);
  }
}

export function belongs(session: ServerSession, hdr: SyncHdr): boolean {
  return session.sessionID === hdr.SessionID && session.device === hdr.Source.LocURI;
}

/** P-016. A repeated end of a closed session is still a retry, but MsgID 1 then opens a new one (P-018). */
export function isRetry(session: ServerSession, incoming: Incoming, ports: SessionPorts): boolean {
  const { received, state } = session;
  const { MsgID } = incoming.message.hdr;
  return (
    received.msgID === MsgID &&
    received.sha256 === incoming.bodySha256 &&
    ports.now - received.at <= SESSION_LIMITS.retryWindow &&
    (state !== 'closed' || MsgID !== 1)
  );
}

export function freshSession(incoming: Incoming, ports: SessionPorts): ServerSession {
  const { hdr } = incoming.message;
  return {
    version: 1,
    sessionID: hdr.SessionID,
    device: hdr.Source.LocURI,
    target: hdr.Target.LocURI,
    verDTD: hdr.VerDTD.slice(0, SESSION_LIMITS.sessionIDLength),
    verProto: hdr.VerProto.slice(0, SESSION_LIMITS.sessionIDLength),
    state: 'setup',
    received: { msgID: hdr.MsgID, sha256: incoming.bodySha256, at: ports.now },
    msgID: 0,
    peer: {},
    auth: { state: 'none', failures: 0 },
    serverAuth: { state: 'unproven', challenges: 0 },
    outstanding: [],
    owed: [],
    opened: false,
    idle: 0,
  };
}

export function replacedEvents(session: ServerSession): readonly ServerEvent[] {
  if (session.state === 'closed') {
    return [];
  }
  return [...unanswered(session), { kind: 'closed', why: 'replaced' }];
}

/** What is left without an answer when a session ends or the client's package does (P-020). */
export function unanswered(session: ServerSession): readonly ServerEvent[] {
  const { outstanding, sending, collecting } = session;
  const events: ServerEvent[] = outstanding
    .filter((row) => row.state !== 'answered' && !isAnsweredContainer(row, outstanding))
    .map(({ key }) => ({ kind: 'no-answer', key }));
  if (sending !== undefined) {
    events.push({ kind: 'object-failed', key: sending.key, reason: 'no-answer' });
  }
  if (collecting !== undefined) {
    events.push({ kind: 'chunk-failed', key: collecting.key, uri: collecting.uri, code: 424 });
  }
  return events;
}

/** Some clients give no Status for a container when they took its children (§9). */
function isAnsweredContainer(row: Outstanding, all: readonly Outstanding[]): boolean {
  return all.some(
    (child) => child.parent === row.cmdRef && child.msgRef === row.msgRef && child.state === 'answered',
  );
}

/** A later message of a session that is not known here: the client starts anew. */
export function strayMessage(account: ServerAccount, incoming: Incoming, ports: SessionPorts): StepResult {
  const session: ServerSession = {
    ...freshSession(incoming, ports),
    state: 'closed',
    owed: [headerStatus(incoming, 400)],
    pending: { turn: 'ended', why: 'bad-message', abort: true },
  };
  return { session, account, events: [], turn: 'ended', stray: true };
}

/** P-025: a gap, or backwards. Only who can show the session's token may end it. */
export function outOfOrder(
  session: ServerSession,
  account: ServerAccount,
  incoming: Incoming,
  ports: SessionPorts,
): StepResult {
  const stray = session.state === 'closed' || !incoming.transport.tokenValid;
  const after: ServerSession = {
    ...session,
    state: 'closed',
    received: { ...session.received, at: ports.now },
    outstanding: [],
    owed: [headerStatus(incoming, isLastWord(session, incoming) ? 200 : 400)],
    pending: { turn: 'ended', why: 'bad-message' },
  };
  const events: readonly ServerEvent[] = stray
    ? []
    : [...unanswered(session), { kind: 'closed', why: 'bad-message' }];
  return { session: after, account, events, turn: 'ended', ...(stray ? { stray } : {}) };
}

/** Some clients say their lone Status for the SyncHdr when the session is over already (§2 rule 6). */
function isLastWord({ state, received }: ServerSession, { message }: Incoming): boolean {
  const statuses = message.body.every(({ kind }) => kind === 'Status');
  return state === 'closed' && statuses && message.hdr.MsgID === received.msgID + 1;
}

export function headerStatus(incoming: Incoming, code: number, items?: readonly string[]): OwedStatus {
  const { hdr } = incoming.message;
  return {
    msgRef: hdr.MsgID,
    cmdRef: '0',
    cmd: 'SyncHdr',
    code,
    targetRef: hdr.Target.LocURI,
    sourceRef: hdr.Source.LocURI,
    ...(items === undefined ? {} : { items }),
  };
}

export function closeWith(
  session: ServerSession,
  account: ServerAccount,
  before: readonly ServerEvent[],
  status: OwedStatus,
  why: ClosedWhy,
): StepResult {
  const closed: ServerSession = {
    ...session,
    state: 'closed',
    outstanding: [],
    owed: [status],
    pending: { turn: 'ended', why },
  };
  const events: readonly ServerEvent[] = [...before, ...unanswered(session), { kind: 'closed', why }];
  return { session: closed, account, events, turn: 'ended' };
}

/** What is refused before anyone asks who sent it: versions (§8), too many commands and endless names for them. */
export function refusedHeader(
  incoming: Incoming,
  config: SessionConfig,
): { readonly status: OwedStatus; readonly why: ClosedWhy } | undefined {
  const { hdr, body } = incoming.message;
  const dtds = config.acceptDm11 ? ['1.2', '1.1'] : ['1.2'];
  if (!dtds.includes(hdr.VerDTD)) {
    return { status: headerStatus(incoming, 505, dtds), why: 'version' };
  }
  const protocols = dtds.map((version) => `DM/${version}`);
  if (!protocols.includes(hdr.VerProto)) {
    return { status: headerStatus(incoming, 513, protocols), why: 'version' };
  }
  return countStatuses(body) > SESSION_LIMITS.commands || body.some(hasLongID)
    ? { status: headerStatus(incoming, 400), why: 'bad-message' }
    : undefined;
}

function hasLongID(command: Command): boolean {
  const children = 'commands' in command ? command.commands : [];
  return command.CmdID.length > SESSION_LIMITS.cmdIDLength || children.some(hasLongID);
}

/** Statuses that a message will cost us. */
function countStatuses(commands: readonly Command[]): number {
  let count = 0;
  for (const command of commands) {
    if (command.kind === 'Alert') {
      count += Math.max(1, command.items.length);
    } else if (command.kind !== 'Status' && command.kind !== 'Results') {
      count += 1 + ('commands' in command ? countStatuses(command.commands) : 0);
    }
  }
  return count;
}
