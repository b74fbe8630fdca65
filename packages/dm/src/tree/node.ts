import { type Acl, EMPTY_ACL } from './acl.ts';
import type { Format, NodeValue } from './format.ts';

/**
 * One node of the tree: an immutable value, so that a root is a whole tree at one moment. A change makes new nodes along one path
 * and shares the rest; undoing is taking an older root, and what changed is what is not shared.
 */
export interface TreeNode {
  readonly name: string;
  readonly format: Format;
  /** Leaf: MIME type; interior node: MOI or empty. */
  readonly type: string;
  readonly value?: NodeValue;
  readonly acl: Acl;
  readonly title: string;
  readonly tstamp: number;
  readonly verNo: number;
  /** Interior nodes only, in the order they were added. */
  readonly children?: ReadonlyMap<string, TreeNode>;
}

export type Path = readonly string[];

export function isInterior(node: TreeNode): boolean {
  return node.format === 'node';
}

export function newNode(
  node: Pick<TreeNode, 'name' | 'format' | 'type' | 'tstamp'> & Partial<TreeNode>,
): TreeNode {
  const base = { acl: EMPTY_ACL, title: '', verNo: 0 };
  return node.format === 'node' ? { ...base, children: new Map(), ...node } : { ...base, ...node };
}

export function nodeAt(root: TreeNode, path: Path): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const name of path) node = node?.children?.get(name);
  return node;
}

/**
 * Lists of children that nobody else has a hold of: they may grow in place, so that many Adds below one node do not copy the list
 * each time.
 */
export type OwnChildren = WeakMap<ReadonlyMap<string, TreeNode>, Map<string, TreeNode>>;

/** The tree with the node at `path` put, replaced, or (undefined) removed. The parent must be there. */
export function withNode(
  root: TreeNode,
  path: Path,
  node: TreeNode | undefined,
  own: OwnChildren = new WeakMap(),
): TreeNode {
  const [name, ...rest] = path;
  if (name === undefined) return node ?? root;
  const children = ownChildren(root, own);
  const child = children.get(name);
  const next = rest.length === 0 || child === undefined ? node : withNode(child, rest, node, own);
  if (next === undefined) children.delete(name);
  else children.set(name, next);
  return { ...root, children };
}

function ownChildren({ children = new Map() }: TreeNode, own: OwnChildren): Map<string, TreeNode> {
  const mine = own.get(children);
  if (mine !== undefined) return mine;
  const copy = new Map(children);
  own.set(copy, copy);
  return copy;
}

/** The tree with one node under a new name, in its old place among its siblings. */
export function withName(root: TreeNode, path: Path, renamed: TreeNode): TreeNode {
  const parentPath = path.slice(0, -1);
  const parent = nodeAt(root, parentPath);
  const old = path.at(-1);
  const entries = [...(parent?.children ?? [])].map(([name, child]): [string, TreeNode] =>
    name === old ? [renamed.name, renamed] : [name, child],
  );
  return parent === undefined ? root : withNode(root, parentPath, { ...parent, children: new Map(entries) });
}

/** Every node at and below `node`, parents first, with its path. */
export function* walk(node: TreeNode, path: Path = []): Generator<{ node: TreeNode; path: Path }> {
  yield { node, path };
  for (const child of node.children?.values() ?? []) yield* walk(child, [...path, child.name]);
}
