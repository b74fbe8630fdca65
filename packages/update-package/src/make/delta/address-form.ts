import { BlockMap } from '../../read/delta/block-map.ts';
import type { Command } from '../../read/delta/command.ts';
import {
  type AddressForm,
  FieldKind,
  InstructionSet,
  type PointerForm,
  word,
} from '../../read/delta/fields/field.ts';
import { FieldPredictor, WINDOW_BYTES } from '../../read/delta/fields/predictor.ts';

/** Changed words that are looked at to find the base of pointers. */
const SAMPLE = 2048;
/** A form that is right in fewer places is chance. */
const MIN_RIGHT = 16;
/** Bases that pointers may have are tried in steps, first coarse, then fine. */
const COARSE_STEP = 0x1000;
const MAX_CANDIDATES = 512;
/** Words are of one cluster when all but so many lower bits are equal. */
const CLUSTER_BITS = 20;
const CLUSTERS = 4;

/**
 * Finds out how the images hold addresses, from what changed between them where one copies the other: the form whose
 * predictions are right most often, less those that spoil an octet that had not changed.
 */
export function findAddressForm(
  old: Uint8Array,
  target: Uint8Array,
  commands: readonly Command[],
): AddressForm {
  const none: AddressForm = { instructions: InstructionSet.none, phase: 0, pointers: [] };
  const forms = Object.values(InstructionSet).flatMap((instructions) =>
    [0, 1, 2, 3].map((phase) => ({ ...none, instructions, phase })),
  );
  const code = best(none, forms, (form) => gain(old, target, commands, form));
  const pointers = [0, 1, 2, 3].flatMap((phase) => findPointers(old, target, commands, phase));
  const withPointers = pointers.map(({ form, phase }) => ({ ...code, phase, pointers: [form] }));
  return best(code, withPointers, (form) => gain(old, target, commands, form));
}

function best<T>(first: T, others: readonly T[], score: (candidate: T) => number): T {
  let chosen = first;
  let highest = score(first);
  for (const candidate of others) {
    const value = score(candidate);
    if (value > highest + MIN_RIGHT) [chosen, highest] = [candidate, value];
  }
  return chosen;
}

/** Octets that prediction sets right, less those that it spoils, over all copies. */
function gain(old: Uint8Array, target: Uint8Array, commands: readonly Command[], form: AddressForm): number {
  if (form.instructions === InstructionSet.none && form.pointers.length === 0) return 0;
  const predictor = new FieldPredictor(form, new BlockMap(commands), old.length, target.length);
  const octets = new Uint8Array(WINDOW_BYTES);
  const kinds = new Uint8Array(WINDOW_BYTES);
  let sum = 0;
  for (const command of commands) {
    for (let done = 0; done < command.copied; done += WINDOW_BYTES) {
      const length = Math.min(WINDOW_BYTES, command.copied - done);
      const [oldPosition, newPosition] = [command.oldPosition + done, command.newPosition + done];
      octets.set(old.subarray(oldPosition, oldPosition + length));
      predictor.predict({ octets, kinds, length, oldPosition, newPosition }, command);
      for (let i = 0; i < length; i++) {
        if (kinds[i] === FieldKind.none) continue;
        const actual = target[newPosition + i];
        const before = old[oldPosition + i];
        if (octets[i] !== before) sum += octets[i] === actual ? 1 : before === actual ? -1 : 0;
      }
      predictor.learn(target, newPosition);
    }
  }
  return sum;
}

interface Change {
  readonly old: number;
  readonly new: number;
  readonly upper: number;
}

/** Forms in which changed words may be pointers. */
function findPointers(
  old: Uint8Array,
  target: Uint8Array,
  commands: readonly Command[],
  phase: number,
): readonly { readonly form: PointerForm; readonly phase: number }[] {
  const map = new BlockMap(commands);
  return ([4, 8] as const).flatMap((size) => {
    const changes = changedWords(old, target, commands, phase, size);
    const upper = size === 8 ? mostFrequent(changes.map((change) => change.upper)) : 0;
    const own = size === 8 ? changes.filter((change) => change.upper === upper) : changes;
    const base = findBase(own, map, old.length, phase);
    return base === undefined ? [] : [{ form: { size, upper, base }, phase }];
  });
}

function changedWords(
  old: Uint8Array,
  target: Uint8Array,
  commands: readonly Command[],
  phase: number,
  size: number,
): readonly Change[] {
  const changes: Change[] = [];
  for (const { oldPosition, newPosition, copied } of commands) {
    if ((oldPosition - newPosition) % size !== 0) continue;
    for (let i = (phase - newPosition) & (size - 1); i + size <= copied; i += size) {
      const [before, after] = [word(old, oldPosition + i), word(target, newPosition + i)];
      if (before === after || before === 0) continue;
      const upper = size === 8 ? word(old, oldPosition + i + 4) : 0;
      if (size === 8 && (upper === 0 || word(target, newPosition + i + 4) !== upper)) continue;
      changes.push({ old: before, new: after, upper });
    }
  }
  const every = Math.max(1, Math.floor(changes.length / SAMPLE));
  return changes.filter((_, i) => i % every === 0);
}

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most), [0, 0])[0];
}

/** The base for which the map explains most of the changes; undefined when it explains hardly any. */
function findBase(
  changes: readonly Change[],
  map: BlockMap,
  size: number,
  phase: number,
): number | undefined {
  const right = (base: number): number => {
    let count = 0;
    for (const change of changes) {
      const place = (change.old - base) >>> 0;
      if (place < size && (map.map(place) + base) >>> 0 === change.new) count++;
    }
    return count;
  };
  let found = { base: 0, right: 0 };
  const consider = (base: number): void => {
    const count = right(base >>> 0);
    if (count > found.right) found = { base: base >>> 0, right: count };
  };
  for (const base of coarseBases(changes, size, phase)) consider(base);
  for (let step = coarseStep(size) / 2; step >= 4 && found.right > 0; step /= 2) {
    const { base } = found;
    consider(base - step);
    consider(base + step);
  }
  return found.right >= Math.max(MIN_RIGHT, changes.length / 16) ? found.base : undefined;
}

/** Bases with which the words that lie close together, in the clusters with most of them, would point into the image. */
function coarseBases(changes: readonly Change[], size: number, phase: number): readonly number[] {
  const clusters = new Map<number, number[]>();
  for (const { old } of changes) {
    const cluster = clusters.get(old >>> CLUSTER_BITS);
    if (cluster === undefined) clusters.set(old >>> CLUSTER_BITS, [old]);
    else cluster.push(old);
  }
  const largest = [...clusters.values()].sort((a, b) => b.length - a.length).slice(0, CLUSTERS);
  return largest.flatMap((cluster) => basesAround(cluster, size, phase));
}

function basesAround(cluster: number[], size: number, phase: number): readonly number[] {
  const middle = cluster.sort((a, b) => a - b)[cluster.length >> 1] ?? 0;
  const step = coarseStep(size);
  const lowest = Math.floor((middle - size) / step) * step;
  return Array.from({ length: Math.ceil(size / step) + 2 }, (_, i) => lowest + i * step - phase);
}

function coarseStep(size: number): number {
  return Math.max(COARSE_STEP, 2 ** Math.ceil(Math.log2(size / MAX_CANDIDATES)));
}
