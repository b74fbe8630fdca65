/** Control documents of the Push Access Protocol (WAP-247, PAP 2.0): those that are sent, and those that are read. */
import { parseXml, type XmlElement } from '@fumarole/syncml';
import { MAX_GATEWAY_TEXT, MAX_PAP_NODES, MAX_PAP_OCTETS } from '../limits.ts';

const PROLOGUE =
  '<?xml version="1.0"?>\n<!DOCTYPE pap PUBLIC "-//WAPFORUM//DTD PAP 2.0//EN" "http://www.wapforum.org/DTD/pap_2.0.dtd">\n';
const LIMITS = {
  maxOctets: MAX_PAP_OCTETS,
  maxDepth: 8,
  maxNodes: MAX_PAP_NODES,
  maxAttributes: 32,
} as const;

export interface PushOrder {
  readonly pushId: string;
  /** `WAPPUSH=…/TYPE=…@host`. */
  readonly address: string;
  /** Where results shall be posted. */
  readonly notifyUrl?: string | undefined;
}

/** push-message for one address. Phone numbers are reached by SMS and by nothing else. */
export function pushMessage({ pushId, address, notifyUrl }: PushOrder): string {
  const notify = notifyUrl === undefined ? '' : ` ppg-notify-requested-to="${escaped(notifyUrl)}"`;
  const bearer = /\/TYPE=PLMN@/i.test(address)
    ? ' network="GSM" network-required="true" bearer="SMS" bearer-required="true"'
    : '';
  return document(
    `<push-message push-id="${escaped(pushId)}"${notify}>` +
      `<address address-value="${escaped(address)}"/>` +
      `<quality-of-service delivery-method="unconfirmed"${bearer}/></push-message>`,
  );
}

/** statusquery-message for one push. */
export function statusQuery(pushId: string): string {
  return document(`<statusquery-message push-id="${escaped(pushId)}"></statusquery-message>`);
}

/** The answer to a resultnotification-message. */
export function resultAnswer(pushId: string, address: string, code: number): string {
  return document(
    `<resultnotification-response push-id="${escaped(pushId)}" code="${code}">` +
      `<address address-value="${escaped(address)}"/></resultnotification-response>`,
  );
}

/** What a gateway says, of any of its documents. */
export interface GatewayWord {
  readonly kind:
    | 'push-response'
    | 'badmessage-response'
    | 'resultnotification-message'
    | 'statusquery-response';
  readonly pushId: string | undefined;
  /** PAP 2.0 §9.14: 1000 and 1001 are good, 2xxx our fault, 3xxx and 4xxx the gateway's, 5xxx the device's. */
  readonly code: number | undefined;
  /** message-state of results: `delivered`, `pending`, `undeliverable`, `expired`, `aborted` … */
  readonly state: string | undefined;
  readonly address: string;
  readonly text: string;
}

const KINDS: readonly string[] = [
  'push-response',
  'badmessage-response',
  'resultnotification-message',
  'statusquery-response',
] satisfies readonly GatewayWord['kind'][];

/** Reads a document of a gateway. @throws DecodeError */
export function readGatewayWord(source: Uint8Array): GatewayWord | undefined {
  const root = parseXml(source, { limits: LIMITS });
  const said = root.name === 'pap' ? elementsOf(root)[0] : undefined;
  if (said === undefined || !isKind(said.name)) return undefined;
  // Codes stand on the element itself, or on a result below it.
  const inner = elementsOf(said).find(
    ({ name }) => name === 'response-result' || name === 'statusquery-result',
  );
  const of = (name: string): string | undefined => said.attributes[name] ?? inner?.attributes[name];
  const code = /^\d{4}$/.exec(of('code') ?? '')?.[0];
  return {
    kind: said.name,
    pushId: of('push-id'),
    code: code === undefined ? undefined : Number(code),
    state: of('message-state'),
    address: addressOf(said) ?? (inner === undefined ? undefined : addressOf(inner)) ?? '',
    text: [code, of('desc') ?? of('message-state')]
      .filter((part) => part !== undefined && part !== '')
      .join(' ')
      .replace(/\p{Cc}+/gu, ' ')
      .slice(0, MAX_GATEWAY_TEXT),
  };
}

function isKind(name: string): name is GatewayWord['kind'] {
  return KINDS.includes(name);
}

function addressOf(element: XmlElement): string | undefined {
  return elementsOf(element).find(({ name }) => name === 'address')?.attributes['address-value'];
}

function elementsOf(element: XmlElement): readonly XmlElement[] {
  return element.children.filter((child) => typeof child !== 'string');
}

function document(inside: string): string {
  return `${PROLOGUE}<pap product-name="Fumarole">${inside}</pap>\n`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
