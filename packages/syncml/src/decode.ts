import { DecodeError, WbxmlReader } from '@fumarole/wbxml';
import { SYNCML_1_2, SYNCML_DIALECTS } from './dialect.ts';
import { DEFAULT_DECODE_LIMITS, type DecodeLimits, type XmlLimits } from './limits.ts';
import type { Encoding, SyncMLMessage } from './model.ts';
import { readMessage } from './read/message.ts';
import { XmlCursor } from './read/xml-cursor.ts';
import { Tag } from './tag.ts';

/** Reads one SyncML message; tolerant of element order, unknown elements and the deviations of deployed clients. @throws DecodeError */
export function decode(
  octets: Uint8Array,
  encoding: Encoding,
  limits: DecodeLimits = DEFAULT_DECODE_LIMITS,
): SyncMLMessage {
  return encoding === 'xml' ? decodeXml(octets, limits.xml) : decodeWbxml(octets, limits);
}

function decodeWbxml(octets: Uint8Array, limits: DecodeLimits): SyncMLMessage {
  // an unknown public identifier is what the media type says.
  const reader = new WbxmlReader(octets, {
    dialects: SYNCML_DIALECTS,
    fallback: SYNCML_1_2,
    limits: limits.wbxml,
  });
  if (reader.root() !== Tag.SyncML) {
    throw new DecodeError('root', reader.offset, 'SyncML');
  }
  const message = readMessage(reader);
  reader.finish();
  return message;
}

function decodeXml(octets: Uint8Array, limits: XmlLimits): SyncMLMessage {
  const cursor = new XmlCursor(octets, { limits });
  if (cursor.next() !== Tag.SyncML) {
    throw new DecodeError('root', 0, 'SyncML');
  }
  return readMessage(cursor);
}
