import { EMPTY_ACL, parseAcl } from './acl.ts';
import { descriptionAt, isPermanent } from './describe.ts';
import type { NodeDescription } from './description.ts';
import { TreeUsageError } from './errors.ts';
import { newNode, nodeAt, type OwnChildren, type Path, type TreeNode, withNode } from './node.ts';
import { isSameValue } from './same-value.ts';
import type { NodeRecord, TreeSnapshot } from './snapshot.ts';
import { isNodeName, parseUri } from './uri.ts';

const UNLIMITED = { maxDepth: 0, maxTotLen: 0, maxSegLen: 0 };

/** The tree a snapshot holds, as it was. @throws TreeUsageError `tree-snapshot` */
export function treeOf(snapshot: TreeSnapshot): TreeNode {
  const [first, ...others] = snapshot.nodes;
  const own: OwnChildren = new WeakMap();
  if (snapshot.version !== 1 || first?.uri !== '.' || first.format !== 'node') throw broken('no root');
  return others.reduce(
    (root, record) => {
      const path = pathOf(record.uri);
      const parent = nodeAt(root, path.slice(0, -1));
      if (parent?.children === undefined || path.length === 0) throw broken(`no parent of ${record.uri}`);
      if (nodeAt(root, path) !== undefined) throw broken(`${record.uri} twice`);
      return withNode(root, path, nodeOf(record, path.at(-1) ?? ''), own);
    },
    nodeOf(first, ''),
  );
}

/**
 * Stored nodes over those of the factory. Permanent nodes the snapshot does not know come from the factory (new firmware), and so do
 * the values of permanent leaves that servers can not replace: they are the device's own facts. Nodes that are no longer described, or
 * described as another format, do not come back.
 */
export function merge(
  description: NodeDescription,
  factory: TreeNode,
  stored: TreeNode,
  path: Path = [],
): TreeNode {
  if (stored.children === undefined) return stored;
  const children = new Map<string, TreeNode>();
  const names = new Set([...(factory.children?.keys() ?? []), ...stored.children.keys()]);
  for (const name of names) {
    const below = [...path, name];
    const child = mergedChild(description, factory.children?.get(name), stored.children.get(name), below);
    if (child !== undefined) children.set(name, child);
  }
  return { ...stored, children };
}

function mergedChild(
  description: NodeDescription,
  factory: TreeNode | undefined,
  stored: TreeNode | undefined,
  path: Path,
): TreeNode | undefined {
  const described = descriptionAt(description, path);
  const fits =
    stored !== undefined &&
    described !== undefined &&
    (described.format ?? stored.format) === stored.format &&
    (factory === undefined || (factory.format === 'node') === (stored.format === 'node'));
  if (!fits) return isPermanent(described) ? factory : undefined;
  const own = isPermanent(described) && !described.access.includes('Replace');
  if (own && factory?.value !== undefined && !isSameValue(factory.value, stored.value)) return factory;
  return merge(description, factory ?? stored, stored, path);
}

function nodeOf(record: NodeRecord, name: string): TreeNode {
  const acl = record.acl === undefined ? EMPTY_ACL : parseAcl(record.acl);
  if (acl === undefined) throw broken(`ACL of ${record.uri}`);
  const { format, type, tstamp, verNo, title = '' } = record;
  const node = newNode({ name, format, type, tstamp, verNo, title, acl });
  return format === 'node' ? node : { ...node, value: record.value ?? '' };
}

function pathOf(uri: string): Path {
  const parsed = parseUri(uri, UNLIMITED);
  if (parsed.kind === 'fault' || !parsed.path.every(isNodeName)) throw broken(uri);
  return parsed.path;
}

function broken(what: string): TreeUsageError {
  return new TreeUsageError('tree-snapshot', `The tree snapshot can not be read: ${what}`);
}
