/**
 * The store as the server sees it: rows as plain values, methods asynchronous, every change of shared state
 * conditional on the version that was read. SQLite implements it today; PostgreSQL can (contract suite:
 * `store-contract.test.ts`). Nothing here is a promise before the returned promise resolves: then it is durable.
 */
import type {
  DeviceRecord,
  Instant,
  ModelDescription,
  PackageRecord,
  TimelineEntry,
  TimelineKind,
} from '@fumarole/fumo/server';
import type { Traces } from './trace-port.ts';

/** Outcome of a conditional change: the versions had moved on, nothing was written, read again. */
export type Commit = 'committed' | 'conflict';

// ---------------------------------------------------------------------------------------------------- devices

/** Columns beside the record that exist only to be searched; the writer keeps them equal to the record. */
export interface DeviceColumns {
  readonly manufacturer?: string | undefined;
  readonly model?: string | undefined;
  readonly firmware?: string | undefined;
  /** State of the present update, in the words of the design; undefined when there is none. */
  readonly state?: string | undefined;
  readonly quarantined: boolean;
  /** When the server itself has to look at this device again. */
  readonly nextDue?: Instant | undefined;
}

export interface DeviceRow {
  /** Normalised key of the device id (`deviceKey` of `@fumarole/dm/objects`). */
  readonly key: string;
  /** Counts from 1; each change of the columns or of what lasts in the record (`LastingFacts`) adds one. */
  readonly version: number;
  readonly record: DeviceRecord;
  readonly columns: DeviceColumns;
}

export interface DeviceFilter {
  readonly manufacturer?: string;
  readonly model?: string;
  readonly state?: string;
  readonly quarantined?: boolean;
  /** Part of the key. */
  readonly search?: string;
}

/** Keyset paging: rows after the cursor, in key order. */
export interface PageQuery {
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A new value of a device; `expected` 0 inserts. Its contact facts are written by messages alone. */
export interface DeviceWrite {
  readonly key: string;
  readonly expected: number;
  readonly record: DeviceRecord;
  readonly columns: DeviceColumns;
}

// ---------------------------------------------------------------------------------------------------- credentials

/** Credentials of one device. */
export interface CredentialRow {
  readonly key: string;
  /** Shared with the device's session: each message and each writer of credentials adds one. */
  readonly version: number;
  readonly keyId: string;
  /** The secrets, sealed (access/seal.ts); the store never sees them open. */
  readonly sealed: Uint8Array;
  /** JSON text of the nonces, which travel in clear and change with each message. */
  readonly nonces: string;
}

export interface CredentialWrite extends Omit<CredentialRow, 'version'> {
  readonly expected: number;
}

// ---------------------------------------------------------------------------------------------------- sessions

/** What was answered last, so that a retry gets the same octets: literals and blob ranges, never a package. */
export interface StoredResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: readonly StoredPart[];
}
export type StoredPart =
  | { readonly kind: 'octets'; readonly octets: Uint8Array }
  | {
      readonly kind: 'blob';
      readonly sha256: string;
      readonly offset: number;
      readonly length: number;
      readonly base64: boolean;
    };

/** The one session of a device, open or just ended (its last response is still repeated for a while). */
export interface SessionRow {
  readonly key: string;
  /** Shared with the device's credentials. */
  readonly version: number;
  /** Names this session for people and traces; unlike the SessionID it never repeats. */
  readonly id: string;
  /** 128-bit token of RespURI, base64url. */
  readonly token: string;
  readonly updatedAt: Instant;
  /** JSON text of the session value (`ServerSession` and what the endpoint adds). */
  readonly value: string;
}

export interface SessionWrite extends Omit<SessionRow, 'version'> {
  readonly expected: number;
  readonly response: StoredResponse;
}

/**
 * A session whose device has not proved itself: it lives beside the device's session, in one of a few slots, and takes
 * its place once it does (P-017). So nobody ends a session by opening another one in the device's name.
 */
export interface CallerWrite extends SessionWrite {
  readonly slot: number;
}

// ---------------------------------------------------------------------------------------------------- the message

/** Everything one message needs, in one read. */
export interface LoadedForMessage {
  readonly device: DeviceRow | undefined;
  /** Of session and credentials; 0 when there is neither. */
  readonly version: number;
  readonly credentials: CredentialRow | undefined;
  readonly session: SessionRow | undefined;
}

