import { parseMgmtTree, type XmlElement } from '@fumarole/syncml';
import {
  childElements,
  childNamed,
  childrenNamed,
  childText,
  choiceOf,
  textOf,
} from '../mgmt-tree-element.ts';
import { decodedName } from '../uri.ts';

/** One Node of a serialised subtree, as it was written; what a sender left out is undefined (T-088). */
export interface TndsNode {
  /** Node name, decoded. Empty: the last segment of the target; undefined: the device chooses (tree §8.3). */
  readonly name: string | undefined;
  /** Decoded names between the target, or the enclosing Node, and this Node. */
  readonly path: readonly string[];
  /** Name as written; it may be none that is known. */
  readonly format?: string;
  /** Leaf: MIME type. */
  readonly mime?: string;
  /** Interior node: MOI, or empty on a plain one. */
  readonly ddfName?: string;
  readonly acl?: string;
  readonly title?: string;
  /** Text; of a `bin` or `b64` node in base64. */
  readonly value?: string;
  readonly children: readonly TndsNode[];
}

/** A serialised subtree (tree §8.2). */
export interface TndsObject {
  readonly verDTD?: string;
  readonly man?: string;
  readonly mod?: string;
  readonly nodes: readonly TndsNode[];
}

/** Reads a serialised subtree in XML or WBXML; nodes in Path form are put where they belong (T-084). @throws DecodeError */
export function parseTnds(data: string | Uint8Array): TndsObject {
  const root = parseMgmtTree(data);
  const facts = {
    verDTD: childText(root, 'VerDTD'),
    man: childText(root, 'Man'),
    mod: childText(root, 'Mod'),
  };
  return { ...facts, nodes: nested(childrenNamed(root, 'Node').map(readNode)) };
}

/** Names of a Path or Source URI without the leading `./`; `.` and nothing are no names. */
export function pathNames(text: string): readonly string[] {
  return text
    .replace(/^\.?\/|^\.$/, '')
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodedName);
}

/** Interior when it says so, or says nothing and has children or a DDFName (tree §8.2). */
export function isInteriorNode({ format, ddfName, children }: TndsNode): boolean {
  if (format !== undefined) return format.toLowerCase() === 'node';
  return children.length > 0 || ddfName !== undefined;
}

function readNode(node: XmlElement): TndsNode {
  const properties = childNamed(node, 'RTProperties');
  const type = childNamed(properties, 'Type');
  const name = childText(node, 'NodeName');
  return {
    name: name === undefined ? undefined : decodedName(name),
    path: pathNames(childText(node, 'Path') ?? ''),
    ...defined({
      format: choiceOf(childNamed(properties, 'Format')),
      mime: childText(type, 'MIME') ?? bareType(type),
      ddfName: childText(type, 'DDFName'),
      acl: childText(properties, 'ACL'),
      title: childText(properties, 'Title'),
      value: childText(node, 'Value'),
    }),
    children: childrenNamed(node, 'Node').map(readNode),
  };
}

/** `<Type>text/plain</Type>`, as some write it. */
function bareType(type: XmlElement | undefined): string | undefined {
  const text = type === undefined || childElements(type).length > 0 ? '' : textOf(type);
  return text === '' ? undefined : text;
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

interface Growing {
  readonly node: TndsNode;
  readonly below: Siblings;
}

/** In order, and by name the first of those that are not meant for elsewhere. */
interface Siblings {
  readonly all: Growing[];
  readonly byName: Map<string, Growing>;
}

/** Path form made nested: a Node whose Path leads through the object becomes a child of the Node it names (tree §8.3). */
function nested(nodes: readonly TndsNode[]): readonly TndsNode[] {
  const tops: Siblings = { all: [], byName: new Map() };
  for (const node of nodes) {
    const parent = node.path.length === 0 ? undefined : growingAt(tops, node.path);
    grow(parent?.below ?? tops, parent === undefined ? node : { ...node, path: [] });
  }
  return tops.all.map(grown);
}

function grow({ all, byName }: Siblings, node: TndsNode): void {
  const growing: Growing = { node, below: { all: [], byName: new Map() } };
  for (const child of node.children) grow(growing.below, child);
  all.push(growing);
  const { name, path } = node;
  if (name !== undefined && path.length === 0 && !byName.has(name)) byName.set(name, growing);
}

function grown({ node, below }: Growing): TndsNode {
  return { ...node, children: below.all.map(grown) };
}

function growingAt(tops: Siblings, path: readonly string[]): Growing | undefined {
  let found: Growing | undefined;
  let among = tops;
  for (const name of path) {
    found = among.byName.get(name);
    if (found === undefined) return undefined;
    among = found.below;
  }
  return found;
}
