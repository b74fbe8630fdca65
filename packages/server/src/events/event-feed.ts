import type { EventRow, Store } from '../store/port.ts';

/** The outbox as its readers need it. */
export type EventLog = Pick<Store, 'events' | 'lastEventSequence' | 'onEvents'>;

export interface EventFeedOptions {
  readonly log: EventLog;
  /** How often the log is asked for events of other processes while somebody listens, milliseconds. */
  readonly pollMs: number;
  /** Told when the log cannot be read; the feed goes on asking. */
  readonly onError: (error: unknown) => void;
}

/**
 * Tells waiting readers that the log has grown. Readers hold their own cursor and pull from the log, so that a slow
 * one costs no memory; the feed only wakes them: at once for commits of this process, within `pollMs` for
 * those of another process on the same store. Nothing is polled while nobody waits.
 */
export class EventFeed {
  readonly #log: EventLog;
  readonly #pollMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #unsubscribe: () => void;
  /** Newest sequence seen by the last poll. */
  #seen = -1;

  constructor(options: EventFeedOptions) {
    this.#log = options.log;
    this.#pollMs = options.pollMs;
    this.#onError = options.onError;
    this.#unsubscribe = options.log.onEvents(() => this.#wakeAll());
  }

  /** At most `limit` events with a sequence above `after`, in the order they were committed. */
  read(after: number, limit: number): Promise<readonly EventRow[]> {
    return this.#log.events({ after, limit });
  }

  /** Sequence of the newest event; 0 when there was none. */
  latest(): Promise<number> {
    return this.#log.lastEventSequence();
  }

  /** Sequence of the oldest event still kept. */
  async oldest(): Promise<number | undefined> {
    const [first] = await this.#log.events({ after: 0, limit: 1 });
    return first?.sequence;
  }

  /** Resolves when there may be events above `after`, the signal aborts, `timeoutMs` passes, or the feed closes. */
  async changed(after: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (this.#closed || signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, timeoutMs);
      const waiting = this.#waiting;
      function done(): void {
        clearTimeout(timer);
        waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      }
      signal?.addEventListener('abort', done);
      waiting.add(done);
      this.#schedule(after);
    });
  }

  /** Wakes everybody for the last time; later waits return at once. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    clearTimeout(this.#timer);
    this.#wakeAll();
  }

  get closed(): boolean {
    return this.#closed;
  }

  #wakeAll(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #schedule(after: number): void {
    // A reader that is behind what the last poll saw must not wait for the next commit.
    if (this.#seen > after) this.#seen = after;
    if (this.#timer !== undefined || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#poll().catch(this.#onError);
    }, this.#pollMs);
  }

  async #poll(): Promise<void> {
    try {
      const latest = await this.#log.lastEventSequence();
      if (latest > this.#seen) {
        this.#seen = latest;
        this.#wakeAll();
      }
    } finally {
      this.#timer = undefined;
      if (this.#waiting.size > 0) this.#schedule(this.#seen);
    }
  }
}
