import { decodeText } from './charset.ts';
import type { Dialect } from './code-page.ts';
import { DecodeError } from './decode-error.ts';
import { indexOf, tagCode } from './dialect-index.ts';
import { ATTRIBUTES_BIT, CONTENT_BIT, FIRST_PAGE_TOKEN, GlobalToken, TOKEN_BITS } from './global-token.ts';
import { readHeader, tableString, type WbxmlHeader } from './header.ts';
import { DEFAULT_WBXML_LIMITS, type WbxmlLimits } from './limits.ts';
import { OctetCursor } from './octet-cursor.ts';

/** What `next` met, when it was not the start of an element (whose tag code, page << 8 | token, is never negative). */
export const END = -1;
export const TEXT = -2;
export const OPAQUE = -3;
/** Tag code of an element whose name is a string-table literal; no page has a token 4. */
export const LITERAL_TAG = 4;

export interface WbxmlAttribute {
  readonly name: string;
  readonly value: string;
}

export interface ReaderOptions {
  readonly dialects: readonly Dialect[];
  /** Taken for public identifier 1 or an unknown one: what the media type says. */
  readonly fallback?: Dialect;
  readonly limits?: WbxmlLimits;
}

/**
 * Pull reader over one WBXML document. `root()` enters the document element; then each `next()` gives the start of a
 * child (enter it), a piece of text, an OPAQUE, or END (the open element is left). The page of tags is one state for
 * the whole document and survives END; attributes have a page state of their own.
 */
export class WbxmlReader {
  readonly header: WbxmlHeader;
  readonly dialect: Dialect;
  /** Attributes of the element just entered; empty when the dialect defines none. */
  attributes: readonly WbxmlAttribute[] = NO_ATTRIBUTES;
  /** The piece that the last `next` announced with TEXT. */
  text = '';
  /** The octets that the last `next` announced with OPAQUE: a view into the document. */
  opaque: Uint8Array = NO_OCTETS;

  readonly #cursor: OctetCursor;
  readonly #limits: WbxmlLimits;
  #tagPage = 0;
  #attributePage = 0;
  #depth = 0;
  #nodes = 0;
  #referenced = 0;
  #enteredEmpty = false;
  #literal = '';

