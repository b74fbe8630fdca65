import { addNode, addParents } from '../add-node.ts';
import { replaceAcl } from '../command-property.ts';
import type { ItemContext, ItemResult, MetaItem } from '../item-context.ts';
import { MAX_TITLE_OCTETS } from '../limits.ts';
import type { Path } from '../node.ts';
import { octetLength } from '../octet-length.ts';
import { Refusal, refuseUnless } from '../refusal.ts';
import { formatUri } from '../uri.ts';
import { type PlacedNode, pathOf, placeBelow, placeTops } from './place.ts';
import { carriedValue } from './tnds-item.ts';
import { isInteriorNode, type TndsNode, type TndsObject } from './tnds-object.ts';

/** ACLs and titles that wait until all nodes are there: an ACL of the top could forbid to fill it. */
export type Late = (() => void)[];

/** Add of a serialised subtree: every node, each checked like an Add of its own (tree §8.1). @throws Refusal of the node that failed */
export async function addTnds(context: ItemContext, target: Path, object: TndsObject): Promise<ItemResult> {
  const { tree } = context;
  // The target exists: a node of the same name goes below it (tree §8.3).
  const tops = placeTops(target, object.nodes, () => tree.find(target) !== undefined);
  const late: Late = [];
  for (const top of tops) await addPlaced(context, top, late);
  finish(late);
  return { code: 200 };
}

/** Adds a placed Node with all below it; where it went. @throws Refusal */
export async function addPlaced(context: ItemContext, placed: PlacedNode, late: Late): Promise<Path> {
  const { tree } = context;
  const { node } = placed;
  if (placed.parent.length === 0 && placed.name === '') throw new Refusal(418, '.'); // the root is there
  const path = pathOf(tree, placed);
  await naming(path, async () => {
    refuseUnless(tree.find(path) === undefined, 418);
    await addParents(context, path);
    await addNode(context, path, itemOf(context, path, node));
  });
  noteLate(context, path, node, late);
  for (const child of placeBelow(path, node.children)) await addPlaced(context, child, late);
  return path;
}

/** Last first, so that what is above still grants what is needed below. */
export function finish(late: Late): void {
  for (const step of [...late].reverse()) step();
}

export function noteLate(context: ItemContext, path: Path, { acl, title }: TndsNode, late: Late): void {
  const { tree } = context;
  if (title === undefined && (acl === undefined || acl === '')) return;
  late.push(() => {
    const node = tree.find(path);
    if (node === undefined) return;
    try {
      refuseUnless(octetLength(title ?? '') <= MAX_TITLE_OCTETS, 413);
      if (title !== undefined) tree.put(path, { ...node, title });
      if (acl !== undefined && acl !== '') replaceAcl(context, path, tree.find(path) ?? node, acl);
    } catch (error) {
      throw named(error, path);
    }
  });
}

/** The Node as an Item of a command of its own. */
export function itemOf({ tree }: ItemContext, path: Path, node: TndsNode): MetaItem {
  const { format, mime, ddfName, value } = node;
  if (isInteriorNode(node)) {
    return {
      Meta: { Format: 'node', ...(ddfName === undefined || ddfName === '' ? {} : { Type: ddfName }) },
      ...(value === undefined ? {} : { Data: value }),
    };
  }
  refuseUnless(node.children.length === 0, 405); // a leaf has none
  const binary = (format?.toLowerCase() ?? tree.describe(path)?.format) === 'bin';
  const data = carriedValue(node, binary);
  return {
    Meta: {
      ...(format === undefined ? {} : { Format: format }),
      ...(mime === undefined || mime === '' ? {} : { Type: mime }),
    },
    ...(data === undefined ? {} : { Data: data }),
  };
}

/** Whatever fails says which node it was, for the Item of the Status. */
export async function naming<T>(path: Path, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw named(error, path);
  }
}

function named(error: unknown, path: Path): unknown {
  if (!(error instanceof Refusal)) return error;
  return new Refusal(error.status, error.failedUri ?? formatUri(path));
}
