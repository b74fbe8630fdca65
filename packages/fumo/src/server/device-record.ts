/**
 * The whole knowledge of one device, as one plain JSON document (bounded by limits.ts to about 64 kB): facts it
 * reported, attempts made, the goal and the policy. The planner computes everything anew from this value.
 */
import type { AuthScheme } from '@fumarole/dm/server';
import type { Encoding } from '@fumarole/syncml';
import type { Instant } from './instant.ts';
import type { ModelDescription } from './model-description.ts';
import type { AskedBy, OperationChoice, Update, Via } from './update.ts';

/** The last answer about one node (or `?list=`, `?prop=` of it). */
export interface NodeRead {
  /** SyncML status of the Get; 0 when the device gave none (I-017). */
  readonly status: number;
  readonly value?: string;
  readonly format?: string;
  readonly type?: string;
  readonly at: Instant;
  /** Contact in which it was read: an update or another session makes it stale. */
  readonly contact: number;
}

/** One FUMO management object of the device and which of its optional nodes exist. */
export interface FumoRoot {
  readonly uri: string;
  /** How it was found: MO identifier, shape of its children, a known place, the profile's or the DDF's word. */
  readonly found: 'type' | 'shape' | 'known' | 'profile' | 'ddf';
  /** False for a dynamic root that the server has to Add first (F-041). */
  readonly exists: boolean;
  /** How it is made: Add of a PkgURL makes its parents, or Add of the root itself. */
  readonly add?: 'leaf' | 'root';
  readonly download: boolean;
  readonly update: boolean;
  /** Undefined when the child list of Update is not known. */
  readonly pkgData?: boolean;
  readonly downloadAndUpdate: boolean;
  readonly pkgName: boolean;
  readonly pkgVersion: boolean;
  readonly state: boolean;
  /** There are vendor extensions. */
  readonly ext?: boolean;
}

export interface SessionFacts {
  /** Key of the stored session. */
  readonly key: string;
  readonly trigger: 1200 | 1201 | undefined;
  readonly encoding: Encoding;
  readonly scheme: AuthScheme;
  readonly maxMsgSize?: number;
  readonly maxObjSize?: number;
  readonly verProto?: string;
  /** The device came by a package 0 in the resynchronisation form. */
  readonly resync?: boolean;
  /** Commands that are out and unanswered: key → what it is, e.g. `get ./DevDetail/FwV`, `exec <correlator>`. */
  readonly pending: Readonly<Record<string, string>>;
  /** Number of the next key. */
  readonly nextKey: number;
  /** Messages planned in this session; bounded (limits.ts). */
  readonly turns: number;
  /** Octets of the package that the device has taken in this session, of how many. */
  readonly progress?: { readonly done: number; readonly total: number };
}

/** A client-initiated request (Generic Alert devicerequest or userrequest, fumo.md §7) not yet served. */
export interface UpdateRequest {
  readonly by: AskedBy;
  readonly at: Instant;
  readonly contact: number;
  /** Only this root (F-118). */
  readonly root?: string;
  /** Asked by the API for this package; otherwise the best one. */
  readonly packageId?: string;
  readonly via?: Via;
  readonly operation?: OperationChoice;
}

export interface DevicePolicy {
  /** automatic: at check-in; on-request: when device, user or API asks; manual: API only. */
  readonly offer: 'automatic' | 'on-request' | 'manual';
  readonly via: Via;
  readonly operation: OperationChoice;
  /** Profile by name, instead of the recognised one. */
  readonly profile?: string;
  /** Schemes that this device may use without TLS besides auth-MAC: an operator's exception (design, Security). */
  readonly plainSchemes?: readonly AuthScheme[];
}

export type PlainVerb = 'get' | 'set' | 'add' | 'delete' | 'copy' | 'exec' | 'alert';
export type TreeVerb = PlainVerb | 'sequence' | 'atomic';

/** What an operator wants done in the tree of a device. */
export interface TreeOrder {
  /** Node; of a copy, where the value goes; empty where there is none (`alert`, `sequence`, `atomic`). */
  readonly uri: string;
  readonly value?: string;
  readonly format?: string;
  readonly type?: string;
  readonly correlator?: string;
  /** Of a copy: where the value comes from. */
  readonly source?: string;
  readonly alert?: UserAlert;
}