  constructor(octets: Uint8Array, options: ReaderOptions) {
    this.#limits = options.limits ?? DEFAULT_WBXML_LIMITS;
    if (octets.length > this.#limits.maxOctets) {
      throw new DecodeError('size', this.#limits.maxOctets, `at most ${this.#limits.maxOctets} octets`);
    }
    this.#cursor = new OctetCursor(octets);
    this.header = readHeader(this.#cursor);
    this.dialect = resolve(this.header, options, this.#cursor.at);
  }

  get offset(): number {
    return this.#cursor.at;
  }

  /** Enters the document element, passing over processing instructions. */
  root(): number {
    for (;;) {
      const octet = this.#cursor.u8('the document element');
      if ((octet & TOKEN_BITS) >= FIRST_PAGE_TOKEN || isLiteral(octet)) {
        return this.#enter(octet);
      }
      if (octet === GlobalToken.SWITCH_PAGE) {
        this.#tagPage = this.#cursor.u8('a code page');
      } else if (octet === GlobalToken.PI) {
        this.#readAttributes(false);
      } else {
        const code = octet === GlobalToken.END ? 'stray-end' : 'token';
        throw new DecodeError(code, this.#cursor.at - 1, 'the document element');
      }
    }
  }

  /**
   * Leaves the element just entered when it holds one inline string and nothing else, as most do; the string.
   * Undefined: it holds something else, and nothing was read of it.
   */
  onlyText(): string | undefined {
    const cursor = this.#cursor;
    const { octets, at } = cursor;
    if (this.#enteredEmpty || octets[at] !== GlobalToken.STR_I) {
      return undefined;
    }
    cursor.at = at + 1;
    const text = cursor.zeroTerminated(this.header.charset);
    if (octets[cursor.at] !== GlobalToken.END) {
      cursor.at = at;
      return undefined;
    }
    cursor.at++;
    this.#count();
    this.#depth--;
    return text;
  }

  /** Moves on inside the open element. */
  next(): number {
    if (this.#enteredEmpty) {
      this.#enteredEmpty = false;
      return this.#leave();
    }
    for (;;) {
      const octet = this.#cursor.u8('element content');
      if ((octet & TOKEN_BITS) >= FIRST_PAGE_TOKEN) {
        return this.#enter(octet);
      }
      switch (octet) {
        case GlobalToken.END:
          return this.#leave();
        case GlobalToken.STR_I:
          this.#count();
          this.text = this.#cursor.zeroTerminated(this.header.charset);
          return TEXT;
        case GlobalToken.SWITCH_PAGE:
          this.#tagPage = this.#cursor.u8('a code page');
          break;
        case GlobalToken.OPAQUE:
          this.#count();
          this.opaque = this.#takeOpaque();
          return OPAQUE;
        case GlobalToken.STR_T:
          this.#count();
          this.text = this.#tableText();
          return TEXT;
        case GlobalToken.ENTITY:
          this.#count();
          this.text = this.#entity();
          return TEXT;
        case GlobalToken.LITERAL:
        case GlobalToken.LITERAL_C:
        case GlobalToken.LITERAL_A:
        case GlobalToken.LITERAL_AC:
          return this.#enter(octet);
        default:
          this.#skipExtension(octet);
      }
    }
  }

  /** Name and namespace of an entered element; undefined for a token that the dialect does not define. */
  nameOf(tag: number): { readonly name: string; readonly namespace: string } | undefined {
    return tag === LITERAL_TAG ? { name: this.#literal, namespace: '' } : indexOf(this.dialect).tags.get(tag);
  }

  /** Leaves the element just entered, its content unread. */
  skip(): void {
    const outside = this.#depth - 1;
    while (this.next() !== END || this.#depth > outside) {
      // everything below is passed over.
    }
  }

  /** After the document element was left: only processing instructions and zero octets may follow (§7.3(7)). */
  finish(): void {
    const { octets } = this.#cursor;
    while (this.#cursor.at < octets.length) {
      const octet = this.#cursor.u8('the end of the document');
      if (octet === GlobalToken.PI) {
        this.#readAttributes(false);
      } else if (octet !== 0) {
        throw new DecodeError('trailing', this.#cursor.at - 1, 'the end of the document');
      }
    }
  }

  #enter(octet: number): number {
    this.#count();
    if (++this.#depth > this.#limits.maxDepth) {
      throw new DecodeError('depth', this.#cursor.at - 1, `at most ${this.#limits.maxDepth} open elements`);
    }
    const token = octet & TOKEN_BITS;
    if (token < FIRST_PAGE_TOKEN) {
      this.#literal = this.#tableText();
    }
    const code = token < FIRST_PAGE_TOKEN ? LITERAL_TAG : tagCode(this.#tagPage, token);
    if ((octet & ATTRIBUTES_BIT) !== 0) {
      this.attributes = this.#readAttributes(indexOf(this.dialect).attributes !== undefined);
    } else if (this.attributes.length > 0) {
      this.attributes = NO_ATTRIBUTES;
    }
    this.#enteredEmpty = (octet & CONTENT_BIT) === 0;
    return code;
  }

  #leave(): number {
    if (this.#depth === 0) {
      throw new DecodeError('stray-end', this.#cursor.at - 1, 'an open element');
    }
    this.#depth--;
    return END;
  }

  #count(): void {
    if (++this.#nodes > this.#limits.maxNodes) {
      throw new DecodeError('nodes', this.#cursor.at, `at most ${this.#limits.maxNodes} nodes`);
    }
  }

  #takeOpaque(): Uint8Array {
    return this.#cursor.take(this.#cursor.mbUInt32('an OPAQUE length'), 'OPAQUE data');
  }

  /** An attribute's value has no other way to hold U+0000. */
  #opaqueText(): string {
    const octets = this.#takeOpaque();
    return decodeText(octets, 0, octets.length, this.header.charset);
  }

  /** Many references to one long string could make a small document large: their sum is bounded, too. */
  #tableText(): string {
    const { header } = this;
    const text = tableString(
      header.stringTable,
      this.#cursor.mbUInt32('a string table offset'),
      header.charset,
      this.#cursor.at,
    );
    this.#referenced += text.length;
    if (this.#referenced > this.#limits.maxOctets) {
      throw new DecodeError('size', this.#cursor.at, `at most ${this.#limits.maxOctets} referenced octets`);
    }
    return text;
  }

  #entity(): string {
    const code = this.#cursor.mbUInt32('an ENTITY');
    // no character of XML, which an entity names
    if (code === 0) return '';
    return code <= 0x10_ffff ? String.fromCodePoint(code) : '\ufffd';
  }

  /** EXT_* and PI carry nothing for us. */
  #skipExtension(octet: number): void {
    const cursor = this.#cursor;
    switch (octet) {
      case GlobalToken.EXT_I_0:
      case GlobalToken.EXT_I_1:
      case GlobalToken.EXT_I_2:
        this.#count();
        cursor.zeroTerminated(this.header.charset);
        return;
      case GlobalToken.EXT_T_0:
      case GlobalToken.EXT_T_1:
      case GlobalToken.EXT_T_2:
        cursor.mbUInt32('an extension value');
        return;
      case GlobalToken.PI:
        this.#readAttributes(false);
        return;
      default: // EXT_0, EXT_1, EXT_2: one octet, nothing follows
    }
  }

  /** An attribute list, or the body of a processing instruction, up to its END. */
  #readAttributes(keep: boolean): readonly WbxmlAttribute[] {
    const found: { name: string; value: string }[] = [];
    for (;;) {
      const octet = this.#cursor.u8('an attribute');
      if (octet === GlobalToken.END) {
        return found;
      }
      if (octet === GlobalToken.SWITCH_PAGE) {
        this.#attributePage = this.#cursor.u8('an attribute code page');
        continue;
      }
      this.#count();
      const piece = this.#attributePiece(octet);
      const last = found.at(-1);
      if (!keep) {
        continue;
      }
      if (typeof piece !== 'string') {
        found.push(piece);
      } else if (last !== undefined) {
        last.value += piece;
      }
    }
  }

  /** The start of an attribute, or a piece of the value of the one before. */
  #attributePiece(octet: number): { name: string; value: string } | string {
    const claimed = this.#claimedValue(octet);
    if (claimed !== undefined) {
      return claimed;
    }
    switch (octet) {
      case GlobalToken.STR_I:
        return this.#cursor.zeroTerminated(this.header.charset);
      case GlobalToken.STR_T:
        return this.#tableText();
      case GlobalToken.ENTITY:
        return this.#entity();
      case GlobalToken.OPAQUE:
        return this.#opaqueText();
      case GlobalToken.LITERAL:
        return { name: this.#tableText(), value: '' };
      default:
    }
    const token = octet & TOKEN_BITS;
    if (token === GlobalToken.LITERAL || octet === GlobalToken.PI) {
      throw new DecodeError('token', this.#cursor.at - 1, 'an attribute or its value');
    }
    if (token < FIRST_PAGE_TOKEN) {
      this.#skipExtension(octet);
      return '';
    }
    const code = tagCode(this.#attributePage, octet);
    const known = indexOf(this.dialect).attributes;
    if (octet >= ATTRIBUTES_BIT) {
      return known?.values.get(code) ?? '';
    }
    const row = known?.names.get(code);
    return { name: row?.name ?? '', value: row?.valuePrefix ?? '' };
  }

  /** A vocabulary may have value tokens where the global ones are: without a string table, 83 can refer to nothing. */
  #claimedValue(octet: number): string | undefined {
    if (octet < GlobalToken.EXT_T_0 || octet > GlobalToken.STR_T) {
      return undefined;
    }
    if (octet === GlobalToken.STR_T && this.header.stringTable.length > 0) {
      return undefined;
    }
    return indexOf(this.dialect).attributes?.values.get(tagCode(this.#attributePage, octet));
  }
}

const NO_ATTRIBUTES: readonly WbxmlAttribute[] = [];
const NO_OCTETS = new Uint8Array(0);

function isLiteral(octet: number): boolean {
  return (octet & TOKEN_BITS) === GlobalToken.LITERAL;
}

function resolve(header: WbxmlHeader, options: ReaderOptions, at: number): Dialect {
  const { publicId, formalPublicId } = header;
  const fpi = formalPublicId?.toLowerCase();
  for (const dialect of options.dialects) {
    if (fpi === undefined ? dialect.publicId === publicId : dialect.formalPublicId.toLowerCase() === fpi) {
      return dialect;
    }
  }
  if (options.fallback === undefined) {
    throw new DecodeError('dialect', at, `one of ${options.dialects.map(({ name }) => name).join(', ')}`);
  }
  return options.fallback;
}
