/** What a decoder is asked under random input. All of it is wrong unless it says so: an error that escapes is a finding. */
export interface Target {
  readonly name: string;
  /** One line for the list. */
  readonly asks: string;
  /** Inputs that mean something to the decoder: mutation begins with them. */
  readonly seeds: () => readonly Uint8Array[];
  /**
   * Takes one input, which is what is measured; throws when what came of it is wrong. A refusal in the decoder's own
   * manner is right. What it gives back is asked afterwards, outside of the measured time: is it the same when written?
   */
  readonly take: (octets: Uint8Array) => void | Check | Promise<void>;
  /** Properties over values that were never octets: decode(encode(x)) = x, conversations. */
  readonly models?: readonly Model[];
}

export type Check = () => void;

export interface Model {
  readonly name: string;
  /** Runs at most so many cases from this seed, shrinks what fails, and tells it in words; undefined: it holds. */
  readonly check: (seed: number, runs: number) => Promise<Counterexample | undefined>;
}

export interface Counterexample {
  readonly runs: number;
  readonly reason: string;
  /** The shrunk case, as fast-check prints it. */
  readonly shown: string;
}

/** A target found what it may not find; other errors are findings too. */
export class Broken extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Broken';
  }
}
