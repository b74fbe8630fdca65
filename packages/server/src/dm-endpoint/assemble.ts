import { joinParts, type MessagePart, partsLength } from '@fumarole/syncml';
import type { StoredPart } from '../store/port.ts';
import type { BlobReader } from './blob-port.ts';
import { MAX_ANSWER_BYTES } from './limits.ts';

/** The whole body: the MAC needs it, and MaxMsgSize bounds it. At once when nothing has to be read for it. */
export function assemble(parts: readonly MessagePart[], blobs: BlobReader): Uint8Array | Promise<Uint8Array> {
  return parts.some(({ kind }) => kind === 'blob') ? readAndJoin(parts, blobs) : joinParts(parts);
}

async function readAndJoin(parts: readonly MessagePart[], blobs: BlobReader): Promise<Uint8Array> {
  const ranges = parts.flatMap((part) => (part.kind === 'blob' ? [part.ref] : []));
  if (partsLength(parts) > MAX_ANSWER_BYTES) throw new RangeError('an answer exceeds its limit');
  const octets = await Promise.all(ranges.map((ref) => blobs.readRange(ref)));
  const byRef = new Map(ranges.map((ref, i) => [ref, octets[i]]));
  return joinParts(parts, (ref) => byRef.get(ref) ?? new Uint8Array(0));
}

export function toStored(parts: readonly MessagePart[]): readonly StoredPart[] {
  return parts.map((part) =>
    part.kind === 'octets'
      ? part
      : {
          kind: 'blob',
          sha256: part.ref.sha256,
          offset: part.ref.offset,
          length: part.ref.length,
          base64: part.base64,
        },
  );
}

export function fromStored(parts: readonly StoredPart[]): readonly MessagePart[] {
  return parts.map((part) => {
    if (part.kind === 'octets') return part;
    const { sha256, offset, length, base64 } = part;
    return { kind: 'blob', ref: { sha256, offset, length }, base64 };
  });
}
