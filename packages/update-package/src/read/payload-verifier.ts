import { equalOctets, toHex } from './hex.ts';
import { BLOCK_BYTES } from './limits.ts';
import type { PackageHeader, TransferPart } from './manifest.ts';
import type { IncrementalHash, Sha256 } from './ports.ts';
import { PackageError, PackageErrorCode } from './refusal.ts';

const HASH_BYTES = 32;

/**
 * Checks payload octets as they come, in pieces of any size, against the block hashes and the whole hash of each part.
 * It keeps none: the caller holds octets back until {@link verified} has passed them.
 */
export class PayloadVerifier {
  readonly #header: PackageHeader;
  readonly #sha256: Sha256;
  #part = 0;
  /** Octets of the present part that were written. */
  #inPart = 0;
  #received = 0;
  #verified = 0;
  #whole: IncrementalHash;
  #block: IncrementalHash;

  constructor(header: PackageHeader, sha256: Sha256) {
    this.#header = header;
    this.#sha256 = sha256;
    this.#whole = sha256();
    this.#block = sha256();
    this.#endEmptyParts();
  }

  /** Payload octets, from the first, whose hash was found right. */
  get verified(): number {
    return this.#verified;
  }

  /** Returns {@link verified}; throws {@link PackageError} at the first block that hashes wrong, or beyond the end. */
  write(octets: Uint8Array): number {
    let at = 0;
    while (at < octets.length) {
      const part = this.#current;
      if (part === undefined)
        throw this.#error(PackageErrorCode.malformed, 'octets behind the end of the payload');
      const toBlockEnd = BLOCK_BYTES - (this.#inPart % BLOCK_BYTES);
      const step = Math.min(octets.length - at, toBlockEnd, part.size - this.#inPart);
      this.#take(part, octets.subarray(at, at + step));
      at += step;
    }
    return this.#verified;
  }

  /** The whole payload was written and is right; throws {@link PackageError} otherwise. */
  finish(): void {
    if (this.#current !== undefined)
      throw this.#error(PackageErrorCode.truncated, 'the payload ends too early');
  }

  get #current(): TransferPart | undefined {
    return this.#header.transfer.manifest.parts[this.#part];
  }

  #take(part: TransferPart, octets: Uint8Array): void {
    this.#whole.update(octets);
    this.#block.update(octets);
    this.#inPart += octets.length;
    this.#received += octets.length;
    if (this.#inPart % BLOCK_BYTES === 0) this.#endBlock(part);
    if (this.#inPart === part.size) {
      this.#endPart(part);
      this.#endEmptyParts();
    }
  }

  #endBlock(part: TransferPart): void {
    const end = (this.#inPart / BLOCK_BYTES) * HASH_BYTES;
    const hash = this.#block.digest();
    if (!equalOctets(hash, part.blocks.subarray(end - HASH_BYTES, end))) {
      throw this.#error(
        PackageErrorCode.hash,
        `the 64 KiB before payload octet ${this.#received} are damaged`,
      );
    }
    this.#verified = this.#received;
    this.#block = this.#sha256();
  }

  #endPart(part: TransferPart): void {
    if (toHex(this.#whole.digest()) !== part.sha256) {
      throw this.#error(
        PackageErrorCode.hash,
        `part ${this.#part + 1} of the payload does not hash to ${part.sha256}`,
      );
    }
    this.#verified = this.#received;
    this.#part += 1;
    this.#inPart = 0;
    this.#whole = this.#sha256();
    this.#block = this.#sha256();
  }

  #endEmptyParts(): void {
    for (let part = this.#current; part?.size === 0; part = this.#current) this.#endPart(part);
  }

  #error(code: PackageErrorCode, reason: string): PackageError {
    return new PackageError(code, reason, this.#header.headerLength + this.#received);
  }
}
