import { formatAcl } from './acl.ts';
import { type Path, type TreeNode, walk } from './node.ts';
import type { NodeRecord, TreeChange } from './snapshot.ts';
import { formatUri } from './uri.ts';

export function recordOf(node: TreeNode, path: Path): NodeRecord {
  const acl = formatAcl(node.acl);
  return {
    uri: formatUri(path),
    format: node.format,
    type: node.type,
    tstamp: node.tstamp,
    verNo: node.verNo,
    ...(node.value === undefined ? {} : { value: node.value }),
    ...(acl === '' ? {} : { acl }),
    ...(node.title === '' ? {} : { title: node.title }),
  };
}

/** What changed between two trees: shared nodes are equal, so the cost is that of the change. */
export function difference(before: TreeNode, after: TreeNode, path: Path = []): readonly TreeChange[] {
  if (before === after) return [];
  const changes: TreeChange[] = [];
  if (!sameButChildren(before, after)) changes.push({ kind: 'put', node: recordOf(after, path) });
  for (const name of before.children?.keys() ?? []) {
    if (!after.children?.has(name)) changes.push({ kind: 'remove', uri: formatUri([...path, name]) });
  }
  for (const child of after.children?.values() ?? []) {
    const old = before.children?.get(child.name);
    const below = [...path, child.name];
    if (old === undefined) for (const { node, path: at } of walk(child, below)) changes.push(put(node, at));
    else changes.push(...difference(old, child, below));
  }
  return changes;
}

function put(node: TreeNode, path: Path): TreeChange {
  return { kind: 'put', node: recordOf(node, path) };
}

function sameButChildren(a: TreeNode, b: TreeNode): boolean {
  return (
    a.format === b.format &&
    a.type === b.type &&
    a.value === b.value &&
    a.acl === b.acl &&
    a.title === b.title &&
    a.tstamp === b.tstamp &&
    a.verNo === b.verNo
  );
}
