import { encodeBase64 } from '@fumarole/syncml';
import type { Random } from '../ports.ts';
import { utf8 } from './host.ts';

const NONCE_OCTETS = 20;
// 64 printable characters without ':' (§6.5): each of the 20 carries 6 bits.
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A fresh nonce: 20 printable ASCII octets, because several clients pass it through a text string (P-094). */
export function makeNonce(random: Random): Uint8Array {
  const nonce = random(NONCE_OCTETS);
  for (let at = 0; at < nonce.length; at += 1) nonce[at] = ALPHABET.charCodeAt((nonce[at] ?? 0) & 63);
  return nonce;
}

/** The same, as base64. */
export function makeNonceText(random: Random): string {
  return encodeBase64(makeNonce(random));
}

/** The nonce 0x00000000 of resynchronisation: four zero octets, or the ASCII text that one client compares with. */
export const RESYNC_NONCES: Readonly<Record<'octets' | 'ascii', Uint8Array>> = {
  octets: new Uint8Array(4),
  ascii: utf8('0x00000000'),
};
