import { dataText } from '@fumarole/syncml';
import { aclSize, formatAcl, parseAcl } from './acl.ts';
import { isPermanent } from './describe.ts';
import type { ItemContext, ItemResult, MetaItem } from './item-context.ts';
import { MAX_TITLE_OCTETS } from './limits.ts';
import { isInterior, type Path, type TreeNode, walk, withName } from './node.ts';
import { octetLength } from './octet-length.ts';
import type { PropertyName } from './property-name.ts';
import { Refusal, refuseUnless } from './refusal.ts';
import { may, mayHereOrAbove } from './rights.ts';
import type { Target } from './target.ts';
import { decodedName, encodeName, exceeds, formatUri, isNodeName } from './uri.ts';

type PropertyTarget = Extract<Target, { kind: 'prop' }>;

/** Get of `?prop=`: values are UTF-8 text without Meta (tree §3). */
export function getProperty(context: ItemContext, target: PropertyTarget, node: TreeNode): ItemResult {
  refuseUnless(mayHereOrAbove(context.tree, target.path, 'Get', context.serverId), 425);
  const data = propertyText(context, target.path, node, target.property);
  return { code: 200, results: [{ Source: { LocURI: target.text }, Data: data }] };
}

/** Replace of `?prop=`: ACL (§6.3), Name (§3.1) and Title; every other is kept by the device (405). */
export function replaceProperty(context: ItemContext, target: PropertyTarget, item: MetaItem): ItemResult {
  const { tree } = context;
  refuseUnless(['ACL', 'Name', 'Title'].includes(target.property), 405);
  const node = tree.find(target.path);
  if (node === undefined) throw new Refusal(404);
  const text = dataText(item.Data) ?? '';
  if (target.property === 'ACL') replaceAcl(context, target.path, node, text);
  else if (target.property === 'Name') rename(context, target.path, node, text);
  else replaceTitle(context, target.path, node, text);
  return { code: 200 };
}

/** `YYYYMMDDThhmmssZ` (T-013). */
export function formatTStamp(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

function propertyText(context: ItemContext, path: Path, node: TreeNode, property: PropertyName): string {
  switch (property) {
    case 'ACL':
      return formatAcl(node.acl);
    case 'Format':
      return node.format;
    case 'Name':
      return path.length === 0 ? '.' : encodeName(node.name);
    case 'Type':
      return node.type;
    case 'Title':
      return node.title;
    case 'Size':
      return String(octetLength(context.plugins.value(context.tree, path)));
    case 'TStamp':
      return formatTStamp(node.tstamp);
    case 'VerNo':
      return String(node.verNo);
  }
}

/** A new ACL, checked against the rights of tree §6.3. @throws Refusal 425, 500, 405, 420 */
export function replaceAcl({ tree, serverId }: ItemContext, path: Path, node: TreeNode, text: string): void {
  // Leaf: Replace in the parent's ACL only; interior node: in its own or the parent's (T-074).
  const allowed = isInterior(node)
    ? mayHereOrAbove(tree, path, 'Replace', serverId)
    : may(tree, path.slice(0, -1), 'Replace', serverId);
  refuseUnless(allowed, 425);
  const acl = parseAcl(text);
  if (acl === undefined) throw new Refusal(500);
  // The root always has an ACL, and its Add entry stays (T-076).
  const sameAdd = String(acl.get('Add')) === String(node.acl.get('Add'));
  refuseUnless(path.length > 0 || (acl.size > 0 && sameAdd), 405);
  refuseUnless(aclSize(acl) <= tree.limits.maxAclIds, 420);
  tree.put(path, { ...node, acl });
}

function replaceTitle({ tree, serverId }: ItemContext, path: Path, node: TreeNode, title: string): void {
  refuseUnless(may(tree, path, 'Replace', serverId), 425);
  refuseUnless(octetLength(title) <= MAX_TITLE_OCTETS, 413);
  tree.put(path, { ...node, title });
}

/** tree §3.1, in its order of checks. */
function rename({ tree, serverId }: ItemContext, path: Path, node: TreeNode, text: string): void {
  refuseUnless(path.length > 0 && !isPermanent(tree.describe(path)), 405);
  refuseUnless(may(tree, path, 'Replace', serverId), 425);
  const name = decodedName(text);
  refuseUnless(isNodeName(name), 500);
  const siblings = tree.find(path.slice(0, -1))?.children;
  const renamed = [...path.slice(0, -1), name];
  const { maxSegLen, maxTotLen } = tree.uriLimits;
  const tooLong = [...walk(node, renamed)].some(({ path: at }) => exceeds(formatUri(at).length, maxTotLen));
  refuseUnless(!tooLong && !exceeds(encodeName(name).length, maxSegLen), 414);
  if (name === node.name) return;
  refuseUnless(siblings?.has(name) !== true, 418);
  // Another name may be described otherwise, or not at all: then the node could never be found by its rules.
  refuseUnless(tree.describe(renamed) === tree.describe(path), 405);
  tree.rollback(withName(tree.root, path, tree.touched({ ...node, name })));
}
