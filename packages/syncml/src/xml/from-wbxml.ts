import { decodeTextStrictly, LITERAL_TAG, type WbxmlElement } from '@fumarole/wbxml';
import { encodeBase64 } from '../base64.ts';
import type { XmlElement } from './element.ts';

/** The XML element that a WBXML element stands for; unknown tokens and literal names disappear (§7.3(6)). */
export function fromWbxml(element: WbxmlElement): XmlElement {
  const children: (XmlElement | string)[] = [];
  for (const child of element.children) {
    if (typeof child === 'string' || child instanceof Uint8Array) {
      append(children, typeof child === 'string' ? child : opaqueAsText(child));
    } else if (child.name !== '' && child.tag !== LITERAL_TAG) {
      children.push(fromWbxml(child));
    }
  }
  const attributes = Object.fromEntries(element.attributes.map(({ name, value }) => [name, value]));
  return { name: element.name, namespace: element.namespace, attributes, children };
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
