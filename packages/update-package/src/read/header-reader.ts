import { parseHeader, peekHeaderLength } from './header.ts';
import { PREAMBLE_BYTES } from './layout.ts';
import type { PackageHeader } from './manifest.ts';
import { PackageError, PackageErrorCode } from './refusal.ts';

/** Gathers the header of a package that comes in pieces of any size; it holds one header, never payload. */
export class HeaderReader {
  #octets = new Uint8Array(PREAMBLE_BYTES);
  #filled = 0;
  #sized = false;
  #header: PackageHeader | undefined;

  /** The header, once it is complete. */
  get header(): PackageHeader | undefined {
    return this.#header;
  }

  /** Returns the octets that lie behind the header; throws {@link PackageError} as soon as it is wrong. */
  write(octets: Uint8Array): Uint8Array {
    let rest = octets;
    while (this.#header === undefined && rest.length > 0) {
      const step = Math.min(rest.length, this.#octets.length - this.#filled);
      this.#octets.set(rest.subarray(0, step), this.#filled);
      this.#filled += step;
      rest = rest.subarray(step);
      this.#advance();
    }
    return rest;
  }

  /** The header; throws {@link PackageError} when the octets ended within it. */
  finish(): PackageHeader {
    if (this.#header !== undefined) return this.#header;
    throw new PackageError(PackageErrorCode.truncated, 'the package ends within its header', this.#filled);
  }

  #advance(): void {
    const length = peekHeaderLength(this.#octets.subarray(0, this.#filled));
    if (length === undefined) return;
    if (!this.#sized) {
      const whole = new Uint8Array(length);
      whole.set(this.#octets);
      this.#octets = whole;
      this.#sized = true;
    }
    if (this.#filled < length) return;
    this.#header = parseHeader(this.#octets);
    this.#octets = new Uint8Array(0);
  }
}
