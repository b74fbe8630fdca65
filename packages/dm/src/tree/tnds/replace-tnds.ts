import { formatAcl } from '../acl.ts';
import { deleteNode } from '../command-delete.ts';
import type { ItemContext, ItemResult } from '../item-context.ts';
import { isInterior, type Path, type TreeNode } from '../node.ts';
import { Refusal, refuseUnless } from '../refusal.ts';
import { isAccessible, may } from '../rights.ts';
import { isSameValue } from '../same-value.ts';
import { storeValue } from '../store-value.ts';
import { readValue } from '../wire-value.ts';
import { addPlaced, finish, itemOf, type Late, naming, noteLate } from './add-tnds.ts';
import { type PlacedNode, pathOf, placeBelow, placeTops } from './place.ts';
import { isInteriorNode, type TndsNode, type TndsObject } from './tnds-object.ts';

/**
 * Replace of a serialised subtree (tree §8.1): afterwards the subtree is the one of the object. Nodes that are in both stay, with
 * the ACL and the value they have where the object names none (a secret that could not be read is written back without one); every
 * change is checked like a command of its own. @throws Refusal of the node that failed
 */
export async function replaceTnds(
  context: ItemContext,
  target: Path,
  object: TndsObject,
): Promise<ItemResult> {
  const { tree } = context;
  refuseUnless(tree.find(target) !== undefined, 404);
  refuseUnless(may(tree, target, 'Replace', context.serverId), 425);
  refuseUnless(target.length > 0, 405);
  const tops = placeTops(target, object.nodes, (path) => tree.find(path) !== undefined);
  const late: Late = [];
  for (const [at, top] of tops.entries()) {
    // Replace never creates its target (T-042); what else is on the top level may be new.
    refuseUnless(at > 0 || tree.find(pathOf(tree, top)) !== undefined, 404);
    await equalise(context, top, late);
  }
  finish(late);
  return { code: 200 };
}

async function equalise(context: ItemContext, placed: PlacedNode, late: Late): Promise<Path> {
  const { tree } = context;
  const { node } = placed;
  const path = pathOf(tree, placed);
  const existing = placed.name === undefined || placed.name === '' ? undefined : tree.find(path);
  if (existing === undefined) return addPlaced(context, placed, late);
  if (isInterior(existing) !== isInteriorNode(node)) {
    await naming(path, () => deleteNode(context, path));
    return addPlaced(context, placed, late);
  }
  await naming(path, async () =>
    isInterior(existing) ? retype(context, path, existing, node) : setValue(context, path, existing, node),
  );
  if (isInterior(existing)) await equaliseBelow(context, path, existing, node, late);
  const { acl, ...kept } = node;
  noteLate(context, path, acl === formatAcl(existing.acl) ? kept : node, late);
  return path;
}

/** What the object does not name goes first, so that a new node of the same kind finds its place free (T-101). */
async function equaliseBelow(
  context: ItemContext,
  path: Path,
  existing: TreeNode,
  node: TndsNode,
  late: Late,
): Promise<void> {
  const children = placeBelow(path, node.children);
  const named = new Set(children.map((child) => child.parent[path.length] ?? child.name));
  for (const name of [...(existing.children?.keys() ?? [])]) {
    if (named.has(name)) continue;
    const gone = [...path, name];
    await naming(gone, () => deleteNode(context, gone));
  }
  for (const child of children) await equalise(context, child, late);
}

/** Another identifier makes another object of an interior node; an empty one says nothing. */
async function retype(
  { tree, serverId }: ItemContext,
  path: Path,
  existing: TreeNode,
  { ddfName = '', value }: TndsNode,
): Promise<void> {
  refuseUnless(value === undefined || value === '', 405);
  if (ddfName === '' || ddfName === existing.type) return;
  refuseUnless(may(tree, path, 'Replace', serverId), 425);
  refuseUnless(tree.describe(path)?.scope !== 'permanent', 405);
  tree.put(path, { ...existing, type: ddfName });
}

async function setValue(context: ItemContext, path: Path, existing: TreeNode, node: TndsNode): Promise<void> {
  const { tree, plugins, serverId } = context;
  if (node.value === undefined) return;
  const item = itemOf(context, path, node);
  const description = tree.describe(path);
  const stored = readValue(item.Data, item.Meta, { description, current: existing });
  const same =
    stored.format === existing.format &&
    stored.type === existing.type &&
    isSameValue(plugins.value(tree, path), stored.value);
  if (same) return; // read and written back unchanged
  refuseUnless(may(tree, path, 'Replace', serverId), 425);
  if (!isAccessible(tree, path, 'Replace')) throw new Refusal(405);
  await storeValue(context, path, stored);
}
