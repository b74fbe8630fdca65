import { base64Length, encodeBase64Octets } from './base64.ts';
import type { BlobRef, MessagePart } from './model.ts';

/** Octets of all parts together, as they go over the wire. */
export function partsLength(parts: readonly MessagePart[]): number {
  let length = 0;
  for (const part of parts) {
    length += partLength(part);
  }
  return length;
}

/** The whole body in memory, for small messages and tests; `readBlob` gives the octets of a range. */
export function joinParts(
  parts: readonly MessagePart[],
  readBlob?: (ref: BlobRef) => Uint8Array,
): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only?.kind === 'octets') {
    return only.octets;
  }
  const body = new Uint8Array(partsLength(parts));
  let offset = 0;
  for (const part of parts) {
    const octets = part.kind === 'octets' ? part.octets : readPart(part, readBlob);
    body.set(octets, offset);
    offset += octets.length;
  }
  return body;
}

function partLength(part: MessagePart): number {
  if (part.kind === 'octets') {
    return part.octets.length;
  }
  return part.base64 ? base64Length(part.ref.length) : part.ref.length;
}

function readPart(
  part: Extract<MessagePart, { kind: 'blob' }>,
  readBlob: ((ref: BlobRef) => Uint8Array) | undefined,
): Uint8Array {
  if (readBlob === undefined) {
    throw new TypeError('joinParts: the message has a blob part and no reader was given');
  }
  const octets = readBlob(part.ref);
  if (octets.length !== part.ref.length) {
    throw new RangeError(`joinParts: the blob reader gave ${octets.length} of ${part.ref.length} octets`);
  }
  return part.base64 ? encodeBase64Octets(octets) : octets;
}
