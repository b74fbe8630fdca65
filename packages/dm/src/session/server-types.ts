import type { BlobRef, Encoding, Item, MessagePart, SyncMLMessage } from '@fumarole/syncml';
import type { MacKey } from '../auth/hmac-header.ts';
import type { AuthScheme } from '../auth/scheme.ts';
import type { Instant } from '../ports.ts';

/** One device's credentials as the store opens them from the seal: plain, serialisable, below 2 kB. */
export interface ServerAccount {
  /** Our ServerID. */
  readonly serverId: string;
  readonly client: ClientCredential;
  /** How we prove ourselves to the device; absent: the transport does (TLS). */
  readonly server?: ServerCredential;
}

/** How the device proves itself. */
export interface ClientCredential {
  /** What a challenge asks for. */
  readonly required: AuthScheme;
  /** What is accepted besides, when the transport allows it. */
  readonly allowed: readonly AuthScheme[];
  readonly name: string;
  /** `B64(H(name:password))`, all that is needed to verify (P-095). */
  readonly a: string;
  /** base64 of the nonce handed over last. */
  readonly nonce?: string;
  /** base64 of the nonce used last: taken once more at the opening of a session (P-092). */
  readonly previousNonce?: string;
  /** base64 of nonces handed out last whose holder, if any, is not who opened the next session; newest last (§6.5). */
  readonly passedNonces?: readonly string[];
  /** A resynchronising package 0 went out: until then its nonce opens one session (P-093). */
  readonly resyncUntil?: Instant;
  /** The session id of that package 0: no other session is opened by the nonce, which everybody knows (N-028). */
  readonly resyncSession?: number;
}

export interface ServerCredential {
  readonly scheme: 'basic' | 'md5' | 'mac';
  readonly name: string;
  readonly a: string;
  /** Clear password, for auth-basic only. */
  readonly secret?: string;
  /** base64 of the nonce of the device's last Chal; absent: empty. */
  readonly nonce?: string;
}

/** One message of a device, with what the endpoint found out about its octets and its way here. */
export interface Incoming {
  readonly message: SyncMLMessage;
  readonly encoding: Encoding;
  readonly bodyMd5: Uint8Array;
  /** Lower-case hex; recognises a transport retry (P-016). */
  readonly bodySha256: string;
  /** Value of `x-syncml-hmac`. */
  readonly hmacHeader?: string;
  readonly transport: TransportFacts;
}

export interface TransportFacts {
  /** Schemes that may be used on this transport. */
  readonly allows: readonly AuthScheme[];
  /** Device id that the client's TLS certificate is bound to. */
  readonly certificateDevice?: string;
  /** The request came with the token of RespURI, or on the connection of the session; ignored in a first message. */
  readonly tokenValid: boolean;
}

/** Settings of the server's side; `DEFAULT_SESSION_CONFIG` has the defaults. */
export interface SessionConfig {
  /** Largest message that we take, announced in every SyncHdr. */
  readonly maxMsgSize: number;
  /** Largest object that we take. */
  readonly maxObjSize: number;
  /** Serve DM/1.1 clients too (§8). */
  readonly acceptDm11: boolean;
  /** Refuse a package 1 without Alert 1200 or 1201 (P-001). */
  readonly strictPackage1: boolean;
  /** Types of Generic Alert, normalised, that are answered 200 when the planner does not say otherwise. */
  readonly alertTypes: readonly string[];
  /** Types of Client Event answered 200 when the planner does not say otherwise (P-041). */
  readonly eventTypes: readonly string[];
}

/** How to write to this device: a row of its profile. */
export interface WireProfile {
  /** How octets go over WBXML; XML is always `b64`. */
  readonly binary: 'b64' | 'bin';
  /** Status that answers missing credentials; some families understand 401 only (§9). */
  readonly challengeMissing: 401 | 407;
  readonly chunks: boolean;
  readonly sequence: boolean;
  readonly atomic: boolean;
  /** Assumed when the device announces no MaxMsgSize (I-016). */
  readonly maxMsgSizeDefault: number;
}

/**
 * What the planner may ask for. `key` (at most 96 characters) comes back in the events. Values over 2 kB that do not
 * fit one message must be a `BlobRef`: a session never holds them. Without Sequence or Atomic in the profile the
 * children go out alone, in order, and only their keys come back.
 */
