/** What can be wrong with received octets; one row per code, for `DecodeError.code` and `docs/errors.md`. */
export const DECODE_ERROR_CODES = {
  truncated: 'the document ends, or a length points, past the last octet',
  integer: 'a multi-byte integer has more than five octets or exceeds 32 bits',
  version: 'not WBXML 1.x',
  charset: 'the character set is not UTF-8, US-ASCII or ISO-8859-1',
  'string-table': 'a string reference lies outside the string table',
  'stray-end': 'END without an open element',
  token: 'a token stands where the grammar has no place for it',
  trailing: 'octets follow the document element',
  depth: 'elements are nested deeper than the limit',
  nodes: 'the document has more nodes than the limit',
  size: 'the document is larger than the limit',
  dialect: 'the document type is not known',
  root: 'the document element is not the expected one',
  xml: 'the XML is not well-formed',
  doctype: 'a document type declaration where none is allowed',
  missing: 'an element without which the message cannot be answered is missing',
  value: 'an element that must hold a number does not',
} as const;
export type DecodeErrorCode = keyof typeof DECODE_ERROR_CODES;

/** Received octets are malformed: the message as a whole fails (HTTP 400), nothing of it is executed. */
export class DecodeError extends Error {
  override readonly name: string = 'DecodeError';
  readonly code: DecodeErrorCode;
  /** Octet of a WBXML document, character of an XML text, where reading stopped. */
  readonly offset: number;
  readonly expected: string;

  constructor(
    code: DecodeErrorCode,
    offset: number,
    expected: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`${DECODE_ERROR_CODES[code]}: expected ${expected} at ${offset}`, options);
    this.code = code;
    this.offset = offset;
    this.expected = expected;
  }
}
