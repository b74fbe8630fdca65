/** Longest wait that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The time that one download may take in all, its pauses included (dlota.md §8.3: "whole transfer limited by policy").
 * It is counted by the monotonic clock, so that setting the clock ends no download; what was spent outlives a restart.
 */
export class TimeBudget {
  readonly #spentBefore: number;
  readonly #start = performance.now();
  readonly #end = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(limitMs: number, spentMs: number) {
    this.#spentBefore = spentMs;
    const left = Math.min(Math.max(0, limitMs - spentMs), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#end.abort('over-time'), left);
  }

  /** Aborted with the reason `over-time` when nothing is left. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  get spentMs(): number {
    return Math.round(this.#spentBefore + performance.now() - this.#start);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
