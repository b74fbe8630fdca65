import type { Question } from './question.ts';
import type { Prompter, Reply } from './user-interaction.ts';

/** What a device without anyone before it answers. `never`: not at all, until the time is over. */
export interface AnswerPolicy {
  readonly display?: 'shown' | 'cancel' | 'never';
  readonly confirm?: 'yes' | 'no' | 'cancel' | 'never';
  /** To 1102–1104; absent: cancel. */
  readonly answers?: (question: Question) => readonly string[] | undefined;
}

/** A user made of rules: unattended devices and tests. Without a rule it shows, and says no. */
export function policyPrompter(policy: AnswerPolicy): Prompter {
  return {
    async ask(question, signal) {
      const decision = decide(policy, question);
      return decision === 'never' ? whenAborted(signal) : decision;
    },
  };
}

function decide(policy: AnswerPolicy, question: Question): Reply | 'never' {
  if (question.kind === 'display') return replyOf(policy.display ?? 'shown');
  if (question.kind === 'confirm') return replyOf(policy.confirm ?? 'no');
  const answers = policy.answers?.(question);
  return answers === undefined ? { kind: 'cancel' } : { kind: 'answer', answers };
}

function replyOf(word: 'shown' | 'yes' | 'no' | 'cancel' | 'never'): Reply | 'never' {
  return word === 'never' ? word : { kind: word };
}

function whenAborted(signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ kind: 'cancel' }), { once: true });
  });
}
