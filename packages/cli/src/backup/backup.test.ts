import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backUp } from './back-up.ts';
import { parseManifest } from './manifest.ts';
import { restore } from './restore.ts';

let folder: string;
let data: string;
const to = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fumarole-backup-'));
  data = to('data');
  mkdirSync(join(data, 'artifacts', 'ab'), { recursive: true });
  writeFileSync(join(data, 'artifacts', 'ab', 'abcd'), 'firmware');
  writeFileSync(join(data, 'seal.key'), 'key');
  writeFileSync(join(data, 'client.json'), '{"token":"t"}');
});
afterEach(() => rmSync(folder, { recursive: true }));

function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS t (n INTEGER)');
  return db;
}

describe('backup and restore', () => {
  it('copy a database in use, with what is only in its write-ahead log, and every other file but the token', async () => {
    const db = openDatabase(join(data, 'truth.db'));
    db.exec('INSERT INTO t VALUES (1), (2)');
    const made = await backUp(data, to('copy'));
    db.exec('INSERT INTO t VALUES (3)');
    await restore(to('copy'), to('again'));
    db.close();
    expect(made.files.map(({ path }) => path).sort()).toEqual(['artifacts/ab/abcd', 'seal.key', 'truth.db']);
    const restored = new DatabaseSync(join(to('again'), 'truth.db'));
    expect(restored.prepare('SELECT count(*) AS n FROM t').get()).toEqual({ n: 2 });
    restored.close();
    expect(readFileSync(join(to('again'), 'artifacts', 'ab', 'abcd'), 'utf8')).toBe('firmware');
    expect(readFileSync(join(to('again'), 'seal.key'), 'utf8')).toBe('key');
  });

  it('copies a database that no process has open', async () => {
    openDatabase(join(data, 'truth.db')).close();
    await backUp(data, to('copy'));
    const copy = new DatabaseSync(join(to('copy'), 'truth.db'));
    expect(copy.prepare('SELECT count(*) AS n FROM t').get()).toEqual({ n: 0 });
    copy.close();
  });

  it('refuses to write over anything', async () => {
    await backUp(data, to('copy'));
    await expect(backUp(data, to('copy'))).rejects.toMatchObject({ code: 'file' });
    await expect(restore(to('copy'), data)).rejects.toMatchObject({ code: 'file' });
    expect(readFileSync(join(data, 'seal.key'), 'utf8')).toBe('key');
  });

  it('restores nothing when a file is not what was backed up', async () => {
    await backUp(data, to('copy'));
    writeFileSync(join(to('copy'), 'seal.key'), 'odd');
    await expect(restore(to('copy'), to('again'))).rejects.toMatchObject({
      message: expect.stringMatching(/seal\.key/),
    });
    expect((await readdir(folder)).sort()).toEqual(['copy', 'data']);
  });

  it('restores no unfinished backup', async () => {
    await backUp(data, to('copy'));
    rmSync(join(to('copy'), 'backup.json'));
    await expect(restore(to('copy'), to('again'))).rejects.toMatchObject({ code: 'file' });
  });

  it.each([
    '../evil',
    '/etc/passwd',
    'a//b',
    'a/../b',
    'a\\b',
  ])('refuses a manifest that names %s', (path) => {
    const text = JSON.stringify({ format: 1, createdAt: '', files: [{ path, size: 1, sha256: 'x' }] });
    expect(() => parseManifest(text)).toThrow(expect.objectContaining({ code: 'file' }));
  });
});
