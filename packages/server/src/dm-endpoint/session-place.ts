/**
 * Where a message's session is kept. A device has one session, and only who has proved to be the device may touch it.
 * Everybody else, the device too before it has answered our challenge, is a caller in one of a few slots beside it; the
 * caller that proves itself takes the place of the device's session (P-017). So a first message in a device's name,
 * without or with wrong credentials, ends nothing, and the number of sessions that nobody vouches for is bounded.
 */
import type { ServerSession, StepResult } from '@fumarole/dm/server';
import type { SyncHdr } from '@fumarole/syncml';
import { sha256Hex } from '../access/digests.ts';
import type { SessionRow, Store } from '../store/port.ts';
import type { DmRequest } from './exchange.ts';
import { CALLER_SLOTS } from './limits.ts';

/** A message after its step on the session that it belongs to. */
export interface Placed {
  readonly stepped: StepResult;
  /** The row that the step began with. */
  readonly row: SessionRow | undefined;
  /** The row is a caller's, in this slot; absent: it is the device's session. */
  readonly slot?: number;
}

export interface PlaceQuestion {
  readonly key: string;
  readonly hdr: SyncHdr;
  readonly request: DmRequest;
  /** The device's session. */
  readonly main: SessionRow | undefined;
  /** The value of a row, unless it is too old. */
  readonly readValue: (row: SessionRow | undefined) => ServerSession | undefined;
  readonly stepOn: (row: SessionRow | undefined) => StepResult;
}

/** At once for who is the device; callers are looked up. */
export function stepInPlace(store: Pick<Store, 'caller'>, question: PlaceQuestion): Placed | Promise<Placed> {
  const { hdr, request, main, stepOn } = question;
  if (hdr.MsgID !== 1 && !isSessionsOwn(request, main)) return stepOutOfSession(store, question);
  const stepped = stepOn(main);
  if (hdr.MsgID !== 1 || stepped.turn === 'retry' || isProven(stepped.session)) return { stepped, row: main };
  return stepOfCaller(store, question);
}

async function stepOfCaller(
  store: Pick<Store, 'caller'>,
  { key, hdr, stepOn }: PlaceQuestion,
): Promise<Placed> {
  const slot = slotOf(hdr.SessionID);
  const row = await store.caller(key, slot);
  return { stepped: stepOn(row), row, slot };
}

async function stepOutOfSession(store: Pick<Store, 'caller'>, question: PlaceQuestion): Promise<Placed> {
  const { key, hdr, main, stepOn } = question;
  const slot = slotOf(hdr.SessionID);
  const row = await store.caller(key, slot);
  if (row !== undefined && isCallersMessage(question, row)) return { stepped: stepOn(row), row, slot };
  return { stepped: stepOn(main), row: main };
}

/** The device has proved itself in this session, as far as its account asks for it. */
export function isProven({ auth }: ServerSession): boolean {
  return auth.state === 'accepted' || auth.state === 'each' || auth.state === 'open';
}

/**
 * The token of RespURI; without any the same connection, for families that ignore RespURI (design, Security). A device
 * that keeps connections may send a message of its new session over one that served its old session.
 */
export function isSessionsOwn(request: DmRequest, session: SessionRow | undefined): boolean {
  if (session === undefined) return false;
  return request.token === undefined
    ? request.connectionSession === session.id
    : request.token === session.token;
}

/** Without a token the device's session comes first, when this can be its next or last message. */
function isCallersMessage({ hdr, request, main, readValue }: PlaceQuestion, row: SessionRow): boolean {
  if (readValue(row)?.sessionID !== hdr.SessionID) return false;
  return isSessionsOwn(request, row) || !expects(readValue(main), hdr);
}

function expects(session: ServerSession | undefined, { SessionID, MsgID }: SyncHdr): boolean {
  if (session === undefined || session.sessionID !== SessionID || session.state === 'closed') return false;
  return MsgID === session.received.msgID || MsgID === session.received.msgID + 1;
}

/** One SessionID, one slot: a caller that repeats itself needs no other. */
function slotOf(sessionID: string): number {
  return Number.parseInt(sha256Hex(Buffer.from(sessionID, 'utf8')).slice(0, 8), 16) % CALLER_SLOTS;
}
