import type { CredentialRow, Store } from '../port.ts';
import type { Row } from './connection.ts';
import type { Context } from './context.ts';
import { sessionOf } from './device-reads.ts';
import { putCredentials, versionOf } from './device-writes.ts';
import { MAX_PAGE } from './limits.ts';
import { blob, int, text } from './values.ts';

type Part = Pick<
  Store,
  | 'credentials'
  | 'credentialsNotSealedWith'
  | 'putCredentials'
  | 'session'
  | 'openSessions'
  | 'expireSessions'
>;

export function sessionsPart({ db, commit, loaded }: Context): Part {
  return {
    credentials: async (key) => {
      const row = db.get('SELECT * FROM credentials WHERE key = ?', key);
      return row === undefined ? undefined : credentialRow(row);
    },
    credentialsNotSealedWith: async (keyId, { after, limit }) =>
      db
        .all(
          'SELECT * FROM credentials WHERE key > ? AND key_id <> ? ORDER BY key LIMIT ?',
          after ?? '',
          keyId,
          Math.min(limit, MAX_PAGE),
        )
        .map(credentialRow),
    putCredentials: (write) =>
      commit.run(() => {
        if (versionOf(db, 'credentials', write.key) !== write.expected) return 'conflict';
        putCredentials(db, write);
        loaded.drop(write.key);
        return 'committed';
      }),
    session: async (key) => {
      const row = db.get(
        'SELECT version AS s_version, id, token, known, updated_at, value FROM sessions WHERE key = ?',
        key,
      );
      return row === undefined ? undefined : sessionOf(key, row);
    },
    openSessions: async (since) => {
      const minute = Math.floor(since / 60_000);
      const row = db.get('SELECT count(*) AS n FROM sessions WHERE known = 1 AND minute >= ?', minute);
      return row === undefined ? 0 : int(row, 'n');
    },
    expireSessions: (before, maxDecoys) =>
      commit.run(() => {
        const minute = Math.floor(before / 60_000);
        const old = db.run('DELETE FROM sessions WHERE known IN (0, 1) AND minute < ?', minute);
        const decoys = db.run(
          `DELETE FROM sessions WHERE rowid IN
             (SELECT rowid FROM sessions WHERE known = 0 ORDER BY minute DESC LIMIT -1 OFFSET ?)`,
          maxDecoys,
        );
        db.run('DELETE FROM callers WHERE updated_at < ?', before);
        if (old + decoys > 0) loaded.clear();
        return old + decoys;
      }),
  };
}

function credentialRow(row: Row): CredentialRow {
  return {
    key: text(row, 'key'),
    version: int(row, 'version'),
    keyId: text(row, 'key_id'),
    sealed: blob(row, 'sealed'),
  };
}
