/**
 * Keeps traces within their bounds: whole sessions go, oldest first. What strangers said has a share of its own, so that
 * nobody who cannot prove to be a device pushes the traces of devices out.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { TraceBounds } from '../trace-port.ts';
import type { Connection } from './connection.ts';
import { STRANGERS_SHARE, TRACE_PRUNE_SLICE } from './limits.ts';
import { int, text } from './values.ts';

const OLDEST = `SELECT id, last_at, messages, bytes FROM trace_sessions WHERE stranger = ? ORDER BY id LIMIT ${TRACE_PRUNE_SLICE}`;

export async function pruneTraces(db: Connection, bounds: TraceBounds, now: number): Promise<void> {
  const strangers = {
    maxAgeMs: bounds.maxAgeMs,
    maxRows: Math.floor(bounds.maxRows * STRANGERS_SHARE),
    maxBytes: Math.floor(bounds.maxBytes * STRANGERS_SHARE),
  };
  const devices = {
    maxAgeMs: bounds.maxAgeMs,
    maxRows: bounds.maxRows - strangers.maxRows,
    maxBytes: bounds.maxBytes - strangers.maxBytes,
  };
  for (const [stranger, share] of [devices, strangers].entries()) {
    // In slices, so that messages are traced in between.
    while (pruneSlice(db, stranger, share, now)) await turn();
  }
}

/** True: there is more to remove. */
function pruneSlice(db: Connection, stranger: number, bounds: TraceBounds, now: number): boolean {
  db.prepare('BEGIN IMMEDIATE').run();
  try {
    const totals = db.get('SELECT messages, bytes FROM trace_totals WHERE stranger = ?', stranger) ?? {};
    const left = { messages: int(totals, 'messages'), bytes: int(totals, 'bytes') };
    const gone = { messages: 0, bytes: 0 };
    let removed = 0;
    for (const session of db.all(OLDEST, stranger)) {
      const young = int(session, 'last_at') >= now - bounds.maxAgeMs;
      if (young && left.messages <= bounds.maxRows && left.bytes <= bounds.maxBytes) break;
      const id = text(session, 'id');
      db.run('DELETE FROM trace_exchanges WHERE session = ? AND stranger = ?', id, stranger);
      db.run('DELETE FROM trace_sessions WHERE id = ? AND stranger = ?', id, stranger);
      for (const what of ['messages', 'bytes'] as const) {
        left[what] -= int(session, what);
        gone[what] += int(session, what);
      }
      removed += 1;
    }
    db.run(
      'UPDATE trace_totals SET messages = messages - ?, bytes = bytes - ? WHERE stranger = ?',
      gone.messages,
      gone.bytes,
      stranger,
    );
    db.prepare('COMMIT').run();
    return removed === TRACE_PRUNE_SLICE;
  } catch (error) {
    if (db.db.isTransaction) db.db.exec('ROLLBACK');
    throw error;
  }
}
