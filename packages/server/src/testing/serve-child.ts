/** Runs a server with the options of its argument; says its address on standard output, then its memory when asked. */
import { createInterface } from 'node:readline';
import type { ServerOptions } from '../options.ts';
import { startServer } from '../server.ts';

const options: ServerOptions = JSON.parse(process.argv[2] ?? '{}');
const server = await startServer(options);
process.once('SIGTERM', () => {
  void server.close().then(() => process.exit(0));
});
process.stdout.write(`${JSON.stringify({ url: server.urls[0], token: server.adminToken })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'memory') process.stdout.write(`${process.memoryUsage().rss}\n`);
}
