/**
 * Group commit: everything asked for in one turn of the event loop shares one transaction and is answered after its
 * COMMIT. The batch runs without savepoints; should one request throw, the batch is rolled back and repeated with a
 * savepoint for each, so that only the culprit fails. Requests are therefore repeatable functions of the database.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { StoreError } from '../store-error.ts';
import { type Connection, isBusy } from './connection.ts';
import { MAX_BATCH, MAX_BUSY_MS } from './limits.ts';

/** Tells the one who asked, once the transaction is durable. */
type Answer = () => void;

interface Request {
  readonly work: () => Answer;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommitHooks {
  /** Requests in the transaction, and how long it took. */
  committed(batch: number, seconds: number): void;
  /** A transaction has the lock and sees the newest state; nothing was done in it yet. */
  began(): void;
  /** Writes of this process were undone: what was remembered of them is void. */
  rolledBack(): void;
}

export class GroupCommit {
  readonly #connection: Connection;
  readonly #hooks: GroupCommitHooks;
  #queue: Request[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(connection: Connection, hooks: GroupCommitHooks) {
    this.#connection = connection;
    this.#hooks = hooks;
  }

  /** Runs `work` in the transaction of this turn; resolves with its value once that is durable. */
  run<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError('closed'));
    return new Promise<T>((resolve, reject) => {
      const answered = (): Answer => {
        const value = work();
        return () => resolve(value);
      };
      this.#queue.push({ work: answered, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Finishes what was asked for; nothing more is taken. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, MAX_BATCH);
      this.#queue = this.#queue.slice(MAX_BATCH);
      await this.#commit(batch);
    }
    this.#running = undefined;
  }

  async #commit(batch: readonly Request[]): Promise<void> {
    const start = performance.now();
    try {
      const answers = await this.#transaction(batch);
      this.#hooks.committed(batch.length, (performance.now() - start) / 1000);
      for (const answer of answers) answer();
    } catch (error) {
      const failure = isBusy(error)
        ? new StoreError('busy', undefined, error)
        : new StoreError('failed', error instanceof Error ? error.message : String(error), error);
      for (const request of batch) request.reject(failure);
    }
  }

  /** Another process may hold the write lock: tried again, at random pauses, for a bounded time. */
  async #transaction(batch: readonly Request[]): Promise<readonly Answer[]> {
    const deadline = performance.now() + MAX_BUSY_MS;
    for (;;) {
      try {
        return this.#attempt(batch);
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
        await delay(1 + Math.random() * 4);
      }
    }
  }

  #attempt(batch: readonly Request[]): readonly Answer[] {
    const { db } = this.#connection;
    try {
      return this.#within(() => batch.map(({ work }) => work()));
    } catch (error) {
      if (isBusy(error) || batch.length === 0) throw error;
      return this.#within(() =>
        batch.map(({ work, reject }) => {
          db.exec('SAVEPOINT request');
          try {
            const answer = work();
            db.exec('RELEASE request');
            return answer;
          } catch (culprit) {
            if (!db.isTransaction || isBusy(culprit)) throw culprit;
            this.#hooks.rolledBack();
            db.exec('ROLLBACK TO request; RELEASE request');
            return () => reject(culprit);
          }
        }),
      );
    }
  }

  #within<T>(work: () => T): T {
    const { db } = this.#connection;
    this.#connection.prepare('BEGIN IMMEDIATE').run();
    try {
      this.#hooks.began();
      const value = work();
      this.#connection.prepare('COMMIT').run();
      return value;
    } catch (error) {
      this.#hooks.rolledBack();
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}
