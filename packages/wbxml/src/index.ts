export type { AttributePage, Dialect, TagPage } from './code-page.ts';
export { DECODE_ERROR_CODES, DecodeError, type DecodeErrorCode } from './decode-error.ts';
export { DEFAULT_WBXML_LIMITS, type WbxmlLimits } from './limits.ts';
