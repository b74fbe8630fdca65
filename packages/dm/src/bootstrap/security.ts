/**
 * What proves a pushed bootstrap document (notification-bootstrap §4.5, §5.1): a MAC over its octets, keyed with what only the
 * operator and the device, or its user, know. Client provisioning and the DM profile have their own names and keys for the same ways.
 */
import { equalOctets } from '../auth/equal-octets.ts';
import { utf8 } from '../auth/host.ts';
import { BOOTSTRAP_LIMITS } from './limits.ts';

/** HMAC-SHA1 (RFC 2104) of the host. */
export type HmacSha1 = (key: Uint8Array, octets: Uint8Array) => Uint8Array;

/** `cp`: client provisioning document; `dm`: DM profile. */
export type BootstrapProfile = 'cp' | 'dm';

/** What the key is made of: the network's secret, the user's PIN, both; or a PIN that carries the MAC itself. */
export type BootstrapSecurity = 'network' | 'pin' | 'pin-network' | 'pin-mac';

/** One row per method: its octet, and its name in either profile. */
export const SECURITY_METHODS: readonly {
  readonly security: BootstrapSecurity;
  readonly octet: number;
  readonly names: { readonly cp: string; readonly dm?: string };
}[] = [
  { security: 'network', octet: 0, names: { cp: 'NETWPIN', dm: 'NETWORKID' } },
  { security: 'pin', octet: 1, names: { cp: 'USERPIN', dm: 'USERPIN' } },
  { security: 'pin-network', octet: 2, names: { cp: 'USERNETWPIN', dm: 'USERPIN_NETWORKID' } },
  { security: 'pin-mac', octet: 3, names: { cp: 'USERPINMAC' } },
];

/** Secrets of the two ends; which of them count depends on the method. */
export interface BootstrapSecrets {
  /** Digits. */
  readonly pin?: string;
  /** IMSI, ESN or the like. */
  readonly networkId?: string;
}

/** Is this a PIN that a person can enter? */
export function isPin(text: string): boolean {
  return /^\d+$/.test(text) && text.length <= BOOTSTRAP_LIMITS.pinDigits;
}

/**
 * IMSI as GSM carries it: the first octet holds digit 1, the parity and the type 1, then pairs with the nibbles swapped, a missing
 * last digit is F (N-082). Undefined: not 1 to 15 digits.
 */
export function imsiOctets(imsi: string): Uint8Array | undefined {
  if (!/^\d{1,15}$/.test(imsi)) return undefined;
  const digits = [...imsi].map(Number);
  const [first = 0, ...rest] = digits;
  const octets = [(first << 4) | ((digits.length % 2) << 3) | 1];
  for (let at = 0; at < rest.length; at += 2) octets.push(((rest[at + 1] ?? 0xf) << 4) | (rest[at] ?? 0));
  return Uint8Array.from(octets);
}

/**
 * The keys that may have made the MAC, the customary one first: a DM profile's network secret is taken as text and in the form of the
 * IMSI, as nobody said which. None: a secret is missing, or the method has no key of its own.
 */
export function macKeys(
  profile: BootstrapProfile,
  security: BootstrapSecurity,
  { pin, networkId }: BootstrapSecrets,
): readonly Uint8Array[] {
  const networks = networkId === undefined ? [] : networkKeys(profile, networkId);
  if (security === 'network') return networks;
  if (security === 'pin-mac' || pin === undefined) return [];
  if (security === 'pin') return [utf8(pin)];
  return networks.map((network) =>
    profile === 'cp' ? joined(network, utf8(pin)) : joined(utf8(`${pin}:`), network),
  );
}

/** The MAC of a document: upper-case hexadecimal (§4.5). */
export function documentMac(key: Uint8Array, document: Uint8Array, hmac: HmacSha1): string {
  return hexOf(hmac(key, document));
}

/** Did one of the secrets make this MAC? Letter case does not count (N-080). */
export function isDocumentMac(
  mac: string,
  keys: readonly Uint8Array[],
  document: Uint8Array,
  hmac: HmacSha1,
): boolean {
  const given = utf8(mac.toUpperCase());
  return keys.some((key) => equalOctets(utf8(documentMac(key, document, hmac)), given));
}

/** What the user is told and enters for USERPINMAC: the PIN, and as many digits of its MAC (N-081). */
export function pinMacCode(pin: string, document: Uint8Array, hmac: HmacSha1): string {
  const mac = hmac(utf8(pin), document);
  return `${pin}${[...mac.subarray(0, pin.length)].map((octet) => octet % 10).join('')}`;
}

export function isPinMacCode(entered: string, document: Uint8Array, hmac: HmacSha1): boolean {
  const pin = entered.slice(0, entered.length / 2);
  if (!isPin(entered) || entered.length % 2 !== 0) return false;
  return equalOctets(utf8(pinMacCode(pin, document, hmac)), utf8(entered));
}

function networkKeys(profile: BootstrapProfile, networkId: string): readonly Uint8Array[] {
  const text = utf8(networkId);
  const imsi = imsiOctets(networkId);
  if (imsi === undefined) return [text];
  return profile === 'cp' ? [imsi] : [text, imsi];
}

function hexOf(octets: Uint8Array): string {
  return [...octets]
    .map((octet) => octet.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
