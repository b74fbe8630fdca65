import { utf8 } from '../auth/host.ts';
import { admitted, type ItemContext, type ItemResult } from './item-context.ts';
import type { Path } from './node.ts';
import { octetLength } from './octet-length.ts';
import type { ChunkSink } from './plugin.ts';
import { Refusal, refuseUnless } from './refusal.ts';
import { formatUri } from './uri.ts';
import type { StoredValue } from './wire-value.ts';

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
  const code = await committed(sink, octets).catch(async (error: unknown) => {
    await sink.discard();
    throw error;
  });
  context.undo.push(async () => false); // a committed object can not be taken back (516)
  return code;
}

async function committed(sink: ChunkSink, octets: Uint8Array): Promise<number> {
  const taken = await sink.write(0, octets);
  if (taken !== 213) throw new Refusal(taken);
  return admitted(sink.commit().then((status) => ({ code: status })));
}