/** Everything one message changes, in one transaction; any version that moved on makes it a conflict. */
export interface MessageCommit {
  /** The session was a caller until now: its row goes, once. */
  readonly caller?: { readonly slot: number; readonly expected: number } | undefined;
  readonly device?: MessageDeviceWrite | undefined;
  /** New secrets; `expected` is the session's. */
  readonly credentials?: Omit<CredentialWrite, 'expected'> | undefined;
  /** New nonces of the credentials that are there. */
  readonly nonces?: string | undefined;
  readonly session: SessionWrite;
  readonly timeline: readonly NewTimelineRow[];
  readonly events: readonly NewEvent[];
}

/** `contactOnly`: nothing that lasts has changed, and the device's version stays. */
export interface MessageDeviceWrite extends DeviceWrite {
  readonly contactOnly: boolean;
}

// ---------------------------------------------------------------------------------------------------- timeline, events

/** A line of a device's history; everybody who reads events is told it as well (`told-event.ts`). */
export interface NewTimelineRow {
  readonly key: string;
  /** The device's id as it writes it. */
  readonly id: string;
  readonly entry: TimelineEntry;
}

export interface TimelineRow {
  readonly sequence: number;
  readonly key: string;
  readonly at: Instant;
  readonly kind: TimelineKind;
  readonly text: string;
  readonly update?: string | undefined;
  readonly data?: Readonly<Record<string, string | number | boolean>> | undefined;
}

export interface NewEvent {
  readonly at: Instant;
  readonly type: string;
  /** Device key. */
  readonly device?: string | undefined;
  readonly data: unknown;
}

/** Outbox row: written with the change it tells of, read by cursor; each line of a timeline is one too. */
export interface EventRow extends NewEvent {
  readonly sequence: number;
}

// ---------------------------------------------------------------------------------------------------- packages, artifacts, keys

/** What is published; `descriptor` fields of the owner travel in `document` (JSON text). */
export interface PackageRow {
  readonly record: PackageRecord;
  /** What the package's owner keeps beside the record: header, manifest, file names; JSON text. */
  readonly document: string;
  readonly version: number;
}

/** The device description (DDF) of one model. */
export interface DescriptionRow {
  /** Of the model: one description each. */
  readonly id: string;
  readonly manufacturer: string;
  readonly model: string;
  /** What the server needs of it. */
  readonly summary: ModelDescription;
  readonly addedAt: Instant;
}

export interface PublisherKeyRow {
  readonly id: string;
  readonly name: string;
  /** Ed25519 public key, base64 of the raw 32 octets. */
  readonly publicKey: string;
  readonly addedAt: Instant;
}

// ---------------------------------------------------------------------------------------------------- access, settings

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly createdAt: Instant;
}

export interface InstallReportRow {
  readonly key: string;
  readonly attempt: string;
  readonly at: Instant;
  /** Status code of DLOTA §8.4 (900 …), and the text as received. */
  readonly code: number;
  readonly text: string;
}

// ---------------------------------------------------------------------------------------------------- due work

/** A piece of work that has a time: one row per (kind, key), claimed with a lease. */
export interface WorkRow {
  readonly kind: string;
  readonly key: string;
  readonly version: number;
  readonly dueAt: Instant;
  /** JSON text. */
  readonly payload: string;
}

// ---------------------------------------------------------------------------------------------------- the port

export interface Store {
  readonly traces: Traces;

  /**
   * One read for one message. Not `newest`: good enough for what is committed, because the commit compares versions;
   * what another process has written a moment ago may be missing. A store that has it at hand makes nobody wait.
   */
  loadForMessage(key: string, newest?: boolean): LoadedForMessage | Promise<LoadedForMessage>;
  commitMessage(commit: MessageCommit): Promise<Commit>;
  /** The response stored with exactly this version of the session; undefined when it moved on. */
  storedResponse(key: string, version: number): Promise<StoredResponse | undefined>;

  device(key: string): Promise<DeviceRow | undefined>;
  devices(filter: DeviceFilter, page: PageQuery): Promise<readonly DeviceRow[]>;
  /** Number of devices by state of their present update; '' for those without. Counters, not a scan. */
  deviceCounts(): Promise<ReadonlyMap<string, number>>;
  /** Writes device, timeline and events together; the primitive under `updateDevice`. */
  commitDevice(commit: DeviceCommit): Promise<Commit>;
  removeDevice(key: string, expected: number): Promise<Commit>;
  /** Devices whose `nextDue` has come, claimed until `now + leaseMs` by this caller alone. */
  claimDueDevices(now: Instant, limit: number, leaseMs: number): Promise<readonly DeviceRow[]>;

