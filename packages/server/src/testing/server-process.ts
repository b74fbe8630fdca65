/** A server in a process of its own, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerOptions } from '../options.ts';

export interface ServerProcess {
  readonly url: string;
  readonly token: string | undefined;
  /** As the kernel does it: nothing is flushed, nothing is finished. */
  kill(): Promise<void>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
  /** Resident octets. */
  memory(): Promise<number>;
}

/** Starts `serve-child` from the sources and waits for its address. */
export async function spawnServer(options: ServerOptions): Promise<ServerProcess> {
  const script = new URL(`./serve-child${extname(import.meta.filename)}`, import.meta.url);
  const child = spawn(
    process.execPath,
    [
      '--conditions=@fumarole/source',
      '--disable-warning=ExperimentalWarning',
      script.pathname,
      JSON.stringify(options),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw new Error('the server did not start');
  const { url, token } = JSON.parse(first.value) as { url: string; token?: string };
  return {
    url,
    token,
    kill: () => end(child, 'SIGKILL').then(() => undefined),
    stop: () => end(child, 'SIGTERM'),
    memory: async () => {
      child.stdin.write('memory\n');
      const line = await lines.next();
      return Number(line.value);
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}
