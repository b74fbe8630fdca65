import type { Store } from '../port.ts';
import type { Context } from './context.ts';
import { credentialsOf, sessionOf } from './device-reads.ts';
import { versionOf } from './device-writes.ts';
import { MAX_PAGE } from './limits.ts';
import { writeCredentials } from './session-writes.ts';
import { int, text } from './values.ts';

const CREDENTIALS = 'SELECT key, version AS s_version, key_id, sealed, nonces FROM sessions';

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
      const row = db.get(`${CREDENTIALS} WHERE key = ? AND key_id IS NOT NULL`, key);
      return row === undefined ? undefined : credentialsOf(key, row);
    },
    credentialsNotSealedWith: async (keyId, { after, limit }) =>
      db
        .all(
          `${CREDENTIALS} WHERE key > ? AND key_id <> ? ORDER BY key LIMIT ?`,
          after ?? '',
          keyId,
          Math.min(limit, MAX_PAGE),
        )
        .map((row) => credentialsOf(text(row, 'key'), row)),
    putCredentials: (write) =>
      commit.run(() => {
        if (versionOf(db, 'sessions', write.key) !== write.expected) return 'conflict';
        writeCredentials(db, write);
        loaded.drop(write.key);
        return 'committed';
      }),
    session: async (key) => {
      const row = db.get(
        'SELECT version AS s_version, id, token, updated_at, value FROM sessions WHERE key = ? AND id IS NOT NULL',
        key,
      );
      return row === undefined ? undefined : sessionOf(key, row);
    },
    openSessions: async (since) => {
      const minute = Math.floor(since / 60_000);
      const row = db.get('SELECT count(*) AS n FROM sessions WHERE minute >= ?', minute);
      return row === undefined ? 0 : int(row, 'n');
    },
    expireSessions: (before) =>
      commit.run(() => {
        // Nonces and the last contact are the device's and stay; the version tells who has the session in hand.
        const old = db.run(
          `UPDATE sessions SET version = version + 1,
             id = NULL, token = NULL, updated_at = NULL, minute = NULL, value = NULL, response = NULL
           WHERE minute < ?`,
          Math.floor(before / 60_000),
        );
        db.run('DELETE FROM callers WHERE updated_at < ?', before);
        if (old > 0) loaded.clear();
        return old;
      }),
  };
}
