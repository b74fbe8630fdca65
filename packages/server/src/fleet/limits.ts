/** Limits of the fleet service. */

/** How old this process's view of the packages may be when another process publishes one. */
export const CATALOGUE_CHECK_MS = 250;
/** A device that fell due is this caller's for so long. */
export const DUE_LEASE_MS = 30_000;
/** Longest device id; longer ones are refused when provisioned. */
export const MAX_DEVICE_ID = 128;
/** Attempts to change a package that somebody else changes too. */
export const MAX_PACKAGE_TRIES = 5;
/** Different install-notify reports of one attempt: a download has one end, retries may tell a few. */
export const MAX_NOTIFY_REPORTS = 8;
/** Text of an install-notify report that is kept. */
export const MAX_NOTIFY_TEXT = 200;
/** Devices read at once when looking for one that fetches a package. */
export const IN_USE_PAGE = 200;
/** Octets of a value that a record holds itself; larger ones are spooled. */
export const INLINE_VALUE_BYTES = 4096;
/** Octets of a device description; those of vendors are below 300 kB. */
export const MAX_DESCRIPTION_BYTES: number = 1024 * 1024;
/** Models with a description: their summaries are in memory. */
export const MAX_DESCRIPTIONS = 10_000;
/** Characters of a manufacturer or model. */
export const MAX_MODEL_NAME = 128;
