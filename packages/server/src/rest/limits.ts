/** Limits of the REST API and its event stream: every size, count and wait from outside. */

/** JSON bodies: the largest is a node value of a tree command. */
export const MAX_JSON_BODY_BYTES: number = 256 * 1024;
/** A CSV list of devices: about a hundred thousand rows. */
export const MAX_CSV_BYTES: number = 16 * 1024 * 1024;
/** Rows of one CSV import; each becomes a write of its own. */
export const MAX_CSV_ROWS = 100_000;
/** Entries of a page, and what is given when none is asked for. */
export const MAX_PAGE = 500;
export const DEFAULT_PAGE = 50;
/** Longest `?wait=` of a tree command: below the usual 60 s idle limit of proxies. */
export const MAX_WAIT_SECONDS = 50;
/** Devices of one `POST /api/updates`. */
export const MAX_UPDATE_DEVICES = 1000;
/** Longest identifier in a path or query. */
export const MAX_ID_LENGTH = 256;
/** Event streams open at once in one process. */
export const MAX_STREAMS = 256;
/** Events read from the store at once. */
export const EVENT_BATCH = 256;
/** Silence after which a comment keeps proxies from closing the stream. */
export const HEARTBEAT_MS = 15_000;
/** How often another process's events are looked for. */
export const EVENT_POLL_MS = 250;
/** A stream whose reader takes nothing for so long is ended; the reader resumes by Last-Event-ID. */
export const STREAM_STALL_MS = 30_000;
