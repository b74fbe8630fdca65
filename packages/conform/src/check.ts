/** One thing that a peer must do, and the script that finds out whether it does. */
export interface Check<Peer> {
  /** Unique, in words; what `--only` and a report name. */
  readonly id: string;
  /** Requirement ids that it shows. */
  readonly requirements: readonly string[];
  /** What the peer must do, as a sentence. */
  readonly title: string;
  /** Only these variants (encodings) can show it; absent: all. */
  readonly variants?: readonly string[];
  /** Ends well, or throws `Violation` (the peer is wrong) or `Inconclusive` (it could not be found out). */
  readonly run: (peer: Peer) => Promise<void>;
}

export interface CheckGroup<Peer> {
  readonly id: string;
  readonly title: string;
  readonly checks: readonly Check<Peer>[];
}

/** `inconclusive`: a precondition did not hold, so nothing is said about the peer. */
export type Verdict = 'passed' | 'failed' | 'inconclusive';

/** The peer breaks a requirement. */
export class Violation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Violation';
  }
}

/** A precondition of the check does not hold. */
export class Inconclusive extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Inconclusive';
  }
}

/** @throws Violation when what the peer must do is not so. */
export function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Violation(otherwise);
}

/** @throws Inconclusive when what the check needs is not so. */
export function need(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Inconclusive(otherwise);
}
