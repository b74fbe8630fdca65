/** The little of the host that the standard's texts need; present in every runtime. */
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean });
  decode(octets: Uint8Array): string;
}

const encoder = new TextEncoder();

/** UTF-8 octets. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of UTF-8 octets; undefined when they are none. */
export function fromUtf8(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    // Octets that are no text are a value, not a fault.
    return undefined;
  }
}
