import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CHECKPOINT_INTERVAL_MS, CHECKPOINT_PAGES } from './limits.ts';

/** Starts the checkpoint worker; without it (it died) the writer checkpoints by itself. Resolves the stop function's promise when its files are closed. */
export function startCheckpointer(files: readonly string[]): () => Promise<void> {
  // The same file in the sources and in the build, where its extension differs.
  const script = new URL(`./checkpoint-worker${extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(script, {
    workerData: { files, pages: CHECKPOINT_PAGES, intervalMs: CHECKPOINT_INTERVAL_MS },
    execArgv: [],
  });
  worker.unref();
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve());
    worker.once('error', () => resolve());
  });
  return async () => {
    worker.ref();
    worker.postMessage('stop');
    await ended;
  };
}
