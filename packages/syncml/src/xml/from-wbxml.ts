import { decodeTextStrictly, LITERAL_TAG, type WbxmlElement } from '@fumarole/wbxml';
import { encodeBase64 } from '../base64.ts';
import type { XmlElement } from './element.ts';

/** The XML element that a WBXML element stands for; unknown tokens and literal names disappear (§7.3(6)). */
export function fromWbxml(element: WbxmlElement): XmlElement {
  return convert(element, false);
}

/** `binary`: OPAQUE here is the value of a node whose Format is `bin`, base64 even where its octets happen to be text. */
function convert(element: WbxmlElement, binary: boolean): XmlElement {
  const children: (XmlElement | string)[] = [];
  const holdsOctets = element.name === 'Node' && isBinary(element);
  for (const child of element.children) {
    if (child instanceof Uint8Array) {
      append(children, binary ? encodeBase64(child) : opaqueAsText(child));
    } else if (typeof child === 'string') {
      append(children, child);
    } else if (child.name !== '' && child.tag !== LITERAL_TAG) {
      children.push(convert(child, holdsOctets && child.name === 'Value'));
    }
  }
  const attributes = Object.fromEntries(element.attributes.map(({ name, value }) => [name, value]));
  return { name: element.name, namespace: element.namespace, attributes, children };
}

/** A Node of a TNDS with `<Format><bin/></Format>` among its properties. */
function isBinary(node: WbxmlElement): boolean {
  const named = (parent: WbxmlElement | undefined, name: string): WbxmlElement | undefined =>
    parent?.children.find(
      (child): child is WbxmlElement =>
        typeof child !== 'string' && !(child instanceof Uint8Array) && child.name === name,
    );
  return named(named(named(node, 'RTProperties'), 'Format'), 'bin') !== undefined;
}

function append(children: (XmlElement | string)[], text: string): void {
  const last = children.length - 1;
  const before = children[last];
  if (typeof before === 'string') {
    children[last] = before + text;
  } else if (text !== '') {
    children.push(text);
  }
}

/** OPAQUE that is no text stands in XML as base64, which is what `Format` b64 of a TNDS value means there. */
function opaqueAsText(octets: Uint8Array): string {
  const text = decodeTextStrictly(octets);
  return text === undefined || text.includes('\0') ? encodeBase64(octets) : text;
}
