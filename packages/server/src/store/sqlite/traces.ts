import type { TraceBounds, TraceRow, TraceSessionRow, Traces } from '../port.ts';
import type { Connection, Row } from './connection.ts';
import { MAX_PAGE, MAX_QUEUED_TRACES, TRACE_BATCH, TRACE_BATCH_MS } from './limits.ts';
import { int, optionalInt, optionalText, orNull, text } from './values.ts';

const ADD_MESSAGE = `INSERT INTO trace_messages (session, at, sender, encoding, bytes, status, outcome, message)
  VALUES (?,?,?,?,?,?,?,?)`;
const ADD_SESSION = `INSERT INTO trace_sessions (id, key, started_at, last_at, messages, bytes) VALUES (?1,?2,?3,?3,?4,?5)
  ON CONFLICT (id) DO UPDATE SET last_at = max(last_at, excluded.last_at), key = coalesce(excluded.key, key),
    messages = messages + excluded.messages, bytes = bytes + excluded.bytes`;
const ADD_TOTALS = 'UPDATE totals SET value = value + ? WHERE name = ?';
const SESSIONS = 'SELECT id, key, started_at, last_at, messages FROM trace_sessions';

/** Traces on the telemetry connection: gathered, written in batches between requests, lost at most by the batch. */
export class SqliteTraces implements Traces {
  readonly #db: Connection;
  #queue: (() => readonly TraceRow[])[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(db: Connection) {
    this.#db = db;
  }

  add(make: () => readonly TraceRow[]): void {
    if (this.#queue.length >= MAX_QUEUED_TRACES) this.#queue.shift();
    this.#queue.push(make);
    this.#timer ??= setTimeout(() => this.#writeSome(), TRACE_BATCH_MS).unref();
  }

  async flush(): Promise<void> {
    while (this.#queue.length > 0) this.#write(this.#queue.splice(0, TRACE_BATCH));
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async sessions(query: {
    readonly key?: string;
    readonly before?: string;
    readonly limit: number;
  }): Promise<readonly TraceSessionRow[]> {
    await this.flush();
    const last = query.before === undefined ? undefined : await this.session(query.before);
    const wanted = [
      ...(query.key === undefined ? [] : ['key = ?1']),
      ...(last === undefined ? [] : ['(last_at, id) < (?2, ?3)']),
    ];
    const where = wanted.length === 0 ? '' : `WHERE ${wanted.join(' AND ')}`;
    return this.#db
      .all(
        `${SESSIONS} ${where} ORDER BY last_at DESC, id DESC LIMIT ?4`,
        query.key ?? null,
        last?.lastAt ?? null,
        last?.id ?? null,
        Math.min(query.limit, MAX_PAGE),
      )
      .map(sessionRow);
  }

  async session(id: string): Promise<TraceSessionRow | undefined> {
    await this.flush();
    const row = this.#db.get(`${SESSIONS} WHERE id = ?`, id);
    return row === undefined ? undefined : sessionRow(row);
  }

  async messages(session: string): Promise<readonly TraceRow[]> {
    await this.flush();
    return this.#db
      .all('SELECT * FROM trace_messages WHERE session = ? ORDER BY sequence LIMIT ?', session, MAX_PAGE)
      .map(messageRow);
  }

  /** Whole sessions go, oldest first, until age, count and octets are within bounds. */
  async prune({ maxAgeMs, maxRows, maxBytes }: TraceBounds, now: number): Promise<void> {
    const total = (name: string): number => {
      const row = this.#db.get('SELECT value FROM totals WHERE name = ?', name);
      return row === undefined ? 0 : int(row, 'value');
    };
    this.#db.db.exec('BEGIN IMMEDIATE');
    try {
      for (;;) {
        const oldest = this.#db.get(
          'SELECT id, last_at, messages, bytes FROM trace_sessions ORDER BY last_at, id LIMIT 1',
        );
        if (oldest === undefined) break;
        const within = int(oldest, 'last_at') >= now - maxAgeMs;
        if (within && total('messages') <= maxRows && total('bytes') <= maxBytes) break;
        const id = text(oldest, 'id');
        this.#db.run('DELETE FROM trace_messages WHERE session = ?', id);
        this.#db.run('DELETE FROM trace_sessions WHERE id = ?', id);
        this.#db.run(ADD_TOTALS, -int(oldest, 'messages'), 'messages');
        this.#db.run(ADD_TOTALS, -int(oldest, 'bytes'), 'bytes');
      }
      this.#db.db.exec('COMMIT');
    } catch (error) {
      if (this.#db.db.isTransaction) this.#db.db.exec('ROLLBACK');
      throw error;
    }
  }

  #writeSome(): void {
    this.#timer = undefined;
    const batch = this.#queue.splice(0, TRACE_BATCH);
    try {
      this.#write(batch);
    } catch {
      // Telemetry gives way: a batch that another process's lock or a full disk refuses is dropped.
    }
    if (this.#queue.length > 0) this.#timer = setTimeout(() => this.#writeSome(), 0).unref();
  }

  #write(batch: readonly (() => readonly TraceRow[])[]): void {
    const rows = batch.flatMap((make) => make());
    if (rows.length === 0) return;
    this.#db.prepare('BEGIN IMMEDIATE').run();
    try {
      for (const row of rows) this.#addMessage(row);
      for (const [id, sum] of sums(rows)) {
        this.#db.run(ADD_SESSION, id, orNull(sum.key), sum.at, sum.messages, sum.bytes);
      }
      this.#db.run(ADD_TOTALS, rows.length, 'messages');
      this.#db.run(
        ADD_TOTALS,
        rows.reduce((n, row) => n + kept(row), 0),
        'bytes',
      );
      this.#db.prepare('COMMIT').run();
    } catch (error) {
      if (this.#db.db.isTransaction) this.#db.db.exec('ROLLBACK');
      throw error;
    }
  }

  #addMessage(row: TraceRow): void {
    const { session, at, from, encoding, bytes } = row;
    this.#db.run(
      ADD_MESSAGE,
      session,
      at,
      from,
      encoding,
      bytes,
      orNull(row.status),
      orNull(row.outcome),
      orNull(row.message),
    );
  }
}

interface Sum {
  key: string | undefined;
  readonly at: number;
  messages: number;
  bytes: number;
}

/** One write for each session of a batch. */
function sums(rows: readonly TraceRow[]): ReadonlyMap<string, Sum> {
  const bySession = new Map<string, Sum>();
  for (const row of rows) {
    const sum = bySession.get(row.session) ?? { key: row.key, at: row.at, messages: 0, bytes: 0 };
    sum.messages += 1;
    sum.bytes += kept(row);
    sum.key ??= row.key;
    bySession.set(row.session, sum);
  }
  return bySession;
}

/** Octets a row takes, roughly. */
function kept(row: TraceRow): number {
  return 64 + (row.message?.length ?? 0);
}

function sessionRow(row: Row): TraceSessionRow {
  return {
    id: text(row, 'id'),
    key: optionalText(row, 'key'),
    startedAt: int(row, 'started_at'),
    lastAt: int(row, 'last_at'),
    messages: int(row, 'messages'),
  };
}

function messageRow(row: Row): TraceRow {
  return {
    session: text(row, 'session'),
    at: int(row, 'at'),
    from: text(row, 'sender') === 'device' ? 'device' : 'server',
    encoding: text(row, 'encoding') === 'wbxml' ? 'wbxml' : 'xml',
    bytes: int(row, 'bytes'),
    status: optionalInt(row, 'status'),
    outcome: optionalText(row, 'outcome'),
    message: optionalText(row, 'message'),
  };
}
