import { type Charset, decodeText, fromCodes } from './charset.ts';
import { DecodeError } from './decode-error.ts';

/** Strings up to this length are scanned octet by octet; beyond, the engine's own search is faster. */
const SCAN_AHEAD = 32;

/** A bounds-checked position in received octets. */
export class OctetCursor {
  readonly octets: Uint8Array;
  at = 0;

  constructor(octets: Uint8Array) {
    this.octets = octets;
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
    const { octets } = this;
    const start = this.at;
    const limit = start + SCAN_AHEAD;
    let at = start;
    let bits = 0;
    for (let octet = octets[at]; octet !== 0 && octet !== undefined && at < limit; octet = octets[at]) {
      bits |= octet;
      at++;
    }
    if (octets[at] === 0) {
      this.at = at + 1;
      return bits < 0x80 ? fromCodes(octets, start, at) : decodeText(octets, start, at, charset);
    }
    const end = octets.indexOf(0, at);
    if (end < 0) {
      throw new DecodeError('truncated', octets.length, 'the end of an inline string');
    }
    this.at = end + 1;
    return decodeText(octets, start, end, charset);
  }
}
