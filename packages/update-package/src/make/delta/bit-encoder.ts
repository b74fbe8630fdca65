import type { BitCoder } from '../../read/delta/bit-coder.ts';

/** Range encoder (docs/delta-format.md §3). */
export class BitEncoder implements BitCoder {
  readonly reads = false;
  #octets = new Uint8Array(0x1000);
  #length = 0;
  #low = 0;
  #high = 0xffffffff;

  code(bit: number, probability: number): number {
    const range = this.#high - this.#low;
    const middle = this.#low + (range >>> 16) * probability + (((range & 0xffff) * probability) >>> 16);
    if (bit) this.#high = middle;
    else this.#low = middle + 1;
    while (((this.#low ^ this.#high) & 0xff000000) === 0) {
      this.#put(this.#high >>> 24);
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 0xff) >>> 0;
    }
    return bit;
  }

  /** The octets, as few as decode alike: behind its end a decoder reads zeros. */
  finish(): Uint8Array {
    if (this.#low > 0) {
      const shift = [24, 16, 8, 0].find((bits) => roundedUp(this.#low, bits) <= this.#high) ?? 0;
      const value = roundedUp(this.#low, shift);
      for (let bits = 24; bits >= shift; bits -= 8) this.#put(Math.floor(value / 2 ** bits) & 0xff);
    }
    let end = this.#length;
    while (end > 0 && this.#octets[end - 1] === 0) end--;
    return this.#octets.subarray(0, end);
  }

  #put(octet: number): void {
    if (this.#length === this.#octets.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#octets);
      this.#octets = larger;
    }
    this.#octets[this.#length++] = octet;
  }
}

/** The least multiple of 2^bits that is not below. */
function roundedUp(value: number, bits: number): number {
  return Math.ceil(value / 2 ** bits) * 2 ** bits;
}
