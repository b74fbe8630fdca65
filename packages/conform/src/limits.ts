/** Longest wait for one answer of the peer, milliseconds; an option changes it. */
export const DEFAULT_TIMEOUT_MS = 10_000;
/** Longest time of one check, in waits for one answer: the longest script has fewer steps that can hang. */
export const CHECK_TIMEOUTS = 12;
/** Messages of one check that a report shows, the last ones; a large object is told by its last pieces. */
export const SHOWN_EXCHANGES = 40;
/** Octets of a body that are kept; above it the peer answers more than any conforming one. */
export const MAX_BODY_BYTES: number = 4 * 1024 * 1024;
/** Octets of an undecodable body that a report shows. */
export const SHOWN_BODY_BYTES = 512;
/** Rounds of one session until it is given up as endless. */
export const MAX_ROUNDS = 60;
