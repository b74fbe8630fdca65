import { isPermanent } from './describe.ts';
import { admitted, type ItemContext, type ItemResult, type MetaItem } from './item-context.ts';
import { type Path, walk } from './node.ts';
import { Refusal, refuseUnless } from './refusal.ts';
import { isAccessible, may } from './rights.ts';
import { isInbox, resolveNode } from './target.ts';
import { formatUri } from './uri.ts';

/** Delete: a node with all below it, or nothing (tree §5.3). */
export async function executeDelete(context: ItemContext, item: MetaItem): Promise<ItemResult> {
  return deleteNode(context, resolveNode(context.tree, item.Target).path);
}

/** Steps 5 to 11 of tree §5.1 for a node that is to go. @throws Refusal */
export async function deleteNode(context: ItemContext, path: Path): Promise<ItemResult> {
  const { tree, plugins, serverId } = context;
  const node = tree.find(path);
  const description = tree.describe(path);
  // tree §5.1 step 5: before existence and ACL.
  refuseUnless(!isInbox(path) && path.length > 0 && !(node !== undefined && isPermanent(description)), 405);
  if (node === undefined) throw new Refusal(404);
  refuseUnless(may(tree, path, 'Delete', serverId), 425);
  refuseUnless(isAccessible(tree, path, 'Delete'), 405);
  refuseUnless((description?.occurrence ?? 'One') !== 'One', 405); // T-101
  const removed = [...walk(node, path)];
  refuseUnless(!removed.some(({ path: at }) => isPermanent(tree.describe(at))), 405);
  const plugin = plugins.at(path);
  const code = await admitted(plugin?.remove?.(formatUri(path)));
  if (plugin?.remove !== undefined) {
    context.undo.push(async () => {
      for (const { node: back, path: at } of removed) {
        const { code: answer } = (await plugin.add?.(formatUri(at), back.value)) ?? { code: 200 };
        if (answer !== 200) return false;
      }
      return true;
    });
  }
  tree.put(path, undefined);
  return { code };
}
