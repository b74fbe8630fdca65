import { EVEN_PROBABILITY, MAX_STRETCH, MIN_PROBABILITY, moved, SQUASH, STRETCH } from './arithmetic.ts';
import type { BitCoder } from './bit-coder.ts';

/** One in the fixed-point form of the weights. */
const ONE = 0x10000;
/** The bias is an input that is always this. */
const BIAS = 64;
/** A weight moves by error × input / 2^10. */
const LEARNING_SHIFT = 10;
const MAX_PROBABILITY = 0xffff - MIN_PROBABILITY;

/** Cells of one context order, found by hash; several models may share a table. */
export type ContextTable = Uint16Array;

export function contextTables(count: number, bits: number): ContextTable[] {
  return Array.from({ length: count }, () => new Uint16Array(1 << bits).fill(EVEN_PROBABILITY));
}

/**
 * Octets predicted by several contexts at once. Each context has learnt a probability for the next bit; a small network
 * weighs their opinions, trained on every bit (docs/delta-format.md §5).
 */
export class MixedModel {
  /** Hash of each context, set by the caller before each octet. */
  readonly contexts: Int32Array;
  readonly #tables: readonly ContextTable[];
  readonly #weights: Int32Array;
  readonly #slots: Int32Array;
  readonly #inputs: Int32Array;

  /** `sets` is how many sets of weights there are to choose from. */
  constructor(tables: readonly ContextTable[], sets: number) {
    const count = tables.length;
    this.contexts = new Int32Array(count);
    this.#tables = tables;
    this.#slots = new Int32Array(count);
    this.#inputs = new Int32Array(count + 1);
    this.#inputs[count] = BIAS;
    this.#weights = new Int32Array((count + 1) * sets * 8).fill(Math.floor((ONE * 14) / (10 * count)));
  }

  get weights(): Int32Array {
    return this.#weights;
  }

  code(coder: BitCoder, octet: number, set: number): number {
    let node = 1;
    for (let bit = 7; bit >= 0; bit--) {
      // the cells of four bits lie together: bits 7 … 4 below the context, 3 … 0 below context and upper half
      const inHalf = bit >= 4 ? node : (node & ((1 << (3 - bit)) - 1)) | (1 << (3 - bit));
      if (bit === 3) this.#descend(node);
      const got = this.#bit(coder, (octet >>> bit) & 1, inHalf, set * 8 + bit);
      node = (node << 1) | got;
    }
    return node & 0xff;
  }

  #descend(upperHalf: number): void {
    const { contexts } = this;
    for (let i = 0; i < contexts.length; i++) {
      const mixed = Math.imul((contexts[i] ?? 0) ^ upperHalf, 0x2c1b3c6d);
      contexts[i] = mixed ^ (mixed >>> 15);
    }
  }

  #bit(coder: BitCoder, bit: number, node: number, set: number): number {
    const tables = this.#tables;
    const slots = this.#slots;
    const inputs = this.#inputs;
    const weights = this.#weights;
    const contexts = this.contexts;
    const count = tables.length;
    const first = set * (count + 1);
    let sum = Math.imul(BIAS, weights[first + count] ?? 0) >> 8;
    for (let i = 0; i < count; i++) {
      const table = tables[i] as ContextTable;
      const slot = (((contexts[i] ?? 0) << 4) + node) & (table.length - 1);
      const input = STRETCH[(table[slot] ?? 0) >>> 4] ?? 0;
      slots[i] = slot;
      inputs[i] = input;
      sum += Math.imul(input, weights[first + i] ?? 0) >> 8;
    }
    const at = Math.max(-MAX_STRETCH, Math.min(MAX_STRETCH, sum >> 8));
    const probability = Math.max(MIN_PROBABILITY, Math.min(MAX_PROBABILITY, SQUASH[at + 2048] ?? 0));
    const got = coder.code(bit, probability);
    const error = ((got << 16) - probability) >> 4;
    for (let i = 0; i <= count; i++) {
      const step = (Math.imul(inputs[i] ?? 0, error) + (1 << (LEARNING_SHIFT - 1))) >> LEARNING_SHIFT;
      weights[first + i] = (weights[first + i] ?? 0) + step;
    }
    for (let i = 0; i < count; i++) {
      const table = tables[i] as ContextTable;
      const slot = slots[i] ?? 0;
      table[slot] = moved(table[slot] ?? 0, got);
    }
    return got;
  }
}
