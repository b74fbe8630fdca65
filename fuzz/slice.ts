import { SHARED_OCTETS } from './limits.ts';

/** What the supervisor asks of the worker. */
export interface Order {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
}

export interface Finding {
  readonly kind: 'wrong' | 'slow' | 'large' | 'leak' | 'hang' | 'memory';
  readonly reason: string;
  /** The input, unless a model found it. */
  readonly octets?: Uint8Array;
  /** A model's shrunk case. */
  readonly shown?: string;
  readonly seed: number;
}

export interface SliceResult {
  readonly target: string;
  /** Mutated inputs taken, seeds included. */
  readonly inputs: number;
  /** Cases of the target's models. */
  readonly cases: number;
  /** Longest CPU time of an input per started 64 kB. */
  readonly milliseconds: number;
  /** Most octets of heap and buffers in use above the beginning, garbage included. */
  readonly peak: number;
  /** Octets that a full collection left above the beginning. */
  readonly kept: number;
  readonly findings: readonly Finding[];
}

/** What the worker is at, for the supervisor to read when it hears no more: count of inputs, length, octets. */
export interface SharedPlace {
  readonly numbers: Int32Array;
  readonly octets: Uint8Array;
}

export function newPlace(): SharedPlace {
  return {
    numbers: new Int32Array(new SharedArrayBuffer(8)),
    octets: new Uint8Array(new SharedArrayBuffer(SHARED_OCTETS)),
  };
}

export function writePlace({ numbers, octets }: SharedPlace, input: Uint8Array): void {
  const kept = input.subarray(0, SHARED_OCTETS);
  octets.set(kept);
  Atomics.store(numbers, 1, kept.length);
  Atomics.add(numbers, 0, 1);
}

export function readPlace({ numbers, octets }: SharedPlace): {
  readonly count: number;
  readonly input: Uint8Array;
} {
  return { count: Atomics.load(numbers, 0), input: octets.slice(0, Atomics.load(numbers, 1)) };
}
