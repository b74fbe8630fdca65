import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from './open-store.ts';

describe('the files of the SQLite store', () => {
  const folder = () => {
    const path = mkdtempSync(join(tmpdir(), 'fumarole-store-'));
    folders.push(path);
    return path;
  };
  const folders: string[] = [];
  afterEach(() => {
    for (const path of folders.splice(0)) rmSync(path, { recursive: true });
  });

  it.skipIf(process.platform === 'win32')(
    'are nobody else’s to read, whatever the folder allows',
    async () => {
      const path = folder();
      const store = openSqliteStore(path);
      await store.putSetting('a', 'b');
      const files = readdirSync(path);
      expect(files).toContain('truth.db-wal');
      for (const file of files) expect([file, statSync(join(path, file)).mode & 0o077]).toEqual([file, 0]);
      await store.close();
    },
  );

  it('refuses a newer schema with a clear message and leaves the file as it is', async () => {
    const path = folder();
    await openSqliteStore(path).close();
    const db = new DatabaseSync(join(path, 'truth.db'));
    db.exec('PRAGMA user_version = 9999');
    expect(() => openSqliteStore(path)).toThrow(
      expect.objectContaining({ code: 'newer-schema', message: expect.stringMatching(/9999.*up to 12/) }),
    );
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 9999 });
    db.close();
  });

  it('refuses a schema from before the first release, and leaves the file as it is', async () => {
    const path = folder();
    await openSqliteStore(path).close();
    const db = new DatabaseSync(join(path, 'truth.db'));
    db.exec('PRAGMA user_version = 2');
    expect(() => openSqliteStore(path)).toThrow(
      expect.objectContaining({ code: 'older-schema', message: expect.stringContaining('from 11 on') }),
    );
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 });
    db.close();
  });

  it('refuses a file that is none of ours', () => {
    const path = folder();
    writeFileSync(join(path, 'truth.db'), 'x'.repeat(5000));
    expect(() => openSqliteStore(path)).toThrow(expect.objectContaining({ code: 'not-a-store' }));
    const other = folder();
    const db = new DatabaseSync(join(other, 'truth.db'));
    db.exec('PRAGMA application_id = 77; CREATE TABLE theirs (x)');
    db.close();
    expect(() => openSqliteStore(other)).toThrow(expect.objectContaining({ code: 'not-a-store' }));
  });

  it('fails only the request that is wrong, not those that share its transaction', async () => {
    const store = openSqliteStore(folder());
    const token = { id: 't', name: 'n', role: 'admin', hash: 'h', createdAt: 1 };
    const outcomes = await Promise.allSettled([
      store.putSetting('a', '1'),
      store.putToken(token),
      store.putToken(token),
      store.putSetting('b', '2'),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect([await store.setting('a'), await store.setting('b')]).toEqual(['1', '2']);
    await store.close();
  });

  it('waits while another process holds the file', async () => {
    const path = folder();
    const store = openSqliteStore(path);
    const holder = new DatabaseSync(join(path, 'truth.db'));
    holder.exec('BEGIN IMMEDIATE');
    const waiting = store.putSetting('a', '1');
    setTimeout(() => holder.exec('COMMIT'), 30);
    await waiting;
    expect(await store.setting('a')).toBe('1');
    holder.close();
    await store.close();
  });
});
