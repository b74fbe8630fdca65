import type { PackageRecord } from '@fumarole/fumo/server';
import type { PackageRow, Store } from '../port.ts';
import type { Row } from './connection.ts';
import type { Context } from './context.ts';
import { versionOf } from './device-writes.ts';
import { int, json, text } from './values.ts';

type Part = Pick<
  Store,
  | 'packages'
  | 'package'
  | 'putPackage'
  | 'removePackage'
  | 'packagesVersion'
  | 'publisherKeys'
  | 'putPublisherKey'
  | 'removePublisherKey'
>;

/** Packages and the keys of publishers. */
export function cataloguePart({ db, commit }: Context): Part {
  const changed = (): void => {
    db.run(
      "INSERT INTO counters (name, value) VALUES ('packages', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1",
    );
  };
  return {
    packages: async () => db.all('SELECT * FROM packages ORDER BY id').map(packageRow),
    package: async (id) => {
      const row = db.get('SELECT * FROM packages WHERE id = ?', id);
      return row === undefined ? undefined : packageRow(row);
    },
    putPackage: ({ record, document }, expected) =>
      commit.run(() => {
        if (versionOf(db, 'packages', record.id) !== expected) return 'conflict';
        db.run(
          `INSERT INTO packages (id, version, record, document) VALUES (?,1,?,?) ON CONFLICT (id)
           DO UPDATE SET version = version + 1, record = excluded.record, document = excluded.document`,
          record.id,
          JSON.stringify(record),
          document,
        );
        changed();
        return 'committed';
      }),
    removePackage: (id) =>
      commit.run(() => {
        const removed = db.run('DELETE FROM packages WHERE id = ?', id) > 0;
        if (removed) changed();
        return removed;
      }),
    packagesVersion: async () => {
      const row = db.get("SELECT value FROM counters WHERE name = 'packages'");
      return row === undefined ? 0 : int(row, 'value');
    },
    publisherKeys: async () =>
      db.all('SELECT * FROM publisher_keys ORDER BY name, id').map((row) => ({
        id: text(row, 'id'),
        name: text(row, 'name'),
        publicKey: text(row, 'public_key'),
        addedAt: int(row, 'added_at'),
      })),
    putPublisherKey: async ({ id, name, publicKey, addedAt }) => {
      await commit.run(() =>
        db.run(
          `INSERT INTO publisher_keys (id, name, public_key, added_at) VALUES (?,?,?,?)
           ON CONFLICT (id) DO UPDATE SET name = excluded.name, public_key = excluded.public_key`,
          id,
          name,
          publicKey,
          addedAt,
        ),
      );
    },
    removePublisherKey: (id) => commit.run(() => db.run('DELETE FROM publisher_keys WHERE id = ?', id) > 0),
  };
}

function packageRow(row: Row): PackageRow {
  const id = text(row, 'id');
  return {
    record: json<PackageRecord>(text(row, 'record'), `the record of package ${id}`),
    document: text(row, 'document'),
    version: int(row, 'version'),
  };
}
