import type { StoredPart, StoredResponse } from '../port.ts';
import { StoreError } from '../store-error.ts';

/** What stands for a literal in the head of a stored response: its length; the octets follow in order. */
type HeadPart = number | Exclude<StoredPart, { kind: 'octets' }>;
interface Head {
  readonly s: number;
  readonly h: Readonly<Record<string, string>>;
  readonly p: readonly HeadPart[];
}

/** One blob: 4 octets length of the head, the head as JSON, the literals. */
export function packResponse({ status, headers, parts }: StoredResponse): Uint8Array {
  const head: Head = {
    s: status,
    h: headers,
    p: parts.map((p) => (p.kind === 'octets' ? p.octets.length : p)),
  };
  const text = Buffer.from(JSON.stringify(head), 'utf8');
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, ...parts.flatMap((p) => (p.kind === 'octets' ? [p.octets] : []))]);
}

/** Throws StoreError `damaged-row`. */
export function unpackResponse(packed: Uint8Array, key: string): StoredResponse {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.length);
  try {
    let at = 4 + bytes.readUInt32BE(0);
    const head = JSON.parse(bytes.toString('utf8', 4, at)) as Head;
    const parts = head.p.map((part): StoredPart => {
      if (typeof part !== 'number') return part;
      at += part;
      return { kind: 'octets', octets: bytes.subarray(at - part, at) };
    });
    return { status: head.s, headers: head.h, parts };
  } catch (error) {
    throw new StoreError('damaged-row', `the stored response of ${key} cannot be read`, error);
  }
}
