import type { Timing } from './options.ts';

export const USER_AGENT = 'fumarole-device/1';

/** device.json with PEM texts and paths. */
export const MAX_CONFIG_BYTES: number = 256 * 1024;
/** Boot variables, slot manifests and the like. */
export const MAX_STATE_FILE_BYTES: number = 64 * 1024;

/** The journal is compacted beyond this, and never written or read beyond four times this: an update writes about 20 kB. */
export const JOURNAL_COMPACT_BYTES: number = 256 * 1024;
export const MAX_JOURNAL_BYTES: number = 4 * JOURNAL_COMPACT_BYTES;

/** Octets of a download between two persisted offsets (dlota.md §8.1). */
export const PROGRESS_BYTES: number = 256 * 1024;
/** New data that proves a download to be alive: the try counter starts anew (dlota.md §8.3). */
export const REAL_PROGRESS_BYTES: number = 64 * 1024;
/** dlota.md §8.2 */
export const MAX_REDIRECTS = 5;
/** dlota.md §2 */
export const MAX_DESCRIPTOR_BYTES: number = 64 * 1024;
/** Octets looked at to tell a descriptor of a generic XML type from a package (dlota.md §6). */
export const SNIFF_BYTES = 1024;
/** fumo.md §2: PkgURL of at least 2048 octets. */
export const MAX_URL_CHARACTERS = 4096;
/** Tries of one install-notify report in all (D-042). */
export const NOTIFY_TRIES = 3;
/** HTTP header block of a download server. */
export const MAX_HEADER_BYTES: number = 16 * 1024;

/** Beginnings of one installation after power losses before it is given up with 410. */
export const MAX_RESTARTS = 5;
/** Reason of a result, as a server may read it. */
export const MAX_REASON_CHARACTERS = 500;
/** Boots that a new image is given to prove itself. */
export const TRIAL_BOOTS = 3;
/** Octets read, hashed and written at a time. */
export const BLOCK_BYTES: number = 64 * 1024;
/** Owed alerts that ride in one session. */
export const MAX_ALERTS_PER_SESSION = 16;
/** Rounds of one session: a server that never ends it is left (I-044). */
export const MAX_SESSION_MESSAGES = 100_000;
/** A message of the server beyond our own MaxMsgSize plus this is not read (protocol §7). */
export const MESSAGE_SLACK_BYTES = 4096;
export const DEFAULT_MAX_MSG_SIZE: number = 16 * 1024;
export const DEFAULT_MAX_OBJ_SIZE: number = 64 * 1024 * 1024;
/** Triggers remembered so that none starts a second session. */
export const MAX_REMEMBERED_WAKES = 256;
/** Pushes over HTTP at once, and the time for one. */
export const MAX_HTTP_PUSHES = 16;
export const HTTP_PUSH_MS = 10_000;
/** Connections to the control socket at once. */
export const MAX_CONTROL_CONNECTIONS = 256;
/** One request on the control socket: the longest carries a bootstrap document in base64. */
export const MAX_CONTROL_BYTES: number = 48 * 1024;

const SECOND = 1000;
const MINUTE: number = 60 * SECOND;
const HOUR: number = 60 * MINUTE;

/** dlota.md §8.3 for downloads; the rest are decisions. */
export const DEFAULT_TIMING: Timing = {
  connectMs: 30 * SECOND,
  idleMs: MINUTE,
  downloadRetryMs: 30 * SECOND,
  downloadRetryMaxMs: HOUR,
  downloadTries: 5,
  // The device says 407 before a server that waits a day gives it up (fumo.md §8).
  downloadMs: 20 * HOUR,
  retryAfterMaxMs: 24 * HOUR,
  messageRetryMs: 5 * SECOND,
  messageTries: 3,
  messageMs: 90 * SECOND,
  sessionRetryMs: 30 * SECOND,
  sessionRetryMaxMs: HOUR,
  alertAgeMs: 30 * 24 * HOUR,
  rebootWaitMs: MINUTE,
  notifyRetryMs: 2 * SECOND,
  installIdleMs: MINUTE,
  resyncPauseMs: MINUTE,
};
/** The stored tree: 4096 nodes and 4 MiB of values at most (limits of the tree), as JSON. */
export const MAX_TREE_BYTES: number = 16 * 1024 * 1024;
/** Longest text in device.json that names something. */
export const MAX_NAME_CHARACTERS = 255;
/** Bootstrap documents remembered, of those that were taken and of those that were not. */
export const MAX_REMEMBERED_DOCUMENTS = 64;
/** Documents that wait while the user is asked about one. */
export const MAX_WAITING_DOCUMENTS = 4;
/** notification-bootstrap §4.5 */
export const MAX_PIN_TRIES = 3;
/** How often it is looked whether another smartcard is in, milliseconds. */
export const CARD_CHECK_MS = 2000;
