import type { DecodeLimits } from './limits.ts';
import type { Data, Encoding } from './model.ts';
import type { XmlElement } from './xml/element.ts';

export { DMDDF_NAMESPACE } from './dialect.ts';

/** Reads a TNDS or DDF value in any of its three forms (WBXML document as octets, inline elements or XML text): the same tree. White space between elements is dropped. @throws DecodeError */
export function parseMgmtTree(data: Data, limits?: DecodeLimits): XmlElement {
  throw new Error(`not yet ${typeof data} ${typeof limits}`);
}

/** Writes a MgmtTree: XML text (form C), or a complete WBXML document as octets (form A). */
export function formatMgmtTree(tree: XmlElement, encoding: 'xml'): string;
export function formatMgmtTree(tree: XmlElement, encoding: 'wbxml'): Uint8Array;
export function formatMgmtTree(tree: XmlElement, encoding: Encoding): string | Uint8Array {
  throw new Error(`not yet ${tree.name} ${encoding}`);
}
