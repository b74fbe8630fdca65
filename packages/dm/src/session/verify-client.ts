import type { SyncHdr } from '@fumarole/syncml';
import { decodeBase64, encodeBase64 } from '@fumarole/syncml';
import { macVerifier, presentedMac, verifyBasic, verifyMd5 } from '../auth/credential.ts';
import { makeNonceText, RESYNC_NONCES } from '../auth/nonce.ts';
import type { AuthScheme, CredScheme } from '../auth/scheme.ts';
import { schemeOfType } from '../auth/scheme.ts';
import { SESSION_LIMITS } from '../limits.ts';
import { matchesSessionId } from '../notification/session-id.ts';
import type { SessionPorts } from '../ports.ts';
import type {
  AuthenticationFailure,
  ClientAuthState,
  Incoming,
  PendingReply,
  ServerAccount,
} from './server-types.ts';

/** What the SyncHdr of one message proves (§6.3); `account` has consumed and issued nonces. */
export interface Verdict {
  readonly kind: 'accepted' | 'denied' | 'refused';
  /** Status of the SyncHdr, and of every command unless accepted. */
  readonly code: number;
  readonly auth: ClientAuthState;
  readonly account: ServerAccount;
  readonly chal?: PendingReply['chal'];
  /** This message is the first one that was accepted. */
  readonly scheme?: AuthScheme;
  /** It answers a challenge of a message that was signed over a nonce passed over. */
  readonly crossed?: true;
  readonly failure?: AuthenticationFailure;
  readonly missing?: boolean;
}

interface Question {
  readonly auth: ClientAuthState;
  readonly account: ServerAccount;
  readonly incoming: Incoming;
  readonly ports: SessionPorts;
}

/** Decides about the sender of one message. */
export function verifyClient(question: Question): Verdict {
  const { auth, account, incoming } = question;
  const { certificateDevice } = incoming.transport;
  const source = incoming.message.hdr.Source.LocURI;
  if (certificateDevice !== undefined && certificateDevice !== source) {
    return refuse(question, 'certificate');
  }
  const schemes: readonly AuthScheme[] = [account.client.required, ...account.client.allowed];
  if (certificateDevice !== undefined && schemes.includes('transport')) {
    return byTransport(question, 'transport');
  }
  if (schemes.includes('none') && incoming.transport.allows.includes('none')) {
    return byTransport(question, 'none');
  }
  if (auth.state === 'accepted' && incoming.transport.tokenValid) {
    return { kind: 'accepted', code: 200, auth, account: withoutPrevious(account) };
  }
  return byCredentials(question);
}

function byTransport({ auth, account }: Question, scheme: 'transport' | 'none'): Verdict {
  const first = auth.state === 'open' ? {} : { scheme };
  return { kind: 'accepted', code: 200, auth: { ...auth, state: 'open', scheme }, account, ...first };
}

function byCredentials(question: Question): Verdict {
  const { auth, incoming } = question;
  const acceptable = acceptableSchemes(question);
  const wanted = acceptable[0];
  if (wanted === undefined) {
    return refuse(question, 'no-scheme');
  }
  const presented = presentedScheme(incoming, acceptable);
  if (auth.state === 'each' && presented !== 'mac') {
    return refuse(question, 'missing');
  }
  if (presented === undefined) {
    return challenge(question, wanted, 'missing');
  }
  if (!isOneOf(acceptable, presented)) {
    const again = auth.state === 'none';
    return again ? challenge(question, wanted, 'wrong-type') : refuse(question, 'wrong-type');
  }
  const nonce = matchingNonce(question, presented);
  if (nonce !== undefined) {
    return accept(question, presented, nonce);
  }
  return auth.state === 'each' || auth.state === 'accepted'
    ? refuse(question, 'wrong-digest')
    : challenge(withStale(question, presented), presented, 'wrong-digest');
}

