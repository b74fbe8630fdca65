import { createHash } from 'node:crypto';
import type { Digests, Random } from '@fumarole/dm';

/** The digests of the engine over node:crypto. */
export const nodeDigests: Digests = {
  md5: (...chunks) => hash('md5', chunks),
  sha256: (...chunks) => hash('sha256', chunks),
};

function hash(algorithm: string, chunks: readonly Uint8Array[]): Uint8Array {
  const state = createHash(algorithm);
  for (const chunk of chunks) {
    state.update(chunk);
  }
  return new Uint8Array(state.digest());
}

/** Octets that look random and are the same in every run. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0 || 1;
  return (octets) => {
    const out = new Uint8Array(octets);
    for (let i = 0; i < octets; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      out[i] = state >>> 24;
    }
    return out;
  };
}
