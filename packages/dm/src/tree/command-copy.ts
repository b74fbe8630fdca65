import type { ItemContext, ItemResult, MetaItem } from './item-context.ts';
import { isInterior } from './node.ts';
import { Refusal, refuseUnless } from './refusal.ts';
import { isAccessible, may } from './rights.ts';
import { storeValue } from './store-value.ts';
import { isInbox, resolveNode } from './target.ts';
import { readValue } from './wire-value.ts';

/** Copy: the value of a leaf, with Format and Type, over another leaf (tree §5.3). */
export async function executeCopy(context: ItemContext, item: MetaItem): Promise<ItemResult> {
  const { tree, plugins, serverId } = context;
  const source = resolveNode(tree, item.Source).path;
  const target = resolveNode(tree, item.Target).path;
  refuseUnless(!isInbox(source) && !isInbox(target), 405);
  const from = tree.find(source);
  const to = tree.find(target);
  if (from === undefined || to === undefined) throw new Refusal(404);
  refuseUnless(may(tree, source, 'Get', serverId) && may(tree, target, 'Replace', serverId), 425);
  refuseUnless(!isInterior(from) && !isInterior(to), 403);
  // A leaf that can not be read can not be read through its copy.
  refuseUnless(isAccessible(tree, source, 'Get') && isAccessible(tree, target, 'Replace'), 405);
  refuseUnless(isAccessible(tree, source, 'Copy'), 405);
  const meta = { Format: from.format, Type: from.type };
  const value = plugins.value(tree, source);
  const stored = readValue(value, meta, { description: tree.describe(target), current: to, decoded: true });
  return storeValue(context, target, stored);
}
