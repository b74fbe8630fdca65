import { equalOctets } from '../hex.ts';
import type { IncrementalHash, Sha256 } from '../ports.ts';
import { PackageError, PackageErrorCode } from '../refusal.ts';
import { BitDecoder, teaching } from './bit-coder.ts';
import { checkCommands } from './check-commands.ts';
import { type Command, codeCommands } from './command.ts';
import { type DeltaHeader, HASH_PREFIX_BYTES, parseHeader } from './header.ts';
import { ImageCoder } from './image-coder.ts';
import { INTERVAL_BYTES } from './limits.ts';
import { Pending } from './pending.ts';
import type { OldImage } from './ports.ts';

/** In front of each interval: its length, the highest bit set where its octets stand as they are. */
export const INTERVAL_PREFIX_BYTES = 4;
export const STORED_BIT = 0x80000000;
const OLD_READ_BYTES = 0x10000;

/** Where a decoder can go on, and what it had learnt: at most 256 KiB for an image of several intervals. */
export interface DeltaCheckpoint {
  readonly version: 1;
  /** Octets of the new image that are out. */
  readonly produced: number;
  /** Octets of the delta that made them; the next one to come has this offset. */
  readonly consumed: number;
  readonly learnt: Uint8Array;
}

/**
 * Turns a delta and the old image into the new one, as a stream: takes octets in pieces of any size and gives out the
 * new image interval by interval, each of at most 1 MiB. Between two intervals it can stop, and another decoder can go
 * on from the checkpoint and the delta's first {@link prelude} octets. docs/delta-format.md.
 */
export class DeltaDecoder {
  readonly #old: OldImage;
  readonly #sha256: Sha256 | undefined;
  #hash: IncrementalHash | undefined;
  readonly #pending = new Pending();
  #header: DeltaHeader | undefined;
  #coder: ImageCoder | undefined;
  #prelude = 0;
  #consumed = 0;
  #produced = 0;

  /** With `sha256` both images are checked against the hashes of the head. */
  constructor(old: OldImage, sha256?: Sha256) {
    this.#old = old;
    this.#sha256 = sha256;
    this.#hash = sha256?.();
  }

  /** Goes on from a checkpoint; `prelude` are the first octets of the same delta, before the intervals. */
  static resume(old: OldImage, prelude: Uint8Array, checkpoint: DeltaCheckpoint): DeltaDecoder {
    const decoder = new DeltaDecoder(old);
    decoder.#pending.append(prelude);
    decoder.#readPrelude();
    decoder.#restore(checkpoint);
    return decoder;
  }

  /** The head, once it was read. */
  get header(): DeltaHeader | undefined {
    return this.#header;
  }

  /** Octets before the intervals, once they are known: what {@link resume} needs. */
  get prelude(): number | undefined {
    return this.#coder && this.#prelude;
  }