  credentials(key: string): Promise<CredentialRow | undefined>;
  /** All credential rows not sealed with this key, in key order: for `keys reseal`. */
  credentialsNotSealedWith(keyId: string, page: PageQuery): Promise<readonly CredentialRow[]>;
  putCredentials(write: CredentialWrite): Promise<Commit>;

  session(key: string): Promise<SessionRow | undefined>;
  caller(key: string, slot: number): Promise<SessionRow | undefined>;
  callerResponse(key: string, slot: number, version: number): Promise<StoredResponse | undefined>;
  /** Beyond a bound the oldest callers of all devices go. */
  putCaller(write: CallerWrite): Promise<Commit>;
  openSessions(since: Instant): Promise<number>;
  /** Removes sessions untouched since `before`. */
  expireSessions(before: Instant): Promise<number>;

  /** Newest last; `after`/`before` are sequences. */
  timeline(
    key: string,
    query: {
      readonly after?: number | undefined;
      readonly before?: number | undefined;
      readonly limit: number;
    },
  ): Promise<readonly TimelineRow[]>;
  events(query: { readonly after: number; readonly limit: number }): Promise<readonly EventRow[]>;
  lastEventSequence(): Promise<number>;
  addEvents(events: readonly NewEvent[]): Promise<void>;
  /** Called after a commit of this process wrote events; returns the unsubscribe function. */
  onEvents(listener: () => void): () => void;
  pruneHistory(bounds: { readonly eventsBefore: Instant; readonly timelineBefore: Instant }): Promise<void>;

  packages(): Promise<readonly PackageRow[]>;
  package(id: string): Promise<PackageRow | undefined>;
  putPackage(row: Omit<PackageRow, 'version'>, expected: number): Promise<Commit>;
  removePackage(id: string): Promise<boolean>;
  /** Grows with every change of any package: lets a process keep its list of packages in memory. */
  packagesVersion(): Promise<number>;

  descriptions(): Promise<readonly DescriptionRow[]>;
  /** The file as it was uploaded. */
  descriptionDocument(id: string): Promise<Uint8Array | undefined>;
  putDescription(row: DescriptionRow, document: Uint8Array): Promise<void>;
  removeDescription(id: string): Promise<boolean>;
  /** Grows with every change of any description. */
  descriptionsVersion(): Promise<number>;

  publisherKeys(): Promise<readonly PublisherKeyRow[]>;
  putPublisherKey(row: PublisherKeyRow): Promise<void>;
  removePublisherKey(id: string): Promise<boolean>;

  tokenByHash(hash: string): Promise<TokenRow | undefined>;
  tokens(): Promise<readonly TokenRow[]>;
  putToken(row: TokenRow): Promise<void>;
  removeToken(id: string): Promise<boolean>;

  addInstallReport(row: InstallReportRow): Promise<void>;
  installReports(key: string, attempt?: string): Promise<readonly InstallReportRow[]>;

  setting(name: string): Promise<string | undefined>;
  /** Writes unless it is there; resolves to what is there afterwards. */
  settingOnce(name: string, value: string): Promise<string>;
  putSetting(name: string, value: string): Promise<void>;

  /** Puts or replaces the row of (kind, key). */
  putWork(row: Omit<WorkRow, 'version'>): Promise<void>;
  work(kind: string, key: string): Promise<WorkRow | undefined>;
  claimWork(kind: string, now: Instant, limit: number, leaseMs: number): Promise<readonly WorkRow[]>;
  /** Ends a claimed row, or sets its next time; nothing happens when the row was replaced meanwhile. */
  finishWork(row: WorkRow, next?: { readonly dueAt: Instant; readonly payload: string }): Promise<Commit>;
  removeWork(kind: string, key: string): Promise<void>;

  /** True when a read and a write go through. */
  healthy(): Promise<boolean>;
  close(): Promise<void>;
}

export interface DeviceCommit {
  readonly device?: DeviceWrite | undefined;
  readonly timeline: readonly NewTimelineRow[];
  readonly events: readonly NewEvent[];
}
