/** Rules that hold for every message of a peer: looked at beside all other checks, told as checks of their own. */
import { showMessages, type WireMessage } from './exchange.ts';
import type { CheckResult } from './run-checks.ts';

export interface Rule<Said> {
  readonly id: string;
  readonly requirements: readonly string[];
  readonly title: string;
  /** What is wrong; undefined: nothing. `skip`: the rule says nothing of this message. */
  readonly fault: (said: Said) => string | undefined | typeof SKIP;
}

export const SKIP: unique symbol = Symbol('says nothing of this message');

interface Entry {
  looked: number;
  reason?: string;
  exchange?: readonly WireMessage[];
}

/** Counts, for each rule, the messages that it was held against, and keeps the first that broke it. */
export class RuleBook<Said> {
  readonly #rules: readonly Rule<Said>[];
  #entries = new Map<string, Entry>();

  constructor(rules: readonly Rule<Said>[]) {
    this.#rules = rules;
  }

  look(said: Said, exchange: readonly WireMessage[]): void {
    for (const rule of this.#rules) {
      const fault = rule.fault(said);
      if (fault === SKIP) continue;
      const entry = this.#entries.get(rule.id) ?? { looked: 0 };
      entry.looked += 1;
      if (fault !== undefined && entry.reason === undefined) {
        entry.reason = fault;
        entry.exchange = exchange;
      }
      this.#entries.set(rule.id, entry);
    }
  }

  /** The verdicts so far, and a fresh page. */
  close(variant: string): readonly CheckResult[] {
    const entries = this.#entries;
    this.#entries = new Map();
    return this.#rules.map(({ id, requirements, title }) => {
      const { looked, reason, exchange = [] } = entries.get(id) ?? { looked: 0 };
      const verdict = reason !== undefined ? 'failed' : looked === 0 ? 'inconclusive' : 'passed';
      const why = reason ?? (looked === 0 ? 'no message showed it' : undefined);
      return {
        id,
        group: EVERY_GROUP,
        title,
        requirements,
        variant,
        verdict,
        ...(why === undefined ? {} : { reason: why }),
        durationMs: 0,
        exchange: showMessages(exchange),
      };
    });
  }
}

export const EVERY_GROUP = 'every-message';
