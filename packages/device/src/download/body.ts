import type { IncomingMessage } from 'node:http';
import { HttpTimeout } from '../client/http-connection.ts';
import { failure } from './download-failure.ts';

/** The body, with each silence bounded. */
export async function* bodyOf(response: IncomingMessage, idleMs: number): AsyncGenerator<Uint8Array> {
  response.setTimeout(idleMs, () => response.destroy(new HttpTimeout('idle')));
  for await (const chunk of response) yield chunk;
}

/** A body whose beginning can be looked at before it is read. */
export class SniffedBody implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncGenerator<Uint8Array>;
  readonly #seen: Uint8Array[] = [];

  constructor(chunks: AsyncGenerator<Uint8Array>) {
    this.#chunks = chunks;
  }

  async peek(octets: number): Promise<Uint8Array> {
    while (this.#seen.reduce((sum, { length }) => sum + length, 0) < octets) {
      const { value, done } = await this.#chunks.next();
      if (done === true) break;
      this.#seen.push(value);
    }
    return Buffer.concat(this.#seen).subarray(0, octets);
  }

  /** The whole of it; a descriptor that is longer is none (D-019). */
  async whole(maxBytes: number): Promise<Uint8Array> {
    const octets = await this.peek(maxBytes + 1);
    if (octets.length > maxBytes) throw failure('descriptor-invalid', `longer than ${maxBytes} octets`);
    return octets;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    yield* this.#seen;
    yield* this.#chunks;
  }
}

/** Does a document begin with the root element of a download descriptor? */
export function isMedia(start: Uint8Array): boolean {
  return /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:\w+:)?media[\s>/]/i.test(
    new TextDecoder().decode(start),
  );
}
