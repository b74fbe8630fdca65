import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { RunReport } from './verdict.ts';
import type { Order } from './worker.ts';

/** Two cores; a third would only make tests that wait for something slower. */
const WORKERS = 2;
/** The slowest order takes a tenth of this on a busy machine; a fault may hang a thread for ever. */
const ORDER_MS = 120_000;

/** Carries out the orders, two at a time, each worker staying warm for the next; the reports in their order. */
export async function carryOutAll<T extends Order>(
  orders: readonly T[],
  told: (order: T, report: RunReport) => void,
): Promise<void> {
  const queue = [...orders];
  await Promise.all(
    Array.from({ length: Math.min(WORKERS, orders.length) }, async () => {
      let worker: ChildProcess | undefined;
      for (let order = queue.shift(); order !== undefined; order = queue.shift()) {
        worker ??= await startWorker();
        const report = await ask(worker, order);
        if (report === undefined) worker = undefined;
        told(order, report ?? { tests: [], broken: ['the tests did not end, or ended their process'] });
      }
      worker?.kill();
    }),
  );
}

async function startWorker(): Promise<ChildProcess> {
  const worker = fork(join(import.meta.dirname, 'worker.ts'), {
    execArgv: ['--conditions=@fumarole/source', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(worker, 'message');
  return worker;
}

/** Undefined: the worker is gone. */
async function ask(worker: ChildProcess, order: Order): Promise<RunReport | undefined> {
  const answered = new AbortController();
  const timer = setTimeout(() => worker.kill('SIGKILL'), ORDER_MS);
  try {
    worker.send(order);
    const answer = once(worker, 'message', { signal: answered.signal });
    const gone = once(worker, 'exit', { signal: answered.signal });
    gone.catch(() => undefined);
    // The other end is `worker.ts`.
    return await Promise.race([answer.then(([report]) => report as RunReport), gone.then(() => undefined)]);
  } finally {
    clearTimeout(timer);
    answered.abort();
  }
}
