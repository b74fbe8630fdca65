/** What goes into the planner and what comes out. */
import type { AuthScheme, ServerCommand } from '@fumarole/dm/server';
import type { Encoding } from '@fumarole/syncml';
import type { DeviceRecord } from './device-record.ts';
import type { Instant, Random } from './instant.ts';
import type { PackageRecord } from './package-record.ts';
import type { Texts } from './text-for.ts';

/** What the endpoint knows of the session that the events came from. */
export interface SessionView {
  /** Key of the stored session: another key is another contact. */
  readonly key: string;
  readonly encoding: Encoding;
  readonly scheme: AuthScheme;
  /** True when neither TLS nor MAC nor a password protects what is learned. */
  readonly weak: boolean;
}

/** Makes the URLs that a device is given; tokens bound to device and attempt. */
export interface UrlMaker {
  package(deviceId: string, attemptId: string, pkg: PackageRecord): string;
  descriptor(deviceId: string, attemptId: string, pkg: PackageRecord): string;
}

export interface PlanContext {
  readonly now: Instant;
  readonly random: Random;
  readonly urls: UrlMaker;
  readonly config: PlannerConfig;
}

/** Waits and budgets; defaults in limits.ts. All in milliseconds unless they are counts. */
export interface PlannerConfig {
  /** Facts older than this are read again at the next contact. */
  readonly refreshMs: number;
  /** First pause before a retry; doubled each time, plus jitter. */
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  /** Failed attempts of a retryable class before the update is `failed`. */
  readonly maxFailures: number;
  /** The same for classes that are retried with doubt (400, 409). */
  readonly maxDoubtfulFailures: number;
  readonly maxRefusals: number;
  readonly askAgainMs: number;
  /** Longest wait for the result of a download, and of an update pending user consent (fumo.md §8). */
  readonly downloadLimitMs: number;
  readonly updateLimitMs: number;
  /** After the limit: how long the woken device has to show up. */
  readonly graceMs: number;
  /** No contact at all for so long: `silent`. */
  readonly silentMs: number;
  /** Contacts and time in which a reported success may stay unverified. */
  readonly maxUnverifiedContacts: number;
  readonly unverifiedMs: number;
  /** Text shown to a user who asked when there is no update (F-119), by language; an empty one shows nothing. */
  readonly upToDateTexts: Texts;
}

/** One line of a device's history, for people and for the event stream. */
export interface TimelineEntry {
  readonly at: Instant;
  /** `contact`, `facts`, `request`, `update`, `attempt`, `alert`, `command`, `notify`, `wake`, `warning`, `operator`. */
  readonly kind: TimelineKind;
  readonly text: string;
  readonly update?: string;
  readonly data?: Readonly<Record<string, string | number | boolean>>;
}

export type TimelineKind =
  | 'contact'
  | 'facts'
  | 'request'
  | 'update'
  | 'attempt'
  | 'alert'
  | 'command'
  | 'notify'
  | 'wake'
  | 'warning'
  | 'operator';

export interface Learned {
  readonly device: DeviceRecord;
  readonly log: readonly TimelineEntry[];
  /** CmdID of each client alert → its Status; requests of unknown outcome are left to `plan`. */
  readonly alertStatus: ReadonlyMap<string, number>;
  /** CmdIDs of update requests in this message: `plan` answers 200 or 202 (F-117). */
  readonly requests: readonly string[];
}

export interface Plan {
  readonly device: DeviceRecord;
  /** Empty: nothing is left to do, the session ends politely. */
  readonly commands: readonly ServerCommand[];
  readonly alertStatus: ReadonlyMap<string, number>;
  readonly log: readonly TimelineEntry[];
  readonly why: string;
  /** When the server has to look at this device again by itself. */
  readonly dueAt?: Instant;
}
