/** One WSP value: a short integer, text, or octets with a length before them (notification §2.1). */
export interface WspValue {
  /** With its high bit. */
  readonly short?: number;
  readonly text?: string;
  readonly octets?: Uint8Array;
  readonly end: number;
}

/** A header field's name: well-known with its high bit, or text. Undefined when the octets run out. */
export function readFieldName(octets: Uint8Array, at: number): WspValue | undefined {
  const first = octets[at] ?? 0;
  return first >= 0x80 ? { short: first, end: at + 1 } : readText(octets, at);
}

/** ≥ 80 short integer; 0–30 a length; 31 a uintvar length; else text to 00. Undefined when the octets run out. */
export function readValue(octets: Uint8Array, at: number): WspValue | undefined {
  const first = octets[at];
  if (first === undefined) return undefined;
  if (first >= 0x80) return { short: first, end: at + 1 };
  if (first > 31) return readText(octets, at);
  const length = first === 31 ? readUintvar(octets, at + 1) : { value: first, end: at + 1 };
  if (length === undefined || length.end + length.value > octets.length) return undefined;
  const end = length.end + length.value;
  return { octets: octets.subarray(length.end, end), end };
}

function readText(octets: Uint8Array, at: number): WspValue | undefined {
  const end = octets.indexOf(0, at);
  if (end < 0) return undefined;
  // A quote octet goes before text that would start above 7F; a quotation mark opens a quoted string.
  const from = octets[at] === 0x7f || octets[at] === 0x22 ? at + 1 : at;
  let text = '';
  for (const octet of octets.subarray(from, end)) text += String.fromCharCode(octet);
  return { text, end: end + 1 };
}

/** Base 128, big-endian, high bit set on all octets but the last; at most five. */
export function readUintvar(octets: Uint8Array, at: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let end = at; end < at + 5; end += 1) {
    const octet = octets[end];
    if (octet === undefined) return undefined;
    value = value * 128 + (octet & 0x7f);
    if (octet < 0x80) return { value, end: end + 1 };
  }
  return undefined;
}

export function uintvar(value: number): readonly number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [...uintvar(value >>> 7).map((octet) => octet | 0x80), low];
}
