import { BlockMap, type PlaceMap, unmoved } from '../../read/delta/block-map.ts';
import type { Command } from '../../read/delta/command.ts';
import type { AddressForm } from '../../read/delta/fields/field.ts';
import { FieldPredictor, WINDOW_BYTES } from '../../read/delta/fields/predictor.ts';
import { match } from './match.ts';

/** Matching again in the light of the commands found before helps twice, then no more. */
const PASSES = 2;

/**
 * Commands that serve prediction. In code that only moved, all distances differ; so both images are matched a second
 * time with every operand replaced by the absolute place in the new image that it means, as far as the commands found
 * so far tell: then such code is the same, octet by octet.
 */
export function matchByMeaning(
  old: Uint8Array,
  target: Uint8Array,
  form: AddressForm,
  first: readonly Command[],
): readonly Command[] {
  const meant = withAbsoluteOperands(target, form, unmoved, target.length);
  let commands = first;
  for (let pass = 0; pass < PASSES; pass++) {
    commands = match(withAbsoluteOperands(old, form, new BlockMap(commands), target.length), meant);
  }
  return commands;
}

function withAbsoluteOperands(
  image: Uint8Array,
  form: AddressForm,
  map: PlaceMap,
  newSize: number,
): Uint8Array {
  const octets = image.slice();
  const predictor = new FieldPredictor(form, map, image.length, newSize, true);
  const kinds = new Uint8Array(WINDOW_BYTES);
  for (let at = 0; at < octets.length; at += WINDOW_BYTES) {
    const window = octets.subarray(at, at + WINDOW_BYTES);
    predictor.predict(
      { octets: window, kinds, length: window.length, oldPosition: at, newPosition: at },
      undefined,
    );
  }
  return octets;
}
