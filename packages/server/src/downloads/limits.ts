/** Downloads under way at once; more are told to come back (503, Retry-After). */
export const MAX_DOWNLOADS = 1000;
/** Seconds after which a device that was turned away may try again. */
export const RETRY_AFTER_SECONDS = 30;
/** A reader that takes nothing for so long is cut off; it resumes with a range (dlota.md §8.3: devices idle 60 s). */
export const STALL_MS = 60_000;
/** Progress is told at most so often. */
export const PROGRESS_MS = 500;
/** An install-notify body above this is refused (dlota.md §4). */
export const MAX_NOTIFY_BYTES = 4096;
/** Time for the body of an install-notify. */
export const NOTIFY_BODY_MS = 10_000;
/** Life of a package or descriptor URL: longer than any device's retry budget (dlota.md §8.3). */
export const URL_LIFE_MS: number = 7 * 24 * 60 * 60 * 1000;
/** Expiry is rounded up to this, so that a URL that is made anew is the same URL. */
export const URL_STEP_MS: number = 24 * 60 * 60 * 1000;
/** A report may come long after the download (the user answers tomorrow). */
export const NOTIFY_GRACE_MS: number = 30 * 24 * 60 * 60 * 1000;
/** Longest token that is looked at. */
export const MAX_TOKEN_CHARS = 1024;
