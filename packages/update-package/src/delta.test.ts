import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeDelta } from './make/delta/make-delta.ts';
import { suffixArray } from './make/delta/suffix-array.ts';
import { DeltaDecoder } from './read/delta/delta-decoder.ts';
import { type DeltaHeader, encodeHeader } from './read/delta/header.ts';
import { MAX_CHECKPOINT_BYTES } from './read/delta/limits.ts';
import type { OldImage } from './read/delta/ports.ts';
import type { Sha256 } from './read/ports.ts';
import { PackageError } from './read/refusal.ts';

const sha256: Sha256 = () => {
  const hash = createHash('sha256');
  return { update: (octets) => void hash.update(octets), digest: () => new Uint8Array(hash.digest()) };
};

function imageOf(octets: Uint8Array): OldImage {
  return {
    size: octets.length,
    read: (position, into) => {
      expect(position >= 0 && position + into.length <= octets.length).toBe(true);
      into.set(octets.subarray(position, position + into.length));
    },
  };
}

/** Applies a delta in pieces of `step` octets. */
function apply(old: Uint8Array, delta: Uint8Array, step: number): Uint8Array {
  const decoder = new DeltaDecoder(imageOf(old), sha256);
  const made: Uint8Array[] = [];
  for (let at = 0; at < delta.length; at += step) made.push(...decoder.write(delta.subarray(at, at + step)));
  decoder.finish();
  return join(made);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Octets that do not repeat, the same for the same seed. */
function noise(size: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** Code of a made-up ARM64 program: calls between functions, one of them longer in the new version. */
function program(functions: number, longer: number | undefined): Uint8Array {
  const lengths = Array.from({ length: functions }, (_, i) => 24 + ((i * 7) % 13) + (i === longer ? 3 : 0));
  const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0));
  const words = lengths.flatMap((length, i) =>
    Array.from({ length }, (_, k) => {
      const here = (starts[i] ?? 0) + k;
      const callee = starts[(i * 31 + k * 17) % functions] ?? 0;
      return k % 5 === 3
        ? (0x94000000 | ((callee - here) & 0x3ffffff)) >>> 0
        : (0xaa000000 + i * 977 + k * 31) >>> 0;
    }),
  );
  return new Uint8Array(Uint32Array.from(words).buffer);
}

const image = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ maxLength: 40 }).chain((part) => fc.nat(60).map((times) => join(Array(times).fill(part)))),
  fc.nat(2000).map((size) => new Uint8Array(size)),
);

describe('deltas', () => {
  it('any image becomes any other, whatever the pieces the delta comes in', () => {
    fc.assert(
      fc.property(image, image, fc.integer({ min: 1, max: 400 }), (old, target, step) => {
        expect(apply(old, makeDelta(old, target, sha256).octets, step)).toEqual(target);
      }),
      { numRuns: 30 },
    );
  });

  it('an edited image becomes itself', () => {
    const base = noise(20_000, 7);
    const edits = fc.array(fc.tuple(fc.nat(19_999), fc.uint8Array({ maxLength: 30 }), fc.nat(50)), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(edits, (changes) => {
        const target = changes.reduce<Uint8Array>(
          (now, [at, insert, drop]) => join([now.subarray(0, at), insert, now.subarray(at + drop)]),
          base,
        );
        const { octets } = makeDelta(base, target, sha256);
        expect(apply(base, octets, 1000)).toEqual(target);
        expect(octets.length).toBeLessThan(140 + changes.length * 80);
      }),
      { numRuns: 8 },
    );
  });

  it('images in buffers of the host are not touched', () => {
    const [old, target] = [Buffer.from(program(40, undefined)), Buffer.from(program(40, 3))];
    const [oldBefore, targetBefore] = [new Uint8Array(old), new Uint8Array(target)];
    const { octets } = makeDelta(old, target, sha256);
    expect([new Uint8Array(old), new Uint8Array(target)]).toEqual([oldBefore, targetBefore]);
    expect(apply(oldBefore, octets, 10)).toEqual(targetBefore);
  });

  it('an image that is the same but for four octets takes less than 128', () => {
    const old = noise(60_000, 3);
    const target = old.slice();
    for (const at of [100, 20_000, 40_001, 59_999]) target[at] = (target[at] ?? 0) ^ 0xff;
    expect(makeDelta(old, target, sha256).octets.length).toBeLessThan(128);
  });

  it('calls whose distances all changed are predicted', () => {
    const [old, target] = [program(300, undefined), program(300, 20)];
    const { octets, header } = makeDelta(old, target, sha256);
    expect(header.form.instructions).toBe(1);
    expect(apply(old, octets, 5000)).toEqual(target);
    const changed = old.subarray(0, 4000).filter((octet, i) => octet !== target[i]).length;
    expect(changed).toBeGreaterThan(500);
    expect(octets.length).toBeLessThan(200);
  });

  it('a decoder goes on where another one was cut off, at most one interval back', () => {
    const old = noise(2_300_000, 5);
    const target = join([old.subarray(4_000), noise(3_000, 9), old.subarray(0, 4_000)]);
    const { octets } = makeDelta(old, target, sha256);
    const first = new DeltaDecoder(imageOf(old));
    const made: Uint8Array[] = [];
    for (const interval of first.write(octets.subarray(0, octets.length - 200))) made.push(interval);
    const checkpoint = first.checkpoint();
    if (checkpoint === undefined) throw new Error('no checkpoint');
    expect(checkpoint.produced).toBe(2 * 1024 * 1024);
    expect(checkpoint.learnt.length).toBeLessThanOrEqual(MAX_CHECKPOINT_BYTES);
    const second = DeltaDecoder.resume(
      imageOf(old),
      octets.subarray(0, first.prelude),
      structuredClone(checkpoint),
    );
    for (const interval of second.write(octets.subarray(checkpoint.consumed))) made.push(interval);
    second.finish();
    expect(join(made)).toEqual(target);
  });
});

