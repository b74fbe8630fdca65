/** The fleet service: what the endpoint consults for each message, and what REST and command line operate. */
import type { ReplyResult, ServerCommand, ServerEvent, Turn, WireProfile } from '@fumarole/dm/server';
import type {
  DevicePolicy,
  DeviceRecord,
  Instant,
  OperationChoice,
  PackageRecord,
  PlainVerb,
  QueuedCommand,
  SessionView,
  TimelineEntry,
  TreeOrder,
  TreeVerb,
  Update,
  Via,
} from '@fumarole/fumo/server';
import type { DescriptionRow } from '../store/port.ts';

/** The plan for one message; `settled` makes of it what is committed. */
export interface Consultation {
  readonly device: DeviceRecord;
  readonly commands: readonly ServerCommand[];
  readonly alertStatus: ReadonlyMap<string, number>;
  readonly timeline: readonly TimelineEntry[];
  readonly why: string;
  readonly dueAt?: Instant;
  /** How this device's family wants its messages. */
  readonly wire: WireProfile;
}

/** What `reply` says about the commands that it was given. */
export type Replied = Pick<ReplyResult, 'sent' | 'unsendable' | 'events'>;

/** Committed with the response, in one transaction. */
export interface Settled {
  readonly device: DeviceRecord;
  readonly timeline: readonly TimelineEntry[];
}

export interface UpdateOrder {
  readonly device: string;
  /** Package id; absent: the best that fits. */
  readonly package?: string;
  readonly via?: Via;
  readonly operation?: OperationChoice;
  /** Send package 0 at once. */
  readonly wake?: boolean;
}

/** One tree command; which of the fields it needs depends on the verb. */
export interface StepOrder extends Partial<Omit<TreeOrder, 'alert'>> {
  readonly verb: PlainVerb;
  readonly alert?: { readonly code: number; readonly options?: string; readonly texts: readonly string[] };
}

export interface CommandOrder extends Omit<StepOrder, 'verb'> {
  readonly verb: TreeVerb;
  /** Of a sequence or an atomic. */
  readonly commands?: readonly StepOrder[];
}

/** A device description file; what it says of manufacturer and model may be overridden. */
export interface DescriptionOrder {
  /** DDF, XML or WBXML. */
  readonly document: Uint8Array;
  readonly manufacturer?: string;
  readonly model?: string;
}

export interface KeptDescription extends DescriptionRow {
  /** What the file lacks or says wrongly; it is used all the same. */
  readonly warnings: readonly string[];
}

export interface NewDevice {
  readonly id: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly wake?: string;
  readonly profile?: string;
  readonly policy?: Partial<DevicePolicy>;
}

/** Why the server does what it does, and the facts behind it. */
export interface Why {
  readonly device: string;
  readonly why: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly dueAt?: Instant;
}

/** A request that cannot be done; `code` is stable (docs/errors.md). */
export interface Refusal {
  readonly code: FleetErrorCode;
  readonly reason: string;
}

export type FleetErrorCode =
  | 'device-unknown'
  | 'device-exists'
  | 'device-quarantined'
  | 'package-unknown'
  | 'package-unfit'
  | 'package-in-use'
  | 'update-open'
  | 'update-none'
  | 'update-too-late'
  | 'command-limit'
  | 'command-invalid'
  | 'description-invalid'
  | 'conflict';

/** A fleet operation was refused. */
export class FleetError extends Error {
  override readonly name: string = 'FleetError';
  readonly code: FleetErrorCode;

  constructor(code: FleetErrorCode, reason: string) {
    super(reason);
    this.code = code;
  }
}

export interface Fleet {
  /** A record for a device that is seen or provisioned for the first time. */
  newDevice(input: NewDevice, now: Instant): DeviceRecord;

  /** Learns from a message's events and plans the answer. Changes nothing in the store: the endpoint commits the result. */
  consult(
    device: DeviceRecord,
    session: SessionView,
    events: readonly ServerEvent[],
    turn: Turn,
    now: Instant,
  ): Consultation | Promise<Consultation>;

  /** After `reply`: takes back what did not fit into the message, and tells what is to be committed. */
  settled(consultation: Consultation, replied: Replied): Settled;

  /** How this device's family wants its messages; also for answers without a consultation. */
  wireProfile(device: DeviceRecord): WireProfile;

  /** Two devices answer to one DevId: nothing more is offered until an operator clears it. */
  quarantine(deviceId: string, reason: string): Promise<DeviceRecord>;
  clearQuarantine(deviceId: string): Promise<DeviceRecord>;

  provision(input: NewDevice): Promise<DeviceRecord>;
  device(deviceId: string): Promise<DeviceRecord>;
  setPolicy(deviceId: string, policy: Partial<DevicePolicy>): Promise<DeviceRecord>;
  requestUpdate(order: UpdateOrder): Promise<Update>;
  cancelUpdate(deviceId: string): Promise<Update>;
  queueCommand(deviceId: string, order: CommandOrder): Promise<QueuedCommand>;
  why(deviceId: string): Promise<Why>;

  /** Puts or replaces the description of a model; the next contact of each of its devices goes by it. */
  addDescription(order: DescriptionOrder): Promise<KeptDescription>;
  removeDescription(id: string): Promise<boolean>;

  packages(): Promise<readonly PackageRecord[]>;
  addPackage(record: PackageRecord): Promise<void>;
  removePackage(packageId: string): Promise<void>;
  publishPackage(packageId: string, published: boolean): Promise<PackageRecord>;

  /** An install-notify report arrived for an attempt (dlota.md §4); idempotent. */
  recordInstallNotify(deviceId: string, attemptId: string, code: number, text?: string): Promise<void>;

  /** Evaluates what has fallen due (retry, silence, stage limits); returns how many devices were looked at. */
  runDue(now: Instant, atMost: number): Promise<number>;
}
