import type { XmlElement } from './element.ts';

export interface SerialiseOptions {
  /** Spaces per level; absent: no white space is added. Elements with text in them are never indented. */
  readonly indent?: number;
  /** Write `<?xml version="1.0" encoding="UTF-8"?>` first. */
  readonly declaration?: boolean;
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/** XML text of an element; a namespace is declared where it differs from the parent's. */
export function serialiseXml(element: XmlElement, options: SerialiseOptions = {}): string {
  const { indent = 0, declaration = false } = options;
  const text = write(element, '', indent, indent > 0 ? '\n' : '');
  return declaration ? `${XML_DECLARATION}${indent > 0 ? '\n' : ''}${text}` : text;
}

function write(element: XmlElement, parentNamespace: string, indent: number, lineBreak: string): string {
  const { name, namespace, attributes, children } = element;
  let head = `<${name}`;
  if (namespace !== parentNamespace) {
    head += ` xmlns="${escapeAttribute(namespace)}"`;
  }
  for (const [key, value] of Object.entries(attributes)) {
    // A prefixed attribute has lost its declaration; without it the text would not be well-formed in namespaces.
    if (!key.includes(':') || key.startsWith('xml:')) {
      head += ` ${key}="${escapeAttribute(value)}"`;
    }
  }
  if (children.length === 0) {
    return `${head}/>`;
  }
  const inner =
    indent > 0 && children.every((child) => typeof child !== 'string') ? lineBreak + ' '.repeat(indent) : '';
  const outer = inner === '' ? '' : lineBreak;
  const content = children.map((child) =>
    typeof child === 'string'
      ? escapeText(child)
      : inner + write(child, namespace, inner === '' ? 0 : indent, inner),
  );
  return `${head}>${content.join('')}${outer}</${name}>`;
}

/** Text content: markup escaped; a carriage return, which parsers would turn into a line feed, as a reference. */
export function escapeText(text: string): string {
  return NEEDS_ESCAPE.test(text) ? text.replace(ESCAPED, replacement) : text;
}

export function escapeAttribute(text: string): string {
  return escapeText(text).replace(/["\t\n]/g, (c) => (c === '"' ? '&quot;' : `&#${c.charCodeAt(0)};`));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters that XML 1.0 cannot hold
const NEEDS_ESCAPE = /[&<>\r\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/;
const ESCAPED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters that XML 1.0 cannot hold
  /[&<>\r\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What XML cannot hold at all becomes U+FFFD, as invalid UTF-8 does. */
function replacement(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) {
    return named;
  }
  return '\t\n\r'.includes(character) ? `&#${character.charCodeAt(0)};` : '\ufffd';
}
