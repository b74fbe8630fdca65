/** Base64 in one line with padding. */
export function encodeBase64(octets: Uint8Array): string {
  throw new Error(`not yet ${octets.length}`);
}

/** Octets of a base64 text; white space and missing padding are accepted, any other character gives undefined. */
export function decodeBase64(text: string): Uint8Array | undefined {
  throw new Error(`not yet ${text}`);
}

/** Characters of the base64 text of `octets` octets. */
export function base64Length(octets: number): number {
  return Math.ceil(octets / 3) * 4;
}