/** User interaction (protocol §5): 1100 to 1104, the options text, then the text and the choices. */
export interface UserAlert {
  readonly code: number;
  readonly options: string;
  readonly texts: readonly string[];
}

/** One command inside a sequence or an atomic. */
export interface TreeStep extends TreeOrder {
  readonly verb: PlainVerb;
  readonly status?: number;
  readonly answers?: readonly string[];
}

/** A tree command from an operator: run at the next contact, answered with Status and Results. */
export interface QueuedCommand extends TreeOrder {
  readonly id: string;
  readonly verb: TreeVerb;
  /** Of a sequence or an atomic, in order. */
  readonly commands?: readonly TreeStep[];
  /** What the user answered to an alert 1102 to 1104. */
  readonly answers?: readonly string[];
  /** Why it was not sent. */
  readonly refusal?: string;
  readonly state: 'queued' | 'sent' | 'answered' | 'failed';
  readonly queuedAt: Instant;
  readonly sentAt?: Instant;
  readonly answeredAt?: Instant;
  readonly status?: number;
  readonly results?: readonly TreeValue[];
  /** Results were cut to the limit. */
  readonly truncated?: boolean;
  /** Result code of the alert that finished an Exec. */
  readonly result?: string;
}

export interface TreeValue {
  readonly uri: string;
  /** Absent: too large for a record, kept elsewhere under `size` and `sha256`. */
  readonly value?: string;
  /** Octets. */
  readonly size?: number;
  /** Lower-case hex. */
  readonly sha256?: string;
  readonly format?: string;
  readonly type?: string;
}

/** Where the search for FUMO roots stands. */
export interface Discovery {
  readonly state: 'open' | 'done';
  /** Roots seen in the answer to `?list=Struct`; empty when it was refused. */
  readonly listed?: readonly FumoRoot[];
  /** Firmware version the result was found with; another version makes it stale. */
  readonly firmware?: string;
  /** Open: when the search began; done: when it ended. */
  readonly at?: Instant;
  readonly how?: string;
}

export interface TwinSigns {
  /** When a session was opened with a nonce that another than its holder had passed over. */
  readonly crossings: readonly Instant[];
  /** Values that a fact had one after the other, newest last, and since when the last. */
  readonly facts: Readonly<Record<string, { readonly values: readonly string[]; readonly at: Instant }>>;
}

export interface DeviceRecord {
  readonly version: 1;
  /** SyncHdr Source LocURI as sent (S-005). */
  readonly id: string;
  readonly createdAt: Instant;
  readonly lastSeen?: Instant;
  /** Sessions so far; the number of the present one is this value. */
  readonly contacts: number;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly language?: string;
  readonly clientVersion?: string;
  /** DevInfo DevId when it differs from `id` (S-006). */
  readonly devId?: string;
  readonly nodes: Readonly<Record<string, NodeRead>>;
  readonly roots: readonly FumoRoot[];
  /** What the device description (DDF) of its model says. */
  readonly described?: ModelDescription;
  readonly discovery: Discovery;
  /** `verb uri` or feature → status that says it is not supported (I-027). */
  readonly unsupported: Readonly<Record<string, number>>;
  readonly session?: SessionFacts;
  readonly policy: DevicePolicy;
  /** Where package 0 reaches the device, e.g. `udp:host:port`, `tel:+number`. */
  readonly wake?: string;
  readonly request?: UpdateRequest;
  /** The present update, or the last one. */
  readonly update?: Update;
  /** Earlier updates, newest first. */
  readonly history: readonly Update[];
  readonly commands: readonly QueuedCommand[];
  readonly quarantine?: { readonly at: Instant; readonly reason: string };
  /** What speaks for two devices under this id; too little yet for quarantine. */
  readonly twins?: TwinSigns;
  /** Something was learned over a transport that proves nothing (design, Security). */
  readonly weak: boolean;
  /** One sentence: what the server will do with this device, and the reason. */
  readonly why: string;
  readonly dueAt?: Instant;
}
