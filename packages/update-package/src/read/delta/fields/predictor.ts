import type { PlaceMap } from '../block-map.ts';
import type { Command } from '../command.ts';
import { arm64 } from './arm64.ts';
import { type AddressForm, FIELD_KINDS, FieldKind, InstructionSet, type Window } from './field.ts';
import { predictPointers } from './pointers.ts';
import { thumb } from './thumb.ts';
import { x64 } from './x64.ts';
import { xtensa } from './xtensa.ts';

/** A window has at most so many octets, so at most as many fields. */
export const WINDOW_BYTES = 4096;
/** Targets learnt, by hash. */
const LEARNT_BITS = 11;
const LEARNT = 1 << LEARNT_BITS;
/** Trust in a kind of field: 16 bits, above half the predictions are used. */
const HALF_TRUST = 0x8000;
const FIRST_TRUST = 0xa000;
const TRUST_SHIFT = 7;

/** The fields of one instruction set. */
export interface InstructionFields {
  predict(predictor: FieldPredictor, window: Window): void;
  /** The place that a branch or distance at `place` of the new image points to; undefined when it is none. */
  read(kind: FieldKind, value: number, place: number, form: AddressForm): number | undefined;
}

const SETS: Readonly<Record<InstructionSet, InstructionFields | undefined>> = {
  [InstructionSet.none]: undefined,
  [InstructionSet.arm64]: arm64,
  [InstructionSet.thumb]: thumb,
  [InstructionSet.xtensa]: xtensa,
  [InstructionSet.x64]: x64,
};

/**
 * Predicts fields that hold addresses (docs/delta-format.md §6): an old field points to an old place; the commands say
 * where that went; so the new field is known. Each kind of field is used only while it is right more often than the old
 * octets are, and where a target went elsewhere than the commands say, it is remembered.
 */
export class FieldPredictor {
  readonly oldSize: number;
  readonly form: AddressForm;
  readonly #map: PlaceMap;
  readonly #newSize: number;
  /** Distances count from 0 instead of from the field: operands become absolute, for matching. */
  readonly #absolute: boolean;
  readonly #trust = new Uint16Array(FIELD_KINDS).fill(FIRST_TRUST);
  readonly #learntOld = new Int32Array(LEARNT).fill(-1);
  readonly #learntNew = new Int32Array(LEARNT);
  #command: Command | undefined;
  #window: Window | undefined;
  #fields = 0;
  readonly #at = new Uint16Array(WINDOW_BYTES);
  readonly #size = new Uint8Array(WINDOW_BYTES);
  readonly #kind = new Uint8Array(WINDOW_BYTES);
  readonly #old = new Uint32Array(WINDOW_BYTES);
  readonly #predicted = new Uint32Array(WINDOW_BYTES);
  readonly #target = new Int32Array(WINDOW_BYTES);

  constructor(form: AddressForm, map: PlaceMap, oldSize: number, newSize: number, absolute = false) {
    this.form = form;
    this.oldSize = oldSize;
    this.#map = map;
    this.#newSize = newSize;
    this.#absolute = absolute;
  }

  /** Learnt state for a checkpoint. */
  get learnt(): readonly (Uint16Array | Int32Array)[] {
    return [this.#trust, this.#learntOld, this.#learntNew];
  }

  /** Turns the old octets of a window of the command into predicted ones. */
  predict(window: Window, command: Command | undefined): void {
    this.#command = command;
    this.#window = window;
    this.#fields = 0;
    window.kinds.fill(0, 0, window.length);
    SETS[this.form.instructions]?.predict(this, window);
    for (const pointers of this.form.pointers) predictPointers(this, window, pointers);
  }

  /** Where a place of the old image went: with the present command, else as learnt, else by the map. */
  placeOf(oldPlace: number): number {
    const own = this.#command;
    if (own !== undefined && oldPlace >= own.oldPosition && oldPlace < own.oldPosition + own.copied) {
      return oldPlace + own.newPosition - own.oldPosition;
    }
    const slot = slotOf(oldPlace);
    if (this.#learntOld[slot] === oldPlace) return this.#learntNew[slot] ?? 0;
    return this.#map.map(oldPlace);
  }

  /** The place that a distance in a field at this place is counted from. */
  origin(place: number): number {
    return this.#absolute ? 0 : place;
  }

  /** Says what a field of `size` octets at `at` of the window will be; the new octets stand there if its kind is trusted. */
  field(kind: FieldKind, at: number, size: number, old: number, predicted: number, target: number): void {
    const window = this.#window;
    if (window === undefined) return;
    window.kinds.fill(kind, at, at + size);
    const used = this.#absolute || (this.#trust[kind] ?? 0) >= HALF_TRUST;
    if (used && predicted !== old) {
      for (let i = 0; i < size; i++) window.octets[at + i] = predicted >>> (8 * i);
    }
    if (this.#absolute) return;
    const n = this.#fields++;
    this.#at[n] = at;
    this.#size[n] = size;
    this.#kind[n] = kind;
    this.#old[n] = old;
    this.#predicted[n] = predicted;
    this.#target[n] = target;
  }

  /** Learns from what the window became; `actual` holds its octets from `from` on. */
  learn(actual: Uint8Array, from: number): void {
    const newPosition = this.#window?.newPosition ?? 0;
    for (let n = 0; n < this.#fields; n++) {
      const at = this.#at[n] ?? 0;
      const octets = actual.subarray(from + at, from + at + (this.#size[n] ?? 0));
      const value = littleEndian(octets);
      this.#judge(n, value);
      if (value !== this.#predicted[n]) this.#learnTarget(n, value, newPosition + at);
    }
  }

  #judge(n: number, value: number): void {
    const [old, predicted] = [this.#old[n], this.#predicted[n]];
    if (old === predicted) return;
    const kind = this.#kind[n] ?? 0;
    const trust = this.#trust[kind] ?? 0;
    if (value === predicted) this.#trust[kind] = trust + ((0xffff - trust) >> TRUST_SHIFT);
    else if (value === old) this.#trust[kind] = trust - (trust >> TRUST_SHIFT);
  }

  #learnTarget(n: number, value: number, place: number): void {
    const target = this.#read((this.#kind[n] ?? 0) as FieldKind, value, place);
    if (target === undefined || target < 0 || target >= this.#newSize) return;
    const old = this.#target[n] ?? 0;
    this.#learntOld[slotOf(old)] = old;
    this.#learntNew[slotOf(old)] = target;
  }

  #read(kind: FieldKind, value: number, place: number): number | undefined {
    if (kind !== FieldKind.pointer) return SETS[this.form.instructions]?.read(kind, value, place, this.form);
    const [pointers] = this.form.pointers;
    return pointers && (value - pointers.base) >>> 0;
  }
}

function slotOf(place: number): number {
  return Math.imul(place, 0x9e3779b1) >>> (32 - LEARNT_BITS);
}

function littleEndian(octets: Uint8Array): number {
  let value = 0;
  for (let i = octets.length - 1; i >= 0; i--) value = value * 256 + (octets[i] ?? 0);
  return value;
}
