import { allOrNothing } from './all-or-nothing.ts';
import { replaceProperty } from './command-property.ts';
import type { ItemContext, ItemResult, MetaItem } from './item-context.ts';
import { isInterior, type Path, type TreeNode } from './node.ts';
import { Refusal, refuseUnless } from './refusal.ts';
import { isAccessible, may } from './rights.ts';
import { storeValue } from './store-value.ts';
import { isInbox, resolve } from './target.ts';
import { replaceTnds } from './tnds/replace-tnds.ts';
import { tndsOf } from './tnds/tnds-item.ts';
import { isTnds, readValue } from './wire-value.ts';

/** Replace: overwrites the value of a leaf, never creates (tree §5.3, T-042); or makes a subtree equal to a serialised one (§8.1). */
export async function executeReplace(context: ItemContext, item: MetaItem): Promise<ItemResult> {
  const target = resolve(context.tree, item.Target);
  if (target.kind === 'list') throw new Refusal(405);
  refuseUnless(!isInbox(target.path), 405);
  if (target.kind === 'prop') return replaceProperty(context, target, item);
  if (context.tnds && isTnds(item.Meta)) {
    return allOrNothing(context, () => replaceTnds(context, target.path, tndsOf(item)));
  }
  const node = admitReplace(context, target.path, item);
  refuseUnless(item.Data !== undefined || item.Meta.Format?.toLowerCase() === 'null', 412);
  const description = context.tree.describe(target.path);
  const options = { description, current: node, decoded: item.decoded ?? false };
  return storeValue(context, target.path, readValue(item.Data, item.Meta, options));
}

/** Steps 5 to 8 of tree §5.1 for the value of a leaf. @throws Refusal 404, 425, 405, 415 */
export function admitReplace({ tree, serverId }: ItemContext, path: Path, item: MetaItem): TreeNode {
  const node = tree.find(path);
  if (node === undefined) throw new Refusal(404);
  refuseUnless(may(tree, path, 'Replace', serverId), 425);
  refuseUnless(!isTnds(item.Meta), 415);
  refuseUnless(isAccessible(tree, path, 'Replace') && !isInterior(node), 405);
  return node;
}
