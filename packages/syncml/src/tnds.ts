import { DecodeError, LITERAL_TAG, readElement, WbxmlReader, WbxmlWriter } from '@fumarole/wbxml';
import { DMDDF_NAMESPACE, MGMT_TREE, MGMT_TREE_TAGS, SYNCML_DIALECTS } from './dialect.ts';
import { DEFAULT_DECODE_LIMITS, type DecodeLimits } from './limits.ts';
import type { Encoding } from './model.ts';
import type { XmlElement } from './xml/element.ts';
import { fromWbxml } from './xml/from-wbxml.ts';
import { parseXml } from './xml/parse.ts';
import { serialiseXml } from './xml/serialise.ts';

const MGMT_TREE_PAGE = 2;

/**
 * Reads a TNDS or DDF value in any of its three forms (syncml-wbxml §7.5): a WBXML document as octets, inline elements
 * (which `decode` has turned into XML text) or XML text, also as octets. All give the same tree: every element
 * in the DDF namespace, white space stripped from everything but `Value`. @throws DecodeError
 */
export function parseMgmtTree(
  data: string | Uint8Array,
  limits: DecodeLimits = DEFAULT_DECODE_LIMITS,
): XmlElement {
  const isWbxml = data instanceof Uint8Array && (data[0] ?? 0) < FIRST_XML_OCTET;
  const root = isWbxml ? parseWbxml(data, limits) : parseXml(data, { limits: limits.xml });
  if (root.name !== 'MgmtTree' || !isMgmtTreeNamespace(root.namespace)) {
    throw new DecodeError('root', 0, 'MgmtTree');
  }
  return normalise(root);
}

/** Writes a MgmtTree: XML text (form C), or a complete WBXML document as octets (form A). An element that is not of the DDF: TypeError. */
export function formatMgmtTree(tree: XmlElement, encoding: 'xml'): string;
export function formatMgmtTree(tree: XmlElement, encoding: 'wbxml'): Uint8Array;
export function formatMgmtTree(tree: XmlElement, encoding: Encoding): string | Uint8Array {
  if (encoding === 'xml') {
    return serialiseXml(tree);
  }
  const writer = new WbxmlWriter({ publicId: MGMT_TREE.formalPublicId, minorVersion: 3 });
  writeElement(writer, tree);
  return writer.take();
}

/** WBXML begins with its version, 00–0F; XML with white space, `<` or a byte order mark. */
const FIRST_XML_OCTET = 0x09;

function parseWbxml(octets: Uint8Array, limits: DecodeLimits): XmlElement {
  const reader = new WbxmlReader(octets, {
    dialects: [MGMT_TREE, ...SYNCML_DIALECTS],
    fallback: MGMT_TREE,
    limits: limits.wbxml,
  });
  const tag = reader.root();
  const element = readElement(reader, tag);
  reader.finish();
  if (element.name === '' || tag === LITERAL_TAG) {
    throw new DecodeError('root', 0, 'MgmtTree');
  }
  return fromWbxml(element);
}

/** None, or that of any version: files for 1.1.2 have their own (T-103). */
function isMgmtTreeNamespace(namespace: string): boolean {
  return namespace === '' || /^syncml:dmddf/i.test(namespace);
}

function normalise({ name, attributes, children }: XmlElement): XmlElement {
  return {
    name,
    namespace: DMDDF_NAMESPACE,
    attributes,
    children: name === 'Value' ? children : children.flatMap(normaliseChild),
  };
}

function normaliseChild(child: XmlElement | string): readonly (XmlElement | string)[] {
  if (typeof child !== 'string') {
    return isMgmtTreeNamespace(child.namespace) ? [normalise(child)] : [];
  }
  const text = child.trim();
  return text === '' ? [] : [text];
}

const tokens: ReadonlyMap<string, number> = new Map(MGMT_TREE_TAGS.map(([token, name]) => [name, token]));

function writeElement(writer: WbxmlWriter, { name, children }: XmlElement): void {
  const token = tokens.get(name);
  if (token === undefined) {
    throw new TypeError(`formatMgmtTree: ${name} is no element of the DDF`);
  }
  const tag = (MGMT_TREE_PAGE << 8) | token;
  const filled = children.filter((child) => child !== '');
  if (filled.length === 0) {
    writer.empty(tag);
    return;
  }
  writer.open(tag);
  for (const child of filled) {
    if (typeof child === 'string') {
      writer.text(child);
    } else {
      writeElement(writer, child);
    }
  }
  writer.close();
}
