import { WbxmlWriter } from '@fumarole/wbxml';
import { base64Length } from '../base64.ts';
import { dialectFor } from '../dialect.ts';
import type { BlobRef, MessagePart, Unsupported } from '../model.ts';
import type { Emitter } from './emitter.ts';

/** From this length on a part of its own is cheaper than a copy of the value. */
const OWN_PART_OCTETS = 1024;

/** WBXML 1.2, numeric public identifier, UTF-8, no string table (§7). */
export class WbxmlEmitter extends WbxmlWriter implements Emitter {
  readonly octetsAsBase64 = false;
  #parts: MessagePart[] | undefined;
  /** Octets that go out without passing through the writer. */
  #passed = 0;

  constructor(verDTD: string) {
    super({ publicId: dialectFor(verDTD).publicId });
  }

  override get length(): number {
    return super.length + this.#passed;
  }

  octetElement(tag: number, octets: Uint8Array): void {
    this.open(tag);
    if (octets.length < OWN_PART_OCTETS) {
      this.opaque(octets);
    } else {
      this.opaqueHead(octets.length);
      this.#pass({ kind: 'octets', octets }, octets.length);
    }
    this.close();
  }

  blob(tag: number, ref: BlobRef, base64: boolean): void {
    this.open(tag);
    if (base64) {
      this.beginInline();
      this.#pass({ kind: 'blob', ref, base64 }, base64Length(ref.length));
      this.endInline();
    } else {
      this.opaqueHead(ref.length);
      this.#pass({ kind: 'blob', ref, base64 }, ref.length);
    }
    this.close();
  }

  unsupported({ name }: Unsupported): void {
    throw new TypeError(`encode: ${name} is no DM command`);
  }

  parts(): readonly MessagePart[] {
    const last: MessagePart = { kind: 'octets', octets: this.finish() };
    return this.#parts === undefined ? [last] : [...this.#parts, last];
  }

  #pass(part: MessagePart, octets: number): void {
    this.#parts ??= [];
    this.#parts.push({ kind: 'octets', octets: this.take() }, part);
    this.#passed += octets;
  }
}
