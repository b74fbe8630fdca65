import type { ItemContext, ItemResult, MetaItem } from './item-context.ts';
import { Refusal, refuseUnless } from './refusal.ts';
import { isAccessible, may } from './rights.ts';
import { isInbox, resolveNode } from './target.ts';
import { formatUri } from './uri.ts';
import { readValue } from './wire-value.ts';

/** Exec: starts the action behind a node and answers at once, 202 when work goes on (tree §5.3). */
export async function executeExec(context: ItemContext, item: MetaItem): Promise<ItemResult> {
  const { tree, plugins, serverId, correlator } = context;
  const { path } = resolveNode(tree, item.Target);
  refuseUnless(!isInbox(path), 405);
  if (tree.find(path) === undefined) throw new Refusal(404);
  refuseUnless(may(tree, path, 'Exec', serverId), 425);
  const plugin = plugins.at(path);
  refuseUnless(isAccessible(tree, path, 'Exec'), 405);
  if (plugin?.exec === undefined) throw new Refusal(405);
  const argument = item.Data === undefined ? undefined : readValue(item.Data, item.Meta).value;
  const { code } = await plugin.exec(formatUri(path), {
    serverId,
    ...(correlator === undefined ? {} : { correlator }),
    ...(argument === undefined ? {} : { data: argument }),
  });
  return { code };
}
