import { decodeText } from '@fumarole/wbxml';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PAD = 0x3d;
const codes = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const WHITE = 64;
const INVALID = 255;
/** Value of each ASCII code; the URL-safe letters are not taken: no DM peer sends them. */
const values = new Uint8Array(128).fill(INVALID);
for (const [value, code] of codes.entries()) {
  values[code] = value;
}
for (const white of ' \t\r\n') {
  values[white.charCodeAt(0)] = WHITE;
}

/** Base64 in one line with padding. */
export function encodeBase64(octets: Uint8Array): string {
  const text = encodeBase64Octets(octets);
  return decodeText(text, 0, text.length, 'utf-8');
}

/** The same as ASCII octets, for a writer of octets. */
export function encodeBase64Octets(octets: Uint8Array): Uint8Array {
  const text = new Uint8Array(base64Length(octets.length));
  let to = 0;
  for (let from = 0; from < octets.length; from += 3) {
    const a = octets[from] ?? 0;
    const b = octets[from + 1] ?? 0;
    const c = octets[from + 2] ?? 0;
    text[to] = codes[a >> 2] ?? 0;
    text[to + 1] = codes[((a & 3) << 4) | (b >> 4)] ?? 0;
    text[to + 2] = codes[((b & 15) << 2) | (c >> 6)] ?? 0;
    text[to + 3] = codes[c & 63] ?? 0;
    to += 4;
  }
  const padding = (3 - (octets.length % 3)) % 3;
  text.fill(PAD, text.length - padding);
  return text;
}

/** Octets of a base64 text; white space and missing padding are accepted, any other character gives undefined. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const octets = new Uint8Array(Math.ceil(text.length / 4) * 3);
  let digits = 0;
  let bits = 0;
  let to = 0;
  let padded = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const value = code < 128 ? (values[code] ?? INVALID) : INVALID;
    if (value < WHITE && !padded) {
      bits = (bits << 6) | value;
      digits++;
      if ((digits & 3) === 0) {
        octets[to++] = bits >> 16;
        octets[to++] = bits >> 8;
        octets[to++] = bits;
        bits = 0;
      }
    } else if (code === PAD) {
      padded = true;
    } else if (value !== WHITE) {
      return undefined;
    }
  }
  return finish(octets, to, digits & 3, bits);
}

function finish(octets: Uint8Array, to: number, rest: number, bits: number): Uint8Array | undefined {
  if (rest === 1) {
    return undefined; // six bits are no octet
  }
  if (rest === 2) {
    octets[to] = bits >> 4;
  } else if (rest === 3) {
    octets[to] = bits >> 10;
    octets[to + 1] = bits >> 2;
  }
  return octets.subarray(0, to + Math.max(0, rest - 1));
}

/** Characters of the base64 text of `octets` octets. */
export function base64Length(octets: number): number {
  return Math.ceil(octets / 3) * 4;
}
