/** node:crypto as the pure packages want it: the only adapter of the server. */
import { createHmac, hash, randomFillSync } from 'node:crypto';
import type { Digests } from '@fumarole/dm';
import type { HmacSha1 } from '@fumarole/dm/bootstrap';

export const digests: Digests = {
  md5: (...chunks) => digest('md5', chunks),
  sha256: (...chunks) => digest('sha256', chunks),
};

/** As bootstrap documents are proved by it. */
export const hmacSha1: HmacSha1 = (key, octets) => createHmac('sha1', key).update(octets).digest();

/** Random octets are asked of the system by the page: one at a time they cost more than the hashes. */
const POOL_BYTES = 4096;
const pool = { octets: Buffer.alloc(0), at: 0 };

/** Unpredictable octets, each given once. */
export function random(octets: number): Buffer {
  if (octets > POOL_BYTES / 4) return randomFillSync(Buffer.allocUnsafe(octets));
  if (pool.at + octets > pool.octets.length) {
    pool.octets = randomFillSync(Buffer.allocUnsafeSlow(POOL_BYTES));
    pool.at = 0;
  }
  const given = Buffer.from(pool.octets.subarray(pool.at, pool.at + octets));
  pool.octets.fill(0, pool.at, pool.at + octets);
  pool.at += octets;
  return given;
}

export function sha256Hex(octets: Uint8Array): string {
  return hash('sha256', octets, 'hex');
}

/** In one shot: a hash object costs several times the hashing of a message. */
function digest(algorithm: string, chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  return hash(algorithm, chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks), 'buffer');
}
