import { type Charset, decodeText } from './charset.ts';

/**
 * Octets that are made text at once. It is also what a string that is kept for long may keep alive beside itself, since
 * engines let a part of a string refer to the whole.
 */
const WINDOW_OCTETS = 1024;
/** Where fewer octets are ASCII, a window is not worth its making. */
const LEAST_OCTETS = 32;

/**
 * The strings of a document, most of which are short and ASCII: instead of each by itself, a stretch of the document is
 * made text at once, and a string is cut out of it. That needs a stretch with one character for each octet.
 */
export class TextWindow {
  readonly #octets: Uint8Array;
  /** The octets from `start` to `end` as text. */
  #window = '';
  #start = 0;
  #end = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  text(start: number, end: number, charset: Charset): string {
    if (end > this.#end || start < this.#start) {
      if (end - start < WINDOW_OCTETS) {
        this.#open(start);
      }
      if (end > this.#end) {
        return decodeText(this.#octets, start, end, charset);
      }
    }
    return this.#window.substring(start - this.#start, end - this.#start);
  }

  /** Moves the window to the ASCII octets from `start` on, if there are enough of them. */
  #open(start: number): void {
    const octets = this.#octets;
    const limit = Math.min(start + WINDOW_OCTETS, octets.length);
    let end = start;
    while (end < limit && (octets[end] ?? 0) < 0x80) {
      end++;
    }
    this.#start = start;
    this.#end = start;
    if (end - start >= LEAST_OCTETS) {
      this.#window = decodeText(octets, start, end, 'utf-8');
      this.#end = end;
    }
  }
}
