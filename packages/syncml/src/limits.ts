import { DEFAULT_WBXML_LIMITS, type WbxmlLimits } from '@fumarole/wbxml';

/** Bounds on one XML document. */
export interface XmlLimits {
  /** Octets (or characters, when a string is parsed). */
  readonly maxOctets: number;
  /** Open elements at once; SyncML with a TNDS tree inside needs about 25. Uncapped nesting hangs the parser. */
  readonly maxDepth: number;
  /** Elements and text pieces together. */
  readonly maxNodes: number;
  /** Attributes of one element. */
  readonly maxAttributes: number;
}

/** Bounds on one received SyncML message, whatever its encoding. */
export interface DecodeLimits {
  readonly wbxml: WbxmlLimits;
  readonly xml: XmlLimits;
}

export const DEFAULT_XML_LIMITS: XmlLimits = {
  maxOctets: 4 * 1024 * 1024,
  maxDepth: 32,
  maxNodes: 100_000,
  maxAttributes: 64,
};

export const DEFAULT_DECODE_LIMITS: DecodeLimits = { wbxml: DEFAULT_WBXML_LIMITS, xml: DEFAULT_XML_LIMITS };
