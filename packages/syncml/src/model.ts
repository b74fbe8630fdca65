/**
 * The SyncML 1.2 message model as OMA DM profiles it (DM RepPro 1.2, content models of §3): plain, immutable values
 * with the standard's own names. Both wire forms, XML and WBXML, read into it and are written from it.
 */

/** The two wire forms of a message. */
export type Encoding = 'xml' | 'wbxml';

/** Media type family: `application/vnd.syncml.dm+…`, or the data-sync form without `.dm` that some clients use (I-001). */
export type Family = 'dm' | 'sync';

/** A range of a stored, content-addressed object; large values travel by reference and never inside a message value. */
export interface BlobRef {
  /** SHA-256 of the whole object, lower-case hex. */
  readonly sha256: string;
  /** First octet of the range. */
  readonly offset: number;
  /** Octets in the range. */
  readonly length: number;
}

/** `Data` that is a range of a stored object; written as OPAQUE octets, or as base64 text when `base64` is set. */
export interface BlobData {
  readonly kind: 'blob';
  readonly ref: BlobRef;
  readonly base64: boolean;
}

/** Value of a `Data` element: text, raw octets (WBXML OPAQUE), or, outgoing only, a range of a stored object. */
export type Data = string | Uint8Array | BlobData;

/** What the encoder hands to the transport, in order: literal octets, or a range to be read from the object store. */
export type MessagePart =
  | { readonly kind: 'octets'; readonly octets: Uint8Array }
  | { readonly kind: 'blob'; readonly ref: BlobRef; readonly base64: boolean };

export interface SyncMLMessage {
  readonly hdr: SyncHdr;
  readonly body: readonly Command[];
  /** `Final`: last message of its package. */
  readonly final: boolean;
}

export interface SyncHdr {
  readonly VerDTD: string;
  readonly VerProto: string;
  /** Opaque text, echoed byte for byte (P-003). */
  readonly SessionID: string;
  readonly MsgID: number;
  readonly Target: Location;
  readonly Source: Location;
  readonly RespURI?: string;
  readonly Cred?: Cred;
  readonly Meta?: Meta;
}

export interface Location {
  readonly LocURI: string;
  readonly LocName?: string;
}

/** MetInf children that OMA DM uses; white space stripped, letter case of `Format` as received. */
export interface Meta {
  readonly Format?: string;
  readonly Type?: string;
  readonly Mark?: string;
  /** Octets of the whole `Data` as carried in the message; first chunk only. */
  readonly Size?: number;
  /** base64 text of the nonce octets, whatever form the wire had. */
  readonly NextNonce?: string;
  readonly MaxMsgSize?: number;
  readonly MaxObjSize?: number;
}

export interface Cred {
  readonly Meta?: Meta;
  readonly Data: string;
}

export interface Chal {
  readonly Meta: Meta;
}

export interface Item {
  readonly Target?: Location;
  readonly Source?: Location;
  readonly Meta?: Meta;
  /** Absent element: undefined; `<Data/>`: empty text. White space is kept. */
  readonly Data?: Data;
  readonly MoreData?: boolean;
}

interface CommandBase {
  /** Decimal text, unique in the message; empty when a peer left it out. */
  readonly CmdID: string;
  /** Command-level defaults of the items. */
  readonly Meta?: Meta;
}

export interface Add extends CommandBase {
  readonly kind: 'Add';
  readonly items: readonly Item[];
}
export interface Replace extends CommandBase {
  readonly kind: 'Replace';
  readonly items: readonly Item[];
}
export interface Copy extends CommandBase {
  readonly kind: 'Copy';
  readonly items: readonly Item[];
}
export interface Delete extends CommandBase {
  readonly kind: 'Delete';
  readonly items: readonly Item[];
}
export interface Get extends CommandBase {
  readonly kind: 'Get';
  readonly items: readonly Item[];
}
export interface Exec extends CommandBase {
  readonly kind: 'Exec';
  readonly Correlator?: string;
  readonly items: readonly Item[];
}
export interface Alert extends CommandBase {
  readonly kind: 'Alert';
  /** The alert code, from `Alert/Data`; undefined when the element is missing. */
  readonly Data?: string;
  readonly Correlator?: string;
  readonly items: readonly Item[];
}
export interface Atomic extends CommandBase {
  readonly kind: 'Atomic';
  readonly commands: readonly Command[];
}
export interface Sequence extends CommandBase {
  readonly kind: 'Sequence';
  readonly commands: readonly Command[];
}
export interface Results extends CommandBase {
  readonly kind: 'Results';
  /** Missing on the wire: 1. */
  readonly MsgRef: number;
  /** Missing on the wire: `1`. */
  readonly CmdRef: string;
  readonly TargetRef?: string;
  readonly SourceRef?: string;
  readonly items: readonly Item[];
}
export interface Status extends CommandBase {
  readonly kind: 'Status';
  readonly MsgRef: number;
  /** `0` answers the SyncHdr; missing on the wire with Cmd `SyncHdr`: `0`. */
  readonly CmdRef: string;
  readonly Cmd: string;
  readonly TargetRef: readonly string[];
  readonly SourceRef: readonly string[];
  readonly Chal?: Chal;
  /** The status code; text that is no number reads as 500. */
  readonly Data: number;
  readonly items: readonly Item[];
}
/** A data-sync command (Map, Put, Search, Sync, Move) or an unknown element with a CmdID in command position. */
export interface Unsupported extends CommandBase {
  readonly kind: 'Unsupported';
  readonly name: string;
  /** True for the data-sync commands (answered 406), false for unknown names (501). */
  readonly dataSync: boolean;
}

export type Command =
  | Add
  | Alert
  | Atomic
  | Copy
  | Delete
  | Exec
  | Get
  | Replace
  | Results
  | Sequence
  | Status
  | Unsupported;
