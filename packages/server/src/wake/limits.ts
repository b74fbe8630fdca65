/** Waits of package 0, milliseconds; nothing acknowledges it, so it is repeated with back-off (notification §1.5). */

/** After each sending with the device's nonce; the first follows soon, for a datagram that was lost. */
export const REPEAT_MS: readonly number[] = [10_000, 60_000, 300_000];
/** After each sending in the resynchronisation form. */
export const RESYNC_MS: readonly number[] = [60_000, 600_000];
/** How long the resync nonce opens one session after such a sending (P-093). */
export const RESYNC_WINDOW_MS = 600_000;
/** A claimed wake that is not finished belongs to a dead process. */
export const WAKE_LEASE_MS = 30_000;
/** Wakes sent in one round. */
export const WAKE_BATCH = 50;
