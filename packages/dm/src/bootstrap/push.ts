/** How a bootstrap document travels: its media type with SEC and MAC, as text and in a WSP push (notification-bootstrap §4.5, §5.1). */
import { encodePushPdu, type Push, readPush } from '../notification/wsp-push.ts';
import { readFieldName, readValue, uintvar, type WspValue } from '../notification/wsp-value.ts';
import { BOOTSTRAP_LIMITS } from './limits.ts';
import { type BootstrapProfile, type BootstrapSecurity, SECURITY_METHODS } from './security.ts';

/** A document with what is to prove it; nothing is verified yet. */
export interface BootstrapPush {
  readonly profile: BootstrapProfile;
  /** Only `wbxml` may be pushed (N-102). */
  readonly encoding: 'wbxml' | 'xml';
  /** Absent: none, or one that nobody knows. */
  readonly security?: BootstrapSecurity;
  /** Hexadecimal, as received. */
  readonly mac?: string;
  readonly document: Uint8Array;
}

type BootstrapType = Omit<BootstrapPush, 'document'>;

const MEDIA: readonly {
  readonly profile: BootstrapProfile;
  readonly encoding: 'wbxml' | 'xml';
  readonly type: string;
  /** WSP number. */
  readonly number: number;
}[] = [
  { profile: 'cp', encoding: 'wbxml', type: 'application/vnd.wap.connectivity-wbxml', number: 0x36 },
  { profile: 'cp', encoding: 'xml', type: 'text/vnd.wap.connectivity-xml', number: 0x35 },
  { profile: 'dm', encoding: 'wbxml', type: 'application/vnd.syncml.dm+wbxml', number: 0x42 },
  { profile: 'dm', encoding: 'xml', type: 'application/vnd.syncml.dm+xml', number: 0x43 },
];
const SHORT = 0x80;
const SEC = 0x91;
const MAC = 0x92;
const LENGTH_QUOTE = 31;

/** `application/vnd.wap.connectivity-wbxml; SEC=USERPIN; MAC=…`: for gateways and files. */
export function formatBootstrapType({ profile, encoding, security, mac }: BootstrapType): string {
  const type = MEDIA.find((one) => one.profile === profile && one.encoding === encoding)?.type ?? '';
  const name = security === undefined ? undefined : methodOf(security).names[profile];
  return [
    type,
    ...(name === undefined ? [] : [`SEC=${name}`]),
    ...(mac === undefined ? [] : [`MAC=${mac}`]),
  ].join('; ');
}

/** Reads such a media type; undefined when it is none of a bootstrap. */
export function parseBootstrapType(text: string): BootstrapType | undefined {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  const media = MEDIA.find((one) => one.type === type.toLowerCase());
  if (media === undefined) return undefined;
  const values = new Map<string, string>();
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=');
    values.set(name.trim().toUpperCase(), value.trim().replace(/^"(.*)"$/, '$1'));
  }
  const sec = values.get('SEC');
  return typeOf(media, sec === undefined ? undefined : securityNamed(sec), values.get('MAC'));
}

/** The WSP push PDU of a document: `01 06` header length, content type with its parameters, document (N-083). */
export function encodeBootstrapPush(push: BootstrapPush, transactionId = 1): Uint8Array {
  return encodePushPdu(Uint8Array.from(encodeType(push)), push.document, transactionId);
}

/** The document of a push PDU; undefined: no bootstrap. Never throws. */
export function parseBootstrapPush(datagram: Uint8Array): BootstrapPush | undefined {
  const push = readPush(datagram);
  return push && bootstrapOf(push);
}

/** The document that a push carries; undefined: no bootstrap. SEC and MAC come in any order, as tokens or as text (N-083). */
export function bootstrapOf({ contentTypeOctets, body }: Push): BootstrapPush | undefined {
  const type = body.length > BOOTSTRAP_LIMITS.documentOctets ? undefined : readType(contentTypeOctets);
  return type && { ...type, document: Uint8Array.from(body) };
}

function encodeType({ profile, encoding, security, mac }: BootstrapType): readonly number[] {
  const number = MEDIA.find((one) => one.profile === profile && one.encoding === encoding)?.number ?? 0;
  const inside = [
    number | SHORT,
    ...(security === undefined ? [] : [SEC, methodOf(security).octet | SHORT]),
    ...(mac === undefined ? [] : [MAC, ...asciiOf(mac), 0]),
  ];
  if (inside.length === 1) return inside;
  return [
    ...(inside.length < LENGTH_QUOTE ? [inside.length] : [LENGTH_QUOTE, ...uintvar(inside.length)]),
    ...inside,
  ];
}

/** Media type, then its parameters. */
function readType(octets: Uint8Array): BootstrapType | undefined {
  const media = readValue(octets, 0);
  const known = MEDIA.find(({ type, number }) =>
    media?.text === undefined ? media?.short === (number | SHORT) : media.text.toLowerCase() === type,
  );
  if (media === undefined || known === undefined) return undefined;
  let security: BootstrapSecurity | undefined;
  let mac: string | undefined;
  for (let at = media.end; at < octets.length; ) {
    const name = readFieldName(octets, at);
    const parameter = name && readValue(octets, name.end);
    if (name === undefined || parameter === undefined) return undefined;
    if (name.short === SEC || name.text?.toUpperCase() === 'SEC') security = securityOf(parameter);
    if (name.short === MAC || name.text?.toUpperCase() === 'MAC') mac = parameter.text;
    at = parameter.end;
  }
  return typeOf(known, security, mac);
}

function typeOf(
  { profile, encoding }: (typeof MEDIA)[number],
  security: BootstrapSecurity | undefined,
  mac: string | undefined,
): BootstrapType {
  return {
    profile,
    encoding,
    ...(security === undefined ? {} : { security }),
    ...(mac === undefined ? {} : { mac }),
  };
}

function securityOf({ short, text }: WspValue): BootstrapSecurity | undefined {
  if (text !== undefined) return securityNamed(text);
  return SECURITY_METHODS.find(({ octet }) => octet === (short ?? 0) - SHORT)?.security;
}

/** By its name in either profile, or by its number: senders mix them. */
function securityNamed(text: string): BootstrapSecurity | undefined {
  const name = text.toUpperCase();
  return SECURITY_METHODS.find(
    ({ octet, names }) => name === names.cp || name === names.dm || name === String(octet),
  )?.security;
}

function methodOf(security: BootstrapSecurity): (typeof SECURITY_METHODS)[number] {
  const found = SECURITY_METHODS.find((row) => row.security === security);
  if (found === undefined) throw new TypeError(`There is no security method ${security}`);
  return found;
}

function asciiOf(text: string): readonly number[] {
  return [...text].map((character) => character.charCodeAt(0));
}
