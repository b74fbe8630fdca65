import type { SessionPorts } from '../ports.ts';
import { takeBody } from './server-body.ts';
import { conclude } from './server-conclude.ts';
import {
  belongs,
  checkHeader,
  closeWith,
  freshSession,
  headerStatus,
  isRetry,
  outOfOrder,
  refusedHeader,
  replacedEvents,
  strayMessage,
} from './server-order.ts';
import type {
  Incoming,
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

function proceed(
  session: ServerSession,
  account: ServerAccount,
  incoming: Incoming,
  ports: SessionPorts,
  config: SessionConfig,
  before: readonly ServerEvent[],
): StepResult {
  // Without the token of a session that is under way only credentials can show whose message this is.
  const doubtful = session.opened && !incoming.transport.tokenValid;
  const refusal = refusedHeader(incoming, config);
  if (refusal !== undefined) {
    const closed = closeWith(session, account, before, refusal.status, refusal.why);
    return doubtful ? { ...closed, events: [], stray: true } : closed;
  }
  const verdict = verifyClient({ auth: session.auth, account, incoming, ports });
  if (verdict.kind !== 'accepted' && doubtful) {
    const closed = closeWith(session, account, [], headerStatus(incoming, 401), 'refused');
    return { ...closed, events: [], turn: 'refused', stray: true };
  }
  const work = beginWork(session, account, incoming, ports, config, verdict);
  work.events.push(...before);
  takeVerdict(work, verdict);
  takeBody(work, verdict);
  return conclude(work, verdict, headerStatus(incoming, verdict.code));
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
    const { scheme, crossed } = verdict;
    work.events.push({ kind: 'authenticated', scheme, ...(crossed === undefined ? {} : { crossed }) });
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
    ...(work.session.auth.resync === undefined ? {} : { resync: true }),
  });
}
