import { type Charset, charsetOf, decodeText } from './charset.ts';
import { DecodeError } from './decode-error.ts';
import type { OctetCursor } from './octet-cursor.ts';

/** What stands before the body of a WBXML document (syncml-wbxml §7.1). */
export interface WbxmlHeader {
  /** Minor version: 0–15 of WBXML 1.x. */
  readonly minorVersion: number;
  /** Numeric public identifier; 0 when it is given as text, 1 when unknown. */
  readonly publicId: number;
  /** The formal public identifier, when it is given as text. */
  readonly formalPublicId: string | undefined;
  readonly charset: Charset;
  readonly stringTable: Uint8Array;
}

/** Reads version, public identifier, character set and string table. @throws DecodeError */
export function readHeader(cursor: OctetCursor): WbxmlHeader {
  const version = cursor.u8('the WBXML version');
  if (version >> 4 !== 0) {
    throw new DecodeError('version', 0, 'WBXML 1.x');
  }
  const publicId = cursor.mbUInt32('the public identifier');
  const offset = publicId === 0 ? cursor.mbUInt32('the offset of the public identifier') : undefined;
  // WBXML 1.0 has no charset field.
  const charset = version === 0 ? 'utf-8' : readCharset(cursor);
  const stringTable = cursor.take(cursor.mbUInt32('the string table length'), 'string table');
  const formalPublicId =
    offset === undefined ? undefined : tableString(stringTable, offset, charset, cursor.at);
  return { minorVersion: version, publicId, formalPublicId, charset, stringTable };
}

/** The string at an offset, ended by a zero octet or, tolerated, by the end of the table. @throws DecodeError */
export function tableString(table: Uint8Array, offset: number, charset: Charset, at: number): string {
  if (offset >= table.length) {
    throw new DecodeError('string-table', at, `an offset below ${table.length}`);
  }
  const end = table.indexOf(0, offset);
  return decodeText(table, offset, end < 0 ? table.length : end, charset);
}

function readCharset(cursor: OctetCursor): Charset {
  const at = cursor.at;
  const charset = charsetOf(cursor.mbUInt32('the character set'));
  if (charset === undefined) {
    throw new DecodeError('charset', at, 'UTF-8, US-ASCII or ISO-8859-1');
  }
  return charset;
}
