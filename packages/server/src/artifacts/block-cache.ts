import { BLOCK_BYTES, CACHED_BLOCKS } from './limits.ts';

/** A piece of an object at a multiple of the block size, and how long the whole object is. */
export interface Block {
  readonly octets: Uint8Array;
  readonly size: number;
}

/**
 * The blocks read last. Objects never change, so that what many devices are sent at a time is read once; memory is
 * bounded by the number of blocks, whatever the objects' sizes.
 */
export class BlockCache {
  readonly #blocks = new Map<string, Promise<Block>>();

  /** The block with this number, read when it is not at hand; a failed read is not kept. */
  get(sha256: string, number: number, read: (at: number) => Promise<Block>): Promise<Block> {
    const key = `${sha256}:${number}`;
    const kept = this.#blocks.get(key);
    if (kept !== undefined) {
      this.#blocks.delete(key);
      this.#blocks.set(key, kept);
      return kept;
    }
    const reading = read(number * BLOCK_BYTES);
    this.#blocks.set(key, reading);
    reading.catch(() => {
      if (this.#blocks.get(key) === reading) this.#blocks.delete(key);
    });
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > CACHED_BLOCKS && oldest !== undefined) this.#blocks.delete(oldest);
    return reading;
  }

  drop(sha256: string): void {
    for (const key of this.#blocks.keys()) {
      if (key.startsWith(sha256)) this.#blocks.delete(key);
    }
  }
}
