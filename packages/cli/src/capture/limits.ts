/** Frames of one capture that are read; more would not be read by a person. */
export const MAX_FRAMES = 200_000;
/** Octets of one direction of a connection that are put together. */
export const MAX_STREAM_OCTETS: number = 16 * 1024 * 1024;
/** Connections and SMS senders told apart. */
export const MAX_STREAMS = 4096;
/** Fragments of one IP packet, and packets that wait for theirs. */
export const MAX_FRAGMENTS = 64;
export const MAX_FRAGMENTED = 256;
/** Messages that are shown; the capture says how many more there are. */
export const MAX_MESSAGES = 5000;
/** Headers of an HTTP message, as servers bound them. */
export const MAX_HTTP_HEADER: number = 64 * 1024;
/** Octets that a compressed body may unfold to. */
export const MAX_UNCOMPRESSED: number = 16 * 1024 * 1024;
