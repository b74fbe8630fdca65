import { DecodeError, decodeText } from '@fumarole/wbxml';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { DEFAULT_XML_LIMITS, type XmlLimits } from '../limits.ts';
import type { XmlElement } from './element.ts';

export interface XmlOptions {
  /** `skip` (default): ignored, entities stay undefined. `refuse`: DecodeError `doctype`. */
  readonly doctype?: 'skip' | 'refuse';
  readonly limits?: XmlLimits;
}

/** Parses one XML document. Octets are UTF-8 unless the XML declaration says ISO-8859-1 or US-ASCII. @throws DecodeError */
export function parseXml(source: string | Uint8Array, options: XmlOptions = {}): XmlElement {
  const limits = options.limits ?? DEFAULT_XML_LIMITS;
  if (source.length > limits.maxOctets) {
    throw new DecodeError('size', limits.maxOctets, `at most ${limits.maxOctets} octets`);
  }
  const text = typeof source === 'string' ? source : decodeXml(source);
  // Real clients leave a NUL at the end of values; no XML parser takes one.
  return new TreeBuilder(limits, options.doctype ?? 'skip').build(
    text.includes('\0') ? text.replaceAll('\0', '') : text,
  );
}

interface OpenElement {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[];
  /** Namespaces by prefix in scope. */
  readonly scope: Scope;
}
type Scope = ReadonlyMap<string, string>;

/** Builds the tree from saxes' events; resolves prefixes itself, so that an undeclared one does not fail a message. */
class TreeBuilder {
  readonly #limits: XmlLimits;
  readonly #parser = new SaxesParser({ xmlns: false, position: false });
  readonly #open: OpenElement[] = [];
  #root: XmlElement | undefined;
  #nodes = 0;

  constructor(limits: XmlLimits, doctype: 'skip' | 'refuse') {
    this.#limits = limits;
    const parser = this.#parser;
    parser.on('opentag', (tag) => this.#start(tag));
    parser.on('closetag', () => this.#end());
    parser.on('text', (text) => this.#text(text));
    parser.on('cdata', (text) => this.#text(text));
    parser.on('error', (error) => {
      throw this.#error('xml', `well-formed XML (${error.message.replace(/\.$/, '')})`, error);
    });
    if (doctype === 'refuse') {
      parser.on('doctype', () => {
        throw this.#error('doctype', 'no document type declaration');
      });
    }
  }

  build(text: string): XmlElement {
    this.#parser.write(text).close();
    if (this.#root === undefined) {
      throw this.#error('xml', 'a document element');
    }
    return this.#root;
  }

  #start(tag: SaxesTagPlain): void {
    this.#count();
    if (this.#open.length >= this.#limits.maxDepth) {
      throw this.#error('depth', `at most ${this.#limits.maxDepth} open elements`);
    }
    const parent = this.#open.at(-1);
    const { scope, attributes } = this.#attributes(tag.attributes, parent?.scope ?? NO_SCOPE);
    const colon = tag.name.indexOf(':');
    const element = {
      name: colon < 0 ? tag.name : tag.name.slice(colon + 1),
      namespace: scope.get(colon < 0 ? '' : tag.name.slice(0, colon)) ?? '',
      attributes,
      children: [],
      scope,
    };
    this.#open.push(element);
  }

  #end(): void {
    const closed = this.#open.pop();
    if (closed === undefined) {
      return;
    }
    const { name, namespace, attributes, children } = closed;
    const element = { name, namespace, attributes, children };
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      this.#root = element;
    } else {
      parent.children.push(element);
    }
  }

  #text(text: string): void {
    const children = this.#open.at(-1)?.children;
    if (children === undefined || text === '') {
      return;
    }
    this.#count();
    const last = children.length - 1;
    const before = children[last];
    if (typeof before === 'string') {
      children[last] = before + text;
    } else {
      children.push(text);
    }
  }

  #attributes(
    written: Readonly<Record<string, string>>,
    scope: Scope,
  ): { readonly scope: Scope; readonly attributes: Readonly<Record<string, string>> } {
    const names = Object.keys(written);
    if (names.length === 0) {
      return { scope, attributes: NO_ATTRIBUTES };
    }
    if (names.length > this.#limits.maxAttributes) {
      throw this.#error('nodes', `at most ${this.#limits.maxAttributes} attributes`);
    }
    const attributes: Record<string, string> = Object.create(null);
    let inner: Map<string, string> | undefined;
    for (const name of names) {
      const value = written[name] ?? '';
      if (name === 'xmlns' || name.startsWith('xmlns:')) {
        inner ??= new Map(scope);
        inner.set(name.slice('xmlns:'.length), value);
      } else {
        attributes[name] = value;
      }
    }
    return { scope: inner ?? scope, attributes };
  }

  #count(): void {
    if (++this.#nodes > this.#limits.maxNodes) {
      throw this.#error('nodes', `at most ${this.#limits.maxNodes} nodes`);
    }
  }

  #error(code: 'xml' | 'doctype' | 'depth' | 'nodes', expected: string, cause?: unknown): DecodeError {
    return new DecodeError(code, this.#parser.position, expected, { cause });
  }
}

const NO_SCOPE: Scope = new Map();
const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/** UTF-8, or what the declaration says when its octets are as narrow; anything else is refused. */
function decodeXml(octets: Uint8Array): string {
  const [a, b, c] = octets;
  if ((a === 0xfe && b === 0xff) || (a === 0xff && b === 0xfe)) {
    throw new DecodeError('charset', 0, 'UTF-8');
  }
  const start = a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
  const head = decodeText(octets, start, Math.min(octets.length, start + DECLARATION_OCTETS), 'iso-8859-1');
  const encoding =
    /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']/.exec(head)?.[1]?.toLowerCase() ?? 'utf-8';
  if (!ENCODINGS.has(encoding)) {
    throw new DecodeError('charset', start, 'UTF-8, US-ASCII or ISO-8859-1');
  }
  return decodeText(octets, start, octets.length, encoding === 'iso-8859-1' ? 'iso-8859-1' : 'utf-8');
}

const DECLARATION_OCTETS = 120;
const ENCODINGS = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii', 'iso-8859-1']);
