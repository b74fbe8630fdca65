import type { Store, WorkRow } from '../port.ts';
import type { Connection, Row } from './connection.ts';
import type { Context } from './context.ts';
import { MAX_PAGE } from './limits.ts';
import { int, text } from './values.ts';

type Part = Pick<Store, 'putWork' | 'work' | 'claimWork' | 'finishWork' | 'removeWork'>;

/** Due work: a claim moves `due_at` to the end of the lease, so a lost process's work falls due again by itself. */
export function workPart({ db, commit, loaded }: Context): Part {
  return {
    putWork: async ({ kind, key, dueAt, payload }) => {
      await commit.run(() => {
        loaded.drop(key);
        db.run(
          `INSERT INTO work (kind, key, version, due_at, payload) VALUES (?,?,?,?,?) ON CONFLICT (kind, key)
           DO UPDATE SET version = excluded.version, due_at = excluded.due_at, payload = excluded.payload`,
          kind,
          key,
          nextVersion(db),
          dueAt,
          payload,
        );
      });
    },
    work: async (kind, key) => {
      loaded.revalidateInTurn();
      if (kind === 'wake' && loaded.get(key)?.awaited === false) return undefined;
      const row = db.get('SELECT * FROM work WHERE kind = ? AND key = ?', kind, key);
      return row === undefined ? undefined : workRow(row);
    },
    claimWork: (kind, now, limit, leaseMs) => {
      const due = 'kind = ?1 AND due_at <= ?2';
      if (db.get(`SELECT 1 FROM work WHERE ${due} LIMIT 1`, kind, now) === undefined)
        return Promise.resolve([]);
      return commit.run(() => {
        const rows = db.all(
          `SELECT * FROM work WHERE ${due} ORDER BY due_at LIMIT ?3`,
          kind,
          now,
          Math.min(limit, MAX_PAGE),
        );
        return rows.map(workRow).map((row) => {
          const version = nextVersion(db);
          db.run(
            'UPDATE work SET version = ?, due_at = ? WHERE kind = ? AND key = ?',
            version,
            now + leaseMs,
            kind,
            row.key,
          );
          return { ...row, version };
        });
      });
    },
    finishWork: ({ kind, key, version }, next) =>
      commit.run(() => {
        const changed =
          next === undefined
            ? db.run('DELETE FROM work WHERE kind = ? AND key = ? AND version = ?', kind, key, version)
            : db.run(
                'UPDATE work SET version = ?, due_at = ?, payload = ? WHERE kind = ? AND key = ? AND version = ?',
                nextVersion(db),
                next.dueAt,
                next.payload,
                kind,
                key,
                version,
              );
        return changed === 1 ? 'committed' : 'conflict';
      }),
    removeWork: async (kind, key) => {
      if (db.get('SELECT 1 FROM work WHERE kind = ? AND key = ?', kind, key) === undefined) return;
      await commit.run(() => db.run('DELETE FROM work WHERE kind = ? AND key = ?', kind, key));
    },
  };
}

/** Never given twice, also when a row is removed and put again: an old claim cannot end new work. */
function nextVersion(db: Connection): number {
  const row = db.get(
    `INSERT INTO counters (name, value) VALUES ('work', 1)
     ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`,
  );
  return row === undefined ? 0 : int(row, 'value');
}

function workRow(row: Row): WorkRow {
  return {
    kind: text(row, 'kind'),
    key: text(row, 'key'),
    version: int(row, 'version'),
    dueAt: int(row, 'due_at'),
    payload: text(row, 'payload'),
  };
}
