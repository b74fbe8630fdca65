import type { Item } from '@fumarole/syncml';
import type { ItemContext } from './item-context.ts';
import { isInterior, type Path, type TreeNode } from './node.ts';
import { isAccessible, may } from './rights.ts';
import { formatUri } from './uri.ts';
import { interiorItem, valueItem } from './wire-value.ts';

/** `?list=Struct` and `?list=StructData`: an Item for each node that the caller may read, parents first (tree §7). */
export function getList(context: ItemContext, path: Path, list: 'Struct' | 'StructData'): readonly Item[] {
  const node = context.tree.find(path);
  return node === undefined ? [] : [...itemsOf(context, node, path, list === 'StructData')];
}

function* itemsOf(context: ItemContext, node: TreeNode, path: Path, withData: boolean): Generator<Item> {
  const { tree, plugins, serverId, wire } = context;
  if (!may(tree, path, 'Get', serverId)) return; // left out with everything below (tree §7)
  const uri = formatUri(path);
  if (isInterior(node)) {
    yield interiorItem(uri, node.type);
    for (const child of node.children?.values() ?? []) {
      yield* itemsOf(context, child, [...path, child.name], withData);
    }
    return;
  }
  // A leaf that can not be read by AccessType is shown without its value: that it exists is no secret.
  const readable = withData && isAccessible(tree, path, 'Get');
  yield valueItem(uri, { ...node, value: readable ? plugins.value(tree, path) : '' }, wire, readable);
}
