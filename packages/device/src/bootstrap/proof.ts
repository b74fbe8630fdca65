/** Does a pushed document come from the operator? Its MAC says so, with the network's secret or the PIN that the user enters (§4.5, §5.1). */
import { createHmac } from 'node:crypto';
import {
  type BootstrapPush,
  type HmacSha1,
  isDocumentMac,
  isPin,
  isPinMacCode,
  macKeys,
} from '@fumarole/dm/bootstrap';
import { MAX_PIN_TRIES } from '../limits.ts';
import { MAX_WAIT_MS } from '../ui/limits.ts';
import type { Question } from '../ui/question.ts';
import type { Prompter } from '../ui/user-interaction.ts';
import type { BootstrapMemory } from './memory.ts';
import type { BootstrapOptions } from './options.ts';

export interface ProofPorts {
  readonly options: BootstrapOptions;
  readonly memory: BootstrapMemory;
  readonly prompter: Prompter;
  readonly signal: AbortSignal;
}

export const hmacSha1: HmacSha1 = (key, octets) => createHmac('sha1', key).update(octets).digest();

/** Undefined: it is proved; else why not. `pin`: entered already, by whoever gives the document. */
export async function disproof(
  push: BootstrapPush,
  sha256: string,
  ports: ProofPorts,
  pin?: string,
): Promise<string | undefined> {
  const { options } = ports;
  const { profile, security, mac } = push;
  if (security === undefined || (mac === undefined && security !== 'pin-mac')) {
    return options.unproved === 'accept' && security === undefined ? undefined : 'nothing proves it';
  }
  if (security !== 'network') return disproofByPin(push, sha256, ports, pin ?? options.pin);
  const keys = macKeys(profile, security, options);
  if (keys.length === 0) return 'this device has no secret of the network';
  return isDocumentMac(mac ?? '', keys, push.document, hmacSha1) ? undefined : 'the MAC is wrong';
}

/** Three tries in all, then the document is given up and not offered again (N-084). */
async function disproofByPin(
  push: BootstrapPush,
  sha256: string,
  ports: ProofPorts,
  known: string | undefined,
): Promise<string | undefined> {
  const { memory } = ports;
  for (let tries = memory.seen(sha256).tries; tries < MAX_PIN_TRIES; ) {
    const pin = known ?? (await enteredPin(ports, tries > 0));
    if (pin === undefined) return 'no PIN was entered';
    if (isRight(push, pin, ports.options.networkId)) return undefined;
    tries += 1;
    // Before the next try, so that a restart brings none back.
    await memory.note(sha256, tries < MAX_PIN_TRIES ? 'tried' : 'given-up', tries);
    if (known !== undefined) break;
  }
  return 'the PIN is wrong';
}

function isRight(
  { profile, security, mac, document }: BootstrapPush,
  pin: string,
  networkId: string | undefined,
): boolean {
  if (!isPin(pin) || security === undefined) return false;
  if (security === 'pin-mac') return isPinMacCode(pin, document, hmacSha1);
  const secrets = { pin, ...(networkId === undefined ? {} : { networkId }) };
  return isDocumentMac(mac ?? '', macKeys(profile, security, secrets), document, hmacSha1);
}

/** Undefined: cancelled, or nobody was there. Nothing of an unproved document is shown. */
async function enteredPin({ prompter, signal }: ProofPorts, again: boolean): Promise<string | undefined> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(MAX_WAIT_MS)]);
  const silence = new Promise<undefined>((resolve) => {
    patience.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const reply = await Promise.race([prompter.ask(QUESTION, patience, again), silence]);
  return reply?.kind === 'answer' ? (reply.answers[0] ?? '').trim() : undefined;
}

const QUESTION: Question = {
  kind: 'text',
  text: 'Settings for device management have arrived. Enter the PIN that your operator gave you.',
  choices: [],
  minMs: 0,
  maxMs: MAX_WAIT_MS,
  maxLength: 32,
  input: 'N',
  hidden: true,
};
