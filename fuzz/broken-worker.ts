/** Targets that are broken on purpose, for the test of the fuzzer: each breaks on an input with an exclamation mark. */
import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { fuzzTarget } from './fuzz-target.ts';
import { model } from './model.ts';
import type { Order } from './slice.ts';
import { Broken, type Target } from './target.ts';

const MARK = 0x21;
const kept: Uint8Array[] = [];

const FAULTS: Readonly<Record<string, (octets: Uint8Array) => void>> = {
  sound: () => undefined,
  property: () => undefined,
  crash: () => {
    throw new TypeError('nothing is there');
  },
  slow: () => busy(1000),
  hang: () => busy(Number.POSITIVE_INFINITY),
  large: () => {
    kept.push(new Uint8Array(100 * 2 ** 20));
    kept.length = 0;
  },
  leak: () => {
    // once: a leak in each input would end the worker
    if (kept.length === 0) kept.push(new Uint8Array(40 * 2 ** 20));
  },
};

parentPort?.on('message', async (order: Order) => {
  const fault = FAULTS[order.target] ?? (() => undefined);
  const target: Target = {
    name: order.target,
    asks: 'nothing',
    seeds: () => [Uint8Array.of(1, 2, 3)],
    take: (octets) => {
      if (octets.includes(MARK)) fault(octets);
    },
    models: [
      model('halves', fc.nat(1000), (n) => {
        if (order.target === 'property' && n > 300) throw new Broken('not a half');
      }),
    ],
  };
  parentPort?.postMessage(await fuzzTarget(target, order, workerData.place));
});

function busy(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}
