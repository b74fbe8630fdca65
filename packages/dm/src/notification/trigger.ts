/** ui-mode of a trigger (notification §1.1). */
export type UiMode = 'none' | 'background' | 'informative' | 'interactive';

/** The trigger behind the digest of a package 0. */
export interface Trigger {
  /** Notification version × 10: 11 for DM 1.2. */
  readonly version: number;
  readonly uiMode: UiMode;
  readonly initiator: 'client' | 'server';
  /** 1 … 0xFFFF. */
  readonly sessionId: number;
  readonly serverId: string;
  readonly vendorBody?: Uint8Array;
}

/** A package 0 as received; not yet verified. */
export interface ParsedTrigger extends Trigger {
  readonly digest: Uint8Array;
  /** Header, identifier and vendor body as received: what the digest covers. */
  readonly triggerOctets: Uint8Array;
}

export interface Md5 {
  md5(...chunks: Uint8Array[]): Uint8Array;
}

/** The server's credential a package 0 is made from: A = B64(MD5(serverId ":" password)), and the nonce octets. */
export interface TriggerKey {
  readonly a: string;
  readonly nonce: Uint8Array;
}

/** Package 0: digest ‖ trigger (notification §1). Throws RangeError on a session id or identifier outside the format. */
export function encodeTrigger(
  _trigger: Omit<Trigger, 'version'>,
  _key: TriggerKey,
  _digests: Md5,
): Uint8Array {
  throw new Error('not yet');
}
/** Reads a package 0; undefined when it is to be discarded (notification §1.3). Never throws. */
export function parseTrigger(
  _octets: Uint8Array,
  _options?: { readonly acceptVersion10?: boolean },
): ParsedTrigger | undefined {
  throw new Error('not yet');
}
/** Which nonce made the digest: the account's, the resync nonce in one of its two forms, or none (discard). */
export function verifyTrigger(
  _trigger: ParsedTrigger,
  _key: TriggerKey,
  _digests: Md5,
  _options?: { readonly resync?: boolean },
): 'nonce' | 'resync-octets' | 'resync-ascii' | undefined {
  throw new Error('not yet');
}
