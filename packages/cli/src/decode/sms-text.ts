/** Text of short messages: seven bits, UCS-2 or octets (3GPP TS 23.038). */
import { octetsText } from './wbxml-document.ts';

type Coding = '7 bits' | '8 bits' | 'UCS-2';

function codingOf(scheme: number): Coding {
  const general = (scheme & 0xc0) === 0;
  if (general) return (['7 bits', '8 bits', 'UCS-2', '7 bits'] as const)[(scheme >> 2) & 3] ?? '7 bits';
  if ((scheme & 0xf0) === 0xf0) return (scheme & 4) === 0 ? '7 bits' : '8 bits';
  return (scheme & 0xf0) === 0xe0 ? 'UCS-2' : '7 bits';
}

/** `0x04, 8 bits` */
export function codingText(scheme: number): string {
  return `0x${scheme.toString(16).padStart(2, '0')}, ${codingOf(scheme)}`;
}

/** The length of user data counts septets where the coding has seven bits. */
export function octetsOfLength(scheme: number, length: number): number {
  return codingOf(scheme) === '7 bits' ? Math.ceil((length * 7) / 8) : length;
}

const ALPHABET =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENSION: Readonly<Record<string, string>> = {
  '\u0014': '^',
  '(': '{',
  ')': '}',
  '/': '\\',
  '<': '[',
  '=': '~',
  '>': ']',
  '¡': '|',
  e: '€',
};

export function smsText(octets: Uint8Array, scheme: number, length: number): string {
  switch (codingOf(scheme)) {
    case '7 bits':
      return septets(octets, length);
    case 'UCS-2':
      return Buffer.from(octets.subarray(0, octets.length & ~1))
        .swap16()
        .toString('utf16le');
    case '8 bits':
      return octetsText(octets);
  }
}

function septets(octets: Uint8Array, length: number): string {
  let text = '';
  let escaped = false;
  for (let at = 0; at < length; at += 1) {
    const bit = at * 7;
    const pair = (octets[bit >> 3] ?? 0) | ((octets[(bit >> 3) + 1] ?? 0) << 8);
    const character = ALPHABET[(pair >> (bit & 7)) & 0x7f] ?? '';
    if (character === '\u001b' && !escaped) {
      escaped = true;
      continue;
    }
    text += escaped ? (EXTENSION[character] ?? character) : character;
    escaped = false;
  }
  return text;
}
