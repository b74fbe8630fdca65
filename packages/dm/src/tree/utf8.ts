// The two classes every host has; the ES library names neither.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean },
) => { decode(octets: Uint8Array): string };

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Text of UTF-8 octets; undefined when they are none. */
export function utf8Text(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return undefined; // not UTF-8
  }
}

/** Octets of a value as stored: the Size property (tree §3). */
export function octetLength(value: string | Uint8Array | undefined): number {
  if (value === undefined) return 0;
  return typeof value === 'string' ? utf8(value).length : value.length;
}
