import type { XmlLimits } from '../limits.ts';
import type { XmlElement } from './element.ts';

export interface XmlOptions {
  /** `skip` (default): ignored, entities stay undefined. `refuse`: DecodeError `doctype`. */
  readonly doctype?: 'skip' | 'refuse';
  readonly limits?: XmlLimits;
}

/** Parses one XML document. Octets are UTF-8 unless the XML declaration says ISO-8859-1 or US-ASCII. @throws DecodeError */
export function parseXml(source: string | Uint8Array, options?: XmlOptions): XmlElement {
  throw new Error(`not yet ${typeof source} ${typeof options}`);
}
