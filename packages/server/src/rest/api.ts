/**
 * The REST contract as types, shared by the server that answers and the clients that ask (the command line, the console).
 * Times are ISO 8601 texts in UTC, sizes are octets, hashes lower-case hex. The schemas beside it say the same to OpenAPI.
 */

/** A page of a listing; `next` is the cursor of the page after it, absent on the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** Every answer outside 2xx. */
export interface ApiError {
  readonly error: {
    /** Stable; see docs/errors.md. */
    readonly code: string;
    readonly message: string;
    readonly details?: readonly string[];
  };
}

export type OfferPolicy = 'automatic' | 'on-request' | 'manual';
export type Via = 'auto' | 'pkgdata' | 'url' | 'descriptor';
export type Operation = 'auto' | 'download-then-update' | 'download-and-update' | 'update-only';
export type ApiAuthScheme = 'none' | 'basic' | 'md5' | 'mac' | 'transport';

/** A device as listings show it. */
export interface ApiDevice {
  readonly id: string;
  /** The id in the form under which events and sessions name it. */
  readonly key?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly hardware?: string;
  /** What the device last reported to run (version probe). */
  readonly firmware?: string;
  readonly quarantined: boolean;
  readonly policy: ApiPolicy;
  readonly lastSeen?: string;
  readonly nextDue?: string;
  readonly update?: ApiUpdate;
}

export interface ApiPolicy {
  readonly offer: OfferPolicy;
  readonly via: Via;
  readonly operation: Operation;
  /** Name of a device profile that overrides what the server recognised. */
  readonly profile?: string;
  /** Schemes that this device may use without TLS from beyond loopback, besides auth-MAC. */
  readonly plainSchemes?: readonly ('basic' | 'md5' | 'mac' | 'none' | 'transport')[];
}

/** Everything the server knows about one device. */
export interface ApiDeviceDetail extends ApiDevice {
  readonly createdAt?: string;
  /** DevInfo/DevId, where it differs from the id that it signs its messages with. */
  readonly devId?: string;
  readonly language?: string;
  readonly clientVersion?: string;
  /** Where package 0 reaches it. */
  readonly wake?: string;
  /** Sessions so far. */
  readonly contacts: number;
  /** Something was learned over a transport that proves nothing. */
  readonly weak: boolean;
  /** Node values known. */
  readonly nodes: number;
  /** Firmware update management objects. */
  readonly roots: readonly string[];
  readonly quarantineReason?: string;
  readonly why: string;
  readonly updates: readonly ApiUpdate[];
  readonly commands: readonly ApiTreeCommand[];
}

/** A newly admitted device; the secrets are shown here and never again. */
export interface ApiProvisioned {
  readonly id: string;
  readonly credentials: ApiCredentials;
}

export interface ApiCredentials {
  readonly serverId: string;
  readonly client: { readonly scheme: ApiAuthScheme; readonly name: string; readonly secret: string };
  readonly server?: { readonly scheme: ApiAuthScheme; readonly name: string; readonly secret: string };
}

export interface ApiProvisionRequest {
  readonly id: string;
  readonly clientScheme?: ApiAuthScheme;
  readonly clientName?: string;
  readonly clientSecret?: string;
  readonly serverScheme?: ApiAuthScheme;
  readonly serverName?: string;
  readonly serverSecret?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  /** Where package 0 reaches the device: `udp:host:port`. */
  readonly wake?: string;
  readonly profile?: string;
  readonly offer?: OfferPolicy;
}

/** How a device gets its account by bootstrap. */
export interface ApiBootstrapRequest {
  /** Client provisioning (w7, the default) or DM profile. */
  readonly document?: 'cp' | 'dm';
  /** What proves the document; default `userpin`. Of the DM profile they are NETWORKID, USERPIN and USERPIN_NETWORKID. */
  readonly security?: 'userpin' | 'netwpin' | 'usernetwpin' | 'userpinmac' | 'none';
  readonly pin?: string;
  readonly networkId?: string;
  readonly scheme?: 'basic' | 'md5' | 'mac';
  readonly name?: string;
  readonly url?: string;
  readonly init?: boolean;
  readonly rotate?: boolean;
  readonly send?: boolean;
  readonly wake?: string;
  readonly manufacturer?: string;
  readonly model?: string;
}

