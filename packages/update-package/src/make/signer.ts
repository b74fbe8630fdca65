import type { SignatureAlgorithm } from '../read/trust.ts';

/** Holds, or reaches, one private key: a file now, a token or a service by the same two members. */
export interface Signer {
  readonly algorithm: SignatureAlgorithm;
  /** The raw public key, 32 octets. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}
