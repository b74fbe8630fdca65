/** May it be downloaded, may it be installed? The user's word, or the policy's (fumo.md §6: 401). */
import { MAX_TRIES, MAX_WAIT_MS } from './limits.ts';
import type { Question } from './question.ts';
import type { Prompter } from './user-interaction.ts';

export type ConsentTo = 'download' | 'update';

/** Who decides; default `ask` where somebody can be asked, else `yes`: the device is managed. */
export type ConsentPolicy = { readonly [K in ConsentTo]?: 'ask' | 'yes' | 'no' };

/** What it is about, as far as it is known. */
export interface ConsentSubject {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

export type Consent = (to: ConsentTo, about: ConsentSubject, signal: AbortSignal) => Promise<boolean>;

/** Silence, cancel and what is no answer are a no. */
export function consentOf(policy: ConsentPolicy, prompter: Prompter, fallback: 'ask' | 'yes'): Consent {
  return async (to, about, signal) => {
    const rule = policy[to] ?? fallback;
    if (rule !== 'ask') return rule === 'yes';
    const patience = AbortSignal.any([signal, AbortSignal.timeout(MAX_WAIT_MS)]);
    const silence = new Promise<false>((resolve) => {
      patience.addEventListener('abort', () => resolve(false), { once: true });
    });
    return Promise.race([asked(prompter, questionTo(to, about), patience), silence]);
  };
}

async function asked(prompter: Prompter, question: Question, signal: AbortSignal): Promise<boolean> {
  for (let tries = 0; tries < MAX_TRIES && !signal.aborted; tries += 1) {
    const { kind } = await prompter.ask(question, signal, tries > 0);
    if (kind !== 'answer' && kind !== 'shown') return kind === 'yes';
  }
  return false;
}

function questionTo(to: ConsentTo, { name, version }: ConsentSubject): Question {
  const what = [name, version].filter((text) => text !== undefined && text !== '').join(' ');
  const text =
    to === 'download'
      ? 'New firmware can be downloaded. Download it now?'
      : `${what === '' ? 'New firmware' : printable(what)} is ready. Install it now? The device restarts.`;
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

/** What a package calls itself must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '').slice(0, 200);
}
