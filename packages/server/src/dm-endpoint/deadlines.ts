/** One timer for many waits of the same length: to begin and to end a wait costs next to nothing. */
export class Deadlines {
  readonly #waitMs: number;
  /** In the order in which they fall due. */
  readonly #waits = new Map<() => void, number>();
  #armed = false;

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  /** `late` is called once when the wait was not ended in time. */
  begin(late: () => void): void {
    this.#waits.set(late, performance.now() + this.#waitMs);
    if (!this.#armed) this.#arm(this.#waitMs);
  }

  end(late: () => void): void {
    this.#waits.delete(late);
  }

  #arm(ms: number): void {
    this.#armed = true;
    setTimeout(() => this.#expire(), ms).unref();
  }

  #expire(): void {
    this.#armed = false;
    const now = performance.now();
    for (const [late, due] of this.#waits) {
      if (due > now) {
        this.#arm(due - now);
        return;
      }
      this.#waits.delete(late);
      late();
    }
  }
}
