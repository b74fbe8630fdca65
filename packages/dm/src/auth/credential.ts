import { decodeBase64, encodeBase64 } from '@fumarole/syncml';
import type { Digests } from '../ports.ts';
import { equalOctets } from './equal-octets.ts';
import type { MacKey } from './hmac-header.ts';
import { formatHmacHeader, parseHmacHeader } from './hmac-header.ts';
import { utf8 } from './host.ts';

const COLON: Uint8Array = Uint8Array.of(0x3a);

/** A = `B64(H(name ":" password))`, 24 characters: all that a verifier keeps (P-095). */
export function accountDigest(digests: Digests, name: string, password: string): string {
  return encodeBase64(digests.md5(utf8(`${name}:${password}`)));
}

/** `Cred/Data` of auth-basic. */
export function basicCredential(name: string, password: string): string {
  return encodeBase64(utf8(`${name}:${password}`));
}

/** `Cred/Data` of auth-md5: `B64(H(A ":" nonce))`, nonce as raw octets. */
export function md5Credential(digests: Digests, a: string, nonce: Uint8Array): string {
  return encodeBase64(digests.md5(utf8(a), COLON, nonce));
}

/** auth-MAC: `B64(H(A ":" nonce ":" B64(H(body))))`; nested MD5, not RFC 2104 (§6). */
export function macValue(digests: Digests, a: string, nonce: Uint8Array, bodyMd5: Uint8Array): string {
  return encodeBase64(digests.md5(utf8(a), COLON, nonce, COLON, utf8(encodeBase64(bodyMd5))));
}

/** Value of `x-syncml-hmac` for a message whose octets hash to `bodyMd5`. */
export function macHeader(mac: MacKey, bodyMd5: Uint8Array, digests: Digests): string {
  const nonce = decodeBase64(mac.nonce) ?? new Uint8Array(0);
  return formatHmacHeader({ username: mac.username, mac: macValue(digests, mac.a, nonce, bodyMd5) });
}

/** Whether the `Cred/Data` of auth-basic is of the account A. */
export function verifyBasic(digests: Digests, a: string, dataText: string): boolean {
  const octets = decodeBase64(dataText);
  if (octets === undefined) {
    return false;
  }
  return equalOctets(utf8(a), utf8(encodeBase64(digests.md5(octets))));
}

/** Whether the `Cred/Data` of auth-md5 is of the account A and the nonce. */
export function verifyMd5(digests: Digests, a: string, nonce: Uint8Array, dataText: string): boolean {
  const octets = decodeBase64(dataText);
  return octets !== undefined && equalOctets(digests.md5(utf8(a), COLON, nonce), octets);
}

/** Whether `x-syncml-hmac` is of the account A, the nonce and the body; an unknown algorithm fails (§6.1). */
export function verifyMac(
  digests: Digests,
  a: string,
  nonce: Uint8Array,
  bodyMd5: Uint8Array,
  header: string | undefined,
): boolean {
  const parsed = header === undefined ? undefined : parseHmacHeader(header);
  const octets = parsed === undefined ? undefined : decodeBase64(parsed.mac);
  if (parsed === undefined || octets === undefined || parsed.algorithm !== 'MD5') {
    return false;
  }
  const expected = digests.md5(utf8(a), COLON, nonce, COLON, utf8(encodeBase64(bodyMd5)));
  return equalOctets(expected, octets);
}
