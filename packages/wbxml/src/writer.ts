import { encodeText, UTF_8_MIB_ENUM } from './charset.ts';
import { ATTRIBUTES_BIT, CONTENT_BIT, GlobalToken, TOKEN_BITS } from './global-token.ts';
import { mbUInt32Length } from './mb-u-int32.ts';
import { OctetBuffer } from './octet-buffer.ts';

export interface WriterOptions {
  /** Numeric public identifier, or the formal text where no number exists. */
  readonly publicId: number | string;
  /** Minor version: 2 (default) is what deployed clients read best (§7). */
  readonly minorVersion?: 1 | 2 | 3;
}

/** One attribute to write: its start token (page << 8 | token) and what its token does not say already. */
export interface AttributeStart {
  readonly start: number;
  /** Written as an inline string. */
  readonly text?: string;
  /** A value token of the start token's page, instead of text. */
  readonly value?: number;
}

/** Texts up to this many units are copied code by code; longer ones by the host's encoder. */
const SHORT = 64;
/** Most octets of an element beside its text: page switch, tag, STR_I, closing zero, END. */
const ELEMENT_OCTETS = 6;
/** Page switch and tag. */
const TAG_OCTETS = 3;
/** Digits of the largest number of 32 bits. */
const MOST_DIGITS = 10;
/** STR_I, the digits, closing zero, END. */
const NUMBER_OCTETS = MOST_DIGITS + 3;
const DIGIT_ZERO = 0x30;

/**
 * Writes one WBXML document: UTF-8, inline strings. Tags are tag codes (page << 8 | token); a page switch is written just
 * before the tag or attribute that needs it (§7.4(1)); tags and attributes have page states of their own.
 */
export class WbxmlWriter extends OctetBuffer {
  #page = 0;
  #attributePage = 0;

  constructor(options: WriterOptions) {
    super();
    const { publicId, minorVersion = 2 } = options;
    this.#u8(minorVersion);
    if (typeof publicId === 'number') {
      this.#mbUInt32(publicId);
      this.#mbUInt32(UTF_8_MIB_ENUM);
      this.#u8(0);
    } else {
      this.#u8(0);
      this.#u8(0);
      this.#mbUInt32(UTF_8_MIB_ENUM);
      this.#mbUInt32(publicId.length + 1);
      this.utf8(publicId);
      this.#u8(0);
    }
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
        this.#u8(GlobalToken.SWITCH_PAGE);
        this.#u8(this.#attributePage);
      }
      this.#u8(start & 0xff);
      if (value !== undefined) {
        this.#u8(value);
      } else if (text !== undefined) {
        this.text(text);
      }
    }
    this.#u8(GlobalToken.END);
  }

  /** Page of the last attribute: a token that several pages have needs no switch on this one. */
  get attributePage(): number {
    return this.#attributePage;
  }

  close(): void {
    this.#u8(GlobalToken.END);
  }

  /** An element without content: a bare tag. */
  empty(tag: number): void {
    this.#tag(tag, 0);
  }

  /**
   * An element that holds one text; an empty text gives the bare tag (§7.4(2)). Most of a message is such elements with
   * a few characters in them, so their way is short: room is asked for once, everything stands in local variables.
   */
  textElement(tag: number, text: string): void {
    const { length } = text;
    if (length === 0 || length > SHORT) {
      this.#longElement(tag, text);
      return;
    }
    if (this.at + length + ELEMENT_OCTETS > this.octets.length) {
      this.grow(length + ELEMENT_OCTETS);
    }
    const { octets } = this;
    let { at } = this;
    const page = tag >> 8;
    if (page !== this.#page) {
      octets[at++] = GlobalToken.SWITCH_PAGE;
      octets[at++] = page;
    }
    octets[at++] = (tag & TOKEN_BITS) | CONTENT_BIT;
    octets[at++] = GlobalToken.STR_I;
    let bits = 0;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      bits |= code | (code - 1); // above 7F when a code is, or when one is 0
      octets[at++] = code;
    }
    if (bits >>> 7 !== 0) {
      this.#longElement(tag, text);
      return;
    }
    octets[at++] = 0;
    octets[at++] = GlobalToken.END;
    this.at = at;
    this.#page = page;
  }

  /** An element that holds a number in decimal. */
  numberElement(tag: number, value: number): void {
    if (value >>> 0 !== value) {
      this.textElement(tag, String(value));
      return;
    }
    this.#tag(tag, CONTENT_BIT);
    if (this.at + NUMBER_OCTETS > this.octets.length) {
      this.grow(NUMBER_OCTETS);
    }
    const { octets } = this;
    let digits = 1;
    for (let power = 10; digits < MOST_DIGITS && value >= power; power *= 10) {
      digits++;
    }
    octets[this.at] = GlobalToken.STR_I;
    const end = this.at + 1 + digits;
    let rest = value;
    for (let at = end - 1; at > this.at; at--) {
      octets[at] = DIGIT_ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    octets[end] = 0;
    octets[end + 1] = GlobalToken.END;
    this.at = end + 2;
  }

  /** An inline string; one that contains U+0000 goes out as OPAQUE. */
  text(text: string): void {
    if (text.includes('\0')) {
      this.opaque(encodeText(text));
      return;
    }
    this.#u8(GlobalToken.STR_I);
    this.utf8(text);
    this.#u8(0);
  }

  opaque(octets: Uint8Array): void {
    this.opaqueHead(octets.length);
    if (this.at + octets.length > this.octets.length) {
      this.grow(octets.length);
    }
    this.octets.set(octets, this.at);
    this.at += octets.length;
  }

  /** Announces OPAQUE octets that the caller sends itself, after `take`. */
  opaqueHead(length: number): void {
    this.#u8(GlobalToken.OPAQUE);
    this.#mbUInt32(length);
  }

  /** Begins an inline string whose octets the caller sends itself, after `take`; `endInline` ends it. */
  beginInline(): void {
    this.#u8(GlobalToken.STR_I);
  }

  endInline(): void {
    this.#u8(0);
  }

  #longElement(tag: number, text: string): void {
    if (text === '') {
      this.#tag(tag, 0);
      return;
    }
    this.#tag(tag, CONTENT_BIT);
    this.text(text);
    this.close();
  }

  #tag(tag: number, bits: number): void {
    if (this.at + TAG_OCTETS > this.octets.length) {
      this.grow(TAG_OCTETS);
    }
    const page = tag >> 8;
    if (page !== this.#page) {
      this.octets[this.at++] = GlobalToken.SWITCH_PAGE;
      this.octets[this.at++] = page;
      this.#page = page;
    }
    this.octets[this.at++] = (tag & TOKEN_BITS) | bits;
  }

  #u8(octet: number): void {
    if (this.at === this.octets.length) {
      this.grow(1);
    }
    this.octets[this.at++] = octet;
  }

  #mbUInt32(value: number): void {
    for (let groups = mbUInt32Length(value) - 1; groups > 0; groups--) {
      this.#u8(0x80 | ((value >>> (7 * groups)) & 0x7f));
    }
    this.#u8(value & 0x7f);
  }
}
