/**
 * One message through the server: decode, load, step, consult, reply, one transaction, answer. Nothing is kept in
 * memory between two messages; whoever loses the race for a row reads again and answers what the winner stored, or
 * steps again (design, ideas 1 and 4).
 */
import { PeerError } from '@fumarole/dm';
import { deviceKey } from '@fumarole/dm/objects';
import {
  type AuthScheme,
  macHeader,
  type ReplyInput,
  type ReplyResult,
  type ServerAccount,
  type ServerSession,
  type SessionConfig,
  type StepResult,
  step,
  type WireProfile,
} from '@fumarole/dm/server';
import { type DeviceRecord, type Instant, lastsUnchanged, type SessionView } from '@fumarole/fumo/server';
import { contentType, DecodeError, decode, type SyncMLMessage } from '@fumarole/syncml';
import { digests, random, sha256Hex } from '../access/digests.ts';
import type { Consultation, Fleet } from '../fleet/fleet.ts';
import { deviceColumns } from '../store/device-columns.ts';
import type { CallerWrite, LoadedForMessage, MessageCommit, SessionRow, Store } from '../store/port.ts';
import { assemble, fromStored, toStored } from './assemble.ts';
import type { BlobReader } from './blob-port.ts';
import { type AccountChoice, type AccountSource, chooseAccount } from './device-accounts.ts';
import { type DmRequest, type DmResponse, plainAnswer } from './exchange.ts';
import {
  MAX_CONFLICTS,
  MAX_DEVICE_ID_LENGTH,
  MESSAGE_LIMITS,
  PREVIOUS_NONCE_REST_MS,
  RETRY_AFTER_SECONDS,
} from './limits.ts';
import { isProven, isSessionsOwn, type Placed, stepInPlace } from './session-place.ts';
import { continuable, type SessionValues } from './session-value.ts';
import { trace } from './trace-exchange.ts';
import { allowedSchemes, isWeak, type TransportPolicy } from './transport-rule.ts';
import { writeAnswer } from './write-answer.ts';

export interface EndpointDeps {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly blobs: BlobReader;
  readonly accounts: AccountSource;
  readonly transport: TransportPolicy;
  readonly session: SessionConfig;
  readonly sessionIdleMs: number;
  readonly sessions: SessionValues;
  /** `https://host/dm`, without a slash at the end. */
  readonly endpointUrl: () => string;
  /** The device opened a session and proved itself: nothing more need wake it. */
  readonly arrived: (key: string, sessionID: string) => Promise<void>;
  readonly now: () => Instant;
}

/** What became of a message, for logs, metrics and the trace. */
export interface MessageReport {
  readonly outcome: 'ok' | 'retry' | 'challenged' | 'refused' | 'malformed' | 'aborted' | 'failed';
  readonly auth: AuthScheme | 'unknown';
  readonly device?: string;
  readonly session?: string;
  readonly reason?: string;
}

export interface Handled {
  readonly response: DmResponse;
  readonly report: MessageReport;
}

interface Received {
  readonly request: DmRequest;
  readonly message: SyncMLMessage;
  readonly key: string;
  readonly source: string;
  readonly bodyMd5: Uint8Array;
  readonly bodySha256: string;
  readonly at: Instant;
}

export async function handleMessage(deps: EndpointDeps, request: DmRequest): Promise<Handled> {
  let message: SyncMLMessage;
  try {
    message = decode(request.body, request.type.encoding, MESSAGE_LIMITS);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const text = `The body is no SyncML message: ${error.code} at octet ${error.offset}.`;
    //
    return malformed(text, error.code, error.code === 'charset' ? 415 : 400);
  }
  const source = message.hdr.Source.LocURI;
  if (source === '' || source.length > MAX_DEVICE_ID_LENGTH) {
    return malformed('SyncHdr has no usable Source.', 'source');
  }
  const received: Received = {
    request,
    message,
    key: deviceKey(source),
    source,
    bodyMd5: digests.md5(request.body),
    bodySha256: sha256Hex(request.body),
    at: deps.now(),
  };
  try {
    for (let attempt = 0; attempt < MAX_CONFLICTS; attempt += 1) {
      const handled = await attemptMessage(deps, received, attempt > 0);
      if (handled !== undefined) return handled;
    }
  } catch (error) {
    if (error instanceof PeerError) return malformed('SyncHdr is beyond the limits.', error.code);
    throw error;
  }
  const response = plainAnswer(503, 'Too many messages of this device at once.', {
    'retry-after': String(RETRY_AFTER_SECONDS),
  });
  return {
    response,
    report: { outcome: 'failed', auth: 'unknown', device: received.key, reason: 'contended' },
  };
}

