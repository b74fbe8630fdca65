import { toHex } from '../read/hex.ts';
import { BLOCK_BYTES } from '../read/limits.ts';
import type { Sha256 } from '../read/ports.ts';
import { concat } from './octets.ts';

/** What has to be known of an image to make a package of it. */
export interface ImageDigest {
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** SHA-256 of each whole 64 KiB, joined. */
  readonly blocks: Uint8Array;
}

/** Reads an image once, in pieces of any size. */
export async function digestImage(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  sha256: Sha256,
): Promise<ImageDigest> {
  const whole = sha256();
  const blocks: Uint8Array[] = [];
  let block = sha256();
  let size = 0;
  for await (const piece of pieces) {
    whole.update(piece);
    for (let at = 0; at < piece.length; ) {
      const step = Math.min(piece.length - at, BLOCK_BYTES - (size % BLOCK_BYTES));
      block.update(piece.subarray(at, at + step));
      at += step;
      size += step;
      if (size % BLOCK_BYTES !== 0) continue;
      blocks.push(block.digest());
      block = sha256();
    }
  }
  return { size, sha256: toHex(whole.digest()), blocks: concat(blocks) };
}
