import { dialectFor, METINF_NAMESPACE, syncmlNamespace } from '../dialect.ts';
import type { BlobRef, MessagePart, Unsupported } from '../model.ts';
import { Tag, tagName } from '../tag.ts';
import type { XmlElement } from '../xml/element.ts';
import type { Emitter } from './emitter.ts';

/** How the values of a message are put into words for people. */
export interface ValueText {
  text(text: string): string;
  octets(octets: Uint8Array): string;
  blob(ref: BlobRef): string;
}

const NO_ATTRIBUTES = {};

type OpenElement = XmlElement & { readonly children: (XmlElement | string)[] };

/** Builds the message as an element tree, for display only. */
export class TreeEmitter implements Emitter {
  readonly octetsAsBase64 = false;
  readonly length = 0;
  readonly #namespace: string;
  readonly #values: ValueText;
  readonly #open: OpenElement[] = [];
  #root: XmlElement | undefined;

  constructor(verDTD: string, values: ValueText) {
    this.#namespace = syncmlNamespace(dialectFor(verDTD).name.slice('SyncML '.length));
    this.#values = values;
  }

  get root(): XmlElement {
    if (this.#root === undefined) {
      throw new RangeError('TreeEmitter: nothing was written');
    }
    return this.#root;
  }

  open(tag: number): void {
    const element = this.#element(tag, []);
    this.#add(element);
    this.#open.push(element);
  }

  close(): void {
    this.#open.pop();
  }

  empty(tag: number): void {
    this.#add(this.#element(tag, []));
  }

  textElement(tag: number, text: string): void {
    this.#add(this.#element(tag, text === '' ? [] : [tag === Tag.Data ? this.#values.text(text) : text]));
  }

  numberElement(tag: number, value: number): void {
    this.textElement(tag, String(value));
  }

  octetElement(tag: number, octets: Uint8Array): void {
    this.#add(this.#element(tag, [this.#values.octets(octets)]));
  }

  blob(tag: number, ref: BlobRef): void {
    this.#add(this.#element(tag, [this.#values.blob(ref)]));
  }

  unsupported({ name, CmdID }: Unsupported): void {
    const id = CmdID === '' ? [] : [this.#element(Tag.CmdID, [CmdID])];
    // The name came over the wire, perhaps from a string table: it may be no XML name at all.
    const shown = /^[A-Za-z_][\w.-]*$/.test(name) ? name : 'Unknown';
    this.#add({ name: shown, namespace: this.#namespace, attributes: NO_ATTRIBUTES, children: id });
  }

  parts(): readonly MessagePart[] {
    return [];
  }

  #element(tag: number, children: (XmlElement | string)[]): OpenElement {
    const namespace = tag >> 8 === 1 ? METINF_NAMESPACE : this.#namespace;
    return { name: tagName(tag), namespace, attributes: NO_ATTRIBUTES, children };
  }

  #add(element: XmlElement): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      this.#root = element;
    } else {
      parent.children.push(element);
    }
  }
}
