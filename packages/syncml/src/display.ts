import type { SyncMLMessage } from './model.ts';

export interface DisplayOptions {
  /** Spaces per level, default 2. */
  readonly indent?: number;
  /** Values longer than this many octets are shown as length and first octets; default: whole. */
  readonly maxDataOctets?: number;
  /** Digest shown beside a shortened value, as hex; default: none. */
  readonly sha256?: (octets: Uint8Array) => string;
}

/** The message as indented XML for people: octets as base64, blob ranges and long values as a comment with length and hash. */
export function toXmlText(message: SyncMLMessage, options?: DisplayOptions): string {
  throw new Error(`not yet ${message.final} ${typeof options}`);
}