/** A bootstrap document; its secrets and the PIN are shown here and never again. */
export interface ApiBootstrap {
  readonly id: string;
  readonly credentials: ApiCredentials;
  /** Media type with SEC and MAC, as a gateway is told it. */
  readonly contentType: string;
  /** WBXML, base64. */
  readonly document: string;
  /** The same for people. */
  readonly xml: string;
  /** The whole WSP push, base64. */
  readonly push: string;
  /** What the user enters. */
  readonly pin?: string;
  readonly sent: boolean;
  /** Why it was to be sent and did not leave. */
  readonly notSent?: string;
}

/** Outcome of a CSV import, row by row. */
export interface ApiImport {
  readonly added: readonly ApiProvisioned[];
  readonly refused: readonly { readonly line: number; readonly id?: string; readonly reason: string }[];
}

export interface ApiPackage {
  /** SHA-256 of the sealed package. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly release: number;
  readonly size: number;
  readonly published: boolean;
  readonly keyId?: string;
  readonly manufacturer?: string;
  readonly models: readonly string[];
  readonly hardware: readonly string[];
  readonly fromVersions: readonly string[];
  readonly uploadedAt?: string;
}

export interface ApiPublisherKey {
  readonly id: string;
  readonly name: string;
  /** Ed25519 public key, base64. */
  readonly publicKey: string;
  readonly addedAt?: string;
}

/** What the device description (DDF) of a model says about updating it. */
export interface ApiDescription {
  readonly id: string;
  readonly manufacturer: string;
  readonly model: string;
  /** Firmware update objects; a `*` in the URI is a name chosen at run time. */
  readonly roots: readonly {
    readonly uri: string;
    /** In every device of the model: nothing is asked. */
    readonly always: boolean;
    readonly operations: readonly string[];
  }[];
  readonly largeObjects?: boolean;
  readonly addedAt?: string;
  /** What the file lacks or says wrongly, when it was just uploaded. */
  readonly warnings?: readonly string[];
}

