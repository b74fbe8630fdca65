import { DecodeError, parseXml, serialiseXml, type XmlElement } from '@fumarole/syncml';
import {
  type AttributeStart,
  readElement,
  type WbxmlElement,
  WbxmlReader,
  WbxmlWriter,
} from '@fumarole/wbxml';
import { PROVISIONING } from './provisioning-tokens.ts';

/** A client provisioning document (notification-bootstrap §4.1). */
export interface ProvisioningDocument {
  readonly version?: string;
  readonly characteristics: readonly Characteristic[];
}

export interface Characteristic {
  readonly type: string;
  readonly parms: readonly Parm[];
  readonly characteristics: readonly Characteristic[];
}

export interface Parm {
  readonly name: string;
  /** Absent: a flag. */
  readonly value?: string;
}

const ROOT = 'wap-provisioningdoc';
const TAG = { root: 0x05, characteristic: 0x06, parm: 0x07 } as const;
/** WBXML begins with its version, 00–0F; XML with white space, `<` or a byte order mark. */
const FIRST_XML_OCTET = 0x09;

/** Reads a document in WBXML, in both manners of switching attribute pages, or in XML. Unknown elements are passed over. @throws DecodeError */
export function parseProvisioning(data: string | Uint8Array): ProvisioningDocument {
  const isWbxml = data instanceof Uint8Array && (data[0] ?? 0) < FIRST_XML_OCTET;
  const root = isWbxml ? parseWbxml(data) : parseXml(data, {});
  if (root.name !== ROOT) throw new DecodeError('root', 0, ROOT);
  const { version } = attributesOf(root);
  return { ...(version === undefined ? {} : { version }), characteristics: characteristicsOf(root) };
}

/** Parms of one name, in order. */
export function parmsOf({ parms }: Characteristic, name: string): readonly string[] {
  return parms.flatMap((parm) => (parm.name === name && parm.value !== undefined ? [parm.value] : []));
}

export function parmOf(characteristic: Characteristic, name: string): string | undefined {
  return parmsOf(characteristic, name)[0];
}

export function childrenOf({ characteristics }: Characteristic, type: string): readonly Characteristic[] {
  return characteristics.filter((child) => child.type === type);
}

/** Writes a document: XML text, or WBXML, each page switch kept until another is needed (§4.3 “stay”). */
export function formatProvisioning(document: ProvisioningDocument, encoding: 'xml'): string;
export function formatProvisioning(document: ProvisioningDocument, encoding: 'wbxml'): Uint8Array;
export function formatProvisioning(
  document: ProvisioningDocument,
  encoding: 'xml' | 'wbxml',
): string | Uint8Array {
  if (encoding === 'xml') return serialiseXml(xmlOf(document), { indent: 2, declaration: true });
  const writer = new WbxmlWriter({ publicId: PROVISIONING.publicId, minorVersion: 3 });
  const { version, characteristics } = document;
  const filled = characteristics.length > 0;
  if (version !== undefined) writer.openWith(TAG.root, [startOf(writer, 'version', version)], filled);
  else if (filled) writer.open(TAG.root);
  else writer.empty(TAG.root);
  for (const characteristic of characteristics) writeCharacteristic(writer, characteristic);
  if (filled) writer.close();
  return writer.take();
}

type Element = XmlElement | WbxmlElement;

function parseWbxml(octets: Uint8Array): WbxmlElement {
  const reader = new WbxmlReader(octets, { dialects: [PROVISIONING], fallback: PROVISIONING });
  const element = readElement(reader, reader.root());
  reader.finish();
  return element;
}

function attributesOf({ attributes }: Element): Readonly<Record<string, string | undefined>> {
  return isList(attributes)
    ? Object.fromEntries(attributes.map(({ name, value }) => [name, value]))
    : attributes;
}

function isList(attributes: Element['attributes']): attributes is WbxmlElement['attributes'] {
  return Array.isArray(attributes);
}

function elementsOf({ children }: Element, name: string): readonly Element[] {
  return children.flatMap((child) =>
    typeof child === 'string' || child instanceof Uint8Array || child.name !== name ? [] : [child],
  );
}

function characteristicsOf(parent: Element): readonly Characteristic[] {
  return elementsOf(parent, 'characteristic').map((child) => ({
    type: attributesOf(child).type ?? '',
    parms: elementsOf(child, 'parm').map(parmFrom),
    characteristics: characteristicsOf(child),
  }));
}

function parmFrom(element: Element): Parm {
  const { name = '', value } = attributesOf(element);
  return { name, ...(value === undefined ? {} : { value }) };
}

function xmlOf({ version, characteristics }: ProvisioningDocument): XmlElement {
  return xml(ROOT, version === undefined ? {} : { version }, characteristics.map(characteristicXml));
}

function characteristicXml({ type, parms, characteristics }: Characteristic): XmlElement {
  const below = parms.map(({ name, value }) =>
    xml('parm', { name, ...(value === undefined ? {} : { value }) }, []),
  );
  return xml('characteristic', { type }, [...below, ...characteristics.map(characteristicXml)]);
}

function xml(name: string, attributes: Record<string, string>, children: readonly XmlElement[]): XmlElement {
  return { name, namespace: '', attributes, children };
}

function writeCharacteristic(writer: WbxmlWriter, { type, parms, characteristics }: Characteristic): void {
  const filled = parms.length + characteristics.length > 0;
  writer.openWith(TAG.characteristic, [startOf(writer, 'type', type)], filled);
  for (const { name, value } of parms) {
    const start = startOf(writer, 'name', name);
    const page = start.start >> 8;
    writer.openWith(TAG.parm, value === undefined ? [start] : [start, attributeValue(page, value)], false);
  }
  for (const child of characteristics) writeCharacteristic(writer, child);
  if (filled) writer.close();
}

/** `value=` has the same token on both pages. */
const VALUE_TOKEN = 0x06;

/** A whole value as its token, where all readers agree on it; else as inline text. */
function attributeValue(page: number, value: string): AttributeStart {
  const start = (page << 8) | VALUE_TOKEN;
  const rows = PROVISIONING.attributePages?.find((one) => one.page === page)?.values ?? [];
  const tokens = rows.filter(([, text]) => text === value);
  const [token] = tokens.length === 1 ? (tokens[0] ?? []) : [];
  return token === undefined ? { start, text: value } : { start, value: token };
}

/** The token for an attribute with this value, on the present page if there is one; else the bare name with text. */
function startOf(writer: WbxmlWriter, name: string, value: string): AttributeStart {
  const pages = [...(PROVISIONING.attributePages ?? [])].sort(
    (a, b) => Number(b.page === writer.attributePage) - Number(a.page === writer.attributePage),
  );
  for (const whole of [true, false]) {
    for (const { page, names } of pages) {
      const row = names.find(([, known, prefix]) => known === name && prefix === (whole ? value : undefined));
      if (row !== undefined) return { start: (page << 8) | row[0], ...(whole ? {} : { text: value }) };
    }
  }
  throw new TypeError(`No token for the attribute ${name}`);
}
