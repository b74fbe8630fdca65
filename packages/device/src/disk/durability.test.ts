import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Journal } from '../agent/journal.ts';
import { slotFiles } from '../installers/slot-files.ts';
import type { Disk } from './disk.ts';
import { replaceFile } from './durable-file.ts';
import { nodeDisk } from './node-disk.ts';

let dir: string;
let calls: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fumarole-durable-'));
  calls = [];
});
afterEach(() => rm(dir, { recursive: true }));

/** The real disk, with the calls that durability depends on written down. */
const disk: Disk = {
  ...nodeDisk,
  open: async (path) => {
    const file = await nodeDisk.open(path);
    const name = basename(path);
    return {
      ...file,
      write: async (offset, bytes) => {
        calls.push(`write ${name}`);
        await file.write(offset, bytes);
      },
      sync: async () => {
        calls.push(`sync ${name}`);
        await file.sync();
      },
    };
  },
  rename: async (from, to) => {
    calls.push(`rename ${basename(to)}`);
    await nodeDisk.rename(from, to);
  },
  remove: async (path) => {
    calls.push(`remove ${basename(path)}`);
    await nodeDisk.remove(path);
  },
  syncDirectory: async (path) => {
    calls.push('sync names');
    await nodeDisk.syncDirectory(path);
  },
};

it('a file that is replaced is whole on the disk before it has its name, and its name is too', async () => {
  await replaceFile(disk, join(dir, 'f'), Uint8Array.of(1));
  expect(calls).toEqual(['remove f.new', 'write f.new', 'sync f.new', 'rename f', 'sync names']);
});

it('a record of the journal is on the disk when append resolves', async () => {
  const journal = await Journal.open(disk, join(dir, 'journal'));
  expect(calls).toEqual(['sync names']);
  await journal.append([{ kind: 'cleaned', root: './X' }]);
  expect(calls.slice(1)).toEqual(['write journal', 'sync journal']);
  await journal.close();
});

it('a slot loses its manifest before its first octet, and has it back after the last one is on the disk', async () => {
  const image = async function* () {
    yield Uint8Array.of(1);
  };
  const sha256 = '4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a';
  const manifest = { version: '1', release: 1, securityFloor: 0, sha256, size: 1 };
  await slotFiles(disk, dir).write('b', image(), manifest);
  expect(calls).toEqual([
    'remove b.json',
    'sync names',
    'write b.img',
    'sync b.img',
    'sync names',
    'remove b.json.new',
    'write b.json.new',
    'sync b.json.new',
    'rename b.json',
    'sync names',
  ]);
});
