import { createHash, randomBytes } from 'node:crypto';
import type { Digests, Random } from '@fumarole/dm';

/** The digests and the chance that the protocol core is given. */
export const digests: Digests = {
  md5: (...chunks) => digest('md5', chunks),
  sha256: (...chunks) => digest('sha256', chunks),
};

export const random: Random = (octets) => randomBytes(octets);

function digest(algorithm: string, chunks: readonly Uint8Array[]): Uint8Array {
  const hash = createHash(algorithm);
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest();
}