export type ServerCommand =
  | { readonly kind: 'get'; readonly key: string; readonly uri: string }
  | {
      readonly kind: 'add' | 'replace';
      readonly key: string;
      readonly uri: string;
      /** The node's own format: `bin` travels as the wire demands. */
      readonly format: string;
      readonly type?: string;
      readonly data: string | Uint8Array | BlobRef | undefined;
    }
  | { readonly kind: 'delete'; readonly key: string; readonly uri: string }
  | { readonly kind: 'copy'; readonly key: string; readonly source: string; readonly target: string }
  | {
      readonly kind: 'exec';
      readonly key: string;
      readonly uri: string;
      readonly correlator?: string;
      readonly data?: string;
    }
  | {
      /** User interaction 1100–1104; the options text is the first of `items`, also when empty (I-015). */
      readonly kind: 'alert';
      readonly key: string;
      readonly code: number;
      readonly items: readonly string[];
    }
  | {
      readonly kind: 'sequence' | 'atomic';
      readonly key: string;
      /** As a container whatever the profile says: an operator asked for it. */
      readonly whole?: true;
      readonly commands: readonly ServerCommand[];
    }
  /** Alert 1223: ends the session at once; for emergencies (I-028). */
  | { readonly kind: 'abort'; readonly key: string };

/** One item of DevInfo as sent in package 1. */
export interface DevInfoItem {
  readonly uri: string;
  readonly value: string;
  readonly format?: string;
  readonly type?: string;
}

export interface ResultItem {
  readonly uri: string;
  /** As received; compare without regard to case. */
  readonly format?: string;
  readonly type?: string;
  /** base64 is decoded when Format is `b64`: then octets; else text, or the OPAQUE octets that are no text. */
  readonly data: string | Uint8Array;
}

/** One Item of an Alert 1226 or 1224. `cmdID` (all items) or `cmdID#item` (one) is the key for `alertStatus`. */
export interface TypedAlert {
  readonly cmdID: string;
  /** Position in the Alert, from 0. */
  readonly item: number;
  readonly correlator?: string;
  /** As received, `''` when missing. */
  readonly type: string;
  readonly source?: string;
  readonly format?: string;
  readonly mark?: string;
  readonly data: string;
  /** Meta Type, Meta Format and Data are there; else the answer is 412 (P-039). */
  readonly complete: boolean;
}

/** What a message told; nothing but the authentication events comes from a peer that is not authenticated. */
export type ServerEvent =
  | {
      /** Package 1 was accepted. */
      readonly kind: 'opened';
      /** Undefined: the client sent neither Alert 1200 nor 1201 (P-001). */
      readonly trigger: 1200 | 1201 | undefined;
      readonly source: string;
      readonly sourceName?: string;
      readonly sessionID: string;
      readonly maxMsgSize?: number;
      readonly maxObjSize?: number;
      readonly verProto: string;
      /** The device proved itself with the resynchronisation nonce. */
      readonly resync?: boolean;
    }
  | {
      readonly kind: 'authenticated';
      readonly scheme: AuthScheme;
      /**
       * The session was opened with a nonce that we had handed out and that another than its holder had passed over: two
       * devices share the account, or one goes back and forth between copies of its memory. A lost answer is no cause.
       */
      readonly crossed?: true;
    }
  | {
      readonly kind: 'authentication-failed';
      readonly reason: AuthenticationFailure;
      /** Counted failures of this session (P-083). */
      readonly count: number;
    }
  | { readonly kind: 'server-authenticated' }
  /** The device does not accept our credential; `final`: no further try in this session. */
  | { readonly kind: 'server-refused'; readonly code: number; readonly final: boolean }
  | { readonly kind: 'dev-info'; readonly items: readonly DevInfoItem[] }
  | {
      readonly kind: 'status';
      /** Undefined: the Status matches nothing that we sent. */
      readonly key: string | undefined;
      readonly cmd: string;
      readonly code: number;
      readonly uri?: string;
      /** Answers of the user (1102–1104). */
      readonly items?: readonly Item[];
    }
  | { readonly kind: 'results'; readonly key: string; readonly items: readonly ResultItem[] }
  | {
      /** A piece of a large Results value, base64 decoded; `offset` counts decoded octets. */
      readonly kind: 'chunk';
      readonly key: string;
      readonly uri: string;
      readonly offset: number;
      readonly bytes: Uint8Array;
      /** Size as the device declared it (of the text, when it sent base64). */
      readonly size: number;
      readonly last: boolean;
      readonly format?: string;
      readonly type?: string;
    }
  /** A large Results value broke off or was refused with this status: discard its chunks. */
  | { readonly kind: 'chunk-failed'; readonly key: string; readonly uri: string; readonly code: number }
  | ({ readonly kind: 'generic-alert' } & TypedAlert)
  | ({ readonly kind: 'client-event' } & TypedAlert)
  /** The client's package ended without a Status for this command (P-020). */
  | { readonly kind: 'no-answer'; readonly key: string }
  /** Our credential was not accepted yet, so the client did nothing: the command may be sent again (P-089). */
  | { readonly kind: 'not-executed'; readonly key: string; readonly code: number }
  | {
      readonly kind: 'object-progress';
      readonly key: string;
      /** Octets of the object that the device has acknowledged. */
      readonly offset: number;
      readonly length: number;
    }
  | {
      /**
       * A large object of ours broke off. `not-chunked`: the device took the first chunk for the whole. `unreadable`:
       * its octets cannot be read here.
       */
      readonly kind: 'object-failed';
      readonly key: string;
      readonly reason: 'not-chunked' | 'no-end' | 'no-answer' | 'no-room' | 'unreadable';
      readonly code?: number;
    }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'closed'; readonly why: ClosedWhy };

