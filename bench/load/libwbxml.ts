/** Debian's libwbxml as a process of its own that is asked for one slice of work after another. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

/** What a slice of work cost. */
export interface Slice {
  /** CPU of the process for one pass over the messages. */
  readonly micros: number;
  /** Octets read or written in one pass. */
  readonly octets: number;
}

export class Libwbxml {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(program: string, messages: string) {
    this.#child = spawn(program, [messages]);
    this.#child.stderr.pipe(process.stderr);
    const lines: Interface = createInterface({ input: this.#child.stdout });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** Compiles the driver into `folder` and loads the messages. @throws Error when compiler or library is missing */
  static start(folder: string, messages: readonly Uint8Array[]): Libwbxml {
    const program = join(folder, 'libwbxml');
    const source = new URL('./libwbxml.c', import.meta.url).pathname;
    const flags = ['-O2', '-o', program, source, '-I/usr/include/libwbxml-1.0', '-lwbxml2'];
    const { error, stderr } = spawnSync('cc', flags, { encoding: 'utf8' });
    if (error !== undefined || stderr.includes('error')) {
      const remedy = 'apt-get install gcc libc6-dev libwbxml2-dev';
      throw new Error(`the libwbxml driver does not compile (${remedy}): ${error?.message ?? stderr}`);
    }
    const file = join(folder, 'messages');
    writeFileSync(file, Buffer.concat(messages.flatMap((octets) => [lengthOf(octets), octets])));
    return new Libwbxml(program, file);
  }

  /** Works on `count` messages from number `first`, over and over, for about so many milliseconds. */
  async run(way: 'decode' | 'encode', first: number, count: number, milliseconds: number): Promise<Slice> {
    this.#child.stdin.write(`${way} ${first} ${count} ${milliseconds}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('libwbxml stopped');
    const [passes = 0, nanoseconds = 0, octets = 0] = value.split(' ').map(Number);
    return { micros: nanoseconds / 1000 / passes, octets };
  }

  stop(): void {
    this.#child.stdin.end();
  }
}

function lengthOf(octets: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(octets.length);
  return head;
}
