import { FieldKind, type Window } from './field.ts';
import type { FieldPredictor, InstructionFields } from './predictor.ts';

/** Xtensa with 16-bit instructions: CALL0 … CALL12 and L32R, found by reading instruction after instruction. */
export const xtensa: InstructionFields = {
  predict(predictor, window) {
    for (let at = 0; at + 3 <= window.length; ) {
      const operation = (window.octets[at] ?? 0) & 15;
      if (operation === 5) call(predictor, window, at);
      else if (operation === 1) literal(predictor, window, at);
      at += operation >= 8 && operation <= 13 ? 2 : 3;
    }
  },
  read(kind, value, place, { phase }) {
    return kind === FieldKind.branch && (value & 15) === 5
      ? aligned(place, phase) + callDistance(value) + 4
      : undefined;
  },
};

function instructionAt({ octets }: Window, at: number): number {
  return (octets[at] ?? 0) | ((octets[at + 1] ?? 0) << 8) | ((octets[at + 2] ?? 0) << 16);
}

/** Words are counted from the image's own alignment. */
function aligned(place: number, phase: number): number {
  return ((place - phase) & ~3) + phase;
}

function callDistance(instruction: number): number {
  return ((instruction << 8) >> 14) << 2;
}

function call(predictor: FieldPredictor, window: Window, at: number): void {
  const { phase } = predictor.form;
  const old = instructionAt(window, at);
  const target = aligned(window.oldPosition + at, phase) + callDistance(old) + 4;
  if (target < 0 || target >= predictor.oldSize) return;
  const distance = predictor.placeOf(target) - predictor.origin(aligned(window.newPosition + at, phase) + 4);
  if ((distance & 3) !== 0) return;
  predictor.field(FieldKind.branch, at, 3, old, (old & 0x3f) | (((distance >> 2) & 0x3ffff) << 6), target);
}

function literal(predictor: FieldPredictor, window: Window, at: number): void {
  const { phase } = predictor.form;
  const old = instructionAt(window, at);
  const target = aligned(window.oldPosition + at + 3, phase) + (((old >>> 8) | ~0xffff) << 2);
  if (target < 0 || target >= predictor.oldSize) return;
  const distance = predictor.placeOf(target) - predictor.origin(aligned(window.newPosition + at + 3, phase));
  if ((distance & 3) !== 0) return;
  predictor.field(FieldKind.literal, at, 3, old, (old & 0xff) | (((distance >> 2) & 0xffff) << 8), target);
}
