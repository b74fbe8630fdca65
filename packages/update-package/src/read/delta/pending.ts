const FIRST_BYTES = 0x1000;

/** Octets that came and were not used yet, in one piece; each is copied a bounded number of times, however small the pieces are. */
export class Pending {
  #buffer = new Uint8Array(FIRST_BYTES);
  #from = 0;
  #to = 0;

  get octets(): Uint8Array {
    return this.#buffer.subarray(this.#from, this.#to);
  }

  get length(): number {
    return this.#to - this.#from;
  }

  append(octets: Uint8Array): void {
    if (this.#to + octets.length > this.#buffer.length) this.#makeRoom(octets.length);
    this.#buffer.set(octets, this.#to);
    this.#to += octets.length;
  }

  /** The first ones were used. */
  drop(count: number): void {
    this.#from += count;
  }

  #makeRoom(more: number): void {
    const rest = this.octets;
    const least = Math.max(rest.length * 2, rest.length + more);
    const buffer = least > this.#buffer.length ? new Uint8Array(least) : this.#buffer;
    buffer.set(rest);
    this.#buffer = buffer;
    this.#from = 0;
    this.#to = rest.length;
  }
}
