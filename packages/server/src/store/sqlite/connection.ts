import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { StoreError } from '../store-error.ts';
import { BUSY_STEP_MS, FALLBACK_CHECKPOINT_PAGES, MAX_BUSY_MS, MAX_STATEMENTS } from './limits.ts';
import { BEFORE_FIRST } from './schema.ts';

export type Row = Readonly<Record<string, SQLInputValue>>;

/** One SQLite connection with its prepared statements. */
export class Connection {
  readonly db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  prepare(sql: string): StatementSync {
    const found = this.#statements.get(sql);
    if (found !== undefined) return found;
    const made = this.db.prepare(sql);
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, made);
    return made;
  }

  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.prepare(sql).all(...values);
  }

  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.prepare(sql).get(...values);
  }

  /** The first column of the first row. */
  value(sql: string): SQLInputValue | undefined {
    const row = this.get(sql);
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /** Rows changed. */
  run(sql: string, ...values: readonly SQLInputValue[]): number {
    return Number(this.prepare(sql).run(...values).changes);
  }

  close(): void {
    this.#statements.clear();
    this.db.close();
  }
}

export interface Kind {
  readonly applicationId: number;
  readonly migrations: readonly string[];
  readonly synchronous: 'FULL' | 'NORMAL';
}

/** Opens and migrates one file; throws StoreError `newer-schema`, `older-schema`, `not-a-store`. */
export function openConnection(file: string, kind: Kind): Connection {
  // Nobody else reads session tokens and device records, whatever the folder allows; SQLite's other files follow.
  closeSync(openSync(file, 'a', 0o600));
  const db = new DatabaseSync(file, { timeout: MAX_BUSY_MS });
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${kind.synchronous};`);
    migrate(db, file, kind);
    db.exec(
      `PRAGMA busy_timeout = ${BUSY_STEP_MS}; PRAGMA wal_autocheckpoint = ${FALLBACK_CHECKPOINT_PAGES};
       PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 67108864;`,
    );
    return new Connection(db);
  } catch (error) {
    db.close();
    if (error instanceof StoreError) throw error;
    if (errcode(error) === SQLITE_NOTADB) {
      throw new StoreError('not-a-store', `${file} is no SQLite database`, error);
    }
    throw new StoreError(
      'failed',
      `${file}: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

/** Two processes may start at once: the lock is taken before the version is read. */
function migrate(db: DatabaseSync, file: string, { applicationId, migrations }: Kind): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    const version = pragma(db, 'user_version');
    const owner = pragma(db, 'application_id');
    if (owner !== applicationId && (owner !== 0 || version !== 0)) {
      throw new StoreError('not-a-store', `${file} belongs to another program`);
    }
    const newest = BEFORE_FIRST + migrations.length;
    if (version > newest) {
      throw new StoreError(
        'newer-schema',
        `${file} has schema version ${version}; this Fumarole knows versions up to ${newest}`,
      );
    }
    if (version > 0 && version <= BEFORE_FIRST) {
      throw new StoreError(
        'older-schema',
        `${file} has schema version ${version}; this Fumarole takes versions from ${BEFORE_FIRST + 1} on`,
      );
    }
    for (const step of migrations.slice(Math.max(0, version - BEFORE_FIRST))) db.exec(step);
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${newest};`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
}

const SQLITE_BUSY = 5;
const SQLITE_NOTADB = 26;

export function isBusy(error: unknown): boolean {
  return errcode(error) === SQLITE_BUSY;
}

/** Primary result code of a node:sqlite error. */
function errcode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
}
