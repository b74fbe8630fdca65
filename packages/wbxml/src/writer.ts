import { UTF_8_MIB_ENUM } from './charset.ts';
import { ATTRIBUTES_BIT, CONTENT_BIT, GlobalToken } from './global-token.ts';
import { OctetWriter } from './octet-writer.ts';

export interface WriterOptions {
  /** Numeric public identifier, or the formal text where no number exists. */
  readonly publicId: number | string;
  /** Minor version: 2 (default) is what deployed clients read best (§7). */
  readonly minorVersion?: 1 | 2 | 3;
  /** Octets to reserve at once. */
  readonly expectedOctets?: number;
}

/** One attribute to write: its start token (page << 8 | token) and what its token does not say already. */
export interface AttributeStart {
  readonly start: number;
  /** Written as an inline string. */
  readonly text?: string;
  /** A value token of the start token's page, instead of text. */
  readonly value?: number;
}

/**
 * Writes one WBXML document: UTF-8, inline strings. Tags are tag codes (page << 8 | token); a page switch is written just
 * before the tag or attribute that needs it (§7.4(1)); tags and attributes have page states of their own.
 */
export class WbxmlWriter {
  readonly #out: OctetWriter;
  #page = 0;
  #attributePage = 0;

  constructor(options: WriterOptions) {
    this.#out = new OctetWriter(options.expectedOctets);
    const out = this.#out;
    out.u8(options.minorVersion ?? 2);
    if (typeof options.publicId === 'number') {
      out.mbUInt32(options.publicId);
      out.mbUInt32(UTF_8_MIB_ENUM);
      out.u8(0);
    } else {
      out.u8(0);
      out.u8(0);
      out.mbUInt32(UTF_8_MIB_ENUM);
      out.mbUInt32(options.publicId.length + 1);
      out.text(options.publicId);
      out.u8(0);
    }
  }

  /** Octets written so far, taken ones included. */
  get length(): number {
    return this.#out.length;
  }

  open(tag: number): void {
    this.#tag(tag, CONTENT_BIT);
  }

  /** An element with attributes; one that is not `filled` is a bare tag and must not be closed. */
  openWith(tag: number, attributes: readonly AttributeStart[], filled: boolean): void {
    this.#tag(tag, ATTRIBUTES_BIT | (filled ? CONTENT_BIT : 0));
    for (const { start, text, value } of attributes) {
      if (start >> 8 !== this.#attributePage) {
        this.#attributePage = start >> 8;
        this.#out.u8(GlobalToken.SWITCH_PAGE);
        this.#out.u8(this.#attributePage);
      }
      this.#out.u8(start & 0xff);
      if (value !== undefined) {
        this.#out.u8(value);
      } else if (text !== undefined) {
        this.text(text);
      }
    }
    this.#out.u8(GlobalToken.END);
  }

  /** Page of the last attribute: a token that several pages have needs no switch on this one. */
  get attributePage(): number {
    return this.#attributePage;
  }

  close(): void {
    this.#out.u8(GlobalToken.END);
  }

  /** An element without content: a bare tag. */
  empty(tag: number): void {
    this.#tag(tag, 0);
  }

  /** An element that holds one text; an empty text gives the bare tag (§7.4(2)). */
  textElement(tag: number, text: string): void {
    if (text === '') {
      this.#tag(tag, 0);
      return;
    }
    this.#tag(tag, CONTENT_BIT);
    this.text(text);
    this.#out.u8(GlobalToken.END);
  }

  /** An inline string; one that contains U+0000 goes out as OPAQUE. */
  text(text: string): void {
    const out = this.#out;
    if (text.includes('\0')) {
      const octets = new OctetWriter(text.length * 3);
      octets.text(text);
      this.opaque(octets.take());
      return;
    }
    out.u8(GlobalToken.STR_I);
    out.text(text);
    out.u8(0);
  }

  opaque(octets: Uint8Array): void {
    this.opaqueHead(octets.length);
    this.#out.octets(octets);
  }

  /** Announces OPAQUE octets that the caller sends itself, after `take`. */
  opaqueHead(length: number): void {
    this.#out.u8(GlobalToken.OPAQUE);
    this.#out.mbUInt32(length);
  }

  /** Begins an inline string whose octets the caller sends itself, after `take`; `endInline` ends it. */
  beginInline(): void {
    this.#out.u8(GlobalToken.STR_I);
  }

  endInline(): void {
    this.#out.u8(0);
  }

  /** What was written since the last `take`: a view, not a copy. */
  take(): Uint8Array {
    return this.#out.take();
  }

  #tag(tag: number, bits: number): void {
    const page = tag >> 8;
    if (page !== this.#page) {
      this.#out.u8(GlobalToken.SWITCH_PAGE);
      this.#out.u8(page);
      this.#page = page;
    }
    this.#out.u8((tag & 0x3f) | bits);
  }
}
