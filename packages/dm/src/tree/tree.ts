import { type Acl, EMPTY_ACL, formatAcl, parseAcl, withoutServer } from './acl.ts';
import { describeTree, descriptionAt } from './describe.ts';
import type { NodeDescription, NodeInit, ObjectNodes } from './description.ts';
import { difference, recordOf } from './difference.ts';
import { TreeUsageError } from './errors.ts';
import { isValueOf, type NodeValue } from './format.ts';
import { DEFAULT_TREE_LIMITS, DEFAULT_URI_LIMITS, type TreeLimits, type UriLimits } from './limits.ts';
import { isSameObject } from './moi.ts';
import {
  isInterior,
  newNode,
  nodeAt,
  type OwnChildren,
  type Path,
  type TreeNode,
  walk,
  withNode,
} from './node.ts';
import { merge, treeOf } from './restore.ts';
import { isSameValue } from './same-value.ts';
import type { TreeChange, TreeSnapshot } from './snapshot.ts';
import { formatUri, parseUri } from './uri.ts';
import { changedUsage, type TreeUsage, usageOf } from './usage.ts';

export interface TreeOptions {
  readonly objects: readonly ObjectNodes[];
  /** May servers add any object of their own below the root? Default: only what the objects describe. */
  readonly open?: boolean;
  readonly uriLimits?: UriLimits;
  readonly limits?: Partial<TreeLimits>;
  /** ACL of the root; default `Add=*&Get=*` (tree §6.2). */
  readonly rootAcl?: string;
  /** Milliseconds since the epoch, for `TStamp`. */
  readonly now: () => number;
}

const DEFAULT_ROOT_ACL = 'Add=*&Get=*';
const VER_NO_MODULUS = 65_536;

/**
 * The management tree of one device, in memory. The methods that take a URI are for the device itself: they bypass ACL, AccessType
 * and permanence (tree §1) and throw TreeUsageError where the device is wrong. What servers may do is the TreeExecutor's.
 */
export class Tree {
  readonly description: NodeDescription;
  readonly uriLimits: UriLimits;
  readonly limits: TreeLimits;
  readonly #now: () => number;
  #root: TreeNode;
  /** Made since a root was last handed out. */
  #own: OwnChildren = new WeakMap();
  readonly #usage = new WeakMap<TreeNode, TreeUsage>();
  /** The tree of the last takeChanges; undefined: nothing was taken yet. */
  #taken: TreeNode | undefined;

  constructor(options: TreeOptions) {
    const objects = options.objects.map((object) => ({ path: nodePath(object.root), object }));
    this.description = describeTree(objects, options.open ?? false);
    this.uriLimits = options.uriLimits ?? DEFAULT_URI_LIMITS;
    this.limits = { ...DEFAULT_TREE_LIMITS, ...options.limits };
    this.#now = options.now;
    const acl = aclOf(options.rootAcl ?? DEFAULT_ROOT_ACL);
    this.#root = newNode({ name: '', format: 'node', type: '', tstamp: options.now(), acl });
    for (const { path, object } of objects) {
      this.#makeParents(path);
      for (const init of object.nodes) this.add(init);
    }
  }

  has(uri: string): boolean {
    return this.find(nodePath(uri)) !== undefined;
  }

  /** Stored value of a leaf (a plug-in may answer servers another); undefined for interior and missing nodes. */
  value(uri: string): NodeValue | undefined {
    return this.find(nodePath(uri))?.value;
  }

  /** Stored value of a leaf that is text. */
  text(uri: string): string | undefined {
    const value = this.value(uri);
    return typeof value === 'string' ? value : undefined;
  }

  /** Canonical URIs of the children; none for leaves and missing nodes. */
  children(uri: string): readonly string[] {
    const path = nodePath(uri);
    return [...(this.find(path)?.children?.keys() ?? [])].map((name) => formatUri([...path, name]));
  }

  /** Gives a leaf a value; the same value again changes nothing. @throws TreeUsageError */
  set(uri: string, value: NodeValue): void {
    const path = nodePath(uri);
    const node = this.find(path);
    if (node === undefined) throw new TreeUsageError('tree-no-node', `There is no node ${uri}`);
    if (!isValueOf(node.format, value)) throw badValue(uri, node.format);
    this.write(path, node, value);
  }

  /** Adds a node below an existing one. @throws TreeUsageError */
  add(init: NodeInit): void {
    const path = nodePath(init.uri);
    if (this.find(path) !== undefined) throw new TreeUsageError('tree-exists', `${init.uri} exists`);
    if (this.find(path.slice(0, -1))?.children === undefined) {
      throw new TreeUsageError('tree-no-node', `There is no interior node above ${init.uri}`);
    }
    const value = init.format === 'node' ? undefined : (init.value ?? emptyValue(init.format));
    if (value !== undefined && !isValueOf(init.format, value)) throw badValue(init.uri, init.format);
    this.insert(path, {
      format: init.format,
      type: init.type ?? this.defaultType(path, init.format),
      ...(value === undefined ? {} : { value }),
      acl: aclOf(init.acl ?? ''),
      title: init.title ?? '',
    });
  }

  /** Removes a node with all below it; a missing one is no error. */
  remove(uri: string): void {
    const path = nodePath(uri);
    if (path.length === 0) throw new TreeUsageError('tree-uri', 'The root can not be removed');
    if (this.find(path) !== undefined) this.put(path, undefined);
  }

