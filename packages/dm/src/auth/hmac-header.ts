import { equalOctets } from './equal-octets.ts';
import { utf8 } from './host.ts';

/** What the header of one outgoing message is computed from (§6.1); `nonce` is base64. */
export interface MacKey {
  readonly username: string;
  readonly a: string;
  readonly nonce: string;
}

/** Parameters of a received `x-syncml-hmac`; `algorithm` in upper case. */
export interface HmacHeader {
  readonly algorithm: string;
  readonly username: string;
  /** base64. */
  readonly mac: string;
}

/** Value of `x-syncml-hmac` in the form of the standard (§6.1). */
export function formatHmacHeader(header: { readonly username: string; readonly mac: string }): string {
  const { username, mac } = header;
  const quoted = QUOTED.test(username) ? username.replace(/["\\]/g, '\\$&') : username;
  return `algorithm=MD5, username="${quoted}", mac=${mac}`;
}

const QUOTED = /["\\]/;
/** The form of the standard, as most write it: read at once. */
const PLAIN = /^algorithm=MD5, ?username="([^"\\]*)", ?mac=([A-Za-z0-9+/]+=*)$/;
const MAX_HEADER = 1024;
// A parameter: name = "quoted" | text up to the next comma ('=' of base64 padding included).
const PARAMETER = /\s*([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)/y;

/** Reads the header in any order, case and quoting (P-088); undefined when a required parameter is missing. */
export function parseHmacHeader(text: string): HmacHeader | undefined {
  if (text.length > MAX_HEADER) {
    return undefined;
  }
  const plain = PLAIN.exec(text);
  if (plain !== null) {
    return { algorithm: 'MD5', username: plain[1] ?? '', mac: plain[2] ?? '' };
  }
  const found = new Map<string, string>();
  PARAMETER.lastIndex = 0;
  while (PARAMETER.lastIndex < text.length) {
    const match = PARAMETER.exec(text);
    if (match === null) {
      return undefined;
    }
    found.set((match[1] ?? '').toLowerCase(), match[2]?.replace(/\\(.)/g, '$1') ?? (match[3] ?? '').trim());
  }
  const username = found.get('username');
  const mac = found.get('mac');
  if (username === undefined || mac === undefined || mac === '') {
    return undefined;
  }
  return { algorithm: (found.get('algorithm') ?? 'MD5').toUpperCase(), username, mac };
}

/** Whether two texts are equal, in a time that does not depend on where they differ. */
export function equalTexts(a: string, b: string): boolean {
  return equalOctets(utf8(a), utf8(b));
}