/** Remembers of the first message what it tells of the nonce that its sender holds: not the stored one. */
function withStale(question: Question, scheme: CredScheme): Question {
  const { auth, account, incoming } = question;
  if (scheme === 'basic' || auth.state !== 'none' || !isOpening(incoming.message.hdr)) {
    return question;
  }
  const over = firstMatch(question, scheme, (account.client.passedNonces ?? []).map(nonceOf))?.text;
  return { ...question, auth: { ...auth, stale: over === undefined ? {} : { over } } };
}

function acceptableSchemes({ account, incoming }: Question): readonly CredScheme[] {
  const order: readonly AuthScheme[] = [account.client.required, ...account.client.allowed];
  return order
    .filter(isCredScheme)
    .filter((scheme, index, all) => all.indexOf(scheme) === index)
    .filter((scheme) => incoming.transport.allows.includes(scheme));
}

function isCredScheme(scheme: AuthScheme): scheme is CredScheme {
  return scheme === 'basic' || scheme === 'md5' || scheme === 'mac';
}

function isOneOf(schemes: readonly CredScheme[], scheme: string): scheme is CredScheme {
  return schemes.some((one) => one === scheme);
}

/** A header and a Cred may come together: the one that can be accepted counts. */
function presentedScheme(
  { message, hmacHeader }: Incoming,
  acceptable: readonly CredScheme[],
): CredScheme | 'unknown' | undefined {
  if (hmacHeader !== undefined && acceptable.includes('mac')) {
    return 'mac';
  }
  const { Cred } = message.hdr;
  if (Cred !== undefined) {
    const scheme = schemeOfType(Cred.Meta?.Type);
    // auth-MAC never travels in a Cred.
    return scheme === undefined || scheme === 'mac' ? 'unknown' : scheme;
  }
  return hmacHeader === undefined ? undefined : 'mac';
}

interface Candidate {
  readonly text: string;
  readonly octets: Uint8Array;
  readonly resync?: 'octets' | 'ascii';
}

function matchingNonce(question: Question, scheme: CredScheme): Candidate | undefined {
  const { account, incoming, ports } = question;
  if (scheme === 'basic') {
    const right = verifyBasic(ports.digests, account.client.a, incoming.message.hdr.Cred?.Data ?? '');
    return right ? { text: '', octets: new Uint8Array(0) } : undefined;
  }
  return firstMatch(question, scheme, candidates(question));
}

function firstMatch(
  { account, incoming, ports }: Question,
  scheme: 'md5' | 'mac',
  nonces: readonly Candidate[],
): Candidate | undefined {
  const { a } = account.client;
  if (scheme === 'md5') {
    const cred = incoming.message.hdr.Cred?.Data ?? '';
    return nonces.find(({ octets }) => verifyMd5(ports.digests, a, octets, cred));
  }
  const mac = presentedMac(incoming.hmacHeader);
  const verify = mac && macVerifier(ports.digests, a, incoming.bodyMd5, mac);
  return verify && nonces.find(({ octets }) => verify(octets));
}

/** Nonces that this message may use (§6.5): our challenge's; without one the stored, at the opening also the previous. */
function candidates({ auth, account, incoming, ports }: Question): readonly Candidate[] {
  const { nonce, previousNonce } = account.client;
  if (auth.challenge !== undefined) {
    return [nonceOf(auth.challenge)];
  }
  const stored = [nonceOf(nonce ?? '')];
  if (!isOpening(incoming.message.hdr)) {
    return stored;
  }
  if (previousNonce !== undefined) {
    stored.push(nonceOf(previousNonce));
  }
  if (answersResync(account, incoming.message.hdr, ports.now)) {
    stored.push(resyncNonce('octets'), resyncNonce('ascii'));
  }
  return stored;
}

/** Clients that turn the octets of the session id around are served too (N-043). */
function answersResync({ client }: ServerAccount, { SessionID }: SyncHdr, now: number): boolean {
  const { resyncUntil, resyncSession } = client;
  if (resyncUntil === undefined || now > resyncUntil) {
    return false;
  }
  return resyncSession === undefined || matchesSessionId(SessionID, resyncSession, { swapped: true });
}

function isOpening(hdr: SyncHdr): boolean {
  return hdr.MsgID === 1;
}

