import { PROVISIONING } from '@fumarole/dm/bootstrap';
import { MGMT_TREE, SYNCML_DIALECTS } from '@fumarole/syncml';
import {
  DecodeError,
  type Dialect,
  decodeTextStrictly,
  END,
  OPAQUE,
  TEXT,
  WbxmlReader,
} from '@fumarole/wbxml';
import { MAX_LAYERS, MAX_SHOWN_OCTETS } from './limits.ts';
import { hexOf, type Report, type Shown } from './report.ts';

const KNOWN: readonly Dialect[] = [...SYNCML_DIALECTS, MGMT_TREE, PROVISIONING];
/** Without names: every token is shown by its number. */
const UNKNOWN: Dialect = { name: 'unknown document type', publicId: 1, formalPublicId: '', tagPages: [] };

/** Is this a WBXML document of a type that is known here? */
export function isKnownWbxml(octets: Uint8Array): boolean {
  const version = octets[0] ?? 0;
  if (version < 1 || version > 3) return false;
  try {
    return new WbxmlReader(octets, { dialects: KNOWN, fallback: UNKNOWN }).dialect !== UNKNOWN;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

/** Every token of a WBXML document with its offset; stops at the first that can not be read. */
export function walkWbxml(octets: Uint8Array, base: number, report: Report, layer = 0): Shown {
  const document: Shown = { label: 'WBXML', offset: base, children: [] };
  try {
    const reader = open(octets, base, report);
    const { header, dialect } = reader;
    const id = header.formalPublicId ?? `0x${header.publicId.toString(16).padStart(2, '0')}`;
    document.text = `1.${header.minorVersion}, ${dialect.name} (${id}), ${header.charset}`;
    if (header.stringTable.length > 0 && header.formalPublicId === undefined) {
      document.text += `, string table of ${header.stringTable.length} octets`;
    }
    const at = base + reader.offset;
    new Walk(reader, octets, base, report, layer).element(reader.root(), at, document);
    reader.finish();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    report.fail(base + error.offset, error.message);
  }
  return document;
}

function open(octets: Uint8Array, base: number, report: Report): WbxmlReader {
  const reader = new WbxmlReader(octets, { dialects: KNOWN, fallback: UNKNOWN });
  if (reader.dialect !== UNKNOWN) return reader;
  const { publicId, formalPublicId } = reader.header;
  report.warn(`the document type ${formalPublicId ?? publicId} is not known`, base + 1);
  // public identifier 1 and unknown ones are what the media type says; here the document element tells.
  for (const fallback of [SYNCML_DIALECTS[0], MGMT_TREE, PROVISIONING]) {
    if (fallback === undefined) continue;
    const probe = new WbxmlReader(octets, { dialects: [], fallback });
    const name = probe.nameOf(probe.root())?.name;
    if (name === 'SyncML' || name === 'MgmtTree' || name === 'wap-provisioningdoc') {
      return new WbxmlReader(octets, { dialects: [], fallback });
    }
  }
  return reader;
}

class Walk {
  readonly #reader: WbxmlReader;
  readonly #octets: Uint8Array;
  readonly #base: number;
  readonly #report: Report;
  readonly #layer: number;

  constructor(reader: WbxmlReader, octets: Uint8Array, base: number, report: Report, layer: number) {
    this.#reader = reader;
    this.#octets = octets;
    this.#base = base;
    this.#report = report;
    this.#layer = layer;
  }

  /** The element just entered; it hangs in its parent before its content is read, so that a failure leaves it there. */
  element(tag: number, offset: number, parent: Shown): void {
    const reader = this.#reader;
    const known = reader.nameOf(tag);
    const token = `token 0x${(tag & 0xff).toString(16)} of page ${tag >> 8}`;
    if (known === undefined)
      this.#report.warn(`${token} stands for nothing in ${reader.dialect.name}`, offset);
    const node: Shown = {
      label: known?.name ?? `(${token})`,
      namespace: known?.namespace ?? '',
      offset,
      children: reader.attributes.map(({ name, value }) => ({
        label: `@${name}`,
        text: value,
        children: [],
      })),
    };
    parent.children.push(node);
    for (;;) {
      const at = this.#base + reader.offset;
      const event = reader.next();
      if (event === END) return;
      if (event === TEXT) node.text = (node.text ?? '') + reader.text;
      else if (event === OPAQUE) this.#opaque(node, reader.opaque);
      else this.element(event, at, node);
    }
  }

  /** A document of its own is shown as one; text as text; other octets as hex. */
  #opaque(node: Shown, opaque: Uint8Array): void {
    const offset = this.#base + (opaque.byteOffset - this.#octets.byteOffset);
    if (this.#layer < MAX_LAYERS && isKnownWbxml(opaque)) {
      node.children.push(walkWbxml(opaque, offset, this.#report, this.#layer + 1));
      return;
    }
    const text = decodeTextStrictly(opaque);
    const isText = text !== undefined && !/[^\P{Cc}\t\n\r]/u.test(text);
    node.text = (node.text ?? '') + (isText ? text : octetsText(opaque));
  }
}

export function octetsText(octets: Uint8Array): string {
  const more = octets.length > MAX_SHOWN_OCTETS ? '…' : '';
  return `(${octets.length} octets) ${hexOf(octets.subarray(0, MAX_SHOWN_OCTETS))}${more}`;
}
