import type { Command, SyncHdr } from '@fumarole/syncml';
import { PeerError } from '../errors.ts';
import { SESSION_LIMITS } from '../limits.ts';
import type { SessionPorts } from '../ports.ts';
import { refuseAll, takeCommand } from './server-commands.ts';
import { breakOff, takeResults } from './server-results.ts';
import { takeStatus } from './server-status.ts';
import type { ServerInput } from './server-table.ts';
import { SERVER_TABLE } from './server-table.ts';
import type {
  ClosedWhy,
  Incoming,
  Outstanding,
  OwedStatus,
  PendingReply,
  ServerAccount,
  ServerEvent,
  ServerSession,
  SessionConfig,
  StepResult,
} from './server-types.ts';
import type { ServerWork } from './server-work.ts';
import type { Verdict } from './verify-client.ts';
import { verifyClient } from './verify-client.ts';

/**
 * Takes one message of a device. `session` is the stored one of this device and SessionID, if any; the returned session
 * answers the message through `reply` (unless the turn is `retry`) and is stored after that.
 * @throws PeerError when the SyncHdr is longer than the limits: nothing can be answered.
 */
export function step(
  session: ServerSession | undefined,
  account: ServerAccount,
  incoming: Incoming,
  ports: SessionPorts,
  config: SessionConfig,
): StepResult {
  const { hdr } = incoming.message;
  checkHeader(hdr);
  const own = session !== undefined && belongs(session, hdr) ? session : undefined;
  if (own !== undefined && isRetry(own, incoming, ports)) {
    return { session: own, account, events: [], turn: 'retry' };
  }
  if (hdr.MsgID === 1) {
    const before = session === undefined ? [] : replacedEvents(session);
    return proceed(freshSession(incoming, ports), account, incoming, ports, config, before);
  }
  if (own === undefined) {
    return strayMessage(account, incoming, ports);
  }
  if (hdr.MsgID !== own.received.msgID + 1 || own.state === 'closed') {
    return outOfOrder(own, account, incoming, ports);
  }
  const received = { msgID: hdr.MsgID, sha256: incoming.bodySha256, at: ports.now };
  return proceed({ ...own, received }, account, incoming, ports, config, []);
}

function checkHeader(hdr: SyncHdr): void {
  const { sessionIDLength, uriLength } = SESSION_LIMITS;
  const uris = [hdr.Source.LocURI, hdr.Target.LocURI];
  if (hdr.SessionID.length > sessionIDLength || uris.some((uri) => uri.length > uriLength)) {
    throw new PeerError('header-too-long', 400);
  }
}

function belongs(session: ServerSession, hdr: SyncHdr): boolean {
  return session.sessionID === hdr.SessionID && session.device === hdr.Source.LocURI;
}

/** P-016. A repeated end of a closed session is still a retry, but MsgID 1 then opens a new one (P-018). */
function isRetry(session: ServerSession, incoming: Incoming, ports: SessionPorts): boolean {
  const { received, state } = session;
  const { MsgID } = incoming.message.hdr;
  return (
    received.msgID === MsgID &&
    received.sha256 === incoming.bodySha256 &&
    ports.now - received.at <= SESSION_LIMITS.retryWindow &&
    (state !== 'closed' || MsgID !== 1)
  );
}

