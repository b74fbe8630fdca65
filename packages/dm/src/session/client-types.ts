import type { Command, Encoding, Item, MessagePart, Meta, SyncMLMessage } from '@fumarole/syncml';
import type { MacKey } from '../auth/hmac-header.ts';
import type { CommandOutcome } from '../tree/outcome.ts';

export type { CommandOutcome } from '../tree/outcome.ts';

/** The device's account with one server. */
export interface ClientAccount {
  readonly serverId: string;
  readonly serverURL: string;
  /** How we prove ourselves (CLCRED). */
  readonly client: {
    readonly scheme: 'none' | 'basic' | 'md5' | 'mac';
    readonly name: string;
    readonly a: string;
    /** Clear password, for auth-basic only. */
    readonly secret?: string;
    /** base64; absent: empty. */
    readonly nonce?: string;
  };
  /** How the server proves itself (SRVCRED); absent: the transport does. */
  readonly server?: {
    readonly scheme: 'basic' | 'md5' | 'mac';
    readonly name: string;
    readonly a: string;
    /** base64 of the nonce that we handed over last. */
    readonly nonce?: string;
    readonly previousNonce?: string;
  };
}

export interface ClientLimits {
  /** Largest message that we take. */
  readonly maxMsgSize: number;
  /** Largest object that we take. */
  readonly maxObjSize: number;
  /** Send and take large objects in chunks; default true. */
  readonly largeObjects?: boolean;
  /** Assumed when the server announces no MaxMsgSize; default `CLIENT_LIMITS.assumedMaxMsgSize`. */
  readonly assumedMaxMsgSize?: number;
}

/** Alert 1226 or 1224 to the server; repeat it in later sessions until its `key` is in `delivered`. */
export interface ClientAlert {
  readonly key: string;
  readonly code: 1224 | 1226;
  readonly correlator?: string;
  readonly source?: string;
  readonly type: string;
  readonly format: string;
  readonly mark?: string;
  readonly data: string;
}

export interface OpenInput {
  readonly account: ClientAccount;
  readonly sessionID: string;
  readonly trigger: 1200 | 1201;
  readonly deviceId: string;
  readonly devInfo: readonly { readonly uri: string; readonly value: string }[];
  readonly alerts: readonly ClientAlert[];
  readonly encoding: Encoding;
  readonly limits: ClientLimits;
  /** The session answers a package 0 that matched this form of the resync nonce (P-093). */
  readonly resync?: 'octets' | 'ascii';
}

/** One request to post. Repeating it after a lost answer means: the same octets again (P-024). */
export interface Outgoing {
  readonly parts: readonly MessagePart[];
  /** Present: the request needs the header `x-syncml-hmac`, `macHeader(mac, md5 of the body)`. */
  readonly mac?: MacKey;
  readonly url: string;
  readonly encoding: Encoding;
}

export interface ClientIncoming {
  readonly message: SyncMLMessage;
  readonly bodyMd5: Uint8Array;
  readonly hmacHeader?: string;
}

/** What the device has to do before it answers, in this order. */
export type ClientWork =
  | { readonly kind: 'command'; readonly work: string; readonly command: Command }
  | {
      /** A piece of a large object; base64 decoded. The outcome is 213, or an error; for the last the normal one. */
      readonly kind: 'chunk';
      readonly work: string;
      readonly cmdID: string;
      readonly cmd: 'Add' | 'Replace';
      readonly uri: string;
      readonly format?: string;
      readonly type?: string;
      /** In decoded octets. */
      readonly offset: number;
      readonly bytes: Uint8Array;
      /** As the server declared it: of the base64 text, when it sent base64. First chunk only. */
      readonly size?: number;
      readonly last: boolean;
    }
  /** The object broke off: forget it; has no outcome. */
  | { readonly kind: 'drop-object'; readonly uri: string };

/** Outcomes of one piece of work: container first, then children; one per Item or per command. */
export interface WorkOutcome {
  readonly work: string;
  readonly outcomes: readonly CommandOutcome[];
}

export type ClientEnd =
  /** The server had nothing more to say. */
  | 'done'
  /** Alert 1223. */
  | 'aborted'
  /** P-023. */
  | 'foreign-message'
  /** Our credentials were refused for good, or by a type that we lack. */
  | 'refused'
  /** The server could not prove itself. */
  | 'server-not-authenticated'
  /** 417, 503: try later. */
  | 'busy'
  /** Another 4xx or 5xx for the SyncHdr. */
  | 'failed'
  /** The server never closed its package (I-044). */
  | 'endless';

