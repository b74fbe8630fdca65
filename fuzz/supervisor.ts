import { Worker } from 'node:worker_threads';
import { HANG_MILLISECONDS, MAX_HEAP_MEGABYTES } from './limits.ts';
import {
  type Finding,
  newPlace,
  type Order,
  readPlace,
  type SharedPlace,
  type SliceResult,
} from './slice.ts';

const LOOK_MILLISECONDS = 1000;

/** Keeps one worker going; one that hangs or runs out of memory is ended, and what it was at is the finding. */
export class Supervisor {
  readonly #script: URL;
  #worker: Worker | undefined;
  #place: SharedPlace = newPlace();

  constructor(script: URL = new URL('./worker.ts', import.meta.url)) {
    this.#script = script;
  }

  /** One slice of one target. */
  async run(order: Order, hangMilliseconds: number = HANG_MILLISECONDS): Promise<SliceResult> {
    const worker = this.#started();
    let settle: (result: SliceResult) => void = () => undefined;
    const ended = new Promise<SliceResult>((resolve) => {
      settle = resolve;
    });
    const lost = (kind: Finding['kind'], reason: string): void => {
      const { input, count } = readPlace(this.#place);
      const finding: Finding = { kind, reason, octets: input, seed: order.seed };
      settle({
        target: order.target,
        inputs: count,
        cases: 0,
        milliseconds: kind === 'hang' ? hangMilliseconds : 0,
        peak: kind === 'memory' ? MAX_HEAP_MEGABYTES * 2 ** 20 : 0,
        kept: 0,
        findings: [finding],
      });
      this.#worker = undefined;
    };
    const onMessage = (result: SliceResult): void => settle(result);
    const onError = (error: unknown): void => {
      const text = error instanceof Error ? error.message : String(error);
      lost(isOutOfMemory(error) ? 'memory' : 'wrong', text);
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    const watch = watchCount(this.#place, hangMilliseconds, () => {
      lost('hang', `no end within ${hangMilliseconds} ms`);
      void worker.terminate();
    });
    Atomics.store(this.#place.numbers, 0, 0);
    worker.postMessage(order);
    const result = await ended;
    clearInterval(watch);
    worker.off('message', onMessage);
    worker.off('error', onError);
    return result;
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    this.#place = newPlace();
    this.#worker = new Worker(this.#script, {
      workerData: { place: this.#place },
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MEGABYTES, maxYoungGenerationSizeMb: 32 },
    });
    return this.#worker;
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

/** Calls back once when so much CPU time was used without that a new input was begun. */
function watchCount(place: SharedPlace, milliseconds: number, hung: () => void): NodeJS.Timeout {
  let seen = -1;
  let since = process.cpuUsage();
  const watch = setInterval(
    () => {
      const { count } = readPlace(place);
      if (count !== seen) {
        seen = count;
        since = process.cpuUsage();
      } else if (usedSince(since) > milliseconds) {
        clearInterval(watch);
        hung();
      }
    },
    Math.min(LOOK_MILLISECONDS, milliseconds / 4),
  );
  return watch;
}

/** The thread that watches sleeps: what the process uses is the worker's. */
function usedSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
