/** Bounds of the SQLite store. */

/** Longest wait for another process's write: above it something holds the file for good. */
export const MAX_BUSY_MS = 15_000;
/** SQLite's own wait, which stops the event loop: a commit of the other process takes about this long. */
export const BUSY_STEP_MS = 8;
/** Requests in one transaction; the rest follow in the next turn. */
export const MAX_BATCH = 512;
/** WAL pages (4 kB each) after which the worker copies them into the database. */
export const CHECKPOINT_PAGES = 2_000;
/** WAL pages after which the writer itself checkpoints what the worker left, so that the log can start over: 32 MB. */
export const FALLBACK_CHECKPOINT_PAGES = 8_000;
/** How often the worker looks. */
export const CHECKPOINT_INTERVAL_MS = 250;
/** Parsed device records kept, by the length of their text. */
export const RECORD_CACHE_CHARACTERS: number = 16 * 1024 * 1024;
/** Rows that messages loaded or committed last, by the length of their texts. */
export const LOADED_CACHE_CHARACTERS: number = 16 * 1024 * 1024;
/** Prepared statements kept for each connection. */
export const MAX_STATEMENTS = 256;
/** Sessions of those who have not proved themselves, about 2 kB each. */
export const MAX_CALLERS = 20_000;
/** Longest page of any listing. */
export const MAX_PAGE = 1_000;
/** Traces waiting to be written; above it the oldest are dropped, so that a stuck disk cannot fill the memory. */
export const MAX_QUEUED_TRACES = 4_000;
/** Pause in which traces gather. */
export const TRACE_BATCH_MS = 100;
/** Traces written without letting requests through in between. */
export const TRACE_BATCH = 256;
/** Sessions whose traces are removed in one transaction. */
export const TRACE_PRUNE_SLICE = 100;
/** Part of the traces' room that those have who have not proved to be a device: enough to see what is wrong with one. */
export const STRANGERS_SHARE = 0.1;
/** Rows of history removed in one transaction. */
export const PRUNE_SLICE = 500;
/** Such transactions in one round, for each kind of row; the rest follows in the next round. */
export const PRUNE_SLICES = 40;
