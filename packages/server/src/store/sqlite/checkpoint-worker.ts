/** Worker thread: copies the write-ahead log into the database, so that no request ever waits for it. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

interface CheckpointTask {
  readonly files: readonly string[];
  readonly pages: number;
  readonly intervalMs: number;
}

const { files, pages, intervalMs }: CheckpointTask = workerData;
const open = files.map((file) => {
  const db = new DatabaseSync(file, { timeout: 0 });
  db.exec('PRAGMA wal_autocheckpoint = 0');
  return {
    db,
    checkpoint: db.prepare('PRAGMA wal_checkpoint(PASSIVE)'),
    noop: db.prepare('PRAGMA wal_checkpoint(NOOP)'),
  };
});

const timer = setInterval(() => {
  for (const { checkpoint, noop } of open) {
    const { log, checkpointed } = noop.get() ?? {};
    if (typeof log === 'number' && typeof checkpointed === 'number' && log - checkpointed >= pages) {
      checkpoint.get();
    }
  }
}, intervalMs);

parentPort?.once('message', () => {
  clearInterval(timer);
  for (const { db } of open) db.close();
  parentPort?.close();
});
