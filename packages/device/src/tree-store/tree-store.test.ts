import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectNodes, Tree } from '@fumarole/dm/tree';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Disk } from '../disk/disk.ts';
import { nodeDisk } from '../disk/node-disk.ts';
import { treeStore } from './tree-store.ts';

const factory: ObjectNodes = {
  root: './a',
  description: { name: 'a', access: ['Get', 'Replace'], format: 'bin', scope: 'permanent' },
  nodes: [{ uri: './a', format: 'bin', value: Uint8Array.of(0, 255) }],
};
const build = () => new Tree({ objects: [factory], open: true, now: () => 5 });

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tree-store-'));
  path = join(directory, 'tree');
});
afterEach(() => rm(directory, { recursive: true }));

describe('tree store', () => {
  it('brings the tree back: octets, text, ACLs, properties', async () => {
    const tree = build();
    expect(await treeStore(nodeDisk, path).load(tree)).toBe(false);
    tree.add({ uri: './n', format: 'node', acl: 'Get=s1', title: 'Überschrift\n' });
    tree.set('./a', Uint8Array.of(1, 0, 2));
    await treeStore(nodeDisk, path).save(tree);
    const again = build();
    expect(await treeStore(nodeDisk, path).load(again)).toBe(true);
    expect(again.snapshot()).toEqual(tree.snapshot());
    expect(await readdir(directory)).toEqual(['tree']);
  });

  it('writes nothing when nothing changed, and tries again what failed', async () => {
    let writes = 0;
    let full = true;
    const disk: Disk = {
      ...nodeDisk,
      open: async (name) => {
        writes += 1;
        if (full) throw new Error('ENOSPC');
        return nodeDisk.open(name);
      },
    };
    const store = treeStore(disk, path);
    const tree = build();
    await expect(store.save(tree)).rejects.toThrow('ENOSPC');
    full = false;
    await store.save(tree);
    await store.save(tree);
    expect(writes).toBe(2);
    const again = build();
    await store.load(again);
    await store.save(again);
    expect(writes).toBe(2);
  });

  it('any damaged octet is told, the file is kept, the tree is as before', async () => {
    const tree = build();
    tree.set('./a', Uint8Array.of(9));
    await treeStore(nodeDisk, path).save(tree);
    const good = await readFile(path);
    for (const damaged of [
      good.subarray(0, good.length / 2),
      good.subarray(0, 0),
      turned(good, 70),
      turned(good, 3),
    ]) {
      await writeFile(path, damaged);
      const again = build();
      await expect(treeStore(nodeDisk, path).load(again)).rejects.toMatchObject({ code: 'damaged' });
      expect(again.value('./a')).toEqual(Uint8Array.of(0, 255));
      expect(await readFile(`${path}.damaged`)).toEqual(Buffer.from(damaged));
      expect(await treeStore(nodeDisk, path).load(again)).toBe(false);
    }
  });
});

function turned(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((octet, index) => (index === at ? octet ^ 1 : octet));
}
