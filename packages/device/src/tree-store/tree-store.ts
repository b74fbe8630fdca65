import { createHash } from 'node:crypto';
import type { NodeRecord, Tree, TreeSnapshot } from '@fumarole/dm/tree';
import { decodeBase64, encodeBase64 } from '@fumarole/syncml';
import { DeviceError } from '../device-error.ts';
import type { Disk } from '../disk/disk.ts';
import { replaceFile } from '../disk/durable-file.ts';
import { MAX_TREE_BYTES } from '../limits.ts';

/**
 * The management tree of a device in one file: a line with the SHA-256 of what follows, then the snapshot as JSON. It is replaced as a
 * whole, so that a power loss leaves the old tree or the new one.
 */
export interface TreeStore {
  /** False: nothing is stored yet. @throws DeviceError `damaged`: the file is kept as `….damaged`, the tree is as before */
  load(tree: Tree): Promise<boolean>;
  /** Durable when it resolves; nothing is written when nothing changed since the last one that succeeded. */
  save(tree: Tree): Promise<void>;
}

/** A node as JSON: octets as base64. */
interface StoredNode extends Omit<NodeRecord, 'value'> {
  readonly value?: string;
  readonly octets?: string;
}

export function treeStore(disk: Disk, path: string): TreeStore {
  let unsaved = false;
  return {
    async load(tree) {
      const bytes = await disk.read(path, MAX_TREE_BYTES);
      if (bytes === undefined) return false;
      try {
        tree.restore(decodeTree(bytes));
        return true;
      } catch (error) {
        await disk.rename(path, `${path}.damaged`);
        throw new DeviceError('damaged', `${path} is damaged and kept as ${path}.damaged`, error);
      }
    },
    async save(tree) {
      unsaved = tree.takeChanges().length > 0 || unsaved;
      if (!unsaved) return;
      // takeChanges has forgotten: until the file is durable the change is still ours to remember.
      await replaceFile(disk, path, encodeTree(tree.snapshot()));
      unsaved = false;
    },
  };
}

/** The file of a snapshot. */
export function encodeTree(snapshot: TreeSnapshot): Uint8Array {
  const nodes = snapshot.nodes.map(({ value, ...rest }): StoredNode => {
    if (value === undefined) return rest;
    return typeof value === 'string' ? { ...rest, value } : { ...rest, octets: encodeBase64(value) };
  });
  const body = JSON.stringify({ version: snapshot.version, nodes });
  return new TextEncoder().encode(`${checksum(body)}\n${body}\n`);
}

/** The snapshot of a file. @throws Error when it is not as it was written */
export function decodeTree(bytes: Uint8Array): TreeSnapshot {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const [sum = '', body = '', end] = text.split('\n');
  if (end !== '' || checksum(body) !== sum) throw new Error('the checksum does not match');
  // Octet by octet what encodeTree wrote; restore checks what it means.
  const { version, nodes } = JSON.parse(body) as { version: 1; nodes: readonly StoredNode[] };
  return { version, nodes: nodes.map(recordOf) };
}

function recordOf({ octets, value, ...rest }: StoredNode): NodeRecord {
  const content = octets === undefined ? value : decodeBase64(octets);
  return content === undefined ? rest : { ...rest, value: content };
}

function checksum(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
