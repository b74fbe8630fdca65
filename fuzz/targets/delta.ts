import { createHash } from 'node:crypto';
import { makeDelta } from '@fumarole/update-package/make';
import { DeltaDecoder, type OldImage, PackageError } from '@fumarole/update-package/read';
import fc from 'fast-check';
import { BitEncoder } from '../../packages/update-package/src/make/delta/bit-encoder.ts';
import { codeCommands } from '../../packages/update-package/src/read/delta/command.ts';
import { InstructionSet } from '../../packages/update-package/src/read/delta/fields/field.ts';
import { encodeHeader } from '../../packages/update-package/src/read/delta/header.ts';
import { must, mustEqual, unlessRefused } from '../expect.ts';
import { model } from '../model.ts';
import { chance } from '../mutate.ts';
import type { Target } from '../target.ts';

/** What a device's manifest would let a delta make: the work that a delta asks for goes by the size that its head says. */
const MAX_NEW_BYTES = 5_000;
const OLD_BYTES = 3_000;
const PIECE_BYTES = 37;
/** Where instruction set and phase stand in the head of a delta of two images of 2^7 … 2^14 octets. */
const FORM_AT = 4 + 1 + 2 + 2 + 8 + 8;

const any = chance(12);
/** Octets that begin calls, pages, loads and pointers now and then, whatever the instruction set. */
const OLD = new Uint8Array(OLD_BYTES).map(() => [0x94, 0x90, 0xe8, 0xf0, 5, any(256)][any(6)] ?? 0);

export const delta: Target = {
  name: 'delta',
  asks: 'deltas of a known old image: refused, or an image as long as the head says, the same in pieces; no read outside',
  seeds: () => {
    const changed = OLD.map((octet, at) => (at % 97 === 0 ? octet + 4 : octet));
    const target = new Uint8Array([
      ...changed.subarray(0, 1000),
      ...OLD.map(() => any(256)).subarray(2900),
      ...changed,
    ]);
    const { octets } = makeDelta(OLD, target, () => createHash('sha256'));
    return Object.values(InstructionSet).flatMap((set) =>
      [0, 2].map((phase) => octets.with(FORM_AT, set | (phase << 4))),
    );
  },
  take: (octets) => {
    const made = unlessRefused(() => apply(octets, octets.length), PackageError);
    return () =>
      mustEqual(
        unlessRefused(() => apply(octets, PIECE_BYTES), PackageError),
        made,
        'the image in pieces',
      );
  },
  models: [
    // a damaged delta mostly ends at its commands: these can be coded, and copy from both sides of the old image's edges
    model('any commands, pointers and octets', anyDelta(), (octets) => {
      unlessRefused(() => apply(octets, octets.length), PackageError);
    }),
  ],
};

/** The image that a delta makes; undefined when its head says one that is too large. */
function apply(octets: Uint8Array, step: number): Uint8Array | undefined {
  const decoder = new DeltaDecoder(guarded(OLD));
  const parts: Uint8Array[] = [];
  let at = 0;
  // the head first, which a device looks at before it goes on
  for (; at < octets.length && decoder.header === undefined; at++) {
    parts.push(...decoder.write(octets.subarray(at, at + 1)));
  }
  if (decoder.header !== undefined && decoder.header.newSize > MAX_NEW_BYTES) return undefined;
  for (; at < octets.length; at += step) parts.push(...decoder.write(octets.subarray(at, at + step)));
  decoder.finish();
  const made = new Uint8Array(Buffer.concat(parts));
  must(made.length === decoder.header?.newSize, `${made.length} octets were made`);
  return made;
}

function guarded(image: Uint8Array): OldImage {
  return {
    size: image.length,
    read: (position, into) => {
      must(position >= 0 && position + into.length <= image.length, `read of ${into.length} at ${position}`);
      into.set(image.subarray(position, position + into.length));
    },
  };
}

function anyDelta(): fc.Arbitrary<Uint8Array> {
  const within = fc.record({ oldPosition: fc.nat(OLD_BYTES - 400), copied: fc.nat(400) });
  const atEdge = fc.record({
    oldPosition: fc.constantFrom(-1, 0, OLD_BYTES - 5, OLD_BYTES),
    copied: fc.constantFrom(0, 5, 6),
  });
  const command = fc
    .tuple(fc.oneof({ weight: 4, arbitrary: within }, atEdge), fc.nat(40))
    .map(([copy, added]) => ({ newPosition: 0, ...copy, added }));
  const word = fc.oneof(fc.nat(OLD_BYTES), fc.integer({ min: 0, max: 0xffffffff }));
  const pointers = fc.record({ size: fc.constantFrom(4 as const, 8 as const), upper: word, base: word });
  return fc
    .record({
      commands: fc.array(command, { minLength: 1, maxLength: 5 }),
      form: fc.record({
        instructions: fc.constantFrom(...Object.values(InstructionSet)),
        phase: fc.nat(3),
        pointers: fc.array(pointers, { maxLength: 4 }),
      }),
      bits: fc.integer({ min: 8, max: 11 }),
      interval: fc.uint8Array({ maxLength: 300 }),
    })
    .map(({ commands, form, bits, interval }) => {
      const encoder = new BitEncoder();
      codeCommands(encoder, commands.length, commands);
      const coded = encoder.finish();
      const head = encodeHeader({
        oldSize: OLD_BYTES,
        newSize: commands.reduce((sum, { copied, added }) => sum + copied + added, 0),
        oldHash: new Uint8Array(8),
        newHash: new Uint8Array(8),
        form,
        correctionBits: bits,
        literalBits: bits,
        commands: commands.length,
        commandBytes: coded.length,
      });
      const prefix = Uint8Array.of(0, 0, interval.length >> 8, interval.length & 0xff);
      return new Uint8Array(Buffer.concat([head, coded, prefix, interval]));
    });
}
