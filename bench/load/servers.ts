/** Starts the measured servers, each in a process of its own, and reads what they have used. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import serveFlags from '../../packages/cli/bin/serve-flags.json' with { type: 'json' };
import type { ChildReport, ChildTask, Commits } from './child.ts';

export interface Measured {
  readonly url: string;
  readonly token: string;
  /** Since the process began. */
  report(): Promise<ChildReport>;
  /** Ours is asked for its metrics, which costs it as much as many messages: never within a measurement. */
  commits(): Promise<Commits>;
  stop(): void;
}

export async function spawnMeasured(task: ChildTask, execArgv: readonly string[] = []): Promise<Measured> {
  // A folder for CPU profiles of our server.
  const profiles = task.kind === 'fumarole' ? process.env.FUMAROLE_BENCH_PROFILES : undefined;
  const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  const child: ChildProcess = fork(new URL('./child.ts', import.meta.url), [JSON.stringify(task)], {
    execArgv: [
      '--conditions=@fumarole/source',
      '--disable-warning=ExperimentalWarning',
      // What `fumarole serve` runs with; the bare servers get it too.
      ...serveFlags,
      ...profiling,
      ...execArgv,
    ],
  });
  let stopped = false;
  child.once('exit', (code) => {
    if (!stopped) throw new Error(`a measured server ended with ${code}`);
  });
  const [started] = await once(child, 'message');
  const ask = async (question: string) => {
    child.send(question);
    const [answer] = await once(child, 'message');
    return answer;
  };
  return {
    url: started.url,
    token: started.token ?? '',
    report: () => ask('report'),
    commits: () => ask('commits'),
    stop: () => {
      stopped = true;
      child.kill('SIGTERM');
    },
  };
}
