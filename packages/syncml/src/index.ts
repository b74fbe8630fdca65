export { DECODE_ERROR_CODES, DecodeError, type DecodeErrorCode } from '@fumarole/wbxml';
export { ALERT_ROWS, AlertCode, type AlertRow, alertCodeFrom } from './alert-code.ts';
export { base64Length, decodeBase64, encodeBase64 } from './base64.ts';
export { dataOctets, dataText, effectiveMeta } from './data.ts';
export { decode } from './decode.ts';
export { DMDDF_NAMESPACE, METINF_NAMESPACE, MGMT_TREE, SYNCML_DIALECTS } from './dialect.ts';
export { type DisplayOptions, toXmlText } from './display.ts';
export { commandLength, encode, encodedLength } from './encode.ts';
export { DEFAULT_DECODE_LIMITS, DEFAULT_XML_LIMITS, type DecodeLimits, type XmlLimits } from './limits.ts';
export { type ContentType, contentType, parseContentType } from './media-type.ts';
export { joinParts, partsLength } from './message-part.ts';
export type * from './model.ts';
export { redactMessage, type Sha256Hex } from './redact.ts';
export {
  STATUS_ROWS,
  type StatusClass,
  StatusCode,
  type StatusRow,
  statusClass,
  understoodStatus,
} from './status-code.ts';
export { formatMgmtTree, parseMgmtTree } from './tnds.ts';
export type { XmlElement } from './xml/element.ts';
export { parseXml, type XmlOptions } from './xml/parse.ts';
export { type SerialiseOptions, serialiseXml } from './xml/serialise.ts';
