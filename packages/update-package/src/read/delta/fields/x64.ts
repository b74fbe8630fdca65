import { FieldKind, word } from './field.ts';
import type { InstructionFields } from './predictor.ts';

/** x86-64: CALL, JMP and conditional jumps of 32 bits, and data addressed from the instruction pointer. */
export const x64: InstructionFields = {
  predict(predictor, window) {
    const { octets, length, oldPosition, newPosition } = window;
    let before = 0;
    let last = 0;
    for (let at = 0; at + 4 <= length; at++) {
      const kind = kindBehind(before, last);
      before = last;
      last = octets[at] ?? 0;
      if (kind === FieldKind.none) continue;
      const old = word(octets, at);
      const target = oldPosition + at + 4 + (old | 0);
      if (target < 0 || target >= predictor.oldSize) continue;
      const distance = predictor.placeOf(target) - predictor.origin(newPosition + at + 4);
      predictor.field(kind, at, 4, old, distance >>> 0, target);
      at += 3;
      before = 0;
      last = 0;
    }
  },
  read(kind, value, place) {
    const distance = kind === FieldKind.branch || kind === FieldKind.relative;
    return distance ? place + 4 + (value | 0) : undefined;
  },
};

/** What four octets behind these two are. */
function kindBehind(before: number, last: number): FieldKind {
  if (last === 0xe8 || last === 0xe9) return FieldKind.branch;
  if (before === 0x0f && (last & 0xf0) === 0x80) return FieldKind.branch;
  return (last & 0xc7) === 0x05 && before !== 0 ? FieldKind.relative : FieldKind.none;
}
