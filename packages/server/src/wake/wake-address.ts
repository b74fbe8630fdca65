/** Where a push reaches a device: `udp:host:port`, `tel:+number`, `pap:client address`, `http(s)://…`. */
import { MAX_WAKE_ADDRESS } from './limits.ts';

/** For people who gave an address that is none. */
export const WAKE_ADDRESS_FORMS =
  'udp:host:port, tel:+number, pap:WAPPUSH=…/TYPE=…@gateway, or an http(s) URL';

/** The grammar as one regular expression, for schemas; what it lets through, `isWakeAddress` still looks at. */
export const WAKE_ADDRESS_PATTERN =
  '^(udp:[^\\s]{1,255}:\\d{1,5}|tel:\\+\\d{3,15}|pap:WAPPUSH=[!-~]{1,400}|https?://[!-~]{1,500})$';

const pattern = new RegExp(WAKE_ADDRESS_PATTERN);

export function isWakeAddress(text: string): boolean {
  if (text.length > MAX_WAKE_ADDRESS || !pattern.test(text)) return false;
  if (text.startsWith('udp:')) return parseUdpAddress(text) !== undefined;
  return text.startsWith('http') ? URL.canParse(text) : true;
}

/** `udp:host:port`, IPv6 in brackets. */
export function parseUdpAddress(
  address: string,
): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] = /^udp:(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(address) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** The international number of `tel:+…`, without its plus. */
export function parsePhoneAddress(address: string): string | undefined {
  return /^tel:\+(\d{3,15})$/.exec(address)?.[1];
}

/** The client address of `pap:…`, as the gateway wants it (WAP-249 §3.2). */
export function parsePapAddress(address: string): string | undefined {
  return /^pap:(WAPPUSH=[!-~]{1,400})$/.exec(address)?.[1];
}
