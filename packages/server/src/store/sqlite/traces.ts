import type { TraceBounds, TracedExchange, TraceRow, TraceSessionRow, Traces } from '../trace-port.ts';
import type { Connection, Row } from './connection.ts';
import { MAX_PAGE, MAX_QUEUED_TRACES, TRACE_BATCH, TRACE_BATCH_MS } from './limits.ts';
import { pruneTraces } from './trace-prune.ts';
import { int, optionalInt, optionalText, orNull, text } from './values.ts';

const ADD_EXCHANGE = `INSERT INTO trace_exchanges (session, stranger, encoding, outcome, received_at, request_bytes,
  request, answered_at, response_bytes, response, status) VALUES (?,?,?,?,?,?,?,?,?,?,?)`;
const ADD_SESSION = `INSERT INTO trace_sessions (id, stranger, key, started_at, last_at, messages, bytes)
  VALUES (?,?,?,?,?,?,?) ON CONFLICT (id, stranger) DO UPDATE SET
    last_at = max(last_at, excluded.last_at), key = coalesce(excluded.key, key),
    messages = messages + excluded.messages, bytes = bytes + excluded.bytes`;
const ADD_TOTALS = 'UPDATE trace_totals SET messages = messages + ?, bytes = bytes + ? WHERE stranger = ?';
const SESSIONS = `SELECT id, max(key) AS key, min(started_at) AS started_at, max(last_at) AS last_at,
  sum(messages) AS messages FROM trace_sessions`;

/** Traces on the telemetry connection: gathered, written in batches between requests, lost at most by the batch. */
export class SqliteTraces implements Traces {
  readonly #db: Connection;
  #queue: (() => TracedExchange)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(db: Connection) {
    this.#db = db;
  }

  add(make: () => TracedExchange): void {
    if (this.#queue.length >= MAX_QUEUED_TRACES) this.#queue.shift();
    this.#queue.push(make);
    this.#timer ??= setTimeout(() => this.#writeSome(), TRACE_BATCH_MS).unref();
  }

  async flush(): Promise<void> {
    while (this.#queue.length > 0) this.#write(this.#queue.splice(0, TRACE_BATCH));
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Ids begin with the time: their order is that of the beginnings. */
  async sessions(query: {
    readonly key?: string;
    readonly before?: string;
    readonly limit: number;
  }): Promise<readonly TraceSessionRow[]> {
    await this.flush();
    const wanted = [
      ...(query.key === undefined ? [] : ['key = ?1']),
      ...(query.before === undefined ? [] : ['id < ?2']),
    ];
    const where = wanted.length === 0 ? '' : `WHERE ${wanted.join(' AND ')}`;
    return this.#db
      .all(
        `${SESSIONS} ${where} GROUP BY id ORDER BY id DESC LIMIT ?3`,
        query.key ?? null,
        query.before ?? null,
        Math.min(query.limit, MAX_PAGE),
      )
      .map(sessionRow);
  }

  async session(id: string): Promise<TraceSessionRow | undefined> {
    await this.flush();
    const row = this.#db.get(`${SESSIONS} WHERE id = ? GROUP BY id`, id);
    return row === undefined ? undefined : sessionRow(row);
  }

  async messages(session: string): Promise<readonly TraceRow[]> {
    await this.flush();
    return this.#db
      .all(
        'SELECT * FROM trace_exchanges WHERE session = ? ORDER BY sequence LIMIT ?',
        session,
        Math.floor(MAX_PAGE / 2),
      )
      .flatMap(messageRows);
  }

  prune(bounds: TraceBounds, now: number): Promise<void> {
    return pruneTraces(this.#db, bounds, now);
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

  #write(batch: readonly (() => TracedExchange)[]): void {
    if (batch.length === 0) return;
    const exchanges = batch.map((make) => make());
    this.#db.prepare('BEGIN IMMEDIATE').run();
    try {
      for (const exchange of exchanges) addExchange(this.#db, exchange);
      const totals = [
        { messages: 0, bytes: 0 },
        { messages: 0, bytes: 0 },
      ];
      for (const sum of sums(exchanges)) {
        const { id, stranger, key, startedAt, lastAt, messages, bytes } = sum;
        this.#db.run(ADD_SESSION, id, stranger, orNull(key), startedAt, lastAt, messages, bytes);
        const total = totals[stranger];
        if (total === undefined) continue;
        total.messages += messages;
        total.bytes += bytes;
      }
      for (const [stranger, { messages, bytes }] of totals.entries()) {
        if (messages > 0) this.#db.run(ADD_TOTALS, messages, bytes, stranger);
      }
      this.#db.prepare('COMMIT').run();
    } catch (error) {
      if (this.#db.db.isTransaction) this.#db.db.exec('ROLLBACK');
      throw error;
    }
  }
}

function addExchange(db: Connection, exchange: TracedExchange): void {
  const { session, stranger, encoding, outcome, request, response } = exchange;
  db.run(
    ADD_EXCHANGE,
    session,
    stranger ? 1 : 0,
    encoding,
    orNull(outcome),
    request.at,
    request.bytes,
    orNull(request.message),
    response.at,
    response.bytes,
    orNull(response.message),
    response.status,
  );
}

interface Sum {
  readonly id: string;
  readonly stranger: number;
  readonly key: string | undefined;
  readonly startedAt: number;
  lastAt: number;
  messages: number;
  bytes: number;
}

/** One write for each session of a batch; what strangers said in it is counted apart. */
function sums(exchanges: readonly TracedExchange[]): Iterable<Sum> {
  const bySession = new Map<string, Sum>();
  for (const exchange of exchanges) {
    const { session: id, key, request, response } = exchange;
    const stranger = exchange.stranger ? 1 : 0;
    const name = `${stranger}${id}`;
    let sum = bySession.get(name);
    if (sum === undefined) {
      sum = { id, stranger, key, startedAt: request.at, lastAt: response.at, messages: 0, bytes: 0 };
      bySession.set(name, sum);
    }
    sum.lastAt = Math.max(sum.lastAt, response.at);
    sum.messages += 2;
    // Octets the row takes, roughly.
    sum.bytes += 128 + (request.message?.length ?? 0) + (response.message?.length ?? 0);
  }
  return bySession.values();
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

function messageRows(row: Row): readonly [TraceRow, TraceRow] {
  const encoding = text(row, 'encoding') === 'wbxml' ? 'wbxml' : 'xml';
  const common = { session: text(row, 'session'), encoding } as const;
  return [
    {
      ...common,
      from: 'device',
      at: int(row, 'received_at'),
      bytes: int(row, 'request_bytes'),
      outcome: optionalText(row, 'outcome'),
      message: optionalText(row, 'request'),
    },
    {
      ...common,
      from: 'server',
      at: int(row, 'answered_at'),
      bytes: int(row, 'response_bytes'),
      status: optionalInt(row, 'status'),
      message: optionalText(row, 'response'),
    },
  ];
}
