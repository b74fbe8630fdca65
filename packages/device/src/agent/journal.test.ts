import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Disk } from '../disk/disk.ts';
import { nodeDisk } from '../disk/node-disk.ts';
import { JOURNAL_COMPACT_BYTES } from '../limits.ts';
import { Journal, readJournal } from './journal.ts';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fumarole-journal-'));
  path = join(dir, 'journal');
});
afterEach(() => rm(dir, { recursive: true }));

const held = (size: number) =>
  ({ kind: 'package-held', root: './X', held: { file: 'f', size, via: 'pkgdata' } }) as const;
const sizeOf = (journal: { readonly facts: Journal['facts'] }) => journal.facts.roots['./X']?.held?.size;

async function written(count: number): Promise<Uint8Array> {
  const journal = await Journal.open(nodeDisk, path);
  for (let size = 1; size <= count; size += 1) await journal.append([held(size)]);
  await journal.close();
  return readFile(path);
}

describe('the journal', () => {
  it('brings its facts back', async () => {
    await written(3);
    const again = await Journal.open(nodeDisk, path);
    expect(sizeOf(again)).toBe(3);
    await again.close();
  });

  it('every prefix of it is read as the records that are whole', async () => {
    const bytes = await written(3);
    const ends = [...bytes.entries()].filter(([, octet]) => octet === 10).map(([at]) => at + 1);
    for (let length = 0; length <= bytes.length; length += 1) {
      const reading = readJournal(bytes.subarray(0, length));
      const whole = ends.filter((end) => end <= length);
      expect([sizeOf(reading), reading.length, reading.damaged]).toEqual([
        whole.length === 0 ? undefined : whole.length,
        whole.at(-1) ?? 0,
        false,
      ]);
    }
  });

  it('goes on behind a torn last line', async () => {
    await written(2);
    await appendFile(path, '01234567 {"version":1,"seq":3,"fa');
    const journal = await Journal.open(nodeDisk, path);
    expect([journal.damaged, sizeOf(journal)]).toEqual([false, 2]);
    await journal.append([held(9)]);
    await journal.close();
    expect(sizeOf(readJournal(await readFile(path)))).toBe(9);
  });

  it('any turned octet ends it there, and is told when more follows', async () => {
    const bytes = await written(3);
    for (let at = 0; at < bytes.length; at += 7) {
      const turned = bytes.map((octet, index) => (index === at ? octet ^ 4 : octet));
      const reading = readJournal(turned);
      expect(reading.length).toBeLessThanOrEqual(at);
      expect(sizeOf(reading) ?? 0).toBeLessThan(3);
    }
    await writeFile(
      path,
      bytes.map((octet, index) => (index === 20 ? octet ^ 4 : octet)),
    );
    const journal = await Journal.open(nodeDisk, path);
    expect([journal.damaged, sizeOf(journal)]).toEqual([true, undefined]);
    expect(await readFile(`${path}.damaged`)).toHaveLength(bytes.length);
    await journal.close();
  });

  it('facts of one record count together or not at all', async () => {
    const journal = await Journal.open(nodeDisk, path);
    await journal.append([held(1), { kind: 'package-dropped', root: './X' }]);
    await journal.close();
    const bytes = await readFile(path);
    expect(readJournal(bytes.subarray(0, bytes.length - 1)).facts.roots).toEqual({});
  });

  it('stays bounded: it is compacted and keeps its facts', async () => {
    const journal = await Journal.open(nodeDisk, path);
    const progress = { received: 1, tries: 0, objectUrl: `http://x/${'u'.repeat(2000)}` };
    for (let at = 0; at < 200; at += 1)
      await journal.append([{ kind: 'download-progress', root: './X', progress }, held(at)]);
    expect((await stat(path)).size).toBeLessThanOrEqual(JOURNAL_COMPACT_BYTES);
    await journal.append([held(777)]);
    await journal.close();
    const again = await Journal.open(nodeDisk, path);
    expect([again.damaged, sizeOf(again)]).toEqual([false, 777]);
    await again.close();
  });

  it.each([
    'rename',
    'syncDirectory',
  ] as const)('a compaction that fails at %s fails no append and loses nothing', async (step) => {
    let failing = false;
    const disk: Disk = {
      ...nodeDisk,
      rename: async (from, to) => {
        if (failing && step === 'rename') throw Object.assign(new Error('broken'), { code: 'EIO' });
        await nodeDisk.rename(from, to);
      },
      syncDirectory: async (directory) => {
        if (failing && step === 'syncDirectory') throw Object.assign(new Error('broken'), { code: 'EIO' });
        await nodeDisk.syncDirectory(directory);
      },
    };
    const journal = await Journal.open(disk, path);
    const progress = { received: 1, tries: 0, objectUrl: `http://x/${'u'.repeat(2000)}` };
    const append = (size: number) =>
      journal.append([{ kind: 'download-progress', root: './X', progress }, held(size)]);
    failing = true;
    for (let size = 1; size <= 150; size += 1) await append(size);
    failing = false;
    expect(sizeOf(readJournal(await readFile(path)))).toBe(150);
    await append(151);
    await journal.close();
    const again = await Journal.open(nodeDisk, path);
    expect([again.damaged, sizeOf(again)]).toEqual([false, 151]);
    await again.close();
  });

  it('what could not be made durable does not count, and leaves the next record readable', async () => {
    let full = false;
    const disk: Disk = {
      ...nodeDisk,
      open: async (name) => {
        const file = await nodeDisk.open(name);
        return {
          ...file,
          write: async (offset, bytes) => {
            if (!full) return file.write(offset, bytes);
            await file.write(offset, bytes.subarray(0, 20));
            throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
          },
        };
      },
    };
    const journal = await Journal.open(disk, path);
    await journal.append([held(1)]);
    full = true;
    await expect(journal.append([held(2)])).rejects.toThrow('no space');
    expect(sizeOf(journal)).toBe(1);
    full = false;
    await journal.append([held(3)]);
    await journal.close();
    expect(readJournal(await readFile(path))).toMatchObject({ damaged: false, seq: 2 });
  });

  it('a decision sees the facts of every decision before it', async () => {
    const journal = await Journal.open(nodeDisk, path);
    const next = () =>
      journal.decide((facts) => ({ facts: [held((facts.roots['./X']?.held?.size ?? 0) + 1)] }));
    await Promise.all(Array.from({ length: 20 }, next));
    expect(sizeOf(journal)).toBe(20);
    await journal.close();
  });
});
