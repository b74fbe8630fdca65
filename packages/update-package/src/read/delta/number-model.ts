import { EVEN_PROBABILITY, moved } from './arithmetic.ts';
import type { BitCoder } from './bit-coder.ts';

/** Cells for the digits of numbers of one length. */
const DIGIT_CELLS = 8;
/** So many leading digits are learnt each in the light of those before it; the others share a cell. */
const LEARNT_DIGITS = 3;

/** Whole numbers of 0 … 2^maxDigits - 2 as adaptive Elias gamma codes, learnt apart in each context. */
export class NumberModel {
  readonly #cells: Uint16Array;
  readonly #maxDigits: number;
  /** Cells of one context: one for each length, then those for the digits of each. */
  readonly #contextCells: number;

  constructor(contexts: number, maxDigits: number) {
    this.#maxDigits = maxDigits;
    this.#contextCells = (maxDigits + 1) * (1 + DIGIT_CELLS);
    this.#cells = new Uint16Array(contexts * this.#contextCells).fill(EVEN_PROBABILITY);
  }

  code(coder: BitCoder, value: number, context: number): number {
    const from = context * this.#contextCells;
    const digitsFrom = from + this.#maxDigits + 1;
    const length = 31 - Math.clz32(value + 1);
    let digits = 0;
    while (digits < this.#maxDigits && this.#bit(coder, digits < length ? 1 : 0, from + digits)) digits++;
    let read = 1;
    for (let left = digits - 1; left >= 0; left--) {
      const known = digits - 1 - left;
      const place = known < LEARNT_DIGITS ? (1 << known) | (read & ((1 << known) - 1)) : 0;
      const bit = this.#bit(coder, ((value + 1) >>> left) & 1, digitsFrom + digits * DIGIT_CELLS + place);
      read = (read << 1) | bit;
    }
    return (read >>> 0) - 1;
  }

  /** What was learnt, for a checkpoint. */
  get cells(): Uint16Array {
    return this.#cells;
  }

  #bit(coder: BitCoder, bit: number, at: number): number {
    const cell = this.#cells[at] ?? 0;
    const got = coder.code(bit, cell & 0xfff0);
    this.#cells[at] = moved(cell, got);
    return got;
  }
}
