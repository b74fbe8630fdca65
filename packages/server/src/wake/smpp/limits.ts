/** Connection, login. */
export const BIND_MS = 15_000;
/** From submit_sm to its answer. */
export const SUBMIT_ANSWER_MS = 20_000;
/** From the call to the answer, waiting for the connection and for its turn included. */
export const SUBMIT_MS = 60_000;
/** An idle connection is asked whether it still stands. */
export const ENQUIRE_LINK_MS = 30_000;
export const ENQUIRE_ANSWER_MS = 10_000;
/** Between two tries to connect: doubled up to the longest, of which a random half. */
export const RECONNECT_MS = 1_000;
export const RECONNECT_MAX_MS = 300_000;
/** A login that was refused is not tried faster than this: gateways lock accounts. */
export const REFUSED_BIND_MS = 60_000;
/** A connection that lasted this long was a good one: the pauses begin anew. */
export const GOOD_LINK_MS = 30_000;
/** After `throttled` or `queue full`: doubled with each further one, of which a random half. */
export const THROTTLED_MS = 1_000;
export const THROTTLED_MAX_MS = 60_000;
/** Messages that wait for their turn; more are refused and come again as due work. */
export const MAX_WAITING = 1_000;
/** Receipts in work; the connection is not read while there are more. */
export const MAX_RECEIPTS_IN_WORK = 64;
/** SMPP §5.2.23: 64 characters and their end. */
export const MAX_MESSAGE_ID = 64;
/** What gateways allow without asking. */
export const DEFAULT_WINDOW = 10;
export const DEFAULT_PER_SECOND = 10;
/** A package 0 that arrives later than this is of no use any more. */
export const DEFAULT_VALIDITY_SECONDS = 3_600;
/** 8-bit data without a class (TS 23.038 §4). */
export const DEFAULT_DATA_CODING = 0x04;