function nonceOf(text: string): Candidate {
  return { text, octets: decodeBase64(text) ?? new Uint8Array(0) };
}

function resyncNonce(resync: 'octets' | 'ascii'): Candidate {
  return { text: encodeBase64(RESYNC_NONCES[resync]), octets: RESYNC_NONCES[resync], resync };
}

function accept(question: Question, scheme: CredScheme, used: Candidate): Verdict {
  const { auth, account, ports } = question;
  const { challenge: _, stale, ...kept } = auth;
  const first = auth.state === 'none' || auth.state === 'challenged' ? { scheme } : {};
  const resync = used.resync === undefined ? {} : { resync: used.resync };
  const state: ClientAuthState = {
    ...kept,
    ...resync,
    state: scheme === 'mac' ? 'each' : 'accepted',
    scheme,
  };
  if (scheme === 'basic') {
    return { kind: 'accepted', code: 212, auth: state, account, ...first };
  }
  const nonce = makeNonceText(ports.random);
  return {
    kind: 'accepted',
    code: scheme === 'mac' ? 200 : 212,
    auth: state,
    account: consume(passOver(account, used, stale), used, nonce),
    chal: { scheme, nonce },
    ...(stale?.over === undefined ? {} : { crossed: true }),
    ...first,
  };
}

/**
 * The stored nonce was handed out, and who opens this session now has shown that it holds another: the answer with the
 * stored one was lost, and then nobody ever comes with it, or another device has it. One that came is kept no longer.
 */
function passOver(account: ServerAccount, used: Candidate, stale: ClientAuthState['stale']): ServerAccount {
  const { nonce, previousNonce, passedNonces = [] } = account.client;
  const another = stale !== undefined || (used.text !== '' && used.text === previousNonce);
  if (!another || nonce === undefined) {
    return account;
  }
  const kept = [...passedNonces.filter((text) => text !== stale?.over), nonce];
  return {
    ...account,
    client: { ...account.client, passedNonces: kept.slice(-SESSION_LIMITS.passedNonces) },
  };
}

/** The used nonce is kept for a lost answer, unless it was itself the previous one or the resync nonce: once (P-092). */
function consume(account: ServerAccount, used: Candidate, nonce: string): ServerAccount {
  const { previousNonce, resyncUntil: _, resyncSession: _session, ...client } = account.client;
  const again = used.text === '' || used.text === previousNonce || used.resync !== undefined;
  return { ...account, client: { ...client, nonce, ...(again ? {} : { previousNonce: used.text }) } };
}

/** A later message shows that the answer with the new nonce arrived. */
function withoutPrevious(account: ServerAccount): ServerAccount {
  if (account.client.previousNonce === undefined) {
    return account;
  }
  const { previousNonce: _, ...client } = account.client;
  return { ...account, client };
}

function challenge(question: Question, scheme: CredScheme, failure: AuthenticationFailure): Verdict {
  const { auth, account, ports } = question;
  const failures = auth.failures + (isCounted(auth, scheme, failure) ? 1 : 0);
  if (failures >= SESSION_LIMITS.authenticationFailures) {
    return refuse({ ...question, auth: { ...auth, failures } }, 'too-many');
  }
  const nonce = scheme === 'basic' ? undefined : makeNonceText(ports.random);
  const fresh = nonce === undefined ? {} : { challenge: nonce };
  return {
    kind: 'denied',
    code: failure === 'missing' ? 407 : 401,
    auth: { ...auth, ...fresh, state: 'challenged', scheme, failures },
    account,
    chal: nonce === undefined ? { scheme } : { scheme, nonce },
    failure,
    missing: failure === 'missing',
  };
}

/** Not counted: what came before the first challenge over a nonce that may be missing, old or invented (§6.2). */
function isCounted(auth: ClientAuthState, scheme: CredScheme, failure: AuthenticationFailure): boolean {
  return auth.state !== 'none' || (failure === 'wrong-digest' && scheme === 'basic');
}

function refuse({ auth, account }: Question, failure: AuthenticationFailure): Verdict {
  return { kind: 'refused', code: 401, auth, account, failure };
}
