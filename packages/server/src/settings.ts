/** Waits and limits that an operator may set: which there are, what each may be, and how a settings file gives them. */
import type { PlannerConfig, Texts } from '@fumarole/fumo/server';
import { ConfigError } from './config-error.ts';
import type { ServerOptions } from './options.ts';
import { readGateways } from './wake/options.ts';

/** What a settings file may hold; everything may be left out. */
export type ServerSettings = Pick<
  ServerOptions,
  | 'planner'
  | 'wake'
  | 'traces'
  | 'dueIntervalMs'
  | 'sessionIdleMs'
  | 'bodyTimeoutMs'
  | 'stopGraceMs'
  | 'maxConcurrentMessages'
>;

const YEAR_MS = 366 * 86_400_000;
/** Repeats of one wake: more is a flood, and an SMS each. */
const MAX_REPEATS = 10;
/** Languages of one text. */
const MAX_LANGUAGES = 200;

/** Least and most of a whole number. */
type Range = readonly [least: number, most: number];

const PLANNER: { readonly [name in Exclude<keyof PlannerConfig, 'upToDateTexts'>]: Range } = {
  refreshMs: [0, YEAR_MS],
  retryBaseMs: [1, YEAR_MS],
  retryMaxMs: [1, YEAR_MS],
  maxFailures: [1, 1000],
  maxDoubtfulFailures: [1, 1000],
  maxRefusals: [1, 1000],
  askAgainMs: [1, YEAR_MS],
  downloadLimitMs: [1, YEAR_MS],
  updateLimitMs: [1, YEAR_MS],
  graceMs: [1, YEAR_MS],
  silentMs: [1, 10 * YEAR_MS],
  maxUnverifiedContacts: [1, 1000],
  unverifiedMs: [1, YEAR_MS],
};
const TRACES = {
  maxAgeMs: [1, 10 * YEAR_MS],
  maxRows: [1, 1_000_000_000],
  maxBytes: [1, Number.MAX_SAFE_INTEGER],
} as const satisfies Record<string, Range>;
const WAITS = {
  dueIntervalMs: [1, 3_600_000],
  sessionIdleMs: [10, 7 * 86_400_000],
  bodyTimeoutMs: [10, 3_600_000],
  stopGraceMs: [0, 600_000],
  maxConcurrentMessages: [1, 100_000],
} as const satisfies Record<string, Range>;

/** The parsed JSON of a settings file. Throws ConfigError that names the setting. */
export function readSettings(value: unknown): ServerSettings {
  const { planner, wake, traces, ...waits } = objectOf('settings', value, [
    'planner',
    'wake',
    'traces',
    ...Object.keys(WAITS),
  ]);
  return {
    ...(planner === undefined ? {} : { planner: checkPlanner(planner) }),
    ...(wake === undefined ? {} : { wake: checkWake(wake) }),
    ...(traces === undefined ? {} : { traces: numbersOf('traces', traces, TRACES) }),
    ...numbersOf('', waits, WAITS),
  };
}

/** Those of a program's options that are settings. */
export function settingsIn(options: ServerOptions): ServerSettings {
  const { planner, wake, traces } = options;
  const { dueIntervalMs, sessionIdleMs, bodyTimeoutMs, stopGraceMs, maxConcurrentMessages } = options;
  const waits = { dueIntervalMs, sessionIdleMs, bodyTimeoutMs, stopGraceMs, maxConcurrentMessages };
  return { planner, wake, traces, ...waits };
}

function checkPlanner(value: unknown): Partial<PlannerConfig> {
  const known = [...Object.keys(PLANNER), 'upToDateTexts'];
  const { upToDateTexts, ...numbers } = objectOf('planner', value, known);
  return {
    ...numbersOf('planner', numbers, PLANNER),
    ...(upToDateTexts === undefined ? {} : { upToDateTexts: textsOf(upToDateTexts) }),
  };
}

/** Texts by language tag; one of them is the default. */
function textsOf(value: unknown): Texts {
  const entries = Object.entries(typeof value === 'object' && value !== null ? value : {});
  const texts = entries.filter((entry): entry is [string, string] => isText(entry[1]));
  const byTag = Object.fromEntries(texts);
  if (texts.length < entries.length || texts.length > MAX_LANGUAGES || byTag.default === undefined) {
    const what = 'texts of at most 255 characters by language tag are expected, "default" among them';
    throw new ConfigError('planner.upToDateTexts', what);
  }
  return { ...byTag, default: byTag.default };
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 255;
}

function checkWake(value: unknown): NonNullable<ServerOptions['wake']> {
  const known = ['repeatMs', 'resyncMs', 'smpp', 'hook', 'pap', 'http', 'swappedSessionIds'];
  const { repeatMs, resyncMs, ...gateways } = objectOf('wake', value, known);
  return {
    ...readGateways(gateways),
    ...(repeatMs === undefined ? {} : { repeatMs: pauses('wake.repeatMs', repeatMs) }),
    ...(resyncMs === undefined ? {} : { resyncMs: pauses('wake.resyncMs', resyncMs) }),
  };
}

export function within(option: string, value: unknown, [least, most]: Range): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  const told = JSON.stringify(value);
  throw new ConfigError(option, `a whole number from ${least} to ${most} is expected, not ${told}`);
}

function pauses(option: string, value: unknown): readonly number[] {
  if (!Array.isArray(value) || value.length > MAX_REPEATS) {
    throw new ConfigError(option, `a list of at most ${MAX_REPEATS} pauses is expected`);
  }
  return value.map((pause, at) => within(`${option}[${at}]`, pause, [1, YEAR_MS]));
}

function numbersOf<K extends string>(
  section: string,
  value: unknown,
  ranges: { readonly [name in K]: Range },
): { readonly [name in K]?: number } {
  const found = objectOf(section === '' ? 'settings' : section, value, Object.keys(ranges));
  const numbers: { [name in K]?: number } = {};
  for (const name in ranges) {
    if (found[name] === undefined) continue;
    numbers[name] = within(section === '' ? name : `${section}.${name}`, found[name], ranges[name]);
  }
  return numbers;
}

function objectOf(name: string, value: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(name, 'an object is expected');
  }
  const odd = Object.keys(value).find((key) => !known.includes(key));
  if (odd !== undefined) {
    throw new ConfigError(name, `there is no ${JSON.stringify(odd)}; known are ${known.join(', ')}`);
  }
  return { ...value };
}
