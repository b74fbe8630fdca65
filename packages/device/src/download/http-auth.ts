/** HTTP authentication of a download (dlota.md §5): Digest anywhere, Basic only inside TLS. */
import { createHash, randomBytes } from 'node:crypto';

export interface DownloadCredentials {
  readonly username: string;
  readonly password: string;
}

/** Value of `Authorization` for a challenge; undefined when it cannot be met. */
export function authorization(
  challenges: readonly string[],
  credentials: DownloadCredentials,
  method: string,
  url: URL,
): string | undefined {
  for (const challenge of challenges.flatMap(splitChallenges)) {
    if (/^digest\s/i.test(challenge)) {
      const answer = digestAnswer(parametersOf(challenge), credentials, method, url);
      if (answer !== undefined) return answer;
    }
  }
  const basic = challenges.flatMap(splitChallenges).some((challenge) => /^basic(\s|$)/i.test(challenge));
  if (!basic || url.protocol !== 'https:') return undefined; // D-066
  const { username, password } = credentials;
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** RFC 7616 with MD5 or SHA-256, with and without qop=auth. */
function digestAnswer(
  parameters: ReadonlyMap<string, string>,
  { username, password }: DownloadCredentials,
  method: string,
  url: URL,
): string | undefined {
  const algorithm = parameters.get('algorithm') ?? 'MD5';
  const hashName = { md5: 'md5', 'sha-256': 'sha256' }[algorithm.toLowerCase()];
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  if (hashName === undefined || realm === undefined || nonce === undefined) return undefined;
  const hash = (text: string) => createHash(hashName).update(text).digest('hex');
  const uri = `${url.pathname}${url.search}`;
  const ha1 = hash(`${username}:${realm}:${password}`);
  const ha2 = hash(`${method}:${uri}`);
  const qop = parameters
    .get('qop')
    ?.split(',')
    .map((one) => one.trim().toLowerCase());
  const common = `Digest username=${quoted(username)}, realm=${quoted(realm)}, nonce=${quoted(nonce)}, uri=${quoted(uri)}, algorithm=${algorithm}`;
  const opaque = parameters.get('opaque');
  const tail = opaque === undefined ? '' : `, opaque=${quoted(opaque)}`;
  if (qop === undefined) return `${common}, response="${hash(`${ha1}:${nonce}:${ha2}`)}"${tail}`;
  if (!qop.includes('auth')) return undefined;
  const cnonce = randomBytes(12).toString('hex');
  const response = hash(`${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}`);
  return `${common}, qop=auth, nc=00000001, cnonce="${cnonce}", response="${response}"${tail}`;
}

/** One header may hold several challenges: a new one begins where a scheme name stands after a comma. */
function splitChallenges(header: string): readonly string[] {
  return header.split(/,\s*(?=(?:basic|digest)\s)/i).map((challenge) => challenge.trim());
}

function parametersOf(challenge: string): ReadonlyMap<string, string> {
  const found = challenge.matchAll(/([a-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi);
  return new Map(
    [...found].map(([, name = '', quotedValue, plain]) => [
      name.toLowerCase(),
      (quotedValue ?? plain ?? '').replace(/\\(.)/g, '$1'),
    ]),
  );
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