  /** Canonical URIs of the management objects with this identifier, minor versions ignored (tree §9.1). */
  objects(moi: string): readonly string[] {
    return [...walk(this.#root)]
      .filter(({ node }) => isInterior(node) && isSameObject(node.type, moi))
      .map(({ path }) => formatUri(path));
  }

  /** The device's own word on who may do what with a node; empty: what holds above it. @throws TreeUsageError */
  setAcl(uri: string, acl: string): void {
    const path = nodePath(uri);
    const node = this.find(path);
    if (node === undefined) throw new TreeUsageError('tree-no-node', `There is no node ${uri}`);
    this.put(path, { ...node, acl: aclOf(acl) });
  }

  /** A node's own ACL as text; empty: it has none. */
  acl(uri: string): string {
    return formatAcl(this.find(nodePath(uri))?.acl ?? EMPTY_ACL);
  }

  /** Takes a server id out of every ACL, as when its account is removed (tree §6.5). */
  removeServer(serverId: string): void {
    for (const { node, path } of [...walk(this.#root)]) {
      if (![...node.acl.values()].some((ids) => ids.includes(serverId))) continue;
      const acl = withoutServer(node.acl, serverId, path.length === 0);
      this.put(path, { ...(this.find(path) ?? node), acl });
    }
  }

  /** What changed since the last call; at first, every node. An undone Atomic leaves nothing here. */
  takeChanges(): readonly TreeChange[] {
    const before = this.#taken;
    this.#taken = this.root;
    if (before !== undefined) return difference(before, this.#root);
    return this.snapshot().nodes.map((node): TreeChange => ({ kind: 'put', node }));
  }

  snapshot(): TreeSnapshot {
    return { version: 1, nodes: [...walk(this.#root)].map(({ node, path }) => recordOf(node, path)) };
  }

  /**
   * Takes stored nodes over those it was made with: read-only permanent leaves keep the values the device was built with, see `merge`.
   * @throws TreeUsageError `tree-snapshot`; the tree is as before
   */
  restore(snapshot: TreeSnapshot): void {
    const stored = treeOf(snapshot);
    this.rollback(merge(this.description, this.#root, stored));
    this.#taken = stored;
  }

  // What follows is for the executor; paths are decoded names.

  /** The whole tree at this moment, which stays as it is; give it back to `rollback` to undo everything since. */
  get root(): TreeNode {
    this.#own = new WeakMap();
    return this.#root;
  }

  rollback(root: TreeNode): void {
    this.#own = new WeakMap();
    this.#root = root;
  }

  /** The ACL of the root. */
  get rootAcl(): Acl {
    return this.#root.acl;
  }

  find(path: Path): TreeNode | undefined {
    return nodeAt(this.#root, path);
  }

  describe(path: Path): NodeDescription | undefined {
    return descriptionAt(this.description, path);
  }

  put(path: Path, node: TreeNode | undefined): void {
    const usage = changedUsage(this.usage(), this.find(path), node);
    this.#root = withNode(this.#root, path, node, this.#own);
    this.#usage.set(this.#root, usage);
  }

  insert(path: Path, node: Omit<TreeNode, 'name' | 'tstamp' | 'verNo'>): void {
    this.put(path, newNode({ ...node, name: path.at(-1) ?? '', tstamp: this.#now() }));
  }

  /** A new value, and VerNo and TStamp with it (tree §3); nothing when all is as before. */
  write(path: Path, node: TreeNode, value: NodeValue, as: Pick<TreeNode, 'format' | 'type'> = node): void {
    if (as.format === node.format && as.type === node.type && isSameValue(node.value, value)) return;
    this.put(path, this.touched({ ...node, format: as.format, type: as.type, value }));
  }

  /** The node as changed now: VerNo one up, wrapping at 65535 (T-014). */
  touched(node: TreeNode): TreeNode {
    return { ...node, tstamp: this.#now(), verNo: (node.verNo + 1) % VER_NO_MODULUS };
  }

  /** Nodes and octets in use, for the limits; kept up with each change, so that many Adds do not count the tree each time. */
  usage(): TreeUsage {
    const known = this.#usage.get(this.#root);
    if (known !== undefined) return known;
    const counted = usageOf(this.#root);
    this.#usage.set(this.#root, counted);
    return counted;
  }

  defaultType(path: Path, format: NodeInit['format']): string {
    const description = this.describe(path);
    if (format === 'node') return description?.moi ?? '';
    return description?.mime?.[0] ?? 'text/plain';
  }

  #makeParents(path: Path): void {
    for (let length = 1; length < path.length; length += 1) {
      const parent = path.slice(0, length);
      if (this.find(parent) === undefined) this.add({ uri: formatUri(parent), format: 'node' });
    }
  }
}

function nodePath(uri: string): Path {
  const parsed = parseUri(uri, { maxDepth: 0, maxTotLen: 0, maxSegLen: 0 });
  if (parsed.kind === 'fault' || parsed.selector !== undefined) {
    throw new TreeUsageError('tree-uri', `${uri} is no node URI`);
  }
  return parsed.path;
}

function aclOf(text: string): Acl {
  if (text === '') return EMPTY_ACL;
  const acl = parseAcl(text);
  if (acl === undefined) throw new TreeUsageError('tree-acl', `${text} is no access control list`);
  return acl;
}

function badValue(uri: string, format: string): TreeUsageError {
  return new TreeUsageError('tree-value', `The value for ${uri} is no ${format}`);
}

function emptyValue(format: NodeInit['format']): NodeValue {
  return format === 'bin' ? new Uint8Array() : '';
}