function malformed(text: string, reason: string, status = 400): Handled {
  return { response: plainAnswer(status, text), report: { outcome: 'malformed', auth: 'unknown', reason } };
}

/** Undefined: another message of the device was committed meanwhile. */
async function attemptMessage(
  deps: EndpointDeps,
  received: Received,
  newest: boolean,
): Promise<Handled | undefined> {
  const loaded = await deps.store.loadForMessage(received.key, newest);
  const choice = restingNonce(
    chooseAccount(deps.accounts, received.key, loaded),
    loaded.session,
    received.at,
  );
  const readValue = (row: SessionRow | undefined): ServerSession | undefined =>
    continuable(row, received.at, deps.sessionIdleMs, deps.sessions);
  const placed = await stepInPlace(deps.store, {
    key: received.key,
    hdr: received.message.hdr,
    request: received.request,
    main: loaded.session,
    readValue,
    stepOn: (row) => stepOn(deps, received, loaded.device?.record, choice.account, row, readValue(row)),
  });
  const { stepped } = placed;
  // No commit will tell whether something newer would have changed this word.
  const unchecked = stepped.turn === 'retry' || stepped.stray === true || !isProven(stepped.session);
  if (unchecked && !newest) return attemptMessage(deps, received, true);
  return stepped.turn === 'retry'
    ? repeat(deps, received, placed)
    : answer(deps, received, loaded, choice, placed);
}

function stepOn(
  deps: EndpointDeps,
  received: Received,
  device: DeviceRecord | undefined,
  account: ServerAccount,
  row: SessionRow | undefined,
  before: ServerSession | undefined,
): StepResult {
  const { request } = received;
  return step(
    before,
    account,
    {
      message: received.message,
      encoding: request.type.encoding,
      bodyMd5: received.bodyMd5,
      bodySha256: received.bodySha256,
      ...(request.hmacHeader === undefined ? {} : { hmacHeader: request.hmacHeader }),
      transport: {
        allows: allowedSchemes(request, deps.transport, device),
        ...certificateOf(received),
        tokenValid: isSessionsOwn(request, row),
      },
    },
    { digests, random, now: received.at },
    deps.session,
  );
}

/**
 * The previous nonce is there for an answer that was lost (P-092). Right after its use it opens nothing: of two
 * messages made with one nonce and sent at once, one counts, and the other is challenged.
 */
function restingNonce(choice: AccountChoice, session: SessionRow | undefined, now: Instant): AccountChoice {
  const { account } = choice;
  const { previousNonce, ...client } = account.client;
  const rests = session !== undefined && now - session.updatedAt < PREVIOUS_NONCE_REST_MS;
  return previousNonce === undefined || !rests ? choice : { ...choice, account: { ...account, client } };
}

/** The certificate names the device in whatever form; two forms of one id are one device (P-120). */
function certificateOf({ request, key, source }: Received): { readonly certificateDevice?: string } {
  const { certificateDevice } = request;
  if (certificateDevice === undefined) return {};
  return { certificateDevice: deviceKey(certificateDevice) === key ? source : certificateDevice };
}

