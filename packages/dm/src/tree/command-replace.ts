import { utf8 } from '../auth/host.ts';
import { replaceProperty } from './command-property.ts';
import { admitted, type ItemContext, type ItemResult, type MetaItem } from './item-context.ts';
import { isInterior, type Path, type TreeNode } from './node.ts';
import { octetLength } from './octet-length.ts';
import type { ChunkSink } from './plugin.ts';
import { Refusal, refuseUnless } from './refusal.ts';
import { isAccessible, may } from './rights.ts';
import { isInbox, resolve } from './target.ts';
import { formatUri } from './uri.ts';
import { isTnds, readValue, type StoredValue } from './wire-value.ts';

/** Replace: overwrites the value of a leaf, never creates (tree §5.3, T-042). */
export async function executeReplace(context: ItemContext, item: MetaItem): Promise<ItemResult> {
  const target = resolve(context.tree, item.Target);
  if (target.kind === 'list') throw new Refusal(405);
  refuseUnless(!isInbox(target.path), 405);
  if (target.kind === 'prop') return replaceProperty(context, target, item);
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

/** A value that parsed goes to the sink or plug-in of its leaf, and into the tree. @throws Refusal 413, 420 and the plug-in's */
export async function storeValue(context: ItemContext, path: Path, stored: StoredValue): Promise<ItemResult> {
  const { tree, plugins } = context;
  const node = tree.find(path);
  if (node === undefined) throw new Refusal(404);
  const plugin = plugins.at(path);
  const uri = formatUri(path);
  const sink = await openSink(context, path, stored, octetLength(stored.value));
  if (sink !== undefined) return { code: await fill(context, sink, stored) };
  checkRoom(context, path, stored, octetLength(node.value));
  const before = plugins.value(tree, path);
  const code = await admitted(plugin?.replace?.(uri, stored.value));
  if (plugin?.replace !== undefined) {
    context.undo.push(async () => (await plugin.replace?.(uri, before))?.code === 200);
  }
  tree.write(path, node, stored.value, stored);
  return { code };
}

/** The sink of a leaf, when it has one. @throws Refusal with the plug-in's code */
export async function openSink(
  context: ItemContext,
  path: Path,
  as: { readonly format?: string; readonly type?: string },
  size: number | undefined,
): Promise<ChunkSink | undefined> {
  const limit = context.tree.describe(path)?.maxOctets;
  refuseUnless(limit === undefined || size === undefined || size <= limit, 413);
  const sink = await context.plugins.at(path)?.sink?.(formatUri(path), {
    serverId: context.serverId,
    ...(size === undefined ? {} : { size }),
    ...(as.format === undefined ? {} : { format: as.format }),
    ...(as.type === undefined ? {} : { type: as.type }),
  });
  if (sink !== undefined && 'code' in sink) throw new Refusal(sink.code);
  return sink;
}

/** Limits of one value and of the whole tree. @throws Refusal 413, 420 */
export function checkRoom(
  { tree }: ItemContext,
  path: Path,
  stored: StoredValue,
  replacedOctets: number,
): void {
  const octets = octetLength(stored.value);
  refuseUnless(octets <= (tree.describe(path)?.maxOctets ?? tree.limits.maxValueOctets), 413);
  refuseUnless(tree.usage().octets - replacedOctets + octets <= tree.limits.maxTotalOctets, 420);
}

async function fill(context: ItemContext, sink: ChunkSink, stored: StoredValue): Promise<number> {
  const octets = typeof stored.value === 'string' ? utf8(stored.value) : stored.value;
  const taken = await sink.write(0, octets);
  if (taken !== 213) {
    await sink.discard();
    throw new Refusal(taken);
  }
  const code = await admitted(sink.commit().then((status) => ({ code: status })));
  context.undo.push(async () => false); // a committed object can not be taken back (516)
  return code;
}
