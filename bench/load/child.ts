/** The measured servers, each in a process of its own: over IPC it says what it has used so far. */
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ServerOptions, startServer } from '@fumarole/server';

export interface ChildTask {
  readonly kind: 'fumarole' | 'store' | 'echo';
  readonly dataDir: string;
  /** Octets that one exchange stores: a row changed in place, and a row added. */
  readonly updateBytes?: number;
  readonly insertBytes?: number;
  readonly answerBytes?: number;
  readonly options?: Partial<ServerOptions>;
}

export interface ChildReport {
  /** User and system time of the whole process, all its threads. */
  readonly cpuMicros: number;
  readonly rss: number;
  readonly heapUsed: number;
  /** After a collection, when the process was started with --expose-gc. */
  readonly external: number;
}

/** Transactions so far, and what was committed in them. */
export interface Commits {
  readonly commits: number;
  readonly committed: number;
}

interface Started {
  readonly url: string;
  readonly token?: string | undefined;
  readonly commits: () => Promise<Commits>;
}

const task: ChildTask = JSON.parse(process.argv[2] ?? '{}');
const started = task.kind === 'fumarole' ? await fumarole() : await bare();
process.on('message', async (message) => {
  if (message === 'commits') process.send?.(await started.commits());
  if (message !== 'report') return;
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const report: ChildReport = { cpuMicros: user + system, rss, heapUsed, external };
  process.send?.(report);
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.({ url: started.url, token: started.token });

async function fumarole(): Promise<Started> {
  const server = await startServer({
    dataDir: task.dataDir,
    listeners: [{ port: 0 }],
    logLevel: 'warn',
    offer: 'manual',
    ...task.options,
  });
  const commits = async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const read = (name: string): number =>
      Number(new RegExp(`^fumarole_store_commit_batch_${name} (\\S+)$`, 'm').exec(metrics)?.[1] ?? 0);
    return { commits: read('count'), committed: read('sum') };
  };
  return { url: server.url, token: server.adminToken, commits };
}

interface Keeper {
  keep(key: string): Promise<void>;
  readonly counts: Commits;
}

function bare(): Promise<Started> {
  const answer = Buffer.alloc(task.answerBytes ?? 0, 'a');
  const keeper = task.kind === 'store' ? storing() : undefined;
  const server = createServer(async (request, response) => {
    await bodyOf(request);
    await keeper?.keep(request.url ?? '');
    response.writeHead(200, { 'content-type': 'x/y', 'content-length': answer.length });
    response.end(answer);
  });
  server.keepAliveTimeout = 600_000;
  const commits = async () => keeper?.counts ?? { commits: 0, committed: 0 };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : 0;
      resolve({ url: `http://127.0.0.1:${port}`, commits });
    });
  });
}

function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => resolve(Buffer.concat(pieces)));
    request.on('error', reject);
  });
}

/** Reads a row, writes it anew and adds another: group commit, synchronous=FULL, as the server does it. */
function storing(): Keeper {
  const db = new DatabaseSync(join(task.dataDir, 'bare.db'));
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000;
    CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB); CREATE TABLE log (id INTEGER PRIMARY KEY, value BLOB)`);
  const read = db.prepare('SELECT value FROM state WHERE key = ?');
  const write = db.prepare(
    'INSERT INTO state VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const add = db.prepare('INSERT INTO log (value) VALUES (?)');
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];
  const row = Buffer.alloc(task.updateBytes ?? 0, 'r');
  const line = Buffer.alloc(task.insertBytes ?? 0, 'l');
  const counts = { commits: 0, committed: 0 };
  let waiting: { readonly key: string; readonly resolve: () => void }[] = [];
  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    counts.commits += 1;
    counts.committed += batch.length;
    begin.run();
    for (const { key } of batch) {
      write.run(key, row);
      add.run(line);
    }
    commit.run();
    for (const { resolve } of batch) resolve();
  };
  const keep = (key: string): Promise<void> =>
    new Promise((resolve) => {
      read.get(key);
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ key, resolve });
    });
  return { keep, counts };
}
