import { WbxmlWriter } from '@fumarole/wbxml';
import { base64Length } from '../base64.ts';
import { dialectFor } from '../dialect.ts';
import type { BlobRef, MessagePart, Unsupported } from '../model.ts';
import type { Emitter } from './emitter.ts';

/** WBXML 1.2, numeric public identifier, UTF-8, no string table (§7). */
export class WbxmlEmitter implements Emitter {
  readonly octetsAsBase64 = false;
  readonly #writer: WbxmlWriter;
  readonly #parts: MessagePart[] = [];
  #blobOctets = 0;

  constructor(verDTD: string, expectedOctets?: number) {
    this.#writer = new WbxmlWriter({ publicId: dialectFor(verDTD).publicId, expectedOctets });
  }

  get length(): number {
    return this.#writer.length + this.#blobOctets;
  }

  open(tag: number): void {
    this.#writer.open(tag);
  }

  close(): void {
    this.#writer.close();
  }

  empty(tag: number): void {
    this.#writer.empty(tag);
  }

  text(tag: number, text: string): void {
    this.#writer.textElement(tag, text);
  }

  octets(tag: number, octets: Uint8Array): void {
    this.#writer.open(tag);
    this.#writer.opaque(octets);
    this.#writer.close();
  }

  blob(tag: number, ref: BlobRef, base64: boolean): void {
    const writer = this.#writer;
    writer.open(tag);
    if (base64) {
      writer.beginInline();
    } else {
      writer.opaqueHead(ref.length);
    }
    this.#parts.push({ kind: 'octets', octets: writer.take() }, { kind: 'blob', ref, base64 });
    this.#blobOctets += base64 ? base64Length(ref.length) : ref.length;
    if (base64) {
      writer.endInline();
    }
    writer.close();
  }

  unsupported({ name }: Unsupported): void {
    throw new TypeError(`encode: ${name} is no DM command`);
  }

  finish(): readonly MessagePart[] {
    this.#parts.push({ kind: 'octets', octets: this.#writer.take() });
    return this.#parts;
  }
}
