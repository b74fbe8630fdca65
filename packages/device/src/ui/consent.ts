/** May it be downloaded, may it be installed? The user's word, or the policy's (fumo.md §6: 401). */
import { confirmed } from './confirm.ts';
import type { Prompter } from './user-interaction.ts';

export type ConsentTo = 'download' | 'update';

/** Who decides; default `ask` where somebody can be asked, else `yes`: the device is managed. */
export type ConsentPolicy = {
  /** `session`: to one that a server asks for with the wish that the user be asked. */
  readonly [K in ConsentTo | 'session']?: 'ask' | 'yes' | 'no';
};

/** What it is about, as far as it is known. */
export interface ConsentSubject {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

export type Consent = (to: ConsentTo, about: ConsentSubject, signal: AbortSignal) => Promise<boolean>;

export function consentOf(policy: ConsentPolicy, prompter: Prompter, fallback: 'ask' | 'yes'): Consent {
  return async (to, about, signal) => {
    const rule = policy[to] ?? fallback;
    if (rule !== 'ask') return rule === 'yes';
    return confirmed(prompter, questionTo(to, about), signal);
  };
}

function questionTo(to: ConsentTo, { name, version }: ConsentSubject): string {
  if (to === 'download') return 'New firmware can be downloaded. Download it now?';
  const what = [name, version].filter((text) => text !== undefined && text !== '').join(' ');
  return `${what === '' ? 'New firmware' : printable(what)} is ready. Install it now? The device restarts.`;
}

/** What a package calls itself must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '').slice(0, 200);
}
