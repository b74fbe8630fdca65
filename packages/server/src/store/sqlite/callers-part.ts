import type { CallerWrite, MessageCommit, SessionRow, Store } from '../port.ts';
import type { Connection } from './connection.ts';
import type { Context } from './context.ts';
import { MAX_CALLERS } from './limits.ts';
import { packResponse, unpackResponse } from './stored-response.ts';
import { blob, int, text } from './values.ts';

type Part = Pick<Store, 'caller' | 'callerResponse' | 'putCaller'>;

/** Sessions of those who have not proved themselves: never in the way of a device's own session. */
export function callersPart({ db, commit }: Context): Part {
  return {
    caller: async (key, slot) => {
      const row = db.get(
        'SELECT version, id, token, updated_at, value FROM callers WHERE key = ? AND slot = ?',
        key,
        slot,
      );
      return row === undefined ? undefined : callerOf(key, row);
    },
    callerResponse: async (key, slot, version) => {
      const sql = 'SELECT response FROM callers WHERE key = ? AND slot = ? AND version = ?';
      const row = db.get(sql, key, slot, version);
      return row === undefined ? undefined : unpackResponse(blob(row, 'response'), key);
    },
    putCaller: (write) =>
      commit.run(() => {
        if (callerVersion(db, write.key, write.slot) !== write.expected) return 'conflict';
        putCaller(db, write);
        return 'committed';
      }),
  };
}

/** Whether the caller that proves itself by this commit is still the one that was read. */
export function isCallerStale(db: Connection, { session, caller }: MessageCommit): boolean {
  return caller !== undefined && callerVersion(db, session.key, caller.slot) !== caller.expected;
}

/** The caller has become the device's session: its challenge is used up. */
export function removeCaller(db: Connection, { session, caller }: MessageCommit): void {
  if (caller !== undefined) {
    db.run('DELETE FROM callers WHERE key = ? AND slot = ?', session.key, caller.slot);
  }
}

function callerVersion(db: Connection, key: string, slot: number): number {
  const row = db.get('SELECT version FROM callers WHERE key = ? AND slot = ?', key, slot);
  return row === undefined ? 0 : int(row, 'version');
}

/** The newest has the highest number: as many as are allowed stay below it, the older ones go. */
function putCaller(db: Connection, write: CallerWrite): void {
  const { key, slot, expected, id, token, updatedAt, value, response } = write;
  const made = db.get(
    `INSERT OR REPLACE INTO callers (key, slot, version, id, token, updated_at, value, response)
     VALUES (?,?,?,?,?,?,?,?) RETURNING number`,
    key,
    slot,
    expected + 1,
    id,
    token,
    updatedAt,
    value,
    packResponse(response),
  );
  if (made !== undefined) db.run('DELETE FROM callers WHERE number <= ?', int(made, 'number') - MAX_CALLERS);
}

function callerOf(key: string, row: Parameters<typeof text>[0]): SessionRow {
  return {
    key,
    version: int(row, 'version'),
    id: text(row, 'id'),
    token: text(row, 'token'),
    updatedAt: int(row, 'updated_at'),
    value: text(row, 'value'),
  };
}
