/** The measured servers, each in a process of its own: it answers `cpu` over IPC with the microseconds it has used. */
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startServer } from '@fumarole/server';

export interface ChildTask {
  readonly kind: 'fumarole' | 'store' | 'echo';
  readonly dataDir: string;
  /** Octets that one exchange stores: rows changed in place, and rows added. */
  readonly updateBytes: number;
  readonly insertBytes: number;
  readonly answerBytes: number;
}

const task: ChildTask = JSON.parse(process.argv[2] ?? '{}');
const started =
  task.kind === 'fumarole' ? await fumarole() : await bare(task.kind === 'store' ? storing() : undefined);
process.on('message', (message) => {
  if (message !== 'cpu') return;
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, rss: process.memoryUsage.rss() });
});
process.send?.(started);

async function fumarole(): Promise<{ readonly url: string; readonly token?: string | undefined }> {
  const server = await startServer({
    dataDir: task.dataDir,
    listeners: [{ port: 0 }],
    logLevel: 'warn',
    offer: 'manual',
  });
  return { url: server.url, token: server.adminToken };
}

type Keep = (key: string) => Promise<void>;

function bare(keep: Keep | undefined): Promise<{ readonly url: string }> {
  const answer = Buffer.alloc(task.answerBytes, 'a');
  const server = createServer(async (request, response) => {
    await bodyOf(request);
    await keep?.(request.url ?? '');
    response.writeHead(200, { 'content-type': 'x/y', 'content-length': answer.length });
    response.end(answer);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` });
    });
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Reads a row, writes it anew and adds another: group commit, synchronous=FULL, as the server does it. */
function storing(): Keep {
  const db = new DatabaseSync(join(task.dataDir, 'bare.db'));
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB); CREATE TABLE log (id INTEGER PRIMARY KEY, value BLOB)`);
  const read = db.prepare('SELECT value FROM state WHERE key = ?');
  const write = db.prepare(
    'INSERT INTO state VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const add = db.prepare('INSERT INTO log (value) VALUES (?)');
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];
  const row = Buffer.alloc(task.updateBytes, 'r');
  const line = Buffer.alloc(task.insertBytes, 'l');
  let waiting: { readonly key: string; readonly resolve: () => void }[] = [];
  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    begin.run();
    for (const { key } of batch) {
      write.run(key, row);
      add.run(line);
    }
    commit.run();
    for (const { resolve } of batch) resolve();
  };
  return (key) =>
    new Promise((resolve) => {
      read.get(key);
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ key, resolve });
    });
}
