import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { FAULT_VARIABLE } from '../fault-run/seed.ts';

const root = join(import.meta.dirname, '..', '..');
const register = join(root, 'conformance', 'fault-run', 'register.ts');

/** A program of this repository from its sources, with a fault in them or none; it speaks JSON, a line at a time. */
export class Child {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** `script` from the root of the repository. */
  constructor(script: string, argument: unknown, fault: string | undefined) {
    const options = [
      '--conditions=@fumarole/source',
      '--disable-warning=ExperimentalWarning',
      '--import',
      register,
    ];
    this.#process = spawn(process.execPath, [...options, join(root, script), JSON.stringify(argument)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, [FAULT_VARIABLE]: fault ?? '' },
    });
    const { stdout } = this.#process;
    if (stdout === null) throw new Error('no pipe');
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** The next line, parsed. @throws Error when the program has ended. */
  async next(): Promise<unknown> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('the program ended');
    return JSON.parse(line.value);
  }

  /** Says a word and waits for the answer. */
  async ask(word: string): Promise<unknown> {
    this.#process.stdin?.write(`${word}\n`);
    return this.next();
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }
}
