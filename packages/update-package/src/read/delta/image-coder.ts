import { hash } from './arithmetic.ts';
import type { BitCoder } from './bit-coder.ts';
import { BlockMap } from './block-map.ts';
import type { Command } from './command.ts';
import { FieldKind } from './fields/field.ts';
import { FieldPredictor, WINDOW_BYTES } from './fields/predictor.ts';
import type { DeltaHeader } from './header.ts';
import { LiteralModel } from './literal-model.ts';
import { contextTables, MixedModel } from './mixed-model.ts';
import { NumberModel } from './number-model.ts';
import type { OldImage } from './ports.ts';

/** Contexts of a correction besides the orders that it shares with added octets. */
const OWN_CONTEXTS = 6;
const RUN_CONTEXTS = 64;
/** A run ends with its window of 2^12 octets. */
const RUN_DIGITS = 12;

/** Octets of the new image that are coded together, and who codes them. */
interface Interval {
  readonly coder: BitCoder;
  readonly start: number;
  readonly end: number;
  readonly octets: Uint8Array;
}

/**
 * The new image as an account of the old one (docs/delta-format.md §5): which octets are as predicted, what stands where
 * they are not, and what is added. One description for both sides: an encoder has the octets, a decoder gets them.
 */
export class ImageCoder {
  readonly #header: DeltaHeader;
  readonly #commands: readonly Command[];
  readonly #old: OldImage;
  readonly #predictor: FieldPredictor;
  readonly #literals: LiteralModel;
  readonly #corrections: MixedModel;
  readonly #correctionTables: readonly Uint16Array[];
  readonly #runs = new NumberModel(RUN_CONTEXTS, RUN_DIGITS);
  readonly #window = new Uint8Array(WINDOW_BYTES);
  readonly #before = new Uint8Array(WINDOW_BYTES);
  readonly #kinds = new Uint8Array(WINDOW_BYTES);
  #lastRun = 0;
  #corrected = 0;

  constructor(header: DeltaHeader, commands: readonly Command[], old: OldImage) {
    this.#header = header;
    this.#commands = commands;
    this.#old = old;
    this.#predictor = new FieldPredictor(header.form, new BlockMap(commands), header.oldSize, header.newSize);
    this.#literals = new LiteralModel(header);
    this.#correctionTables = contextTables(OWN_CONTEXTS, header.correctionBits);
    this.#corrections = new MixedModel([...this.#correctionTables, ...this.#literals.sharedTables], 8);
  }

  /** Everything learnt so far, in a fixed order; a checkpoint copies it, and writes it back. */
  get state(): readonly (Uint16Array | Int32Array)[] {
    return [
      ...this.#correctionTables,
      this.#corrections.weights,
      ...this.#literals.state,
      this.#runs.cells,
      ...this.#predictor.learnt,
    ];
  }

  /** Codes the octets of the new image from `start` on: an encoder gives them in `octets`, a decoder finds them there. */
  code(coder: BitCoder, start: number, octets: Uint8Array): void {
    const interval = { coder, start, octets, end: start + octets.length };
    this.#lastRun = 0;
    this.#corrected = 0;
    for (let i = this.#commandAt(start); i < this.#commands.length; i++) {
      const command = this.#commands[i];
      if (command === undefined || command.newPosition >= interval.end) return;
      this.#copy(interval, command);
      const added = command.newPosition + command.copied;
      const from = Math.max(start, added) - start;
      const to = Math.min(interval.end, added + command.added) - start;
      if (from < to) this.#literals.code(coder, octets, from, to, start);
    }
  }

  /** The command that makes this place of the new image. */
  #commandAt(place: number): number {
    let low = 0;
    let high = this.#commands.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#commands[middle]?.newPosition ?? 0) <= place) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  #copy(interval: Interval, command: Command): void {
    const to = Math.min(interval.end, command.newPosition + command.copied);
    for (let at = Math.max(interval.start, command.newPosition); at < to; ) {
      const length = Math.min(to - at, WINDOW_BYTES - (at % WINDOW_BYTES));
      this.#predict(command, at, length);
      this.#codeWindow(interval, at, length);
      this.#predictor.learn(interval.octets, at - interval.start);
      at += length;
    }
  }

  #predict(command: Command, newPosition: number, length: number): void {
    const oldPosition = newPosition - command.newPosition + command.oldPosition;
    const before = this.#before.subarray(0, length);
    this.#old.read(oldPosition, before);
    this.#window.set(before);
    const window = { octets: this.#window, kinds: this.#kinds, length, oldPosition, newPosition };
    this.#predictor.predict(window, command);
  }

  #codeWindow(interval: Interval, at: number, length: number): void {
    const into = at - interval.start;
    const phase = at - this.#header.form.phase;
    for (let i = 0; i < length; i++) {
      const run = this.#codeRun(interval, into, i, length, (phase + i) & 3);
      interval.octets.set(this.#window.subarray(i, i + run), into + i);
      i += run;
      if (i < length) this.#correct(interval, into, i, length, (phase + i) & 3);
    }
  }

  /** How many octets from here to the window's end are as predicted. */
  #codeRun({ coder, octets }: Interval, into: number, from: number, length: number, phase: number): number {
    const left = length - from;
    let run = 0;
    if (!coder.reads) while (run < left && this.#window[from + run] === octets[into + from + run]) run++;
    const inField = this.#kinds[from] === FieldKind.none ? 0 : 16;
    const context = Math.min(3, this.#lastRun) * 4 + phase + inField + this.#corrected * 32;
    const coded = Math.min(left, this.#runs.code(coder, run, context));
    this.#lastRun = coded;
    this.#corrected = coded < left ? 1 : 0;
    return coded;
  }

  #correct({ coder, octets }: Interval, into: number, i: number, length: number, phase: number): void {
    const window = this.#window;
    const at = into + i;
    const expected = window[i] ?? 0;
    const old = this.#before[i] ?? 0;
    const kind = this.#kinds[i] ?? 0;
    const last = octets[at - 1] ?? 0;
    const second = octets[at - 2] ?? 0;
    const expectedLast = i > 0 ? (window[i - 1] ?? 0) : 0;
    const next = i + 1 < length ? (window[i + 1] ?? 0) : 0;
    const change = (last - expectedLast) & 0xff;
    const { contexts } = this.#corrections;
    contexts[0] = hash(1, expected, kind, phase);
    contexts[1] = hash(2, expected, last, 0);
    contexts[2] = hash(3, expected, change, kind);
    contexts[3] = hash(4, last, second, phase);
    contexts[4] = hash(5, (expected << 8) | old, next, expectedLast);
    contexts[5] = hash(6, kind, phase, change);
    this.#literals.shareContexts(octets, at, contexts, OWN_CONTEXTS);
    octets[at] = this.#corrections.code(coder, octets[at] ?? 0, kind);
  }
}
