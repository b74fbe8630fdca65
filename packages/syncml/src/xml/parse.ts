import { DecodeError } from '@fumarole/wbxml';
import type { XmlElement } from './element.ts';
import { scanXml, type XmlAttributes, type XmlOptions, type XmlSink } from './scan.ts';

export type { XmlOptions } from './scan.ts';

/** Parses one XML document into its elements. @throws DecodeError */
export function parseXml(source: string | Uint8Array, options: XmlOptions = {}): XmlElement {
  const builder = new TreeBuilder();
  scanXml(source, options, builder);
  if (builder.root === undefined) {
    throw new DecodeError('xml', 0, 'a document element');
  }
  return builder.root;
}

type OpenElement = XmlElement & { readonly children: (XmlElement | string)[] };

class TreeBuilder implements XmlSink {
  root: XmlElement | undefined;
  readonly #open: OpenElement[] = [];

  start(name: string, namespace: string, attributes: XmlAttributes): void {
    const element: OpenElement = { name, namespace, attributes, children: [] };
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      this.root = element;
    } else {
      parent.children.push(element);
    }
    this.#open.push(element);
  }

  end(): void {
    this.#open.pop();
  }

  text(text: string): void {
    const children = this.#open.at(-1)?.children ?? [];
    const last = children.length - 1;
    const before = children[last];
    if (typeof before === 'string') {
      children[last] = before + text;
    } else {
      children.push(text);
    }
  }
}
