import type { Encoding } from '@fumarole/syncml';

// Tags around one value at their longest: `<Format xmlns="syncml:metinf">` and its end; code pages, tag, length, END.
const FRAME: Readonly<Record<Encoding, number>> = { xml: 90, wbxml: 16 };
// `&quot;` for one character; three octets of UTF-8.
const WORST: Readonly<Record<Encoding, number>> = { xml: 6, wbxml: 3 };
const PLAIN = /^[ -%'-;=?-~]*$/;
// Texts so short are taken at their worst: looking at them costs more than the room.
const SHORT = 48;

/** Octets that a command or SyncHdr takes at the very most: a bound that is cheap, for messages that are far from full. */
export function roughLength(value: unknown, encoding: Encoding): number {
  if (typeof value === 'string') {
    const plain = value.length > SHORT && PLAIN.test(value);
    return FRAME[encoding] + (plain ? value.length : value.length * WORST[encoding]);
  }
  if (typeof value !== 'object' || value === null) {
    // Numbers and flags fit the frame and sixteen digits.
    return value === undefined ? 0 : FRAME[encoding] + 16;
  }
  if (value instanceof Uint8Array) {
    return Number.POSITIVE_INFINITY;
  }
  if ('kind' in value && value.kind === 'blob') {
    return Number.POSITIVE_INFINITY;
  }
  let length = FRAME[encoding];
  if (Array.isArray(value)) {
    for (const part of value) length += roughLength(part, encoding);
    return length;
  }
  const parts = value as Readonly<Record<string, unknown>>;
  for (const name in parts) length += roughLength(parts[name], encoding);
  return length;
}
