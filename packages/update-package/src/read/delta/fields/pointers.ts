import { FieldKind, type PointerForm, type Window, word } from './field.ts';
import type { FieldPredictor } from './predictor.ts';

/** Aligned words that are no instruction's and whose value is the address of a place of the old image. */
export function predictPointers(predictor: FieldPredictor, window: Window, form: PointerForm): void {
  const { octets, kinds, length, oldPosition, newPosition } = window;
  const { size, base, upper } = form;
  const aligned = size - 1;
  if (((oldPosition - newPosition) & aligned) !== 0) return;
  for (let at = (predictor.form.phase - newPosition) & aligned; at + size <= length; at += size) {
    if (kinds[at] !== FieldKind.none || kinds[at + 3] !== FieldKind.none) continue;
    if (size === 8 && word(octets, at + 4) !== upper) continue;
    const old = word(octets, at);
    const target = (old - base) >>> 0;
    if (target >= predictor.oldSize) continue;
    predictor.field(FieldKind.pointer, at, 4, old, (predictor.placeOf(target) + base) >>> 0, target);
  }
}
