/** What the device description (DDF) of a model says about updating it (tree.md §9), small enough for every record. */
import { type DdfDocument, type NodeDescription, treeDescription } from '@fumarole/dm/tree';
import { isFumoMoi } from '../object/index.ts';
import type { DeviceRecord, FumoRoot } from './device-record.ts';
import { MAX_ROOTS } from './limits.ts';

export interface ModelDescription {
  /** Names the document: another one makes what was found with it stale. */
  readonly id: string;
  readonly roots: readonly DescribedRoot[];
  /** Factory value of DevDetail/LrgObj, where the file has one. */
  readonly largeObjects?: boolean;
}

export interface DescribedRoot {
  /** Names from the tree's root on; empty where the device or a server chooses the name. */
  readonly path: readonly string[];
  /** The root, and all above it, are there in every device: nothing need be asked. */
  readonly always: boolean;
  /** A server may Add it. */
  readonly addable: boolean;
  readonly nodes: Omit<FumoRoot, 'uri' | 'found' | 'exists' | 'add'>;
  /** Some of its nodes may be missing: its child list tells. */
  readonly optional: boolean;
}

const MAX_DEPTH = 16;

/** Finds the firmware update objects of a description by their identifier. */
export function describeModel(document: DdfDocument, id: string): ModelDescription {
  const top = treeDescription(document);
  const roots: DescribedRoot[] = [];
  const visit = (
    node: NodeDescription,
    path: readonly string[],
    always: boolean,
    parent: NodeDescription,
  ) => {
    if (roots.length >= MAX_ROOTS || path.length > MAX_DEPTH) return;
    if (node.moi !== undefined && isFumoMoi(node.moi)) roots.push(rootOf(node, path, always, parent));
    else
      for (const child of childrenOf(node))
        visit(child, [...path, child.name], always && isAlways(child), node);
  };
  for (const child of childrenOf(top)) visit(child, [child.name], isAlways(child), top);
  const lrgObj = find(top, ['DevDetail', 'LrgObj'])?.defaultValue?.trim().toLowerCase();
  return {
    id,
    roots,
    ...(lrgObj === 'true' || lrgObj === 'false' ? { largeObjects: lrgObj === 'true' } : {}),
  };
}

/** Another description, or none any more: what was found before is looked for again. */
export function withDescription(device: DeviceRecord, described: ModelDescription | undefined): DeviceRecord {
  if (device.described?.id === described?.id) return device;
  const { described: _before, ...rest } = device;
  const discovery = { state: 'open' } as const;
  return described === undefined ? { ...rest, discovery } : { ...rest, discovery, described };
}

function rootOf(
  node: NodeDescription,
  path: readonly string[],
  always: boolean,
  parent: NodeDescription,
): DescribedRoot {
  const has = (...names: readonly string[]): boolean => find(node, names) !== undefined;
  const parts = [['Download'], ['Update'], ['Update', 'PkgData'], ['DownloadAndUpdate'], ['State']];
  return {
    path,
    always,
    addable: node.access.includes('Add') || parent.access.includes('Add'),
    nodes: {
      download: has('Download'),
      update: has('Update'),
      pkgData: has('Update', 'PkgData'),
      downloadAndUpdate: has('DownloadAndUpdate'),
      pkgName: has('PkgName'),
      pkgVersion: has('PkgVersion'),
      state: has('State'),
      ...(has('Ext') ? { ext: true } : {}),
    },
    optional: parts.some((names) => {
      const part = find(node, names);
      return part !== undefined && !isAlways(part);
    }),
  };
}

function isAlways({ name, occurrence = 'One' }: NodeDescription): boolean {
  return name !== '' && occurrence === 'One';
}

function find(node: NodeDescription, names: readonly string[]): NodeDescription | undefined {
  let at: NodeDescription | undefined = node;
  for (const name of names) at = at && childrenOf(at).find((child) => child.name === name);
  return at;
}

function childrenOf({ children }: NodeDescription): readonly NodeDescription[] {
  return Array.isArray(children) ? children : [];
}
