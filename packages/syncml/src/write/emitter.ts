import type { BlobRef, MessagePart, Unsupported } from '../model.ts';

/** Where a message is written to, in either wire form. Tags are tag codes. */
export interface Emitter {
  /** XML has no octets: values that are not text go out as base64 with Format `b64`. */
  readonly octetsAsBase64: boolean;
  open(tag: number): void;
  close(tag: number): void;
  empty(tag: number): void;
  /** An element that holds one text. */
  textElement(tag: number, text: string): void;
  /** An element that holds a number, in decimal. */
  numberElement(tag: number, value: number): void;
  /** An element that holds octets; only where `octetsAsBase64` is false. */
  octetElement(tag: number, octets: Uint8Array): void;
  /** An element that holds a range of a stored object. */
  blob(tag: number, ref: BlobRef, base64: boolean): void;
  /** A command that was received but not understood: shown to people, never sent (TypeError). */
  unsupported(command: Unsupported): void;
  /** Octets written so far. */
  readonly length: number;
  /** Everything written, in order. */
  parts(): readonly MessagePart[];
}
