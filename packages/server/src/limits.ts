/** Bounds of the composition: listeners, background work, history. Areas have their own limits files. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Headers must be here by then (slow-header attacks); Node checks every connectionsCheckingInterval. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** A whole request, uploads of packages over slow links included. */
export const REQUEST_TIMEOUT_MS: number = 30 * MINUTE_MS;
/** Idle connections of devices: a session's next message comes within seconds. */
export const KEEP_ALIVE_MS = 65_000;
/** Header octets of one request. */
export const MAX_HEADER_BYTES: number = 16 * 1024;
/** Connections of one listener; an idle one costs about 13 kB. */
export const MAX_CONNECTIONS = 20_000;

/** How often due devices and wakes are looked for. */
export const DUE_INTERVAL_MS = 1_000;
/** Devices evaluated in one round. */
export const DUE_BATCH = 200;
/** How often old sessions, traces and history are removed. */
export const SWEEP_INTERVAL_MS: number = MINUTE_MS;

/** A session silent for longer is over; processing time on a device is unbounded by the standard (§1). */
export const SESSION_IDLE_MS: number = 30 * MINUTE_MS;
/** Largest value a device may report: logs and dumps; above a message they are spooled to a file. */
export const MAX_OBJ_SIZE: number = 16 * 1024 * 1024;
export const MAX_MSG_SIZE = 65_536;

/** Traces: whole sessions are removed, oldest first, until all three hold. */
export const TRACE_MAX_AGE_MS: number = 30 * DAY_MS;
export const TRACE_MAX_ROWS = 1_000_000;
export const TRACE_MAX_BYTES: number = 1024 * 1024 * 1024;
/** Events of the live stream that are no timeline. */
export const EVENT_MAX_AGE_MS: number = 7 * DAY_MS;
export const TIMELINE_MAX_AGE_MS: number = 400 * DAY_MS;

/** Time for open requests when the server stops. */
export const STOP_GRACE_MS = 10_000;
