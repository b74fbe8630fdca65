/** One update of one device: the goal, the attempts made, and the server's word for where it stands. */
import type { DlotaCode, FumoOperation, Reason } from '../object/index.ts';
import type { Instant } from './instant.ts';
import type { VersionProbe } from './package-record.ts';
import type { UpdateState } from './update-state.ts';

/** How the package reaches the device, as asked for; `auto` leaves it to `chooseDelivery`. */
export type Via = 'auto' | 'pkgdata' | 'url' | 'descriptor';
/** Which FUMO operations are used, as asked for. */
export type OperationChoice = 'auto' | 'download-then-update' | 'download-and-update' | 'update-only';
/** Who wanted the update. */
export type AskedBy = 'policy' | 'api' | 'device' | 'user';

/** The chosen way; a table of four, because PkgURL and PkgData exclude each other (F-042). */
export type Delivery =
  | { readonly kind: 'pkgdata' }
  | { readonly kind: 'download'; readonly descriptor: boolean }
  | { readonly kind: 'combined'; readonly descriptor: boolean }
  | { readonly kind: 'update-only' };

/** What one attempt does: a FUMO operation started by Exec, or the Replace of PkgData, which is itself the download. */
export type AttemptKind = FumoOperation | 'pkgdata';

/**
 * Life of an attempt. `new`: nothing left yet. `writing`: the Replace of PkgURL or PkgData is out. `written`: it was
 * answered 200. `sent`: the Exec is out. `unknown`: its Status was lost. `accepted`: 200 or 202. The rest are ends.
 */
export type AttemptState =
  | 'new'
  | 'writing'
  | 'written'
  | 'sent'
  | 'unknown'
  | 'accepted'
  | 'succeeded'
  | 'failed'
  | 'refused'
  | 'abandoned';

export interface Attempt {
  /** From 1 within the update. */
  readonly number: number;
  readonly kind: AttemptKind;
  readonly state: AttemptState;
  /** Unique per Exec (F-072); also names the attempt in download URLs. */
  readonly correlator: string;
  readonly root: string;
  readonly url?: string;
  readonly createdAt: Instant;
  /** Contact (session count of the device) in which the present step went out. */
  readonly contact: number;
  /** FUMO State read before the Exec, to tell a left-over terminal State from a new one. */
  readonly stateBefore?: number;
  readonly sentAt?: Instant;
  readonly acceptedAt?: Instant;
  readonly acceptedContact?: number;
  /** Contact in which a terminal State was first seen without an alert (I-022). */
  readonly terminalContact?: number;
  readonly endedAt?: Instant;
  readonly endedContact?: number;
  /** SyncML status of the Replace or Exec that ended or accepted it. */
  readonly status?: number;
  /** FUMO result code of the alert, as received. */
  readonly result?: number;
  /** Result was deduced from State; a later alert refines it. */
  readonly deduced?: boolean;
}

export interface Update {
  /** Sixteen hex digits. */
  readonly id: string;
  readonly state: UpdateState;
  readonly stateAt: Instant;
  /** State to return to when a silent device is heard of again. */
  readonly beforeSilence?: UpdateState;
  readonly reason?: Reason;
  /** FUMO result code or SyncML status as received, and which of the two number spaces it is from. */
  readonly rawCode?: number;
  readonly rawKind?: 'result' | 'status';
  /** Absent while the package is still to be chosen: the device has not told enough yet. */
  readonly packageId?: string;
  readonly packageName?: string;
  readonly fromVersion?: string;
  readonly toVersion?: string;
  readonly release?: number;
  readonly size?: number;
  /** Chosen from remembered facts, or not at all yet: chosen anew from fresh ones when the device is here. */
  readonly provisional?: boolean;
  /** An operator named this package: only it will do. */
  readonly named?: string;
  readonly probe?: VersionProbe;
  /** FUMO root used; absent until chosen. */
  readonly root?: string;
  readonly askedBy: AskedBy;
  readonly via: Via;
  readonly operation: OperationChoice;
  readonly delivery?: Delivery;
  /** Why this delivery, one sentence. */
  readonly deliveryWhy?: string;
  /** Version of the goal when this package is only a stepping stone. */
  readonly onTheWayTo?: string;
  readonly attempts: readonly Attempt[];
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** Not before this instant; set by retry and ask-again. */
  readonly retryAt?: Instant;
  /** Failures so far for each retry class that has a limit. */
  readonly failures: number;
  readonly refusals: number;
  /** Contacts in which success was reported but the version did not show it. */
  readonly unverifiedContacts: number;
  /** Times that an exceeded stage limit was forgiven because the device was still busy. */
  readonly extensions: number;
  /** When the stage limit was found exceeded and the device was woken to decide (F-130). */
  readonly overdueAt?: Instant;
  readonly cancelAskedAt?: Instant;
  readonly installNotify?: { readonly code: DlotaCode | number; readonly at: Instant };
}
