import { DecodeError, decodeText, END, TEXT } from '@fumarole/wbxml';

/** A place in a received document, in either wire form: the shape of `WbxmlReader`, which `XmlCursor` shares. */
export interface Cursor {
  /** Tag code of the child just entered, or END, TEXT, OPAQUE. */
  next(): number;
  readonly text: string;
  readonly opaque: Uint8Array;
  readonly offset: number;
  /** Leaves the element just entered when it holds nothing but one text; undefined, with nothing read, otherwise. */
  onlyText(): string | undefined;
  /** Leaves the element just entered, its content unread. */
  skip(): void;
  nameOf(tag: number): { readonly name: string; readonly namespace: string } | undefined;
}

/** Text of a protocol element, white space stripped; elements inside it are skipped, but for `inner`. */
export function readText(cursor: Cursor, inner?: number): string {
  const only = cursor.onlyText();
  if (only !== undefined) {
    return strip(only);
  }
  let text = '';
  for (let event = cursor.next(); event !== END; event = cursor.next()) {
    if (event === TEXT) {
      text = text === '' ? cursor.text : text + cursor.text;
    } else if (event < 0) {
      text += opaqueText(cursor.opaque);
    } else if (event === inner) {
      text += readText(cursor);
    } else {
      cursor.skip();
    }
  }
  return strip(text);
}

/** `trim`, without the call for what is the rule: nothing to strip. */
function strip(text: string): string {
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  return first > SPACE && first <= LAST_ASCII && last > SPACE && last <= LAST_ASCII ? text : text.trim();
}
const SPACE = 0x20;
const LAST_ASCII = 0x7f;

/** OPAQUE in a text element is UTF-8 (§7.3(3)); a closing NUL of a C string is no part of it. */
export function opaqueText(octets: Uint8Array): string {
  return decodeText(octets, 0, octets.length, 'utf-8').replaceAll('\0', '');
}

/** A decimal number below 2^53; undefined when the text is anything else. */
export function parseDecimal(text: string): number | undefined {
  if (text.length === 0 || text.length > MOST_DIGITS) {
    return undefined;
  }
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - DIGIT_ZERO;
    if (digit < 0 || digit > 9) {
      return undefined;
    }
    value = value * 10 + digit;
  }
  return value;
}

const MOST_DIGITS = 15;
const DIGIT_ZERO = 0x30;

/** @throws DecodeError `value` */
export function readNumber(cursor: Cursor, name: string): number {
  const value = parseDecimal(readText(cursor));
  if (value === undefined) {
    throw new DecodeError('value', cursor.offset, `a decimal number in ${name}`);
  }
  return value;
}
