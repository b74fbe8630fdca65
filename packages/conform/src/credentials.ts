/** The three ways to prove oneself (DM 1.2 Security, protocol §6), written from the standard and not shared with an engine. */
import { createHash } from 'node:crypto';

export type Scheme = 'basic' | 'md5' | 'mac';

export interface Account {
  readonly name: string;
  readonly secret: string;
}

export const SCHEME_TYPES: Readonly<Record<Scheme, string>> = {
  basic: 'syncml:auth-basic',
  md5: 'syncml:auth-md5',
  mac: 'syncml:auth-MAC',
};

export function schemeOf(type: string | undefined): Scheme | undefined {
  const wanted = type?.trim().toLowerCase();
  return (['basic', 'md5', 'mac'] as const).find((scheme) => SCHEME_TYPES[scheme].toLowerCase() === wanted);
}

function md5(...pieces: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('md5');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

/** B64( H( name ":" secret ) ) */
function accountDigest({ name, secret }: Account): string {
  return md5(`${name}:${secret}`).toString('base64');
}

/** Data of the Cred. */
export function basicData({ name, secret }: Account): string {
  return Buffer.from(`${name}:${secret}`, 'utf8').toString('base64');
}

/** Data of the Cred: B64( H( B64(H(name:secret)) ":" nonce ) ), the nonce as octets. */
export function md5Data(account: Account, nonce: Uint8Array): string {
  return md5(accountDigest(account), ':', nonce).toString('base64');
}

/** The `mac` of x-syncml-hmac: B64( H( A ":" nonce ":" B64(H(body)) ) ). */
export function macValue(account: Account, nonce: Uint8Array, body: Uint8Array): string {
  return md5(accountDigest(account), ':', nonce, ':', md5(body).toString('base64')).toString('base64');
}

export function macHeader(account: Account, nonce: Uint8Array, body: Uint8Array): string {
  return `algorithm=MD5, username="${account.name}", mac=${macValue(account, nonce, body)}`;
}

/** The parameters of an x-syncml-hmac header; undefined when `username` or `mac` is missing. */
export function readMacHeader(text: string): { readonly username: string; readonly mac: string } | undefined {
  const value = (name: string): string | undefined => {
    const match = new RegExp(`(?:^|,)\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^,]*))`, 'i').exec(text);
    return match?.[1] ?? match?.[2]?.trim();
  };
  const [username, mac] = [value('username'), value('mac')];
  return username === undefined || mac === undefined ? undefined : { username, mac };
}

export function nonceOctets(text: string | undefined): Uint8Array {
  return Buffer.from(text ?? '', 'base64');
}
