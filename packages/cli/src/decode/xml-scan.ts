import { MAX_XML_DEPTH } from './limits.ts';
import type { Shown } from './report.ts';

const TOKEN =
  /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[([\s\S]*?)(?:\]\]>|$)|<\?[\s\S]*?(?:\?>|$)|<!DOCTYPE(?:[^[>]|\[[\s\S]*?(?:\]|$))*(?:>|$)|<\/[^>]*(?:>|$)|<([^\s/>!?]+)((?:[^>"']|"[^"]*(?:"|$)|'[^']*(?:'|$))*?)(\/?)(?:>|$)|[^<]+|</g;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
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
  for (const match of text.matchAll(TOKEN)) {
    const [token, cdata, name, attributes = '', empty] = match;
    const parent = open.at(-1);
    if (parent === undefined || open.length > MAX_XML_DEPTH) break; // the parser says that it is too deep
    if (name !== undefined) {
      const element = startOf(name, attributes, offset, parent.scope);
      parent.node.children.push(element.node);
      if (empty !== '/') open.push(element);
    } else if (token.startsWith('</')) {
      if (open.length > 1) open.pop();
    } else if (cdata !== undefined) append(parent.node, cdata);
    else if (!token.startsWith('<')) append(parent.node, unescaped(token));
    offset += octetsOf(token);
  }
  settle(document);
  return document;
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
