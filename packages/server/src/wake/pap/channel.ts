import { randomBytes } from 'node:crypto';
import type { DeliveryReport, PushMessage, WakeChannel } from '../channel.ts';
import { parsePapAddress, parsePhoneAddress } from '../wake-address.ts';
import { WakeError } from '../wake-error.ts';
import type { PapOptions } from './options.ts';
import { type GatewayWord, pushMessage, readGatewayWord, statusQuery } from './pap-document.ts';
import { post } from './post.ts';

const REFERENCE = 'pap:';

/** WAP push through a push proxy gateway, `tel:+number` or `pap:client address` (WAP-247). */
export function papChannel(options: PapOptions, notifyUrl: () => string): WakeChannel {
  const { results = 'notify' } = options;
  const send = async (address: string, push: PushMessage): Promise<string> => {
    const pushId = `${randomBytes(16).toString('hex')}@fumarole`;
    const order = { pushId, address, ...(results === 'notify' ? { notifyUrl: notifyUrl() } : {}) };
    const word = await exchange(options, multipart(pushMessage(order), push));
    if (word.code === undefined || word.code >= 2000) throw refusal(word);
    return pushId;
  };
  return {
    name: 'pap',
    patience: 'store-and-forward',
    reaches: (address) => address.startsWith('tel:') || address.startsWith('pap:'),
    send: async (address, push) => {
      const pushId = await send(clientAddress(options, address), push);
      return { references: results === 'none' ? [] : [REFERENCE + pushId] };
    },
    ...(results === 'query' ? { ask: (reference: string) => ask(options, reference) } : {}),
    close: async () => undefined,
  };
}

/** The report in a gateway's word about a push; `reference` is the one that `send` gave. */
export function reportOf(word: GatewayWord, pushId: string): DeliveryReport {
  return { reference: REFERENCE + pushId, state: stateOf(word), text: word.text };
}

function stateOf({ state, code }: GatewayWord): DeliveryReport['state'] {
  if (state === 'delivered') return 'delivered';
  if (state === undefined) return code !== undefined && code < 2000 ? 'delivered' : 'failed';
  return state === 'pending' ? 'pending' : 'failed';
}

async function ask(options: PapOptions, reference: string): Promise<DeliveryReport | undefined> {
  const pushId = reference.slice(REFERENCE.length);
  const body = Buffer.from(statusQuery(pushId));
  const word = await exchange(options, { type: 'application/xml', body });
  return word.kind === 'statusquery-response' && word.state !== undefined
    ? reportOf(word, pushId)
    : undefined;
}

function clientAddress({ domain, url }: PapOptions, address: string): string {
  const number = parsePhoneAddress(address);
  const given = number === undefined ? parsePapAddress(address) : undefined;
  if (given !== undefined) return given;
  if (number === undefined)
    throw new WakeError('bad-address', `${address} is no tel:+number or pap:WAPPUSH=…`);
  return `WAPPUSH=+${number}/TYPE=PLMN@${domain ?? new URL(url).hostname}`;
}

interface Body {
  readonly type: string;
  readonly body: Buffer;
}

/** Control document and content, as one body (WAP-247 §8). */
function multipart(control: string, { contentType, applicationId, body }: PushMessage): Body {
  const boundary = `fumarole-${randomBytes(12).toString('hex')}`;
  return {
    type: `multipart/related; boundary=${boundary}; type="application/xml"`,
    body: Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Type: application/xml\r\n\r\n${control}\r\n--${boundary}\r\n`),
      Buffer.from(`Content-Type: ${contentType}\r\nX-Wap-Application-Id: ${applicationId}\r\n\r\n`),
      body,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  };
}

async function exchange(
  { url, user, password = '' }: PapOptions,
  { type, body }: Body,
): Promise<GatewayWord> {
  const login: Readonly<Record<string, string>> =
    user === undefined ? {} : { authorization: basic(user, password) };
  const { status, octets } = await post(url, { 'content-type': type, ...login }, body);
  if (status === 401 || status === 403)
    throw new WakeError('login-refused', `the gateway answered ${status}`);
  const word = readable(octets);
  if (word !== undefined) return word;
  throw new WakeError('gateway-failed', `the gateway answered ${status}, and no PAP`);
}

function readable(octets: Uint8Array): GatewayWord | undefined {
  try {
    return readGatewayWord(octets);
  } catch {
    // Whatever stands between us and the gateway answers in HTML: the status tells more than its text.
    return undefined;
  }
}

/** 3xxx and 4xxx are the gateway's own troubles. */
function refusal({ code = 3000, text, kind }: GatewayWord): WakeError {
  const temporary = code >= 3000 && code < 5000;
  return new WakeError(temporary ? 'gateway-failed' : 'refused', `${kind}: ${text}`);
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
