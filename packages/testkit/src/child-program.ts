/** A program of this repository in a process of its own, to be killed as the kernel does it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The command itself, not the launcher in front of it: a SIGKILL must not stop at the parent. */
const FUMAROLE = '../../cli/src/main.ts';

export class ChildProgram {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  /** The objects printed so far, one for each line. */
  readonly printed: unknown[] = [];
  readonly #first: Promise<unknown>;
  #errors = '';

  /** `script` is relative to this file; it prints a JSON object on each line. */
  constructor(script: string, ...args: readonly string[]) {
    const path = new URL(script, import.meta.url).pathname;
    this.#child = spawn(
      process.execPath,
      ['--conditions=@fumarole/source', '--disable-warning=ExperimentalWarning', path, ...args],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#exited = once(this.#child, 'close');
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error('no pipes');
    stderr.on('data', (piece: Buffer) => {
      this.#errors += piece.toString();
    });
    const lines = createInterface(stdout);
    lines.on('line', (line) => this.printed.push(JSON.parse(line)));
    const ended = this.#exited.then(() => {
      throw new Error(`${script} ended: ${this.#errors}`);
    });
    this.#first = Promise.race([once(lines, 'line'), ended]);
    this.#first.catch(() => undefined);
  }

  /** `fumarole … --json` */
  static fumarole(...args: readonly string[]): ChildProgram {
    return new ChildProgram(FUMAROLE, ...args, '--json');
  }

  /** The first object printed; rejects when the process ends before. */
  async started(): Promise<unknown> {
    await this.#first;
    return this.printed[0];
  }

  /** Resolves when the process is gone, with the signal that ended it. */
  async gone(): Promise<NodeJS.Signals | null> {
    await this.#exited;
    return this.#child.signalCode;
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#child.kill(signal);
    await this.#exited;
  }
}
