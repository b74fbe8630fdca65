import { decodeText, END, OPAQUE, TEXT } from '@fumarole/wbxml';
import { encodeBase64 } from '../base64.ts';
import type { Chal, Cred, Meta } from '../model.ts';
import { Tag } from '../tag.ts';
import { type Cursor, parseDecimal, readText } from './cursor.ts';

type OpenMeta = { -readonly [K in keyof Meta]: Meta[K] };

/** MetInf children, also inside a `MetInf` wrapper; those of data sync are skipped. */
export function readMeta(cursor: Cursor): Meta {
  const meta: OpenMeta = {
    Format: undefined,
    Type: undefined,
    Mark: undefined,
    Size: undefined,
    NextNonce: undefined,
    MaxMsgSize: undefined,
    MaxObjSize: undefined,
  };
  readInto(meta, cursor);
  return meta;
}

function readInto(meta: OpenMeta, cursor: Cursor): void {
  for (let event = cursor.next(); event !== END; event = cursor.next()) {
    switch (event) {
      case Tag.Format:
        meta.Format = readText(cursor);
        break;
      case Tag.Type:
        meta.Type = readText(cursor);
        break;
      case Tag.Mark:
        meta.Mark = readText(cursor);
        break;
      case Tag.Size:
        meta.Size = parseDecimal(readText(cursor));
        break;
      case Tag.NextNonce:
        meta.NextNonce = readBase64(cursor);
        break;
      case Tag.MaxMsgSize:
        meta.MaxMsgSize = parseDecimal(readText(cursor));
        break;
      case Tag.MaxObjSize:
        meta.MaxObjSize = parseDecimal(readText(cursor));
        break;
      case Tag.MetInf:
        readInto(meta, cursor);
        break;
      default:
        if (event >= 0) {
          cursor.skip();
        }
    }
  }
}

/** `Cred`, or undefined without `Data`: then there is no credential. */
export function readCred(cursor: Cursor): Cred | undefined {
  let meta: Meta | undefined;
  let data: string | undefined;
  for (let event = cursor.next(); event !== END; event = cursor.next()) {
    if (event === Tag.Meta) {
      meta = readMeta(cursor);
    } else if (event === Tag.Data) {
      data = readBase64(cursor);
    } else if (event >= 0) {
      cursor.skip();
    }
  }
  return data === undefined ? undefined : { Meta: meta, Data: data };
}

export function readChal(cursor: Cursor): Chal | undefined {
  let meta: Meta | undefined;
  for (let event = cursor.next(); event !== END; event = cursor.next()) {
    if (event === Tag.Meta) {
      meta = readMeta(cursor);
    } else if (event >= 0) {
      cursor.skip();
    }
  }
  return meta && { Meta: meta };
}

/** Base64 text, whatever form the wire had: OPAQUE may hold the text, or the raw octets. */
function readBase64(cursor: Cursor): string {
  const only = cursor.onlyText();
  if (only !== undefined) {
    return only.trim();
  }
  let text = '';
  for (let event = cursor.next(); event !== END; event = cursor.next()) {
    if (event === TEXT) {
      text += cursor.text;
    } else if (event === OPAQUE) {
      text += base64Of(cursor.opaque);
    } else {
      cursor.skip();
    }
  }
  return text.trim();
}

/**
 * §5: taken as text when every octet is in the alphabet and the length is a multiple of 4. The raw nonce `ABCD` of
 * example 9.2 fits that, too; so what would be the text of fewer than four octets is taken as raw.
 */
const SHORTEST_OPAQUE_BASE64 = 8;
function base64Of(octets: Uint8Array): string {
  const text = decodeText(octets, 0, octets.length, 'iso-8859-1');
  const fits = octets.length >= SHORTEST_OPAQUE_BASE64 && octets.length % 4 === 0;
  return fits && /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? text : encodeBase64(octets);
}
