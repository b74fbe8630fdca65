import { DecodeError, decodeText } from '@fumarole/wbxml';
import { SaxesParser } from 'saxes';
import { DEFAULT_XML_LIMITS, type XmlLimits } from '../limits.ts';

export interface XmlOptions {
  /** `skip` (default): ignored, entities stay undefined. `refuse`: DecodeError `doctype`. */
  readonly doctype?: 'skip' | 'refuse';
  readonly limits?: XmlLimits;
}

/** By the name as written; declarations of namespaces are not among them. */
export type XmlAttributes = Readonly<Record<string, string>>;

/** What takes in a document while it is scanned: elements by namespace and local name, text in one or more pieces. */
export interface XmlSink {
  start(name: string, namespace: string, attributes: XmlAttributes): void;
  end(): void;
  /** Never empty, and never outside the document element. */
  text(text: string): void;
}

/** Scans one XML document. Octets are UTF-8 unless the XML declaration says ISO-8859-1 or US-ASCII. @throws DecodeError */
export function scanXml(source: string | Uint8Array, options: XmlOptions, sink: XmlSink): void {
  const limits = options.limits ?? DEFAULT_XML_LIMITS;
  if (source.length > limits.maxOctets) {
    throw new DecodeError('size', limits.maxOctets, `at most ${limits.maxOctets} octets`);
  }
  const text = typeof source === 'string' ? source : decodeXml(source);
  // Real clients leave a NUL at the end of values; no XML parser takes one.
  new Scanner(limits, options.doctype ?? 'skip', sink).scan(
    text.includes('\0') ? text.replaceAll('\0', '') : text,
  );
}

/** Saxes' events with names resolved, which it would not do for a prefix that nobody declared, and within limits. */
class Scanner {
  readonly #limits: XmlLimits;
  readonly #sink: XmlSink;
  readonly #parser = new SaxesParser({ xmlns: false, position: false });
  /** What is declared inside each open element. */
  readonly #scopes: Scope[] = [];
  #scope: Scope = NO_SCOPE;
  #nodes = 0;
  /** Of the start tag being read. */
  #attributeCount = 0;
  #attributes: Record<string, string> | undefined;
  #inner: Scope | undefined;

  constructor(limits: XmlLimits, doctype: 'skip' | 'refuse', sink: XmlSink) {
    this.#limits = limits;
    this.#sink = sink;
    const parser = this.#parser;
    // Each attribute by itself: saxes' object of all of them would have to be taken apart.
    parser.on('attribute', ({ name, value }) => this.#attribute(name, value));
    parser.on('opentag', ({ name }) => this.#start(name));
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

  scan(text: string): void {
    this.#parser.write(text).close();
    if (this.#nodes === 0) {
      throw this.#error('xml', 'a document element');
    }
  }

  #attribute(name: string, value: string): void {
    if (++this.#attributeCount > this.#limits.maxAttributes) {
      throw this.#error('nodes', `at most ${this.#limits.maxAttributes} attributes`);
    }
    const outer = this.#inner ?? this.#scope;
    if (name === 'xmlns') {
      this.#inner = { namespace: value, prefix: undefined, bound: '', outer };
    } else if (name.startsWith('xmlns:')) {
      const prefix = name.slice('xmlns:'.length);
      this.#inner = { namespace: outer.namespace, prefix, bound: value, outer };
    } else {
      this.#attributes ??= Object.create(null) as Record<string, string>;
      this.#attributes[name] = value;
    }
  }

  #start(name: string): void {
    this.#count();
    if (this.#scopes.length >= this.#limits.maxDepth) {
      throw this.#error('depth', `at most ${this.#limits.maxDepth} open elements`);
    }
    this.#scopes.push(this.#scope);
    let attributes = NO_ATTRIBUTES;
    if (this.#attributeCount > 0) {
      attributes = this.#attributes ?? NO_ATTRIBUTES;
      this.#scope = this.#inner ?? this.#scope;
      this.#attributeCount = 0;
      this.#attributes = undefined;
      this.#inner = undefined;
    }
    const colon = name.indexOf(':');
    if (colon < 0) {
      this.#sink.start(name, this.#scope.namespace, attributes);
    } else {
      this.#sink.start(name.slice(colon + 1), boundTo(name.slice(0, colon), this.#scope), attributes);
    }
  }

  #end(): void {
    this.#scope = this.#scopes.pop() ?? NO_SCOPE;
    this.#sink.end();
  }

  #text(text: string): void {
    if (this.#scopes.length > 0 && text !== '') {
      this.#count();
      this.#sink.text(text);
    }
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

/** One declaration, and those around it. */
interface Scope {
  /** The default one. */
  readonly namespace: string;
  readonly prefix: string | undefined;
  /** The namespace of the prefix. */
  readonly bound: string;
  readonly outer: Scope | undefined;
}
const NO_SCOPE: Scope = { namespace: '', prefix: undefined, bound: '', outer: undefined };
export const NO_ATTRIBUTES: XmlAttributes = Object.freeze(Object.create(null));

/** Empty where nobody declared the prefix. */
function boundTo(prefix: string, inner: Scope): string {
  for (let scope: Scope | undefined = inner; scope !== undefined; scope = scope.outer) {
    if (scope.prefix === prefix) {
      return scope.bound;
    }
  }
  return '';
}

/** UTF-8, or what the declaration says when its octets are as narrow; anything else is refused. */
function decodeXml(octets: Uint8Array): string {
  const [a, b, c] = octets;
  if ((a === 0xfe && b === 0xff) || (a === 0xff && b === 0xfe)) {
    throw new DecodeError('charset', 0, 'UTF-8');
  }
  const start = a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
  const text = decodeText(octets, start, octets.length, 'utf-8');
  const encoding = text.startsWith('<?xml') ? declaredEncoding(text) : 'utf-8';
  if (!ENCODINGS.has(encoding)) {
    throw new DecodeError('charset', start, 'UTF-8, US-ASCII or ISO-8859-1');
  }
  return encoding === 'iso-8859-1' ? decodeText(octets, start, octets.length, encoding) : text;
}

function declaredEncoding(text: string): string {
  const head = text.slice(0, DECLARATION_LENGTH);
  return /^<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']/.exec(head)?.[1]?.toLowerCase() ?? 'utf-8';
}

const DECLARATION_LENGTH = 120;
const ENCODINGS = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii', 'iso-8859-1']);
