import { getProperty } from './command-property.ts';
import type { ItemContext, ItemResult, MetaItem } from './item-context.ts';
import { getList } from './list.ts';
import { isInterior } from './node.ts';
import { Refusal, refuseUnless } from './refusal.ts';
import { isAccessible, may } from './rights.ts';
import { isInbox, resolve } from './target.ts';
import { listTnds } from './tnds/list-tnds.ts';
import { encodeName } from './uri.ts';
import { interiorItem, valueItem } from './wire-value.ts';

/** Get: a value, a list of names, a property or a subtree (tree §5.3, §3, §7). */
export function executeGet(context: ItemContext, item: MetaItem): ItemResult {
  const { tree, plugins, serverId, wire } = context;
  const target = resolve(tree, item.Target);
  const list = target.kind === 'list' ? target.list : undefined;
  refuseUnless(context.tnds || list === undefined || typeof list === 'string', 406); // T-090
  refuseUnless(!isInbox(target.path), 405);
  const node = tree.find(target.path);
  if (node === undefined) throw new Refusal(404);
  if (target.kind === 'prop') return getProperty(context, target, node);
  refuseUnless(may(tree, target.path, 'Get', serverId), 425);
  refuseUnless(isAccessible(tree, target.path, 'Get'), 405);
  if (list !== undefined) {
    const { path, text } = target;
    const results =
      typeof list === 'string' ? getList(context, path, list) : [listTnds(context, text, path, list)];
    return { code: 200, results };
  }
  if (isInterior(node)) {
    const names = [...(node.children?.keys() ?? [])].map(encodeName).join('/');
    return { code: 200, results: [interiorItem(target.text, node.type, names)] };
  }
  const value = plugins.value(tree, target.path);
  return { code: 200, results: [valueItem(target.text, { ...node, value }, wire, true)] };
}
