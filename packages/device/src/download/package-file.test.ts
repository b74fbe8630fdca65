import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Disk } from '../disk/disk.ts';
import { nodeDisk } from '../disk/node-disk.ts';
import { PackageFile } from './package-file.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fumarole-package-'));
});
afterEach(() => rm(dir, { recursive: true }));

it('a new file has a durable name before its first octet counts', async () => {
  const synced: string[] = [];
  const disk: Disk = {
    ...nodeDisk,
    syncDirectory: async (directory) => {
      synced.push(directory);
      await nodeDisk.syncDirectory(directory);
    },
  };
  const file = await PackageFile.open(disk, join(dir, 'download-1'), 0);
  expect(synced).toEqual([dir]);
  await file.append(new Uint8Array(10));
  await file.sync();
  await file.close();
  const again = await PackageFile.open(disk, join(dir, 'download-1'), 4);
  expect(again.length).toBe(4);
  await again.close();
});
