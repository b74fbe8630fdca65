/** Waits of package 0, milliseconds; nothing acknowledges it, so it is repeated with back-off (notification §1.5). */

/** After each sending with the device's nonce; the first follows soon, for a datagram that was lost. */
export const REPEAT_MS: readonly number[] = [10_000, 60_000, 300_000];
/** After each sending in the resynchronisation form. */
export const RESYNC_MS: readonly number[] = [60_000, 600_000];
/** The same for SMS: the network itself tries again, and every message costs. */
export const SMS_REPEAT_MS: readonly number[] = [300_000, 1_800_000];
export const SMS_RESYNC_MS: readonly number[] = [1_800_000];
/** How long the resync nonce opens the session of such a sending, at least (P-093). */
export const RESYNC_WINDOW_MS = 600_000;
/** A claimed wake that is not finished belongs to a dead process. */
export const WAKE_LEASE_MS = 30_000;
/** A push that has not left after this belongs to a dead process: longer than any gateway is waited for. */
export const LEAVING_MS = 90_000;
/** Wakes sent in one round. */
export const WAKE_BATCH = 50;
/** A push that did not leave is sent again after this, doubled each time. */
export const UNSENT_RETRY_MS = 10_000;
export const UNSENT_RETRY_MAX_MS = 900_000;
/** So often, about 40 hours in all; then the wake is given up. */
export const MAX_UNSENT = 160;

/** Phone numbers have 15 digits, URLs and WAP client addresses rarely more than a line. */
export const MAX_WAKE_ADDRESS = 512;

/** Sending to a gateway, to its answer. */
export const PUSH_ANSWER_MS = 15_000;
/** Answers and reports of a push proxy gateway: a few hundred octets. */
export const MAX_PAP_OCTETS = 16_384;
/** XML elements in them: a gateway may report many addresses, we send to one. */
export const MAX_PAP_NODES = 256;
/** Characters kept of what a gateway says. */
export const MAX_GATEWAY_TEXT = 200;

/** A report that came before what it is about was stored is looked up again after these waits. */
export const REPORT_LOOKUPS_MS: readonly number[] = [0, 1_000, 5_000];
/** Reports looked up at once; more are dropped, as a gateway may send what it likes. */
export const MAX_REPORTS = 256;
/** Networks keep a message for at most about this long; no report follows later. */
export const REPORT_WAIT_MS: number = 48 * 3_600_000;
/** Where a gateway does not report by itself, it is asked after these waits. */
export const ASK_MS: readonly number[] = [30_000, 300_000, 3_600_000, 21_600_000];
