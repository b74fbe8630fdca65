/** Ed25519 of RFC 8032: 32-octet public keys, 64-octet signatures. */
export type SignatureAlgorithm = 'ed25519';

/** `image`: may say what a device runs; `transfer`: may say only how it is transferred. */
export type KeyRole = 'image' | 'transfer';

export interface TrustedKey {
  readonly algorithm: SignatureAlgorithm;
  /** The raw 32 octets. */
  readonly publicKey: Uint8Array;
  readonly roles: readonly KeyRole[];
}

/** A publisher's key from its raw 32 octets, trusted for both manifests. */
export function publisherKey(publicKey: Uint8Array): TrustedKey {
  return { algorithm: 'ed25519', publicKey, roles: ['image', 'transfer'] };
}

/** Whose signatures count: plain data, from configuration now and from signed key sets later. */
export interface Trust {
  readonly keys: readonly TrustedKey[];
  /** Different keys that must have signed; 1 when absent. */
  readonly threshold?: { readonly image?: number; readonly transfer?: number };
}

/** What is known of the device that is to take the package; a fact that is absent is unknown. */
export interface DeviceClaims {
  /** DevInfo/Man. */
  readonly manufacturer: string;
  /** DevInfo/Mod. */
  readonly model: string;
  /** DevDetail/HwV. */
  readonly hardware?: string;
  /** Firmware version now running. */
  readonly version?: string;
  /** Release number now running. */
  readonly release?: number;
  /** The lowest release the device may go to. */
  readonly securityFloor?: number;
  /** Working memory the device gives to a decoder, octets. */
  readonly memory?: number;
  /** SHA-256 of the images now in the slots, lower-case hex. */
  readonly baseHashes?: readonly string[];
  /** Transfer methods it can decode; `full` only when absent. */
  readonly methods?: readonly string[];
}