export type AuthenticationFailure =
  | 'missing'
  | 'wrong-type'
  | 'wrong-digest'
  | 'too-many'
  | 'certificate'
  | 'no-scheme';

export type ClosedWhy =
  /** Nothing left to do. */
  | 'done'
  | 'aborted'
  | 'refused'
  /** P-025, P-001 strict, too many commands. */
  | 'bad-message'
  | 'version'
  /** Another session of the same device took its place (P-017, P-018). */
  | 'replaced'
  /** The device refused our message or our credential for good. */
  | 'peer-refused'
  /** More messages without progress than the limit. */
  | 'endless';

/**
 * `commands`: the client's package is complete and authenticated and no object is in flight, the planner may speak.
 * `continue`: next message or next chunk. `retry`: answer the stored response, nothing changed. All but `retry` are
 * answered by `reply`; commands are looked at for `commands` only.
 */
export type Turn = 'commands' | 'continue' | 'challenge' | 'refused' | 'retry' | 'ended';

export interface StepResult {
  readonly session: ServerSession;
  readonly account: ServerAccount;
  readonly events: readonly ServerEvent[];
  readonly turn: Turn;
  /**
   * The message cannot be the device's: answer it with `reply`, but keep the stored session as it is. (No token of the
   * session, no credentials: an interloper must not be able to end it.)
   */
  readonly stray?: true;
}

export interface ReplyInput {
  readonly commands: readonly ServerCommand[];
  /** By `cmdID` or `cmdID#item` of the client's Alert. */
  readonly alertStatus: ReadonlyMap<string, number>;
  /** Absolute, with the session's token. */
  readonly respURI?: string;
  readonly wire: WireProfile;
  readonly encoding: Encoding;
  /** Keys of objects whose octets cannot be read: none is begun, and one on its way is broken off with the session. */
  readonly unreadable?: ReadonlySet<string>;
}

export interface ReplyResult {
  readonly session: ServerSession;
  readonly account: ServerAccount;
  readonly parts: readonly MessagePart[];
  /** What the parts say. */
  readonly message: SyncMLMessage;
  /** Present: the response needs the header `x-syncml-hmac`, `macHeader(mac, md5 of the body)`. */
  readonly mac?: MacKey;
  /** Keys of the commands that went out, those inside containers too. */
  readonly sent: readonly string[];
  /** Commands that can never go to this device in this session as they are: too large (413). */
  readonly unsendable: readonly { readonly key: string; readonly code: number }[];
  readonly ended: boolean;
  readonly events: readonly ServerEvent[];
}

/** States of the server's side; see `server-table.ts`. */
export type ServerState = 'setup' | 'collecting' | 'free' | 'sending' | 'closed';

