import { aclSize, creatorAcl, EMPTY_ACL } from './acl.ts';
import { childDescription, isPermanent } from './describe.ts';
import type { NodeDescription, Occurrence } from './description.ts';
import { admitted, type ItemContext, type ItemResult, type MetaItem } from './item-context.ts';
import { isInterior, type Path } from './node.ts';
import { Refusal, refuseUnless } from './refusal.ts';
import { effectiveAcl, isAddable, may } from './rights.ts';
import { checkRoom } from './store-value.ts';
import { formatUri } from './uri.ts';
import { isTnds, readValue, type StoredValue } from './wire-value.ts';

/** Makes the interior nodes that are missing above `path`, each checked like an Add of its own (tree §5.4). */
export async function addParents(context: ItemContext, path: Path): Promise<void> {
  const { tree } = context;
  for (let length = 1; length < path.length; length += 1) {
    const parent = path.slice(0, length);
    if (tree.find(parent) !== undefined) continue;
    try {
      const description = tree.describe(parent);
      const canBe = description !== undefined && (description.format ?? 'node') === 'node';
      refuseUnless(tree.find(parent.slice(0, -1))?.children !== undefined, 405);
      refuseUnless(canBe && !isPermanent(description) && isAddable(tree, parent), 404);
      await addNode(context, parent, { Meta: { Format: 'node' } });
    } catch (error) {
      throw error instanceof Refusal ? new Refusal(error.status, formatUri(parent)) : error;
    }
  }
}

/** Steps 7 to 11 of tree §5.1 for a new node. @throws Refusal */
export async function addNode(context: ItemContext, path: Path, item: MetaItem): Promise<ItemResult> {
  const { tree, plugins, serverId } = context;
  const parentPath = path.slice(0, -1);
  const parent = tree.find(parentPath);
  refuseUnless(may(tree, parentPath, 'Add', serverId), 425);
  const description = tree.describe(path);
  refuseUnless(parent !== undefined && isInterior(parent) && isAddable(tree, path), 405);
  refuseUnless(description !== undefined && !isPermanent(description), 405);
  refuseUnless(!isTnds(item.Meta), 415);
  const interior = item.Meta.Format?.toLowerCase() === 'node';
  const stored = interior
    ? undefined
    : readValue(item.Data, item.Meta, { description, decoded: item.decoded ?? false });
  if (interior) checkInterior(item, description);
  else if (description?.format === 'node') throw new Refusal(415);
  if (stored !== undefined) checkRoom(context, path, stored, 0);
  checkOccurrence(context, path);
  const plugin = plugins.at(path);
  const uri = formatUri(path);
  const code = await admitted(plugin?.add?.(uri, stored?.value));
  if (plugin?.add !== undefined) {
    context.undo.push(async () => ((await plugin.remove?.(uri))?.code ?? 200) === 200);
  }
  tree.insert(path, { ...newFields(context, path, item, stored), title: '' });
  return { code };
}

function newFields(
  { tree, serverId }: ItemContext,
  path: Path,
  item: MetaItem,
  stored: StoredValue | undefined,
): Pick<StoredValue, 'format' | 'type'> & { value?: StoredValue['value']; acl: typeof EMPTY_ACL } {
  if (stored !== undefined) return { ...stored, acl: EMPTY_ACL };
  const parentPath = path.slice(0, -1);
  const type = item.Meta.Type ?? tree.defaultType(path, 'node');
  // tree §6.4: who adds an interior node and lacks Replace above it gets rights of its own on it.
  const own = !may(tree, parentPath, 'Replace', serverId);
  const acl = own ? creatorAcl(effectiveAcl(tree, parentPath), serverId) : EMPTY_ACL;
  refuseUnless(aclSize(acl) <= tree.limits.maxAclIds, 420);
  return { format: 'node', type, acl };
}

function checkInterior(item: MetaItem, description: NodeDescription | undefined): void {
  refuseUnless((description?.format ?? 'node') === 'node', 415);
  const empty = item.Data === undefined || (typeof item.Data !== 'object' && item.Data === '');
  refuseUnless(empty || (item.Data instanceof Uint8Array && item.Data.length === 0), 415);
}

/** Room for one more node, in the tree and in the Occurrence of its description (T-101). */
function checkOccurrence({ tree }: ItemContext, path: Path): void {
  refuseUnless(tree.usage().nodes < tree.limits.maxNodes, 420);
  const parentDescription = tree.describe(path.slice(0, -1));
  const description = tree.describe(path);
  if (parentDescription === undefined || description === undefined) return;
  const most = maxOccurrence(description);
  if (most === Number.POSITIVE_INFINITY) return;
  const names = [...(tree.find(path.slice(0, -1))?.children?.keys() ?? [])];
  const same = names.filter((name) => childDescription(parentDescription, name) === description);
  refuseUnless(same.length < most, 420);
}

function maxOccurrence({ occurrence = 'One' }: NodeDescription): number {
  const most: Readonly<Record<Extract<Occurrence, string>, number>> = {
    One: 1,
    ZeroOrOne: 1,
    ZeroOrMore: Number.POSITIVE_INFINITY,
    OneOrMore: Number.POSITIVE_INFINITY,
  };
  if (typeof occurrence === 'string') return most[occurrence];
  return 'zeroOrN' in occurrence ? occurrence.zeroOrN : occurrence.oneOrN;
}
