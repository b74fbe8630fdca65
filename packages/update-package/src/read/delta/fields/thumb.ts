import { FieldKind, word } from './field.ts';
import type { InstructionFields } from './predictor.ts';

/** Thumb-2: BL and B.W with a distance of 25 bits. */
export const thumb: InstructionFields = {
  predict(predictor, window) {
    const { octets, length, oldPosition, newPosition } = window;
    if (((oldPosition - newPosition) & 1) !== 0) return;
    for (let at = (predictor.form.phase - newPosition) & 1; at + 4 <= length; at += 2) {
      if (((octets[at + 1] ?? 0) & 0xf8) !== 0xf0) continue;
      const old = word(octets, at);
      if (!isBranch(old)) continue;
      const target = oldPosition + at + 4 + distanceOf(old);
      if (target < 0 || target >= predictor.oldSize) continue;
      const distance = predictor.placeOf(target) - predictor.origin(newPosition + at + 4);
      predictor.field(FieldKind.branch, at, 4, old, withDistance(old, distance), target);
      at += 2;
    }
  },
  read(kind, value, place) {
    return kind === FieldKind.branch && isBranch(value) ? place + 4 + distanceOf(value) : undefined;
  },
};

function isBranch(value: number): boolean {
  return (value & 0x9000f800) >>> 0 === 0x9000f000;
}

function distanceOf(value: number): number {
  const second = value >>> 16;
  const sign = (value >>> 10) & 1;
  const i1 = ((second >>> 13) ^ sign ^ 1) & 1;
  const i2 = ((second >>> 11) ^ sign ^ 1) & 1;
  const distance = (sign << 24) | (i1 << 23) | (i2 << 22) | ((value & 0x3ff) << 12) | ((second & 0x7ff) << 1);
  return (distance << 7) >> 7;
}

function withDistance(value: number, distance: number): number {
  if ((distance & 1) !== 0) return value;
  const sign = distance >>> 31;
  const j1 = ((distance >>> 23) ^ sign ^ 1) & 1;
  const j2 = ((distance >>> 22) ^ sign ^ 1) & 1;
  const first = 0xf000 | (sign << 10) | ((distance >>> 12) & 0x3ff);
  const second = ((value >>> 16) & 0xd000) | (j1 << 13) | (j2 << 11) | ((distance >>> 1) & 0x7ff);
  return ((second << 16) | first) >>> 0;
}