/** The open session of one device: plain data below 8 kB, stored between two messages. */
export interface ServerSession {
  readonly version: 1;
  readonly sessionID: string;
  /** Source/LocURI of the device. */
  readonly device: string;
  /** Target/LocURI of the first message: what we call ourselves. */
  readonly target: string;
  readonly verDTD: string;
  readonly verProto: string;
  readonly state: ServerState;
  /** MsgID, hash and time of the last message received. */
  readonly received: { readonly msgID: number; readonly sha256: string; readonly at: Instant };
  /** MsgID of the last message sent. */
  readonly msgID: number;
  readonly peer: { readonly maxMsgSize?: number; readonly maxObjSize?: number };
  readonly auth: ClientAuthState;
  readonly serverAuth: ServerAuthState;
  /** Commands that wait for a Status, or for Results after it. */
  readonly outstanding: readonly Outstanding[];
  /** Statuses that we owe. */
  readonly owed: readonly OwedStatus[];
  /** Alert 1225 that we owe, for the URI of a Results value that broke off. */
  readonly noEnd?: string;
  /** Our package 1 is accepted: `opened` was told. */
  readonly opened: boolean;
  readonly sending?: SendingObject;
  readonly collecting?: CollectingObject;
  /** What `reply` has to do; absent once answered. */
  readonly pending?: PendingReply;
  /** Messages in a row that brought nothing. */
  readonly idle: number;
}

export interface ClientAuthState {
  /** `accepted`: 212, no more credentials; `each`: MAC on every message; `open`: nothing required (200). */
  readonly state: 'none' | 'challenged' | 'accepted' | 'each' | 'open';
  readonly scheme?: AuthScheme;
  /** base64 of the nonce of our last challenge in this session. */
  readonly challenge?: string;
  /** The digest of the first message was not over the stored nonce; `over`: but over this one of those passed over. */
  readonly stale?: { readonly over?: string };
  readonly failures: number;
  /** The client proved itself with this form of the resync nonce. */
  readonly resync?: 'octets' | 'ascii';
}

export interface ServerAuthState {
  /** `each`: proven, and to be proven again in every message. */
  readonly state: 'unproven' | 'each' | 'accepted' | 'refused';
  /** Type that the client's challenge asked for. */
  readonly scheme?: 'basic' | 'md5' | 'mac';
  /** base64 of a nonce that came in this session; the account keeps it once the client is authenticated (P-091). */
  readonly nonce?: string;
  /** Challenges of the client. */
  readonly challenges: number;
}

export interface Outstanding {
  readonly msgRef: number;
  readonly cmdRef: string;
  readonly cmd: string;
  readonly key: string;
  /** `open`: no Status yet; `progress`: 101; `answered`: Results may still come. */
  readonly state: 'open' | 'progress' | 'answered';
  /** CmdID of the container. */
  readonly parent?: string;
}

export interface OwedStatus {
  readonly msgRef: number;
  readonly cmdRef: string;
  readonly cmd: string;
  readonly code: number;
  readonly targetRef?: string;
  readonly sourceRef?: string;
  /** Texts of the Status' items: supported versions. */
  readonly items?: readonly string[];
  /** Item of an Alert that the planner may decide on. */
  readonly alertItem?: number;
}

/** A large object of ours on its way. */
export interface SendingObject {
  readonly key: string;
  readonly cmd: 'Add' | 'Replace';
  readonly uri: string;
  readonly format: string;
  readonly type?: string;
  readonly source:
    | { readonly kind: 'blob'; readonly ref: BlobRef; readonly base64: boolean }
    | { readonly kind: 'text'; readonly text: string };
  /** Octets (blob) or UTF-16 units (text) sent and acknowledged. */
  readonly offset: number;
  /** The same, with the chunk on its way. */
  readonly next: number;
  /** The chunk that waits for its Status. */
  readonly msgRef: number;
  readonly cmdRef: string;
}

/** A large Results value on its way to us. */
export interface CollectingObject {
  readonly key: string;
  readonly msgRef: number;
  readonly cmdRef: string;
  readonly uri: string;
  readonly base64: boolean;
  readonly size: number;
  /** Octets as carried. */
  readonly carried: number;
  /** Octets handed on. */
  readonly decoded: number;
  /** base64 characters that make no whole group yet. */
  readonly rest: string;
}

export interface PendingReply {
  readonly turn: Exclude<Turn, 'retry'>;
  readonly why?: ClosedWhy;
  /** The Chal of our SyncHdr Status. */
  readonly chal?: { readonly scheme: 'basic' | 'md5' | 'mac'; readonly nonce?: string };
  /** Alert 1223 goes with it. */
  readonly abort?: boolean;
  /** Whether the missing-credentials code is up to the profile. */
  readonly missing?: boolean;
}
