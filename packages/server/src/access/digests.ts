/** node:crypto as the pure packages want it: the only adapter of the server. */
import { createHash, hash, randomBytes } from 'node:crypto';
import type { Digests } from '@fumarole/dm';

export const digests: Digests = {
  md5: (...chunks) => digest('md5', chunks),
  sha256: (...chunks) => digest('sha256', chunks),
};

export const random = (octets: number): Uint8Array => randomBytes(octets);

export function sha256Hex(octets: Uint8Array): string {
  return hash('sha256', octets, 'hex');
}

function digest(algorithm: string, chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return hash(algorithm, only, 'buffer');
  const sum = createHash(algorithm);
  for (const chunk of chunks) sum.update(chunk);
  return sum.digest();
}
