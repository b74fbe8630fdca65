import { addNode, addParents } from './add-node.ts';
import { allOrNothing } from './all-or-nothing.ts';
import type { ItemContext, ItemResult, MetaItem } from './item-context.ts';
import { Refusal, refuseUnless } from './refusal.ts';
import { isInbox, resolveNode } from './target.ts';
import { addTnds } from './tnds/add-tnds.ts';
import { addToInbox } from './tnds/inbox.ts';
import { tndsOf } from './tnds/tnds-item.ts';
import { isTnds } from './wire-value.ts';

/** Add: makes a node, and missing parents where the description allows (tree §5.3, §5.4); of a serialised subtree, all its nodes. */
export async function executeAdd(context: ItemContext, item: MetaItem): Promise<ItemResult> {
  const { tree } = context;
  const { path } = resolveNode(tree, item.Target);
  const serialised = isTnds(item.Meta);
  if (isInbox(path)) {
    // Nothing but whole objects can be placed there (S-041).
    refuseUnless(serialised, 404);
    refuseUnless(context.tnds, 415);
    return allOrNothing(context, () => addToInbox(context, path, tndsOf(item)));
  }
  if (serialised && context.tnds) {
    return allOrNothing(context, () => addTnds(context, path, tndsOf(item)));
  }
  if (tree.find(path) !== undefined) throw new Refusal(418);
  return allOrNothing(context, async () => {
    await addParents(context, path);
    return addNode(context, path, item);
  });
}
