/** The contract of ArtifactStore: a row of IMPLEMENTATIONS runs all of it. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DiskArtifacts } from './disk-artifacts.ts';
import { READ_BYTES } from './limits.ts';
import type { ArtifactStore } from './port.ts';
import { putArtifact } from './put.ts';

const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fumarole-artifacts-'));
  folders.push(folder);
  return folder;
}

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const IMPLEMENTATIONS: readonly (readonly [string, () => Promise<ArtifactStore>])[] = [
  ['disk', async () => DiskArtifacts.open(await newFolder(), 0)],
];

const octets = Buffer.from(
  Uint8Array.from({ length: 2 * READ_BYTES + 77 }, (_, i) => (i * 7 + (i >> 8)) & 0xff),
);
const sha256 = createHash('sha256').update(octets).digest('hex');

async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const piece of pieces) copies.push(Buffer.from(piece));
  return Buffer.concat(copies);
}

describe.each(IMPLEMENTATIONS)('artifacts on %s', (_, make) => {
  it('keep what was put, under its hash', async () => {
    const store = await make();
    expect(await putArtifact(store, [octets.subarray(0, 1000), octets.subarray(1000)], 1e9)).toEqual({
      sha256,
      size: octets.length,
    });
    expect(await store.stat(sha256)).toMatchObject({ sha256, size: octets.length });
    expect((await gather(store.open({ sha256, offset: 0, length: octets.length }))).equals(octets)).toBe(
      true,
    );
  });

  it.each([
    [0, 0],
    [0, 1],
    [5, 100],
    [READ_BYTES - 1, 2],
    [1, 2 * READ_BYTES],
    [octets.length - 1, 1],
    [octets.length, 0],
  ])('read the range from %i of %i octets', async (offset, length) => {
    const store = await make();
    await putArtifact(store, [octets], 1e9);
    const expected = octets.subarray(offset, offset + length);
    expect((await gather(store.open({ sha256, offset, length }))).equals(expected)).toBe(true);
    expect(Buffer.from(await store.readRange({ sha256, offset, length })).equals(expected)).toBe(true);
  });

  it('give many readers at once the right octets', async () => {
    const store = await make();
    await putArtifact(store, [octets], 1e9);
    const reads = Array.from({ length: 20 }, (_, i) => ({ sha256, offset: i * 999, length: READ_BYTES + i }));
    const found = await Promise.all(reads.map((ref) => gather(store.open(ref))));
    for (const [i, ref] of reads.entries()) {
      expect(found[i]?.equals(octets.subarray(ref.offset, ref.offset + ref.length))).toBe(true);
    }
  });

  it('reject a range beyond the end, and what is not there', async () => {
    const store = await make();
    await putArtifact(store, [octets], 1e9);
    const beyond = { sha256, offset: octets.length, length: 1 };
    await expect(gather(store.open(beyond))).rejects.toMatchObject({ code: 'ARTIFACT_RANGE' });
    await expect(store.readRange(beyond)).rejects.toMatchObject({ code: 'ARTIFACT_RANGE' });
    const absent = { sha256: 'ab'.repeat(32), offset: 0, length: 1 };
    await expect(gather(store.open(absent))).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
    await expect(store.readRange(absent)).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
  });

  it.each([
    '',
    '..',
    '../../etc/passwd',
    `${sha256.slice(1)}/`,
    sha256.toUpperCase(),
  ])('know nothing of %j, which is no hash', async (name) => {
    const store = await make();
    await putArtifact(store, [octets], 1e9);
    expect(await store.stat(name)).toBeUndefined();
    expect(await store.delete(name)).toBe(false);
    await expect(store.readRange({ sha256: name, offset: 0, length: 1 })).rejects.toMatchObject({
      code: 'ARTIFACT_MISSING',
    });
  });

  it('take the same octets twice, even at once', async () => {
    const store = await make();
    const both = await Promise.all([putArtifact(store, [octets], 1e9), putArtifact(store, [octets], 1e9)]);
    expect(both).toEqual([
      { sha256, size: octets.length },
      { sha256, size: octets.length },
    ]);
    expect(await putArtifact(store, [octets], 1e9)).toEqual(both[0]);
  });

  it('refuse the first octet above the limit and keep nothing', async () => {
    const store = await make();
    await putArtifact(store, [octets], octets.length);
    await store.delete(sha256);
    await expect(putArtifact(store, [octets, Buffer.alloc(1)], octets.length)).rejects.toMatchObject({
      code: 'ARTIFACT_TOO_LARGE',
    });
    expect(await store.stat(sha256)).toBeUndefined();
  });

  it('show nothing before commit and nothing after discard', async () => {
    const store = await make();
    const staged = await store.stage(1e9);
    await staged.write(octets);
    expect(await store.stat(sha256)).toBeUndefined();
    await staged.discard();
    await staged.discard();
    expect(await store.stat(sha256)).toBeUndefined();
  });

  it('keep what is committed when it is discarded afterwards', async () => {
    const store = await make();
    const staged = await store.stage(1e9);
    await staged.write(octets);
    await staged.commit();
    await staged.discard();
    expect(await store.stat(sha256)).toBeDefined();
  });

  it('lose what is deleted, while a reader under way finishes', async () => {
    const store = await make();
    await putArtifact(store, [octets], 1e9);
    const reader = store.open({ sha256, offset: 0, length: octets.length })[Symbol.asyncIterator]();
    const first = Buffer.from((await reader.next()).value ?? []);
    expect(await store.delete(sha256)).toBe(true);
    expect(await store.delete(sha256)).toBe(false);
    const rest = await gather({ [Symbol.asyncIterator]: () => reader });
    expect(Buffer.concat([first, rest]).equals(octets)).toBe(true);
  });
});

describe('the folder', () => {
  it('keeps no staging file of a broken upload, and sweeps those of dead processes', async () => {
    const folder = await newFolder();
    const store = await DiskArtifacts.open(folder, 0);
    const broken = (async function* () {
      yield octets;
      throw new Error('cut');
    })();
    await expect(putArtifact(store, broken, 1e9)).rejects.toThrow('cut');
    expect(await readdir(join(folder, 'staging'))).toEqual([]);
    await writeFile(join(folder, 'staging', 'old'), 'x');
    await writeFile(join(folder, 'staging', 'new'), 'x');
    await utimes(join(folder, 'staging', 'old'), 1000, 1000);
    await DiskArtifacts.open(folder, Date.now());
    expect(await readdir(join(folder, 'staging'))).toEqual(['new']);
  });

  it('says so when a file has become shorter', async () => {
    const folder = await newFolder();
    const store = await DiskArtifacts.open(folder, 0);
    await putArtifact(store, [octets], 1e9);
    const reader = store.open({ sha256, offset: 0, length: octets.length })[Symbol.asyncIterator]();
    await reader.next();
    await truncate(join(folder, sha256.slice(0, 2), sha256), READ_BYTES);
    await expect(gather({ [Symbol.asyncIterator]: () => reader })).rejects.toMatchObject({
      code: 'ARTIFACT_MISSING',
    });
  });
});
