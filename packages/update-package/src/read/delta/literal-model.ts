import { hash } from './arithmetic.ts';
import type { BitCoder } from './bit-coder.ts';
import type { DeltaHeader } from './header.ts';
import { contextTables, MixedModel } from './mixed-model.ts';

const CONTEXTS = 7;
/** Tables whose context is nothing but the two, three or four octets before: corrections use them, too. */
const SHARED: readonly number[] = [2, 3, 4];

/** Octets that the old image does not have: predicted from those before them. */
export class LiteralModel {
  readonly #tables: readonly Uint16Array[];
  readonly #model: MixedModel;
  readonly #phase: number;

  constructor({ form, literalBits }: DeltaHeader) {
    this.#phase = form.phase;
    this.#tables = contextTables(CONTEXTS, literalBits);
    this.#model = new MixedModel(this.#tables, 4);
  }

  get sharedTables(): readonly Uint16Array[] {
    return SHARED.flatMap((index) => this.#tables[index] ?? []);
  }

  get state(): readonly (Uint16Array | Int32Array)[] {
    return [...this.#tables, this.#model.weights];
  }

  /** Codes `octets` from `from` to `to`; `origin` is where `octets` begins in the new image. */
  code(coder: BitCoder, octets: Uint8Array, from: number, to: number, origin: number): void {
    for (let at = from; at < to; at++) {
      const phase = (origin + at - this.#phase) & 3;
      this.#setContexts(octets, at, phase);
      octets[at] = this.#model.code(coder, octets[at] ?? 0, phase);
    }
  }

  /** Sets the contexts of the shared tables for an octet at `at`. */
  shareContexts(octets: Uint8Array, at: number, contexts: Int32Array, from: number): void {
    const a = octets[at - 1] ?? 0;
    const b = octets[at - 2] ?? 0;
    const c = octets[at - 3] ?? 0;
    const d = octets[at - 4] ?? 0;
    contexts[from] = hash(13, a, b, 0);
    contexts[from + 1] = hash(14, a, b, c);
    contexts[from + 2] = hash(15, (a << 8) | b, (c << 8) | d, 0);
  }

  #setContexts(octets: Uint8Array, at: number, phase: number): void {
    const { contexts } = this.#model;
    const a = octets[at - 1] ?? 0;
    const c = octets[at - 3] ?? 0;
    const d = octets[at - 4] ?? 0;
    contexts[0] = hash(11, phase, 0, 0);
    contexts[1] = hash(12, a, phase, 0);
    this.shareContexts(octets, at, contexts, 2);
    contexts[5] = hash(16, d, c, phase);
    contexts[6] = hash(19, contexts[4] ?? 0, octets[at - 5] ?? 0, octets[at - 6] ?? 0);
  }
}
