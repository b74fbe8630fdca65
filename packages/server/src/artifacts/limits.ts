import type { SpoolBounds } from './spool.ts';

/** One read of a stored object: large enough that the cost per read vanishes, small enough for many slow readers. */
export const READ_BYTES: number = 256 * 1024;
/** Read buffers kept for the next reader: 16 MiB. */
export const POOLED_BUFFERS = 64;
/** Unit in which small ranges are read and kept: four messages of 16 kB. */
export const BLOCK_BYTES: number = 64 * 1024;
/** Blocks kept: 16 MiB. */
export const CACHED_BLOCKS = 256;
/** Largest object taken in: what 32-bit devices still count (dlota.md §2). */
export const MAX_ARTIFACT_BYTES: number = 2 ** 31 - 1;
/** A staging file this old belongs to no upload any more; uploads are bounded far below. */
export const STALE_STAGING_MS: number = 24 * 60 * 60 * 1000;
/** An object that no package names is removed once it is this old. */
export const ORPHAN_MS: number = 24 * 60 * 60 * 1000;
/** Values that devices reported: room for sixty of the largest, and for many small ones. */
export const SPOOL_BOUNDS: SpoolBounds = {
  maxBytes: 1024 * 1024 * 1024,
  maxValues: 10_000,
  openMs: 60 * 60 * 1000,
  wholeMs: 7 * 24 * 60 * 60 * 1000,
};
