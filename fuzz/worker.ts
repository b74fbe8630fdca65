/** One thread that fuzzes; the supervisor sees in the shared memory what it is at, and ends it when it hangs. */
import { parentPort, workerData } from 'node:worker_threads';
import { fuzzTarget } from './fuzz-target.ts';
import type { Order } from './slice.ts';
import { targetNamed } from './targets/index.ts';

parentPort?.on('message', async (order: Order) => {
  parentPort?.postMessage(await fuzzTarget(targetNamed(order.target), order, workerData.place));
});
