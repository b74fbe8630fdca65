import { type ServerOptions, startServer } from '@fumarole/server';
import { ChildProgram } from './child-program.ts';

/** The server of a world: inside the test's process, or in one of its own. */
export interface WorldServer {
  /** As devices see it. */
  readonly url: string;
  /** Addresses of the listeners. */
  readonly urls: readonly string[];
  readonly adminToken?: string;
  close(): Promise<void>;
  /** SIGKILL; only in a process of its own. */
  kill?(): Promise<void>;
}

export function startWorldServer(options: ServerOptions, ownProcess: boolean): Promise<WorldServer> {
  return ownProcess ? spawnServer(options) : startServer(options);
}

const SERVE_CHILD = '../../server/src/testing/serve-child.ts';

async function spawnServer(options: ServerOptions): Promise<WorldServer> {
  const child = new ChildProgram(SERVE_CHILD, JSON.stringify(options));
  // The other end is this program.
  const { url, token } = (await child.started()) as { url: string; token?: string };
  return {
    url: options.publicUrl ?? url,
    urls: [url],
    ...(token === undefined ? {} : { adminToken: token }),
    close: () => child.end('SIGTERM'),
    kill: () => child.end('SIGKILL'),
  };
}
