import { encodeText } from '@fumarole/wbxml';
import { base64Length, encodeBase64 } from '../base64.ts';
import { dialectFor, METINF_NAMESPACE, syncmlNamespace } from '../dialect.ts';
import type { BlobRef, MessagePart, Unsupported } from '../model.ts';
import { Tag } from '../tag.ts';
import { escapeText, XML_DECLARATION } from '../xml/serialise.ts';
import type { Emitter } from './emitter.ts';

interface TagText {
  readonly open: string;
  readonly close: string;
  readonly empty: string;
}

const names: ReadonlyMap<number, TagText> = new Map(
  Object.entries(Tag).map(([name, code]) => {
    // Declared on each child of Meta: some clients cannot read a prefix (I-013).
    const head = code >> 8 === 1 ? `${name} xmlns="${METINF_NAMESPACE}"` : name;
    return [code, { open: `<${head}>`, close: `</${name}>`, empty: `<${head}/>` }] as const;
  }),
);

/** XML in UTF-8, in one line. */
export class XmlEmitter implements Emitter {
  readonly octetsAsBase64 = true;
  readonly #parts: MessagePart[] = [];
  readonly #root: string;
  #text: string = XML_DECLARATION;
  #taken = 0;

  constructor(verDTD: string) {
    // Like dialectFor: the namespace belongs to the document type, 1.2 where VerDTD is no known one.
    const version = dialectFor(verDTD).name.slice('SyncML '.length);
    this.#root = `<SyncML xmlns="${syncmlNamespace(version)}">`;
  }

  get length(): number {
    return this.#taken + encodeText(this.#text).length;
  }

  open(tag: number): void {
    this.#text += tag === Tag.SyncML ? this.#root : tagText(tag).open;
  }

  close(tag: number): void {
    this.#text += tagText(tag).close;
  }

  empty(tag: number): void {
    this.#text += tagText(tag).empty;
  }

  textElement(tag: number, text: string): void {
    const { open, close, empty } = tagText(tag);
    this.#text += text === '' ? empty : open + escapeText(text) + close;
  }

  numberElement(tag: number, value: number): void {
    this.textElement(tag, String(value));
  }

  octetElement(tag: number, octets: Uint8Array): void {
    this.textElement(tag, encodeBase64(octets));
  }

  blob(tag: number, ref: BlobRef): void {
    this.open(tag);
    this.#take();
    this.#parts.push({ kind: 'blob', ref, base64: true });
    this.#taken += base64Length(ref.length);
    this.close(tag);
  }

  unsupported({ name }: Unsupported): void {
    throw new TypeError(`encode: ${name} is no DM command`);
  }

  parts(): readonly MessagePart[] {
    this.#take();
    return this.#parts;
  }

  #take(): void {
    const octets = encodeText(this.#text);
    this.#parts.push({ kind: 'octets', octets });
    this.#taken += octets.length;
    this.#text = '';
  }
}

function tagText(tag: number): TagText {
  const text = names.get(tag);
  if (text === undefined) {
    throw new RangeError(`no element has the tag code ${tag}`);
  }
  return text;
}