/** One update of one device. */
export interface ApiUpdate {
  readonly id: string;
  readonly device: string;
  /** Words of the design's update life. */
  readonly state: string;
  readonly reason?: string;
  /** FUMO result code or SyncML status as received, and which of the two. */
  readonly resultCode?: number;
  readonly resultKind?: 'result' | 'status';
  readonly package?: string;
  readonly fromVersion?: string;
  readonly toVersion?: string;
  readonly via?: string;
  readonly operation?: string;
  /** Why this way of delivery. */
  readonly why?: string;
  readonly attempts: number;
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

export interface ApiUpdateRequest {
  readonly device?: string;
  readonly devices?: readonly string[];
  readonly package?: string;
  readonly via?: Via;
  readonly operation?: Operation;
  /** Send package 0 at once, so that the device need not wait for its next poll. */
  readonly wake?: boolean;
}

export interface ApiUpdatesCreated {
  readonly created: readonly ApiUpdate[];
  readonly refused: readonly { readonly device: string; readonly code: string; readonly reason: string }[];
  /** Devices whose update was made but which cannot be woken: they learn of it when they next contact the server. */
  readonly notWoken: readonly { readonly device: string; readonly reason: string }[];
}

export interface ApiSession {
  readonly id: string;
  readonly device?: string;
  readonly startedAt: string;
  readonly lastAt: string;
  readonly messages: number;
}

/** One message of a session as kept for people: decoded, secrets redacted, large data as length and hash. */
export interface ApiTraceMessage {
  readonly at: string;
  readonly from: 'device' | 'server';
  readonly encoding: 'xml' | 'wbxml';
  readonly bytes: number;
  /** HTTP status, on answers. */
  readonly status?: number;
  readonly outcome?: string;
  /** The redacted SyncML as XML text. */
  readonly xml?: string;
}

export interface ApiSessionDetail extends ApiSession {
  readonly trace: readonly ApiTraceMessage[];
  /** The exchange as a person would explain it. */
  readonly transcript: string;
}

export interface ApiTimelineEntry {
  readonly sequence: number;
  readonly at: string;
  readonly kind: string;
  readonly text: string;
  readonly update?: string;
  readonly data?: unknown;
}

export interface ApiNode {
  readonly uri: string;
  /** Absent when the value is large: `size` and `sha256` name it, `…/commands/:id/value` has it. */
  readonly value?: string;
  readonly size?: number;
  readonly sha256?: string;
  /** SyncML status of the Get that read it. */
  readonly status?: number;
  readonly format?: string;
  readonly type?: string;
  readonly at?: string;
}

export type PlainVerb = 'get' | 'set' | 'add' | 'delete' | 'copy' | 'exec' | 'alert';
export type TreeVerb = PlainVerb | 'sequence' | 'atomic';

/** One tree command; which of the fields it needs depends on the verb. */
export interface ApiTreeStep {
  readonly verb: PlainVerb;
  /** Node; of a copy, where the value goes. */
  readonly uri?: string;
  readonly value?: string;
  readonly format?: string;
  readonly type?: string;
  readonly correlator?: string;
  /** Of a copy: where the value comes from. */
  readonly source?: string;
  readonly alert?: ApiUserAlert;
}

/** What the user of a device is shown or asked: 1100 display, 1101 confirm, 1102 text, 1103 one of, 1104 some of. */
export interface ApiUserAlert {
  readonly code: number;
  /** `KEY=value` joined by `&`: MINDT, MAXDT, DR, MAXLEN, IT, ET. */
  readonly options?: string;
  /** The text, then the choices. */
  readonly texts: readonly string[];
}

export interface ApiTreeCommandRequest extends Omit<ApiTreeStep, 'verb'> {
  readonly verb: TreeVerb;
  /** Of a sequence or an atomic, in order. */
  readonly commands?: readonly ApiTreeStep[];
}

export interface ApiTreeStepAnswer {
  readonly verb: PlainVerb;
  readonly uri: string;
  readonly status?: number;
  readonly statusText?: string;
  readonly answers?: readonly string[];
}

export interface ApiTreeCommand {
  readonly id: string;
  readonly verb: TreeVerb;
  readonly uri: string;
  readonly state: 'queued' | 'sent' | 'answered' | 'failed';
  readonly status?: number;
  readonly statusText?: string;
  readonly results?: readonly ApiNode[];
  /** Results were cut to the limit. */
  readonly truncated?: boolean;
  /** Result code of the alert that finished an Exec. */
  readonly result?: string;
  /** What the user answered to an alert. */
  readonly answers?: readonly string[];
  /** Of a sequence or an atomic: each command with its status. */
  readonly commands?: readonly ApiTreeStepAnswer[];
  /** Why it was not sent. */
  readonly refusal?: string;
  readonly queuedAt?: string;
  readonly answeredAt?: string;
}

/** What the server will do with this device, and why. */
export interface ApiWhy {
  readonly device: string;
  readonly why: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly dueAt?: string;
}

/** One event of the live stream; `sequence` is the SSE id. */
export interface ApiEvent {
  readonly sequence: number;
  readonly at: string;
  readonly type: string;
  readonly device?: string;
  readonly data: unknown;
}

export interface ApiStatus {
  readonly version: string;
  readonly url: string;
  readonly devices: number;
  /** Devices by the state of their present update. */
  readonly updates: Readonly<Record<string, number>>;
  readonly packages: number;
}