describe('deltas that are not right', () => {
  const old = noise(3_000, 1);
  const target = join([old.subarray(100, 2_000), noise(200, 2), old.subarray(1_500)]);
  const { octets } = makeDelta(old, target, sha256);

  it('each prefix ends too early', () => {
    for (let length = 0; length < octets.length; length++) {
      expect(() => apply(old, octets.subarray(0, length), 64), `${length}`).toThrow(PackageError);
    }
  });

  it('every changed octet ends in a PackageError or makes the same image', () => {
    for (let at = 0; at < octets.length; at++) {
      const changed = octets.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      expect(outcome(old, changed, target), `${at}`).not.toBe('another image');
    }
  });

  it('octets behind the end are refused', () => {
    expect(() => apply(old, join([octets, new Uint8Array(1)]), 64)).toThrow('behind the end');
  });

  it('another old image is refused, by its size or by its hash', () => {
    expect(() => apply(old.subarray(1), octets, 64)).toThrow('2999 octets where 3000 belong');
    expect(() => apply(noise(3_000, 8), octets, 64)).toThrow('for another old image');
  });

  it('a head that asks for more memory or work than its image can need is refused', () => {
    const head = (fields: Partial<DeltaHeader>): Uint8Array =>
      encodeHeader({ ...makeDelta(old, target, sha256).header, ...fields });
    expect(() => apply(old, head({ literalBits: 19 }), 64)).toThrow('table bits: 19');
    expect(() => apply(old, head({ newSize: 0x100001 }), 64)).toThrow('do not fit into a checkpoint');
    expect(() => apply(old, head({ newSize: 9, commands: 10 }), 64)).toThrow('10 commands for 9 octets');
  });

  it('arbitrary octets behind a good beginning end in a PackageError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(60), (tail, keep) => {
        expect(outcome(old, join([octets.subarray(0, keep), tail]), target)).not.toBe('another image');
      }),
      { numRuns: 200 },
    );
  });
});

/** Anything but a PackageError is thrown on. */
function outcome(old: Uint8Array, delta: Uint8Array, target: Uint8Array): string {
  try {
    return Buffer.compare(apply(old, delta, 97), target) === 0 ? 'the same image' : 'another image';
  } catch (error) {
    if (error instanceof PackageError) return 'refused';
    throw error;
  }
}

it('a suffix array has all places in the order of what begins there', () => {
  const text = fc.array(fc.nat(3), { maxLength: 60 }).map((symbols) => Uint8Array.from(symbols));
  fc.assert(
    fc.property(text, (symbols) => {
      const suffix = (from: number) => Buffer.from(symbols.subarray(from));
      const sorted = [...symbols.keys()].sort((a, b) => Buffer.compare(suffix(a), suffix(b)));
      expect([...suffixArray(symbols, 3)]).toEqual(sorted);
    }),
    { numRuns: 300 },
  );
});
