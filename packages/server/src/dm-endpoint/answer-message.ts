/** A message after its step: the fleet is consulted, the answer written, both committed, then the device is answered. */
import type {
  AuthScheme,
  ReplyInput,
  ReplyResult,
  ServerSession,
  StepResult,
  WireProfile,
} from '@fumarole/dm/server';
import { macHeader } from '@fumarole/dm/server';
import type { DeviceRecord, Instant, SessionView } from '@fumarole/fumo/server';
import { contentType } from '@fumarole/syncml';
import { digests, random } from '../access/digests.ts';
import type { Consultation } from '../fleet/fleet.ts';
import type { LoadedForMessage, SessionRow } from '../store/port.ts';
import type { AccountChoice } from './device-accounts.ts';
import type { EndpointDeps, Handled, Received } from './endpoint.ts';
import type { DmRequest, DmResponse } from './exchange.ts';
import { callerOf, commitOf, type Identity } from './message-commit.ts';
import { isProven, type Placed } from './session-place.ts';
import { trace } from './trace-exchange.ts';
import { isWeak } from './transport-rule.ts';
import { writeAnswer } from './write-answer.ts';

/** Undefined: another message of the device was committed meanwhile. */
export async function answer(
  deps: EndpointDeps,
  received: Received,
  loaded: LoadedForMessage,
  choice: AccountChoice,
  placed: Placed,
): Promise<Handled | undefined> {
  const { stepped, row } = placed;
  const identity = identify(received, row);
  const consulting = consult(deps, received, loaded, choice, stepped, identity);
  const consulted = consulting instanceof Promise ? await consulting : consulting;
  const input: ReplyInput = {
    commands: consulted?.commands ?? [],
    alertStatus: consulted?.alertStatus ?? new Map(),
    respURI: `${deps.endpointUrl()}?s=${identity.token}`,
    wire: consulted?.wire ?? wireOf(deps, received, loaded.device?.record),
    encoding: received.request.type.encoding,
  };
  const writing = writeAnswer(deps, stepped, input, received.at);
  const { replied, body } = writing instanceof Promise ? await writing : writing;
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
function consult(
  { fleet }: EndpointDeps,
  received: Received,
  { device }: LoadedForMessage,
  { party }: AccountChoice,
  { session, events, turn, stray }: StepResult,
  identity: Identity,
): Consultation | Promise<Consultation> | undefined {
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
  const headers = {
    'content-type': contentType(request.type.encoding, request.type.family),
    'content-length': String(body.length),
    'cache-control': 'no-store',
  };
  return mac === undefined
    ? headers
    : { ...headers, 'x-syncml-hmac': macHeader(mac, digests.md5(body), digests) };
}

function schemeOf(session: ServerSession): AuthScheme | 'unknown' {
  return session.auth.scheme ?? (session.auth.state === 'open' ? 'none' : 'unknown');
}

function outcomeOf({ turn, events }: StepResult): 'challenged' | 'refused' | 'aborted' | undefined {
  if (turn === 'challenge') return 'challenged';
  if (turn === 'refused') return 'refused';
  return events.some(({ kind }) => kind === 'aborted') ? 'aborted' : undefined;
}
