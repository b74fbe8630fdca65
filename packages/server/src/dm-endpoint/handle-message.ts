/**
 * One message through the server: decode, load, step, consult, reply, one transaction, answer. Nothing is kept in
 * memory between two messages; whoever loses the race for a row reads again and answers what the winner stored, or
 * steps again (design, ideas 1 and 4).
 */
import { PeerError } from '@fumarole/dm';
import { deviceKey } from '@fumarole/dm/objects';
import { type ServerAccount, type ServerSession, type StepResult, step } from '@fumarole/dm/server';
import type { DeviceRecord, Instant } from '@fumarole/fumo/server';
import { DecodeError, decode, type SyncMLMessage } from '@fumarole/syncml';
import { digests, random, sha256Hex } from '../access/digests.ts';
import type { SessionRow } from '../store/port.ts';
import { answer } from './answer-message.ts';
import { assemble, fromStored } from './assemble.ts';
import { type AccountChoice, chooseAccount } from './device-accounts.ts';
import type { EndpointDeps, Handled, Received } from './endpoint.ts';
import { type DmRequest, plainAnswer } from './exchange.ts';
import {
  MAX_CONFLICTS,
  MAX_DEVICE_ID_LENGTH,
  MESSAGE_LIMITS,
  PREVIOUS_NONCE_REST_MS,
  RETRY_AFTER_SECONDS,
} from './limits.ts';
import { isProven, isSessionsOwn, type Placed, stepInPlace } from './session-place.ts';
import { continuable } from './session-value.ts';
import { trace } from './trace-exchange.ts';
import { allowedSchemes } from './transport-rule.ts';

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
  // What is at hand is not waited for: each wait is one more turn of the queue for every message.
  const found = deps.store.loadForMessage(received.key, newest);
  const loaded = found instanceof Promise ? await found : found;
  const choice = restingNonce(
    chooseAccount(deps.accounts, received.key, loaded),
    loaded.session,
    received.at,
  );
  const readValue = (row: SessionRow | undefined): ServerSession | undefined =>
    continuable(row, received.at, deps.sessionIdleMs, deps.sessions);
  const placing = stepInPlace(deps.store, {
    key: received.key,
    hdr: received.message.hdr,
    request: received.request,
    main: loaded.session,
    readValue,
    stepOn: (row) => stepOn(deps, received, loaded.device?.record, choice.account, row, readValue(row)),
  });
  const placed = placing instanceof Promise ? await placing : placing;
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
  const rests = session !== undefined && now - session.updatedAt < PREVIOUS_NONCE_REST_MS;
  if (account.client.previousNonce === undefined || !rests) return choice;
  const { previousNonce: _, ...client } = account.client;
  return { ...choice, account: { ...account, client } };
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
