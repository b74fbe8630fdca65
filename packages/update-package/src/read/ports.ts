import type { SignatureAlgorithm } from './trust.ts';

/** An incremental digest. */
export interface IncrementalHash {
  update(octets: Uint8Array): void;
  /** Ends it. */
  digest(): Uint8Array;
}

/** Starts a SHA-256. */
export type Sha256 = () => IncrementalHash;

/** Checks one signature; false for anything malformed, never throws. */
export type Verify = (
  key: { readonly algorithm: SignatureAlgorithm; readonly publicKey: Uint8Array },
  message: Uint8Array,
  signature: Uint8Array,
) => boolean;

export interface ReadPorts {
  readonly sha256: Sha256;
  readonly verify: Verify;
}