export interface ReceiveResult {
  readonly session: ClientSession;
  readonly account: ClientAccount;
  readonly work: readonly ClientWork[];
  /** Keys of alerts that have a final Status. */
  readonly delivered: readonly string[];
  /** What the server said of alerts, final or not. */
  readonly answered: readonly { readonly key: string; readonly code: number }[];
  readonly turn: 'answer' | 'end';
  readonly end?: ClientEnd;
  /** The server's Status for our SyncHdr, when it gave one. */
  readonly headerStatus?: number;
}

export interface AnswerResult {
  readonly session: ClientSession;
  readonly account: ClientAccount;
  /** Undefined: nothing to say, the session is over. */
  readonly out?: Outgoing;
}

export interface ClientSession {
  readonly version: 1;
  readonly sessionID: string;
  readonly deviceId: string;
  readonly trigger: 1200 | 1201;
  readonly devInfo: readonly { readonly uri: string; readonly value: string }[];
  readonly encoding: Encoding;
  readonly limits: ClientLimits;
  readonly url: string;
  /** MsgID of the last message sent. */
  readonly msgID: number;
  readonly peer: { readonly maxMsgSize?: number; readonly maxObjSize?: number };
  readonly resync?: 'octets' | 'ascii';
  readonly auth: OwnAuthState;
  readonly serverAuth: PeerAuthState;
  /** What waits to be sent, in order. */
  readonly queue: readonly Unit[];
  /** What the last message held: sent again after a challenge (I-040). */
  readonly last: readonly Unit[];
  /** Sent commands that wait for a Status. */
  readonly outstanding: readonly Unanswered[];
  /** Our package is open: the last message had no Final. */
  readonly open: boolean;
  /** The server's package is open. */
  readonly serverOpen: boolean;
  /** The message to answer. */
  readonly pending?: PendingAnswer;
  /** A large object on its way to us. */
  readonly object?: ReceivingObject;
  /** A large Results value on its way to the server. */
  readonly sending?: { readonly msgRef: number; readonly cmdRef: string; readonly state: 'waiting' | 'go' };
  /** Messages in a row without Final that brought nothing (I-044). */
  readonly asked: number;
  readonly ended: boolean;
}

export interface OwnAuthState {
  readonly state: 'first' | 'challenged' | 'each' | 'accepted';
  readonly scheme: 'none' | 'basic' | 'md5' | 'mac';
  /** base64 of the nonce to use next. */
  readonly nonce?: string;
  /** A nonce to persist as soon as the server is authenticated (P-091). */
  readonly held?: string;
  readonly challenges: number;
}

export interface PeerAuthState {
  readonly state: 'unproven' | 'accepted' | 'each' | 'transport';
  /** base64 of the nonce of our challenge. */
  readonly challenge?: string;
  readonly failures: number;
}

/** One thing to say. */
export type Unit =
  | {
      readonly kind: 'status';
      readonly msgRef: number;
      readonly cmdRef: string;
      readonly cmd: string;
      readonly code: number;
      readonly targetRef?: string;
      readonly sourceRef?: string;
      readonly items?: readonly Item[];
    }
  | {
      readonly kind: 'results';
      readonly msgRef: number;
      readonly cmdRef: string;
      readonly items: readonly Item[];
      /** For a chunked value: what the server has (UTF-16 units or octets). */
      readonly offset?: number;
    }
  | { readonly kind: 'trigger' }
  | { readonly kind: 'dev-info' }
  | { readonly kind: 'no-end'; readonly uri: string }
  | { readonly kind: 'alert'; readonly alert: ClientAlert };

export interface Unanswered {
  readonly msgRef: number;
  readonly cmdRef: string;
  readonly key: string;
}

export interface PendingAnswer {
  readonly msgRef: number;
  readonly targetRef: string;
  readonly sourceRef: string;
  readonly code: number;
  readonly chal?: { readonly scheme: 'basic' | 'md5' | 'mac'; readonly nonce?: string };
  /** Statuses in command order; `work` slots wait for their outcomes. */
  readonly slots: readonly Slot[];
  /** Package 1 or the last message goes out again. */
  readonly resend: boolean;
  /** The server closed its package with this message. */
  readonly final: boolean;
  /** The server failed to prove itself for good: this answer is the last. */
  readonly last?: true;
}

export type Slot =
  | { readonly kind: 'done'; readonly unit: Unit }
  | { readonly kind: 'work'; readonly work: string; readonly cmdID: string; readonly cmd: string };

export interface ReceivingObject {
  readonly cmd: 'Add' | 'Replace';
  readonly uri: string;
  readonly base64: boolean;
  readonly meta: Meta;
  readonly size: number;
  readonly carried: number;
  readonly decoded: number;
  readonly rest: string;
}
