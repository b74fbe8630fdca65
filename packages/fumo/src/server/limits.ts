/** Bounds of one DeviceRecord (about 64 kB together) and the planner's default waits. */
import type { PlannerConfig } from './plan-types.ts';

/** Node values kept for one device. */
export const MAX_NODES = 96;
/** Characters kept of one node value; FwV composites stay below. */
export const MAX_NODE_VALUE = 256;
/** Characters kept of the child list of an interior node. */
export const MAX_CHILD_LIST = 1024;
export const MAX_URI = 255;
/** Characters of the pattern of a version probe. */
export const MAX_PROBE_PATTERN = 256;
/** FUMO roots of one device. */
export const MAX_ROOTS = 8;
/** Closed updates kept; the timeline has the rest. */
export const MAX_HISTORY = 8;
/** Attempts kept of one update; the oldest ended ones go first. */
export const MAX_ATTEMPTS = 12;
/** Tree commands waiting, and answered ones kept for reading. */
export const MAX_QUEUED_COMMANDS = 32;
export const MAX_ANSWERED_COMMANDS = 16;
/** Characters of all Results of one tree command, and the items. */
export const MAX_COMMAND_RESULT = 8192;
export const MAX_COMMAND_ITEMS = 64;
/** Commands of a sequence or an atomic: with their Statuses they fit a message of a small device. */
export const MAX_STEPS = 16;
/** Texts of one alert: the question and as many choices as devices show. */
export const MAX_ALERT_TEXTS = 33;
/** Characters kept of an answer of the user, and answers. */
export const MAX_ANSWER = 1024;
/** Characters of the value of a queued command. */
export const MAX_COMMAND_VALUE = 8192;
/** Characters of all values that wait: half of the record. */
export const MAX_WAITING_VALUES: number = 32 * 1024;
/** The whole record as JSON text; above it the oldest answers and values go. */
export const MAX_RECORD: number = 64 * 1024;
/** Remembered refusals. */
export const MAX_UNSUPPORTED = 48;
/** Pending keys remembered for one session. */
export const MAX_PENDING = 64;
/** Tree commands in one message. */
export const MAX_COMMANDS_PER_MESSAGE = 8;
/** Gets in one message; 5 kB messages of small devices hold about that many. */
export const MAX_GETS_PER_MESSAGE = 12;
/** Planned messages of one session: a device that never settles is let go politely. */
export const MAX_TURNS = 64;
/** Interior nodes visited by the child-list walk. */
export const MAX_WALK = 40;
/** Packages considered in the search for stepping stones, and hops of a path. */
export const MAX_PATH_PACKAGES = 200;
export const MAX_PATH_HOPS = 8;
/** Times that an exceeded stage limit is forgiven while State says busy. */
export const MAX_EXTENSIONS = 1;
/** Characters of a text taken from a device into the timeline. */
export const MAX_QUOTE = 80;
/** Crossings that make twins: one may be a backup put back and taken out again. */
export const MAX_CROSSINGS = 2;
/** Values in turn that make twins: there, back, there and back again. */
export const TWIN_FACT_VALUES = 4;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Signs of twins that are further apart count alone: twins that come once a month are still found. */
export const TWIN_SIGNS_MS: number = 90 * 24 * HOUR;

export const DEFAULT_PLANNER_CONFIG: PlannerConfig = {
  refreshMs: HOUR,
  retryBaseMs: 5 * MINUTE,
  retryMaxMs: 6 * HOUR,
  maxFailures: 5,
  maxDoubtfulFailures: 2,
  maxRefusals: 3,
  askAgainMs: 24 * HOUR,
  downloadLimitMs: 24 * HOUR,
  updateLimitMs: 72 * HOUR,
  graceMs: HOUR,
  silentMs: 14 * 24 * HOUR,
  maxUnverifiedContacts: 5,
  unverifiedMs: 48 * HOUR,
  upToDateTexts: {
    default: 'Your firmware is up to date.',
    en: 'Your firmware is up to date.',
    de: 'Ihre Firmware ist auf dem neuesten Stand.',
    fr: 'Votre micrologiciel est à jour.',
    es: 'Su firmware está actualizado.',
    it: 'Il firmware è aggiornato.',
  },
};
