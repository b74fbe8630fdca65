import { encodeTextInto } from './charset.ts';
import { mbUInt32 } from './mb-u-int32.ts';

/** Texts up to this many units are copied code by code; longer ones by the host's encoder. */
const SHORT = 48;
const FIRST_CAPACITY = 1024;

/** Octets written one after the other; `take` hands over what was written since the last `take`, without copying it. */
export class OctetWriter {
  #buffer: Uint8Array;
  #start = 0;
  #at = 0;
  #taken = 0;

  /** `expected` octets are reserved at once, so that a large value is copied only once. */
  constructor(expected: number = FIRST_CAPACITY) {
    this.#buffer = new Uint8Array(expected);
  }

  /** Octets written so far, taken ones included. */
  get length(): number {
    return this.#taken + this.#at - this.#start;
  }

  u8(octet: number): void {
    if (this.#at === this.#buffer.length) {
      this.#reserve(1);
    }
    this.#buffer[this.#at++] = octet;
  }

  mbUInt32(value: number): void {
    if (value < 0x80) {
      this.u8(value);
      return;
    }
    for (const octet of mbUInt32(value)) {
      this.u8(octet);
    }
  }

  octets(octets: Uint8Array): void {
    this.#reserve(octets.length);
    this.#buffer.set(octets, this.#at);
    this.#at += octets.length;
  }

  /** Text as UTF-8. */
  text(text: string): void {
    if (text.length > SHORT || !this.#ascii(text)) {
      this.#encode(text);
    }
  }

  take(): Uint8Array {
    const taken = this.#buffer.subarray(this.#start, this.#at);
    this.#taken += taken.length;
    this.#start = this.#at;
    return taken;
  }

  #ascii(text: string): boolean {
    this.#reserve(text.length);
    const buffer = this.#buffer;
    let at = this.#at;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) {
        return false;
      }
      buffer[at++] = code;
    }
    this.#at = at;
    return true;
  }

  #encode(text: string): void {
    let rest = text;
    this.#reserve(text.length);
    for (;;) {
      const { read, written } = encodeTextInto(rest, this.#buffer.subarray(this.#at));
      this.#at += written;
      if (read === rest.length) {
        return;
      }
      rest = rest.slice(read);
      this.#reserve(rest.length * 3);
    }
  }

  #reserve(more: number): void {
    const needed = this.#at - this.#start + more;
    if (this.#at + more <= this.#buffer.length) {
      return;
    }
    const grown = new Uint8Array(Math.max(needed, (this.#at - this.#start) * 2, FIRST_CAPACITY));
    grown.set(this.#buffer.subarray(this.#start, this.#at));
    this.#at -= this.#start;
    this.#start = 0;
    this.#buffer = grown;
  }
}
