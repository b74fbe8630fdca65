import { encodeSms } from '@fumarole/dm/notification';
import { random } from '../access/digests.ts';
import type { WakeChannel } from './channel.ts';
import { PUSH_ANSWER_MS } from './limits.ts';
import { parsePhoneAddress } from './wake-address.ts';
import { WakeError } from './wake-error.ts';

/** A program of the operator's own that sends SMS, for gateways that speak neither SMPP nor PAP. */
export interface HookOptions {
  /** Where each message is posted. */
  readonly url: string;
  /** Sent as bearer token. */
  readonly token?: string;
}

/**
 * SMS by somebody else's program, `tel:+number`: it gets `{ to, sms, push }`, the user data of each message with its
 * header, and the push in them, in hexadecimal. Every 2xx means that it took them.
 */
export function hookChannel({ url, token }: HookOptions): WakeChannel {
  return {
    name: 'hook',
    patience: 'store-and-forward',
    reaches: (address) => address.startsWith('tel:'),
    send: async (address, { pdu }) => {
      const number = parsePhoneAddress(address);
      if (number === undefined) throw new WakeError('bad-address', `${address} is no tel:+number`);
      const [reference = 0] = random(1);
      const sms = encodeSms(pdu, reference).map(hex);
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ to: `+${number}`, sms, push: hex(pdu) }),
        redirect: 'error',
        signal: AbortSignal.timeout(PUSH_ANSWER_MS),
      }).catch((error: unknown) => {
        throw new WakeError('no-connection', `${new URL(url).host} does not answer`, error);
      });
      await response.body?.cancel().catch(() => undefined);
      if (!response.ok) throw refusal(response.status);
      return { references: [] };
    },
    close: async () => undefined,
  };
}

/** 4xx is this message's fault, but for those that ask for patience. */
function refusal(status: number): WakeError {
  const text = `the hook answered ${status}`;
  if (status === 401 || status === 403) return new WakeError('login-refused', text);
  const later = status >= 500 || status === 408 || status === 429;
  return new WakeError(later ? 'gateway-failed' : 'refused', text);
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}
