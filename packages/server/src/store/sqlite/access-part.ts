import type { Store, TokenRow } from '../port.ts';
import type { Connection, Row } from './connection.ts';
import type { Context } from './context.ts';
import { int, text } from './values.ts';

type Part = Pick<
  Store,
  | 'tokenByHash'
  | 'tokens'
  | 'putToken'
  | 'removeToken'
  | 'addInstallReport'
  | 'installReports'
  | 'setting'
  | 'settingOnce'
  | 'putSetting'
>;

/** Tokens, settings and install reports. */
export function accessPart({ db, commit }: Context): Part {
  return {
    tokenByHash: async (hash) => {
      const row = db.get('SELECT * FROM tokens WHERE hash = ?', hash);
      return row === undefined ? undefined : tokenRow(row);
    },
    tokens: async () => db.all('SELECT * FROM tokens ORDER BY created_at, id').map(tokenRow),
    putToken: async ({ id, name, role, hash, createdAt }) => {
      await commit.run(() =>
        db.run(
          'INSERT INTO tokens (id, name, role, hash, created_at) VALUES (?,?,?,?,?)',
          id,
          name,
          role,
          hash,
          createdAt,
        ),
      );
    },
    removeToken: (id) => commit.run(() => db.run('DELETE FROM tokens WHERE id = ?', id) > 0),
    addInstallReport: async ({ key, attempt, at, code, text: line }) => {
      await commit.run(() =>
        db.run(
          'INSERT INTO install_reports (key, attempt, at, code, text) VALUES (?,?,?,?,?)',
          key,
          attempt,
          at,
          code,
          line,
        ),
      );
    },
    installReports: async (key, attempt) =>
      db
        .all(
          'SELECT * FROM install_reports WHERE key = ? AND attempt = coalesce(?, attempt) ORDER BY at, rowid LIMIT 1000',
          key,
          attempt ?? null,
        )
        .map((row) => ({
          key,
          attempt: text(row, 'attempt'),
          at: int(row, 'at'),
          code: int(row, 'code'),
          text: text(row, 'text'),
        })),
    setting: async (name) => setting(db, name),
    settingOnce: (name, value) =>
      commit.run(() => {
        db.run('INSERT INTO settings (name, value) VALUES (?,?) ON CONFLICT (name) DO NOTHING', name, value);
        return setting(db, name) ?? value;
      }),
    putSetting: async (name, value) => {
      await commit.run(() =>
        db.run(
          'INSERT INTO settings (name, value) VALUES (?,?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
          name,
          value,
        ),
      );
    },
  };
}

function setting(db: Connection, name: string): string | undefined {
  const row = db.get('SELECT value FROM settings WHERE name = ?', name);
  return row === undefined ? undefined : text(row, 'value');
}

function tokenRow(row: Row): TokenRow {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    role: text(row, 'role'),
    hash: text(row, 'hash'),
    createdAt: int(row, 'created_at'),
  };
}
