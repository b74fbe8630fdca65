import type { BlobRef } from '@fumarole/syncml';

/** A stored object, named by its content. */
export interface StoredArtifact {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly size: number;
}

export interface ArtifactStat extends StoredArtifact {
  /** When it was stored, milliseconds since the epoch. */
  readonly storedAt: number;
}

/** Octets on their way in: nobody sees them before `commit`, nothing is left of them after `discard`. */
export interface StagedArtifact {
  /** Rejects with ARTIFACT_TOO_LARGE above the limit; the octets may be reused once it has resolved. */
  write(octets: Uint8Array): Promise<void>;
  /** Durable when it resolves. Storing what is there already is no error. */
  commit(): Promise<StoredArtifact>;
  /** Harmless after `commit` and when repeated. */
  discard(): Promise<void>;
}

/** Content-addressed, immutable objects: a folder now, an object store later. All rejections are ArtifactError or of the system. */
export interface ArtifactStore {
  /** Begins to take in an object of at most `maxBytes`. */
  stage(maxBytes: number): Promise<StagedArtifact>;
  /** Undefined when it is not there, or `sha256` is no hash. */
  stat(sha256: string): Promise<ArtifactStat | undefined>;
  /** The octets of the range in pieces; each is valid until the next is asked for. Rejects with ARTIFACT_MISSING or ARTIFACT_RANGE. */
  open(ref: BlobRef): AsyncIterable<Uint8Array>;
  /** Exactly `ref.length` octets, the caller's own; for small ranges. */
  readRange(ref: BlobRef): Promise<Uint8Array>;
  /** Everything that is stored. */
  list(): AsyncIterable<ArtifactStat>;
  /** False when it was not there. Readers that are under way finish. */
  delete(sha256: string): Promise<boolean>;
}
