export { decodeText, decodeTextStrictly, encodeText, UTF_8_MIB_ENUM } from './charset.ts';
export type { AttributePage, Dialect, TagPage } from './code-page.ts';
export { DECODE_ERROR_CODES, DecodeError, type DecodeErrorCode } from './decode-error.ts';
export { tagCode } from './dialect-index.ts';
export { readElement, type WbxmlElement } from './element.ts';
export type { WbxmlHeader } from './header.ts';
export { DEFAULT_WBXML_LIMITS, type WbxmlLimits } from './limits.ts';
export { mbUInt32, mbUInt32Length } from './mb-u-int32.ts';
export {
  END,
  LITERAL_TAG,
  OPAQUE,
  type ReaderOptions,
  TEXT,
  type WbxmlAttribute,
  WbxmlReader,
} from './reader.ts';
export { type AttributeStart, WbxmlWriter, type WriterOptions } from './writer.ts';