/** P-016: the stored response, octet for octet; nothing is executed again. */
async function repeat(
  { store, blobs, now }: EndpointDeps,
  received: Received,
  { row: session, slot }: Placed,
): Promise<Handled | undefined> {
  if (session === undefined) return undefined;
  const { key, version } = session;
  const stored = await (slot === undefined
    ? store.storedResponse(key, version)
    : store.callerResponse(key, slot, version));
  if (stored === undefined) return undefined;
  const body = await assemble(fromStored(stored.parts), blobs);
  const { status, headers } = stored;
  trace(store, received, {
    session: session.id,
    stranger: slot !== undefined,
    answer: { status, octets: body },
    answeredAt: now(),
    outcome: 'retry',
  });
  return {
    response: { status, headers, body, session: session.id },
    report: { outcome: 'retry', auth: 'unknown', device: session.key, session: session.id },
  };
}

interface Identity {
  readonly id: string;
  readonly token: string;
}

async function answer(
  deps: EndpointDeps,
  received: Received,
  loaded: LoadedForMessage,
  choice: AccountChoice,
  placed: Placed,
): Promise<Handled | undefined> {
  const { stepped, row } = placed;
  const identity = identify(received, row);
  const consulted = await consult(deps, received, loaded, choice, stepped, identity);
  const input: ReplyInput = {
    commands: consulted?.commands ?? [],
    alertStatus: consulted?.alertStatus ?? new Map(),
    respURI: `${deps.endpointUrl()}?s=${identity.token}`,
    wire: consulted?.wire ?? wireOf(deps, received, loaded.device?.record),
    encoding: received.request.type.encoding,
  };
  const { replied, body } = await writeAnswer(deps, stepped, input, received.at);
  const headers = headersOf(received.request, body, replied);
  const answer = { status: 200, octets: body, message: replied.message };
  if (stepped.stray === true) {
    if (row !== undefined) {
      const answeredAt = deps.now();
      trace(deps.store, received, {
        session: row.id,
        stranger: true,
        answer,
        answeredAt,
        outcome: 'refused',
      });
    }
    return stray(received, { status: 200, headers, body });
  }
  const made = { identity, placed, replied, consulted, headers };
  const proven = isProven(stepped.session);
  const written = proven
    ? await deps.store.commitMessage(commitOf(deps, received, loaded, choice, made))
    : await deps.store.putCaller(callerOf(received, made));
  if (written === 'conflict') return undefined;
  const at = deps.now();
  const response = { status: 200, headers, body, session: identity.id };
  const opened = stepped.events.find(({ kind }) => kind === 'opened');
  if (opened !== undefined) await deps.arrived(received.key, received.message.hdr.SessionID);
  const outcome = outcomeOf(stepped);
  trace(deps.store, received, { session: identity.id, stranger: !proven, answer, answeredAt: at, outcome });
  return {
    response,
    report: {
      outcome: outcome ?? 'ok',
      auth: schemeOf(stepped.session),
      device: received.key,
      session: identity.id,
    },
  };
}

/** A message that proves nothing leaves the device's session as it was: nothing is stored, so it can end nothing. */
function stray(received: Received, response: DmResponse): Handled {
  return { response, report: { outcome: 'refused', auth: 'unknown', device: received.key, reason: 'stray' } };
}

/** A first message opens a session with a name and a token of its own. */
function identify({ message, at }: Received, session: SessionRow | undefined): Identity {
  if (session !== undefined && message.hdr.MsgID !== 1) return { id: session.id, token: session.token };
  return { id: sessionName(at), token: random(16).toString('base64url') };
}

/** Its time comes first: what is kept of the sessions of one moment lies together in the indexes of the store. */
function sessionName(at: Instant): string {
  // In two halves: beyond 32 bits a number is written digit by digit.
  const high = Math.floor(at / 0x1_0000_0000).toString(16);
  const low = (at >>> 0).toString(16);
  return high.padStart(4, '0') + low.padStart(8, '0') + random(6).toString('hex');
}