  /**
   * Takes the next octets of the delta and yields what they make of the new image, in order. Throws
   * {@link PackageError}; nothing is to be written after that.
   */
  *write(octets: Uint8Array): Generator<Uint8Array, void> {
    this.#pending.append(octets);
    if (this.#coder === undefined) this.#readPrelude();
    for (let interval = this.#takeInterval(); interval !== undefined; interval = this.#takeInterval()) {
      yield interval;
    }
    if (this.#isDone && this.#pending.length > 0) throw this.#wrong('octets behind the end of the delta');
  }

  /** The delta was written whole, and the new image is what it should be; throws {@link PackageError} otherwise. */
  finish(): void {
    if (this.#header === undefined || !this.#isDone) {
      throw new PackageError(PackageErrorCode.truncated, 'the delta ends too early', this.#consumed);
    }
    const digest = this.#hash?.digest().subarray(0, HASH_PREFIX_BYTES);
    if (digest !== undefined && !equalOctets(digest, this.#header.newHash)) {
      throw new PackageError(
        PackageErrorCode.hash,
        'the delta does not make the image that it should',
        this.#consumed,
      );
    }
  }

  /** Undefined while the commands are not all there. */
  checkpoint(): DeltaCheckpoint | undefined {
    if (this.#coder === undefined) return undefined;
    const parts = this.#coder.state.map(octetsOf);
    const learnt = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      learnt.set(part, at);
      at += part.length;
    }
    return { version: 1, produced: this.#produced, consumed: this.#consumed, learnt };
  }

  get #isDone(): boolean {
    return this.#coder !== undefined && this.#produced === this.#header?.newSize;
  }

  #readPrelude(): void {
    const parsed = parseHeader(this.#pending.octets);
    if (parsed === undefined) return;
    const { header, length } = parsed;
    if (header.oldSize !== this.#old.size) {
      throw this.#wrong(`the old image has ${this.#old.size} octets where ${header.oldSize} belong`);
    }
    if (this.#header === undefined) this.#checkOld(header);
    this.#header = header;
    const end = length + header.commandBytes;
    if (this.#pending.length < end) return;
    const coded = this.#pending.octets.subarray(length, end);
    const commands: readonly Command[] = codeCommands(new BitDecoder(coded), header.commands);
    checkCommands(header, commands, length);
    this.#coder = new ImageCoder(header, commands, this.#old);
    this.#prelude = end;
    this.#consume(end);
  }

  #checkOld({ oldHash }: DeltaHeader): void {
    const hash = this.#sha256?.();
    if (hash === undefined) return;
    const octets = new Uint8Array(OLD_READ_BYTES);
    for (let at = 0; at < this.#old.size; at += octets.length) {
      const piece = octets.subarray(0, Math.min(octets.length, this.#old.size - at));
      this.#old.read(at, piece);
      hash.update(piece);
    }
    if (equalOctets(hash.digest().subarray(0, HASH_PREFIX_BYTES), oldHash)) return;
    throw new PackageError(PackageErrorCode.hash, 'the delta is for another old image', this.#consumed);
  }

  #takeInterval(): Uint8Array | undefined {
    const header = this.#header;
    const coder = this.#coder;
    if (header === undefined || coder === undefined || this.#isDone) return undefined;
    if (this.#pending.length < INTERVAL_PREFIX_BYTES) return undefined;
    const { octets } = this.#pending;
    const prefix = new DataView(octets.buffer, octets.byteOffset).getUint32(0);
    const length = prefix % STORED_BIT;
    const made = new Uint8Array(Math.min(INTERVAL_BYTES, header.newSize - this.#produced));
    const stored = prefix >= STORED_BIT;
    if (stored ? length !== made.length : length > made.length) {
      throw this.#wrong(`an interval of ${length} octets makes ${made.length}`);
    }
    if (this.#pending.length < INTERVAL_PREFIX_BYTES + length) return undefined;
    const coded = octets.subarray(INTERVAL_PREFIX_BYTES, INTERVAL_PREFIX_BYTES + length);
    if (stored) made.set(coded);
    coder.code(stored ? teaching : new BitDecoder(coded), this.#produced, made);
    this.#consume(INTERVAL_PREFIX_BYTES + length);
    this.#produced += made.length;
    this.#hash?.update(made);
    return made;
  }

  #consume(count: number): void {
    this.#pending.drop(count);
    this.#consumed += count;
  }

  #restore({ produced, consumed, learnt }: DeltaCheckpoint): void {
    const header = this.#header;
    const coder = this.#coder;
    if (header === undefined || coder === undefined)
      throw this.#wrong('the octets before the intervals are not all there');
    const parts = coder.state.map(octetsOf);
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    const between =
      produced === header.newSize || (produced % INTERVAL_BYTES === 0 && produced < header.newSize);
    if (learnt.length !== size || !between) throw this.#wrong('the checkpoint belongs to another delta');
    let at = 0;
    for (const part of parts) {
      part.set(learnt.subarray(at, at + part.length));
      at += part.length;
    }
    this.#produced = produced;
    this.#consumed = consumed;
  }

  #wrong(reason: string): PackageError {
    return new PackageError(PackageErrorCode.malformed, `delta: ${reason}`, this.#consumed);
  }
}

/** The memory of an array; a checkpoint is read where it was written, so the order of octets in it does not matter. */
function octetsOf(array: Uint16Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
