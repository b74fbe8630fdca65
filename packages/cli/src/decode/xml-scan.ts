import { MAX_XML_DEPTH } from './limits.ts';
import type { Shown } from './report.ts';

/** Characters of a start tag in which attributes are looked for; the parser refuses tags with more of them than fit. */
const MAX_ATTRIBUTE_TEXT = 8192;
/** A name begins behind a blank or a value only, or a long word would be tried from each of its letters. */
const ATTRIBUTE = /(?<![^\s"'])([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

interface Open {
  readonly node: Shown;
  readonly scope: ReadonlyMap<string, string>;
}

/** The elements of XML text with the offset of each start tag, as far as it goes; whether it is well-formed is the parser's to say. `octetsOf`: how many octets a text had. */
export function scanXml(
  text: string,
  base: number,
  octetsOf: (text: string) => number = Buffer.byteLength,
): Shown {
  const document: Shown = { label: 'XML', offset: base, children: [] };
  const open: Open[] = [{ node: document, scope: new Map() }];
  let offset = base;
  for (let at = 0; at < text.length; ) {
    const { kind, end, inner } = tokenAt(text, at);
    const parent = open.at(-1);
    if (parent === undefined || open.length > MAX_XML_DEPTH) break; // the parser says that it is too deep
    if (kind === 'start') {
      const [name = ''] = /^[^\s/]*/.exec(inner) ?? [];
      const element = startOf(name, inner.slice(name.length, MAX_ATTRIBUTE_TEXT), offset, parent.scope);
      parent.node.children.push(element.node);
      if (!inner.endsWith('/')) open.push(element);
    } else if (kind === 'end' && open.length > 1) open.pop();
    else if (kind === 'text') append(parent.node, unescaped(inner));
    else if (kind === 'cdata') append(parent.node, inner);
    offset += octetsOf(text.slice(at, end));
    at = end;
  }
  settle(document);
  return document;
}

interface Token {
  readonly kind: 'start' | 'end' | 'text' | 'cdata' | 'other';
  /** What stands between the marks. */
  readonly inner: string;
  /** Place behind it; what is not closed goes to the end of the text. */
  readonly end: number;
}

/** What begins here. By hand, for a pattern takes the square of the time where quotes and tags are not closed. */
function tokenAt(text: string, at: number): Token {
  const upTo = (kind: Token['kind'], open: string, close: string): Token => {
    const found = text.indexOf(close, at + open.length);
    const inner = text.slice(at + open.length, found < 0 ? undefined : found);
    return { kind, inner, end: found < 0 ? text.length : found + close.length };
  };
  if (text[at] !== '<') {
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    return { kind: 'text', inner: text.slice(at, end), end };
  }
  if (text.startsWith('<!--', at)) return upTo('other', '<!--', '-->');
  if (text.startsWith('<![CDATA[', at)) return upTo('cdata', '<![CDATA[', ']]>');
  if (text.startsWith('<?', at)) return upTo('other', '<?', '?>');
  if (text.startsWith('</', at)) return upTo('end', '</', '>');
  if (text.startsWith('<!', at)) return { kind: 'other', inner: '', end: doctypeEnd(text, at) };
  const close = tagEnd(text, at);
  const kind = /[\s/>!?]/.test(text[at + 1] ?? ' ') ? 'text' : 'start';
  return { kind, inner: text.slice(at + 1, close), end: Math.min(text.length, close + 1) };
}

/** Place of the `>` that no quotes enclose. */
function tagEnd(text: string, at: number): number {
  for (let place = at + 1; place < text.length; place += 1) {
    const character = text[place];
    if (character === '>') return place;
    if (character !== '"' && character !== "'") continue;
    const closing = text.indexOf(character, place + 1);
    if (closing < 0) break;
    place = closing;
  }
  return text.length;
}

function doctypeEnd(text: string, at: number): number {
  const subset = text.indexOf('[', at);
  const first = text.indexOf('>', at);
  const inside = subset >= 0 && (first < 0 || subset < first) ? text.indexOf(']', subset) : at;
  const close = inside < 0 ? -1 : text.indexOf('>', inside);
  return close < 0 ? text.length : close + 1;
}

function startOf(name: string, written: string, offset: number, outer: ReadonlyMap<string, string>): Open {
  const scope = new Map(outer);
  const children: Shown[] = [];
  for (const [, key = '', double, single] of written.matchAll(ATTRIBUTE)) {
    const value = unescaped(double ?? single ?? '');
    if (key === 'xmlns' || key.startsWith('xmlns:')) scope.set(key.slice('xmlns:'.length), value);
    else children.push({ label: `@${key}`, text: value, children: [] });
  }
  const colon = name.indexOf(':');
  const namespace = scope.get(colon < 0 ? '' : name.slice(0, colon)) ?? '';
  return { node: { label: name.slice(colon + 1), namespace, offset, children }, scope };
}

function append(node: Shown, text: string): void {
  node.text = (node.text ?? '') + text;
}

/** White space between elements is layout. */
function settle(node: Shown): void {
  const hasElements = node.children.some(({ label }) => !label.startsWith('@'));
  if (hasElements && node.text?.trim() === '') delete node.text;
  node.children.forEach(settle);
}

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
}