function freshSession(incoming: Incoming, ports: SessionPorts): ServerSession {
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

function replacedEvents(session: ServerSession): readonly ServerEvent[] {
  if (session.state === 'closed') {
    return [];
  }
  return [...unanswered(session), { kind: 'closed', why: 'replaced' }];
}

/** What is left without an answer when a session ends or the client's package does (P-020). */
function unanswered(session: ServerSession): readonly ServerEvent[] {
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
function strayMessage(account: ServerAccount, incoming: Incoming, ports: SessionPorts): StepResult {
  const session: ServerSession = {
    ...freshSession(incoming, ports),
    state: 'closed',
    owed: [headerStatus(incoming, 400)],
    pending: { turn: 'ended', why: 'bad-message', abort: true },
  };
  return { session, account, events: [], turn: 'ended', stray: true };
}

/** P-025: a gap, or backwards. Only who can show the session's token may end it. */
function outOfOrder(
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
    owed: [headerStatus(incoming, 400)],
    pending: { turn: 'ended', why: 'bad-message' },
  };
  const events: readonly ServerEvent[] = stray
    ? []
    : [...unanswered(session), { kind: 'closed', why: 'bad-message' }];
  return { session: after, account, events, turn: 'ended', ...(stray ? { stray } : {}) };
}

function headerStatus(incoming: Incoming, code: number, items?: readonly string[]): OwedStatus {
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

function proceed(
  session: ServerSession,
  account: ServerAccount,
  incoming: Incoming,
  ports: SessionPorts,
  config: SessionConfig,
  before: readonly ServerEvent[],
): StepResult {
  const refusal = refusedHeader(incoming, config);
  if (refusal !== undefined) {
    return closeWith(session, account, before, refusal.status, refusal.why);
  }
  const verdict = verifyClient({ auth: session.auth, account, incoming, ports });
  const known = ['accepted', 'each', 'open'].includes(session.auth.state);
  if (verdict.kind !== 'accepted' && known && !incoming.transport.tokenValid) {
    const status = headerStatus(incoming, 401);
    return { ...closeWith(session, account, before, status, 'refused'), turn: 'refused', stray: true };
  }
  const work = beginWork(session, account, incoming, ports, config, verdict);
  work.events.push(...before);
  takeVerdict(work, verdict);
  takeBody(work, verdict);
  return finish(work, verdict, headerStatus(incoming, verdict.code));
}

/** What is refused before anyone asks who sent it: versions (§8) and too many commands. */
function refusedHeader(
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
  return countStatuses(body) > SESSION_LIMITS.commands
    ? { status: headerStatus(incoming, 400), why: 'bad-message' }
    : undefined;
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

function closeWith(
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

function beginWork(
  session: ServerSession,
  account: ServerAccount,
  incoming: Incoming,
  ports: SessionPorts,
  config: SessionConfig,
  verdict: Verdict,
): ServerWork {
  const { message } = incoming;
  const { MaxMsgSize, MaxObjSize } = message.hdr.Meta ?? {};
  const peer = {
    ...session.peer,
    ...(MaxMsgSize === undefined ? {} : { maxMsgSize: MaxMsgSize }),
    ...(MaxObjSize === undefined ? {} : { maxObjSize: MaxObjSize }),
  };
  const { noEnd: _, pending: __, ...kept } = session;
  return {
    message,
    config,
    ports,
    session: { ...kept, peer, auth: verdict.auth },
    account: verdict.account ?? account,
    events: [],
    owed: [],
    accepted: verdict.kind === 'accepted',
    progress: false,
    chunkAccepted: false,
    pieceArrived: false,
  };
}

function takeVerdict(work: ServerWork, verdict: Verdict): void {
  if (verdict.failure !== undefined) {
    const { failures } = verdict.auth;
    work.events.push({ kind: 'authentication-failed', reason: verdict.failure, count: failures });
  }
  if (verdict.scheme !== undefined) {
    work.events.push({ kind: 'authenticated', scheme: verdict.scheme });
  }
  const { nonce } = work.session.serverAuth;
  if (work.accepted && nonce !== undefined && work.account.server !== undefined) {
    // The peer that gave this nonce is authenticated now (P-091).
    work.account = { ...work.account, server: { ...work.account.server, nonce } };
  }
  if (work.accepted && !work.session.opened) {
    openSession(work);
  }
}

function openSession(work: ServerWork): void {
  const { hdr, body } = work.message;
  const { maxMsgSize, maxObjSize } = work.session.peer;
  const code = body.find((command) => command.kind === 'Alert' && /^120[01]$/.test(command.Data ?? ''));
  const trigger = code?.kind !== 'Alert' ? undefined : code.Data === '1200' ? 1200 : 1201;
  if (trigger === undefined && work.config.strictPackage1) {
    work.end = 'bad-message';
    return;
  }
  work.session.opened = true;
  work.events.push({
    kind: 'opened',
    trigger,
    source: hdr.Source.LocURI,
    ...(hdr.Source.LocName === undefined ? {} : { sourceName: hdr.Source.LocName }),
    sessionID: hdr.SessionID,
    ...(maxMsgSize === undefined ? {} : { maxMsgSize }),
    ...(maxObjSize === undefined ? {} : { maxObjSize }),
    verProto: hdr.VerProto,
  });
}

function takeBody(work: ServerWork, verdict: Verdict): void {
  const bad = work.end === 'bad-message';
  for (const command of work.message.body) {
    if (command.kind === 'Status') {
      takeStatus(work, command);
    } else if (!work.accepted || bad) {
      refuseAll(work, command, bad ? 400 : verdict.code);
    } else if (command.kind === 'Results') {
      takeResults(work, command);
    } else {
      takeCommand(work, command);
    }
  }
  if (work.denied !== undefined) {
    takeBackDenied(work, work.denied);
  }
}

/** The client executed nothing of the message whose credential it refused (P-089). */
function takeBackDenied(work: ServerWork, denied: { readonly msgRef: number; readonly code: number }): void {
  const { session } = work;
  for (const row of session.outstanding) {
    if (row.msgRef === denied.msgRef && row.state === 'open') {
      work.events.push({ kind: 'not-executed', key: row.key, code: denied.code });
    }
  }
  session.outstanding = session.outstanding.filter((row) => row.msgRef !== denied.msgRef);
  if (session.sending?.msgRef === denied.msgRef) {
    work.events.push({ kind: 'not-executed', key: session.sending.key, code: denied.code });
    delete session.sending;
  }
}

function finish(work: ServerWork, verdict: Verdict, header: OwedStatus): StepResult {
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
