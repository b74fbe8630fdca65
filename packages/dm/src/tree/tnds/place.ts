import type { Path } from '../node.ts';
import { Refusal } from '../refusal.ts';
import type { Tree } from '../tree.ts';
import { formatUri, parseUri } from '../uri.ts';
import { isInteriorNode, type TndsNode } from './tnds-object.ts';

/** A Node of the object with the place it is meant for; the last name of an unnamed one is still to be chosen. */
export interface PlacedNode {
  readonly node: TndsNode;
  readonly parent: Path;
  readonly name: string | undefined;
}

/**
 * Where the top Nodes go: below the target (tree §8.3). A single one is the target itself when its name is empty, or when it repeats
 * the target's last name and `isOwn` does not say that this is a node below it.
 */
export function placeTops(
  target: Path,
  nodes: readonly TndsNode[],
  isOwn: (path: Path) => boolean,
): readonly PlacedNode[] {
  const [first] = nodes;
  const last = target.at(-1);
  const single = nodes.length === 1 && first !== undefined && first.path.length === 0;
  if (single && last === undefined && (first.name === '.' || first.name === '')) {
    return [{ node: first, parent: [], name: '' }]; // the root
  }
  if (single && last !== undefined && isTarget(first.name, target, last, isOwn)) {
    return [{ node: first, parent: target.slice(0, -1), name: last }];
  }
  return placeBelow(target, nodes);
}

export function placeBelow(parent: Path, nodes: readonly TndsNode[]): readonly PlacedNode[] {
  return nodes.map((node) => ({ node, parent: [...parent, ...node.path], name: node.name }));
}

/** Path of a placed Node; one without a name gets the first that is free (tree §8.3). @throws Refusal 404, 414 */
export function pathOf(tree: Tree, { node, parent, name }: PlacedNode): Path {
  const path = [...parent, name === undefined || name === '' ? freeName(tree, parent, node) : name];
  const uri = parseUri(formatUri(path), tree.uriLimits);
  if (uri.kind === 'fault') throw new Refusal(uri.status, formatUri(path));
  return path;
}

const SHORT_LIST = 64;

/** By type: the object's short name from its identifier; else, and when that is taken, a number from 1. */
function freeName(tree: Tree, parent: Path, node: TndsNode): string {
  const taken = tree.find(parent)?.children;
  const short = isInteriorNode(node) ? shortName(node.ddfName ?? '') : '';
  if (short !== '' && taken?.has(short) !== true) return short;
  // In a long list the first gap is not looked for: names that a sender chose could make every search a long one.
  const long = (taken?.size ?? 0) > SHORT_LIST;
  let number = long ? (taken?.size ?? 0) + 1 : 1;
  while (taken?.has(`${short}${number}`) === true) number = long ? number * 2 : number + 1;
  return `${short}${number}`;
}

function isTarget(
  name: string | undefined,
  target: Path,
  last: string,
  isOwn: (path: Path) => boolean,
): boolean {
  return name === '' || (name === last && !isOwn([...target, last]));
}

/** `oma-fumo` of `urn:oma:mo:oma-fumo:1.0`, `Radio` of `com.example.dm/1.0/Radio` (tree §9.1). */
function shortName(moi: string): string {
  const [, urn] = /^urn:oma:mo:([A-Za-z0-9_-]+):/.exec(moi) ?? [];
  const [, own] = /\/\d+\.\d+\/(?:.*\/)?([A-Za-z0-9_-]+)$/.exec(moi) ?? [];
  return urn ?? own ?? '';
}
