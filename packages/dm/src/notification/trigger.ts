import { decodeBase64 } from '@fumarole/syncml';
import { macValue } from '../auth/credential.ts';
import { equalOctets } from '../auth/equal-octets.ts';
import { fromUtf8, utf8 } from '../auth/host.ts';
import { RESYNC_NONCES } from '../auth/nonce.ts';
import type { Digests } from '../ports.ts';

/** ui-mode of a trigger, in the order of its two bits (notification §1.1). */
const UI_MODES = ['none', 'background', 'informative', 'interactive'] as const;
export type UiMode = (typeof UI_MODES)[number];

const DIGEST_OCTETS = 16;
const HEADER_OCTETS = 8;
const MAX_IDENTIFIER_OCTETS = 255;
const MAX_SESSION_ID = 0xffff;
/** Notification versions, times ten: 1.1 is DM 1.2's, 1.0 the older form (N-006). */
const VERSION_11 = 11;
const VERSION_10 = 10;
/** Server identifiers above this are dropped by a widely deployed engine (notification §2.4, N-045). */
export const SAFE_SERVER_ID_CHARACTERS = 23;

/** The trigger behind the digest of a package 0. */
export interface Trigger {
  readonly uiMode: UiMode;
  readonly initiator: 'client' | 'server';
  /** 1 … 0xFFFF. */
  readonly sessionId: number;
  readonly serverId: string;
  readonly vendorBody?: Uint8Array;
}

/** A package 0 as received; not yet verified. */
export interface ParsedTrigger extends Trigger {
  /** Notification version × 10: 11 for DM 1.2. */
  readonly version: number;
  readonly digest: Uint8Array;
  /** Header, identifier and vendor body as received: what the digest covers. */
  readonly triggerOctets: Uint8Array;
}

/** The server's credential a package 0 is made from: A = B64(MD5(serverId ":" password)), and the nonce octets. */
export interface TriggerKey {
  readonly a: string;
  readonly nonce: Uint8Array;
}

/** Package 0: digest ‖ trigger (notification §1). @throws RangeError for a session id or identifier outside the format (N-007) */
export function encodeTrigger(trigger: Trigger, key: TriggerKey, digests: Digests): Uint8Array {
  const octets = triggerOctets(trigger);
  return joined(digestOf(octets, key, digests), octets);
}

/** Header ‖ identifier ‖ vendor body: a package 0 without its digest. @throws RangeError */
export function triggerOctets({ uiMode, initiator, sessionId, serverId, vendorBody }: Trigger): Uint8Array {
  const identifier = utf8(serverId);
  if (identifier.length === 0 || identifier.length > MAX_IDENTIFIER_OCTETS) {
    throw new RangeError(`A server identifier has 1 to 255 octets, not ${identifier.length}`);
  }
  if (!Number.isInteger(sessionId) || sessionId < 1 || sessionId > MAX_SESSION_ID) {
    throw new RangeError(`A session id is 1 to 65535, not ${sessionId}`);
  }
  const ui = UI_MODES.indexOf(uiMode);
  const flags = ((VERSION_11 & 3) << 6) | (ui << 4) | (initiator === 'server' ? 8 : 0);
  const session = [sessionId >> 8, sessionId & 0xff];
  const header = Uint8Array.of(VERSION_11 >> 2, flags, 0, 0, 0, ...session, identifier.length);
  return joined(header, identifier, vendorBody ?? new Uint8Array());
}

/** Reads a package 0; undefined when it is to be discarded (notification §1.3). Never throws. */
export function parseTrigger(
  octets: Uint8Array,
  options: { readonly acceptVersion10?: boolean } = {},
): ParsedTrigger | undefined {
  const [v = 0, flags = 0, , , , high = 0, low = 0, length = 0] = octets.subarray(DIGEST_OCTETS);
  const bodyAt = DIGEST_OCTETS + HEADER_OCTETS + length;
  if (octets.length < DIGEST_OCTETS + HEADER_OCTETS || length === 0 || octets.length < bodyAt)
    return undefined;
  const version = (v << 2) | (flags >> 6);
  const sessionId = (high << 8) | low;
  const serverId = fromUtf8(octets.subarray(DIGEST_OCTETS + HEADER_OCTETS, bodyAt));
  const known = version === VERSION_11 || (version === VERSION_10 && options.acceptVersion10 === true);
  if (!known || sessionId === 0 || serverId === undefined) return undefined;
  return {
    version,
    uiMode: UI_MODES[(flags >> 4) & 3] ?? 'none',
    initiator: (flags & 8) === 0 ? 'client' : 'server',
    sessionId,
    serverId,
    ...(octets.length === bodyAt ? {} : { vendorBody: octets.slice(bodyAt) }),
    digest: octets.slice(0, DIGEST_OCTETS),
    triggerOctets: octets.slice(DIGEST_OCTETS),
  };
}

/** Which nonce made the digest: the account's, the resync nonce in one of its two forms, or none (discard; N-022). */
export function verifyTrigger(
  trigger: ParsedTrigger,
  key: TriggerKey,
  digests: Digests,
  options: { readonly resync?: boolean } = {},
): 'nonce' | 'resync-octets' | 'resync-ascii' | undefined {
  const matches = (nonce: Uint8Array): boolean =>
    equalOctets(trigger.digest, digestOf(trigger.triggerOctets, { a: key.a, nonce }, digests));
  if (matches(key.nonce)) return 'nonce';
  if (options.resync !== true) return undefined;
  if (matches(RESYNC_NONCES.octets)) return 'resync-octets';
  return matches(RESYNC_NONCES.ascii) ? 'resync-ascii' : undefined;
}

/** MD5(A ":" nonce ":" B64(MD5(trigger))): the same nest of hashes as auth-MAC over the trigger (notification §1.2). */
function digestOf(octets: Uint8Array, { a, nonce }: TriggerKey, digests: Digests): Uint8Array {
  return decodeBase64(macValue(digests, a, nonce, digests.md5(octets))) ?? new Uint8Array();
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
