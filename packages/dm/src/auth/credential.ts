import { decodeBase64, encodeBase64 } from '@fumarole/syncml';
import type { Digests } from '../ports.ts';
import { equalOctets } from './equal-octets.ts';
import type { MacKey } from './hmac-header.ts';
import { formatHmacHeader, parseHmacHeader } from './hmac-header.ts';
import { utf8 } from './host.ts';

const COLON = 0x3a;

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
  return encodeBase64(digests.md5(joined(a, nonce)));
}

/** auth-MAC: `B64(H(A ":" nonce ":" B64(H(body))))`; nested MD5, not RFC 2104 (§6). */
export function macValue(digests: Digests, a: string, nonce: Uint8Array, bodyMd5: Uint8Array): string {
  return encodeBase64(digests.md5(joined(a, nonce, encodeBase64(bodyMd5))));
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
  return octets !== undefined && equalOctets(digests.md5(joined(a, nonce)), octets);
}

/** Whether `x-syncml-hmac` is of the account A, the nonce and the body; an unknown algorithm fails (§6.1). */
export function verifyMac(
  digests: Digests,
  a: string,
  nonce: Uint8Array,
  bodyMd5: Uint8Array,
  header: string | undefined,
): boolean {
  const mac = presentedMac(header);
  return mac !== undefined && macVerifier(digests, a, bodyMd5, mac)(nonce);
}

/** Octets of the MAC in a header; undefined when there is none that can be right. */
export function presentedMac(header: string | undefined): Uint8Array | undefined {
  const parsed = header === undefined ? undefined : parseHmacHeader(header);
  return parsed?.algorithm === 'MD5' ? decodeBase64(parsed.mac) : undefined;
}

/** Whether a MAC is made with a nonce: for one of several. */
export function macVerifier(
  digests: Digests,
  a: string,
  bodyMd5: Uint8Array,
  mac: Uint8Array,
): (nonce: Uint8Array) => boolean {
  const body = encodeBase64(bodyMd5);
  return (nonce) => equalOctets(digests.md5(joined(a, nonce, body)), mac);
}

/** `A ":" nonce [":" body]`, of base64 texts and the nonce's raw octets. */
function joined(a: string, nonce: Uint8Array, body?: string): Uint8Array {
  const tail = body === undefined ? 0 : body.length + 1;
  const octets = new Uint8Array(a.length + 1 + nonce.length + tail);
  const put = (text: string, from: number): void => {
    for (let at = 0; at < text.length; at += 1) octets[from + at] = text.charCodeAt(at);
  };
  put(a, 0);
  octets[a.length] = COLON;
  octets.set(nonce, a.length + 1);
  if (body !== undefined) {
    octets[a.length + 1 + nonce.length] = COLON;
    put(body, a.length + 2 + nonce.length);
  }
  return octets;
}
