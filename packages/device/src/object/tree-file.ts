/** The management tree on the disk: one snapshot, replaced as a whole whenever something changed. */
import type { NodeRecord, Tree, TreeSnapshot } from '@fumarole/dm/tree';
import { decodeBase64, encodeBase64 } from '@fumarole/syncml';
import type { Disk } from '../disk/disk.ts';
import { readJson, replaceJson } from '../disk/durable-file.ts';
import { MAX_TREE_BYTES } from '../limits.ts';

export interface TreeStore {
  /** False: there is nothing stored, or it is damaged. */
  load(tree: Tree): Promise<boolean>;
  /** Durable when it resolves; nothing is written when nothing changed. */
  save(tree: Tree): Promise<void>;
}

interface StoredNode extends Omit<NodeRecord, 'value'> {
  readonly value?: string;
  /** base64 of octets. */
  readonly octets?: string;
}

export function treeFile(disk: Disk, path: string): TreeStore {
  return {
    async load(tree) {
      const stored = await readJson(disk, path, MAX_TREE_BYTES).catch(() => undefined);
      if (stored === undefined) return false;
      try {
        // Tree.restore checks every node; what does not fit the description does not come back.
        tree.restore(snapshotOf(stored as { readonly nodes: readonly StoredNode[] }));
        return true;
      } catch {
        return false; // a damaged tree: the factory's one is used, the caller says so
      }
    },
    async save(tree) {
      if (tree.takeChanges().length === 0) return;
      await replaceJson(disk, path, { version: 1, nodes: tree.snapshot().nodes.map(stored) });
    },
  };
}

function stored(node: NodeRecord): StoredNode {
  const { value, ...rest } = node;
  if (value === undefined) return rest;
  return typeof value === 'string' ? { ...rest, value } : { ...rest, octets: encodeBase64(value) };
}

function snapshotOf(file: { readonly nodes: readonly StoredNode[] }): TreeSnapshot {
  return {
    version: 1,
    nodes: file.nodes.map(({ value, octets, ...rest }) => {
      const content = octets === undefined ? value : decodeBase64(octets);
      return content === undefined ? rest : { ...rest, value: content };
    }),
  };
}
