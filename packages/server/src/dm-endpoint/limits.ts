/** Bounds of the DM endpoint: what a device, or somebody who pretends to be one, may cost. */
import { DEFAULT_DECODE_LIMITS, type DecodeLimits } from '@fumarole/syncml';

/** Octets a body may have above the MaxMsgSize we announce: clients count headers differently. */
export const BODY_SLACK_BYTES: number = 8 * 1024;
/** A body must be here by then: a device on a slow link sends 64 kB at 20 kbit/s in time. */
export const BODY_TIMEOUT_MS = 30_000;
/** Longest device id that is looked up. */
export const MAX_DEVICE_ID_LENGTH = 512;
/** Times a message is stepped again because another message of the device was faster. */
export const MAX_CONFLICTS = 32;
/** Bodies on their way in at once: slow ones must not keep others from being served. */
export const MAX_READING = 4_096;
/** Messages worked on at once in one process; above it devices are asked to come back. */
export const MAX_CONCURRENT = 512;
/** What `Retry-After` says then, and on a store that does not answer. */
export const RETRY_AFTER_SECONDS = 30;
/** Sessions of one device that have proved nothing yet, beside its own. */
export const CALLER_SLOTS = 16;
/** Octets of one answer that come from stored objects; MaxMsgSize of the device bounds it first. */
export const MAX_ANSWER_BYTES: number = 16 * 1024 * 1024;

export const MESSAGE_LIMITS: DecodeLimits = {
  ...DEFAULT_DECODE_LIMITS,
  xml: { ...DEFAULT_DECODE_LIMITS.xml, maxNodes: 20_000 },
};
/** For so long after a session's last message its previous nonce opens no other: a client that lost an answer first repeats its message. */
export const PREVIOUS_NONCE_REST_MS = 5_000;
