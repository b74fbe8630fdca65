import { setTimeout as sleep } from 'node:timers/promises';
import type { UiAnswer, UserInteraction } from '@fumarole/dm/tree';
import { MAX_TRIES } from './limits.ts';
import { fits, type Question, questionOf } from './question.ts';

/** What the user did. */
export type Reply =
  | { readonly kind: 'shown' }
  | { readonly kind: 'yes' }
  | { readonly kind: 'no' }
  | { readonly kind: 'cancel' }
  /** The text, or the numbers of the choices. */
  | { readonly kind: 'answer'; readonly answers: readonly string[] };

/** How the user is reached. */
export interface Prompter {
  /** Shows the question and waits; `again`: the last answer did not fit. The signal ends the wait: nobody listens any more. */
  ask(question: Question, signal: AbortSignal, again: boolean): Promise<Reply>;
}

export interface InteractionPorts {
  /** Resolves after so many milliseconds; rejects when the signal is aborted. Default: the real time. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** Answers the alerts 1100–1104 of servers through a prompter (P-050…P-052). */
export function userInteraction(prompter: Prompter, ports: InteractionPorts = {}): UserInteraction {
  const wait = ports.wait ?? ((ms, signal) => sleep(ms, undefined, { signal }));
  return {
    async interact(alert) {
      const question = questionOf(alert);
      if (typeof question === 'number') return { code: question };
      const end = new AbortController();
      // Silence is never consent: 408 whatever DR proposes (P-052).
      const silence = wait(question.maxMs, end.signal).then(
        (): UiAnswer => ({ code: 408 }),
        (): UiAnswer => ({ code: 408 }),
      );
      try {
        return await Promise.race([answered(prompter, question, end.signal), silence]);
      } finally {
        end.abort();
      }
    },
  };
}

async function answered(prompter: Prompter, question: Question, signal: AbortSignal): Promise<UiAnswer> {
  for (let tries = 0; tries < MAX_TRIES && !signal.aborted; tries += 1) {
    const answer = answerOf(question, await prompter.ask(question, signal, tries > 0));
    if (answer !== undefined) return answer;
  }
  return { code: 214 };
}

/** The status of a reply; undefined: it does not fit the question. */
function answerOf(question: Question, reply: Reply): UiAnswer | undefined {
  if (reply.kind === 'cancel') return { code: 214 };
  switch (question.kind) {
    case 'display':
      return reply.kind === 'shown' || reply.kind === 'yes' ? { code: 200 } : undefined;
    case 'confirm':
      if (reply.kind === 'yes') return { code: 200 };
      return reply.kind === 'no' ? { code: 304 } : undefined;
    default:
      if (reply.kind !== 'answer' || !fits(question, reply.answers)) return undefined;
      return { code: 200, answers: reply.answers };
  }
}
