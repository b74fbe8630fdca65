import { MAX_TRIES, MAX_WAIT_MS } from './limits.ts';
import type { Question } from './question.ts';
import type { Prompter } from './user-interaction.ts';

/** Asks the user a yes or no; silence, cancel and what is no answer are a no. */
export function confirmed(prompter: Prompter, text: string, signal: AbortSignal): Promise<boolean> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(MAX_WAIT_MS)]);
  const silence = new Promise<false>((resolve) => {
    patience.addEventListener('abort', () => resolve(false), { once: true });
  });
  return Promise.race([asked(prompter, text, patience), silence]);
}

/** Shows a text; nobody waits for the user. */
export async function shown(prompter: Prompter, text: string, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(MAX_WAIT_MS)]);
  // A terminal that is gone shows nothing, which is no reason to stay away from the server.
  await prompter.ask({ ...plainQuestion(text), kind: 'display' }, patience, false).catch(() => undefined);
}

async function asked(prompter: Prompter, text: string, signal: AbortSignal): Promise<boolean> {
  const question = plainQuestion(text);
  for (let tries = 0; tries < MAX_TRIES && !signal.aborted; tries += 1) {
    const { kind } = await prompter.ask(question, signal, tries > 0);
    if (kind !== 'answer' && kind !== 'shown') return kind === 'yes';
  }
  return false;
}

function plainQuestion(text: string): Question {
  return {
    kind: 'confirm',
    text,
    choices: [],
    minMs: 0,
    maxMs: MAX_WAIT_MS,
    maxLength: 0,
    input: 'A',
    hidden: false,
  };
}
