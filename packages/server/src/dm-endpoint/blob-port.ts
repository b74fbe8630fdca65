import type { BlobRef } from '@fumarole/syncml';

/** Reads ranges of stored objects for the bodies of answers; the artifact store implements it. */
export interface BlobReader {
  /** Exactly `ref.length` octets; rejects when the object is missing or shorter. */
  readRange(ref: BlobRef): Promise<Uint8Array>;
}
