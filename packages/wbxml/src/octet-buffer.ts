import { writeText } from './charset.ts';

/** Octets of a buffer that short documents share: making one costs as much as writing a message into it. */
const SHARED = 32 * 1024;

/** The rest of the buffer that the last finished writer left; none while a writer has it. */
let spare: Uint8Array = new Uint8Array(0);
let spareFrom = 0;

/**
 * Where a writer puts its octets: it asks for room, writes into `octets` and moves `at` on. `take` hands over what was
 * written since the last `take`, without copying it; `finish` does so for the last time, and what is left of the buffer
 * serves the next writer.
 */
export class OctetBuffer {
  protected octets: Uint8Array;
  protected at: number;
  #start: number;
  #taken = 0;

  constructor() {
    this.octets = spare;
    this.at = spareFrom;
    this.#start = spareFrom;
    spare = NO_OCTETS;
    spareFrom = 0;
  }

  /** Octets written so far, taken ones included. */
  get length(): number {
    return this.#taken + this.at - this.#start;
  }

  /** Room for so many octets from `at` on; `octets` may be another array afterwards. */
  protected grow(more: number): void {
    const written = this.at - this.#start;
    const grown = new Uint8Array(Math.max(written + more, written * 2, SHARED));
    grown.set(this.octets.subarray(this.#start, this.at));
    this.at = written;
    this.#start = 0;
    this.octets = grown;
  }

  /** Text as UTF-8. */
  protected utf8(text: string): void {
    const most = text.length * 3;
    if (this.at + most > this.octets.length) {
      this.grow(most);
    }
    this.at += writeText(text, this.octets, this.at);
  }

  take(): Uint8Array {
    const taken = this.octets.subarray(this.#start, this.at);
    this.#taken += taken.length;
    this.#start = this.at;
    return taken;
  }

  /** The last `take`: nothing may be written afterwards. */
  finish(): Uint8Array {
    const taken = this.take();
    spare = this.octets;
    spareFrom = this.at;
    this.octets = NO_OCTETS;
    this.#start = 0;
    this.at = 0;
    return taken;
  }
}

const NO_OCTETS = new Uint8Array(0);
