/** Milliseconds since the epoch. */
export type Instant = number;

/** Hash functions of the host; several chunks are hashed as one octet string. */
export interface Digests {
  md5(...chunks: readonly Uint8Array[]): Uint8Array;
  sha256(...chunks: readonly Uint8Array[]): Uint8Array;
}

/** Unpredictable octets. */
export type Random = (octets: number) => Uint8Array;

/** Everything that the session engine is given by its host, besides the bytes. */
export interface SessionPorts {
  readonly digests: Digests;
  readonly random: Random;
  readonly now: Instant;
}