/** Undefined: nothing of this message concerns the fleet, because nobody we know said it. */
async function consult(
  { fleet }: EndpointDeps,
  received: Received,
  { device }: LoadedForMessage,
  { party }: AccountChoice,
  { session, events, turn, stray }: StepResult,
  identity: Identity,
): Promise<Consultation | undefined> {
  if (stray === true || !isProven(session)) return undefined;
  if (party === 'joining' && !events.some(({ kind }) => kind === 'opened')) return undefined;
  const scheme = schemeOf(session);
  const view: SessionView = {
    key: identity.id,
    encoding: received.request.type.encoding,
    scheme: scheme === 'unknown' ? 'none' : scheme,
    weak: isWeak(received.request, scheme === 'unknown' ? 'none' : scheme),
  };
  const record = device?.record ?? fleet.newDevice({ id: received.source }, received.at);
  return fleet.consult(record, view, events, turn, received.at);
}

function wireOf({ fleet }: EndpointDeps, received: Received, record: DeviceRecord | undefined): WireProfile {
  return fleet.wireProfile(record ?? fleet.newDevice({ id: received.source }, received.at));
}

/** I-002: Content-Length always, chunked never. */
function headersOf(
  request: DmRequest,
  body: Uint8Array,
  { mac }: ReplyResult,
): Readonly<Record<string, string>> {
  return {
    'content-type': contentType(request.type.encoding, request.type.family),
    'content-length': String(body.length),
    'cache-control': 'no-store',
    ...(mac === undefined ? {} : { 'x-syncml-hmac': macHeader(mac, digests.md5(body), digests) }),
  };
}

interface Made {
  readonly identity: Identity;
  readonly placed: Placed;
  readonly replied: ReplyResult;
  readonly consulted: Consultation | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

function commitOf(
  { fleet, accounts, sessions }: EndpointDeps,
  { key, source, at }: Received,
  { device, credentials, version }: LoadedForMessage,
  { party, account }: AccountChoice,
  { identity, placed, replied, consulted, headers }: Made,
): MessageCommit {
  const settled = consulted === undefined ? undefined : fleet.settled(consulted, replied);
  const record = settled?.device;
  const changed = record !== undefined && record !== device?.record;
  const joins = party === 'joining' && changed && credentials === undefined;
  const renewed = credentials !== undefined && replied.account !== account;
  return {
    caller:
      placed.slot === undefined || placed.row === undefined
        ? undefined
        : { slot: placed.slot, expected: placed.row.version },
    session: {
      key,
      expected: version,
      ...identity,
      updatedAt: at,
      value: sessions.write(key, replied.session),
      response: { status: 200, headers, parts: toStored(replied.parts) },
    },
    device: changed
      ? {
          key,
          expected: device?.version ?? 0,
          record,
          columns: deviceColumns(record),
          contactOnly: device !== undefined && lastsUnchanged(device.record, record),
        }
      : undefined,
    // A decoy has no row: its nonces are thrown away, and no digest ever fits.
    credentials: joins ? accounts.vault.close(key, replied.account, version) : undefined,
    nonces:
      renewed && party !== 'decoy' && (device !== undefined || changed)
        ? accounts.vault.renew(credentials, replied.account)
        : undefined,
    timeline: (settled?.timeline ?? []).map((entry) => ({ key, id: source, entry })),
    events: [],
  };
}

/** Nothing else is written for who has proved nothing: no nonce is used up, no contact counted. */
function callerOf({ key, at }: Received, { identity, placed, replied, headers }: Made): CallerWrite {
  return {
    key,
    slot: placed.slot ?? 0,
    expected: placed.row?.version ?? 0,
    ...identity,
    updatedAt: at,
    value: JSON.stringify(replied.session),
    response: { status: 200, headers, parts: toStored(replied.parts) },
  };
}

function schemeOf(session: ServerSession): AuthScheme | 'unknown' {
  return session.auth.scheme ?? (session.auth.state === 'open' ? 'none' : 'unknown');
}

function outcomeOf({ turn, events }: StepResult): 'challenged' | 'refused' | 'aborted' | undefined {
  if (turn === 'challenge') return 'challenged';
  if (turn === 'refused') return 'refused';
  return events.some(({ kind }) => kind === 'aborted') ? 'aborted' : undefined;
}
