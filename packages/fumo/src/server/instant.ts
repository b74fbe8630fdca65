/** Milliseconds since the epoch; always passed in, never read from a clock. */
export type Instant = number;

/** Random octets; a port, so that plans are reproducible. */
export type Random = (octets: number) => Uint8Array;
