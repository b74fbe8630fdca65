import { DEFAULT_URI_LIMITS, MAX_URI_CHARACTERS, type UriLimits } from './limits.ts';

/** What follows the node URI: a property, or a list attribute (tree §2.1). */
export type Selector =
  | { readonly kind: 'prop'; readonly name: string }
  | { readonly kind: 'list'; readonly attribute: string };

export interface TreeUri {
  readonly kind: 'uri';
  /** Decoded node names; the root has none. */
  readonly path: readonly string[];
  readonly selector?: Selector;
  /** The LocURI as it was written; Results echo it. */
  readonly text: string;
}

/** A LocURI that addresses nothing: 404 malformed (tree §2.3), 414 too long or too deep (§2.2). */
export interface UriFault {
  readonly kind: 'fault';
  readonly status: 404 | 414;
}

const MALFORMED: UriFault = { kind: 'fault', status: 404 };
const TOO_LONG: UriFault = { kind: 'fault', status: 414 };

// tree §2.1: segment = 1*( unreserved | escaped | ":" | "@" | "&" | "=" | "+" | "$" | "," )
const SEGMENT = /^(?:[A-Za-z0-9\-_.!~*'():@&=+$,]|%[0-9A-Fa-f]{2})+$/;
const NOT_LITERAL = /[^A-Za-z0-9\-_.!~*'():@&=+$,]/gu;
const PROPERTY = /^[A-Za-z]+$/;
const ATTRIBUTE = /^[A-Za-z]+(?:[+-][A-Za-z]+)*$/;

/** Parses a LocURI of the management tree (tree §2.1) and checks it against the limits (§2.2); never throws. */
export function parseUri(text: string, limits: UriLimits = DEFAULT_URI_LIMITS): TreeUri | UriFault {
  if (text.length > MAX_URI_CHARACTERS) return TOO_LONG;
  const question = text.indexOf('?');
  const selector = question < 0 ? undefined : parseSelector(text.slice(question + 1));
  if (selector === null) return MALFORMED;
  const segments = segmentsOf(question < 0 ? text : text.slice(0, question));
  if (segments === undefined) return MALFORMED;
  const path: string[] = [];
  for (const segment of segments) {
    const name = decodeSegment(segment);
    if (name === undefined) return MALFORMED;
    path.push(name);
  }
  if (exceeds(text.length, limits.maxTotLen) || exceeds(segments.length, limits.maxDepth)) return TOO_LONG;
  if (segments.some((segment) => exceeds(segment.length, limits.maxSegLen))) return TOO_LONG;
  return selector === undefined ? { kind: 'uri', path, text } : { kind: 'uri', path, selector, text };
}

/** Canonical LocURI of a node: `.` or `./a/b`, names percent-encoded where the grammar asks for it. */
export function formatUri(path: readonly string[]): string {
  // tree §2.1: `./` only at the start, so a name above another one must not end in a full stop as it is
  const segments = path.map((name, at) =>
    at < path.length - 1 ? encodeName(name).replace(/\.$/, '%2E') : encodeName(name),
  );
  return path.length === 0 ? '.' : `./${segments.join('/')}`;
}

/** One decoded node name as a URI segment. */
export function encodeName(name: string): string {
  // encodeURIComponent throws on half a surrogate pair, which decodeSegment and isNodeName keep out of the tree.
  return name.replace(NOT_LITERAL, (character) => encodeURIComponent(character));
}

/** A name that may stand as in a URI or plain: unescaped where it can be. */
export function decodedName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that is meant as such
  }
}

/** May a node have this (decoded) name? (tree §2.1: not empty, no `/`, never `.`, `..` or `*`.) */
export function isNodeName(name: string): boolean {
  return (
    name !== '' && name !== '.' && name !== '..' && name !== '*' && !name.includes('/') && isLegible(name)
  );
}

/** A value against a limit of which 0 means none. */
export function exceeds(value: number, limit: number): boolean {
  return limit !== 0 && value > limit;
}

function parseSelector(text: string): Selector | null {
  const equals = text.indexOf('=');
  const value = text.slice(equals + 1);
  if (equals < 0 || value === '') return null;
  switch (text.slice(0, equals)) {
    case 'prop':
      return PROPERTY.test(value) ? { kind: 'prop', name: value } : null;
    case 'list':
      return ATTRIBUTE.test(value) ? { kind: 'list', attribute: value } : null;
    default:
      return null;
  }
}

function segmentsOf(nodeUri: string): readonly string[] | undefined {
  if (nodeUri === '.') return [];
  const relative = nodeUri.startsWith('./') ? nodeUri.slice(2) : nodeUri;
  const segments = relative.split('/');
  // tree §2.1: `./` only at the start, so no segment before the last ends in a full stop.
  const dotted = segments.some((segment, at) => segment.endsWith('.') && at < segments.length - 1);
  return dotted || segments.some((segment) => !SEGMENT.test(segment)) ? undefined : segments;
}

function decodeSegment(segment: string): string | undefined {
  try {
    const name = decodeURIComponent(segment);
    return isNodeName(name) ? name : undefined;
  } catch {
    return undefined; // escapes that are no UTF-8: malformed
  }
}

/** No control characters and no half surrogate pairs. */
function isLegible(name: string): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(name);
}
