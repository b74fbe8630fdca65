/**
 * Codes one binary decision: an encoder writes the bit it is given, a decoder ignores it and returns the one it reads,
 * so that one description of the data serves both. `probability` is that of a 1, in 65,536ths.
 */
export interface BitCoder {
  /** Whether it is the coder that knows the bits. */
  readonly reads: boolean;
  code(bit: number, probability: number): number;
}

/** Learns nothing from outside: returns the bit it is given. Models are taught with it. */
export const teaching: BitCoder = { reads: false, code: (bit) => bit };

/** Range decoder (docs/delta-format.md §3). Behind its end it reads zeros; the caller knows what was used. */
export class BitDecoder implements BitCoder {
  readonly reads = true;
  readonly #octets: Uint8Array;
  #at = 0;
  #low = 0;
  #high = 0xffffffff;
  #value = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    for (let i = 0; i < 4; i++) this.#value = ((this.#value << 8) | this.#next()) >>> 0;
  }

  code(_bit: number, probability: number): number {
    const range = this.#high - this.#low;
    const middle = this.#low + (range >>> 16) * probability + (((range & 0xffff) * probability) >>> 16);
    const bit = this.#value <= middle ? 1 : 0;
    if (bit) this.#high = middle;
    else this.#low = middle + 1;
    while (((this.#low ^ this.#high) & 0xff000000) === 0) {
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 0xff) >>> 0;
      this.#value = ((this.#value << 8) | this.#next()) >>> 0;
    }
    return bit;
  }

  #next(): number {
    return this.#octets[this.#at++] ?? 0;
  }
}
