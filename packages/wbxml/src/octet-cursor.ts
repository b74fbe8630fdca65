import type { Charset } from './charset.ts';
import { DecodeError } from './decode-error.ts';
import { TextWindow } from './text-window.ts';

/** Strings up to this length are scanned octet by octet; beyond, the engine's own search is faster. */
const SCAN_AHEAD = 24;

/** A bounds-checked position in received octets. */
export class OctetCursor {
  readonly octets: Uint8Array;
  at = 0;
  readonly #texts: TextWindow;

  constructor(octets: Uint8Array) {
    this.octets = octets;
    this.#texts = new TextWindow(octets);
  }

  u8(expected: string): number {
    const octet = this.octets[this.at];
    if (octet === undefined) {
      throw new DecodeError('truncated', this.at, expected);
    }
    this.at++;
    return octet;
  }

  /** @throws DecodeError `integer` after five octets, or above 2^32-1 */
  mbUInt32(expected: string): number {
    const start = this.at;
    let value = 0;
    for (let count = 0; count < 5; count++) {
      const octet = this.u8(expected);
      value = value * 128 + (octet & 0x7f);
      if (octet < 0x80) {
        if (value > 0xffff_ffff) {
          throw new DecodeError('integer', start, `${expected} of at most 32 bits`);
        }
        return value;
      }
    }
    throw new DecodeError('integer', start, `${expected} in at most five octets`);
  }

  /** A view, not a copy, of the next octets. */
  take(length: number, expected: string): Uint8Array {
    if (length === 0) {
      return NO_OCTETS;
    }
    const end = this.at + length;
    if (end > this.octets.length) {
      throw new DecodeError('truncated', this.at, `${length} octets of ${expected}`);
    }
    const view = this.octets.subarray(this.at, end);
    this.at = end;
    return view;
  }

  /** A string up to its zero octet, which is passed over. */
  zeroTerminated(charset: Charset): string {
    const { octets, at } = this;
    let end = at;
    const near = at + SCAN_AHEAD;
    while (end < near && octets[end] !== 0) {
      end++;
    }
    if (octets[end] !== 0) {
      end = octets.indexOf(0, at);
      if (end < 0) {
        throw new DecodeError('truncated', octets.length, 'the end of an inline string');
      }
    }
    this.at = end + 1;
    return this.#texts.text(at, end, charset);
  }
}

const NO_OCTETS = new Uint8Array(0);
