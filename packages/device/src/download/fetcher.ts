/** GET with redirects and authentication (dlota.md §5, §8.2). */
import type { IncomingMessage } from 'node:http';
import { HttpConnections } from '../client/http-connection.ts';
import { MAX_REDIRECTS, MAX_URL_CHARACTERS } from '../limits.ts';
import type { DownloadOptions, Timing } from '../options.ts';
import { failure } from './download-failure.ts';
import { authorization } from './http-auth.ts';

export interface Fetched {
  readonly response: IncomingMessage;
  /** After redirects; a relative objectURI is resolved against it. */
  readonly url: URL;
}

export class Fetcher {
  readonly #connections: HttpConnections;
  readonly #options: DownloadOptions;
  readonly #userAgent: string;

  constructor(options: DownloadOptions, timing: Timing, userAgent: string) {
    this.#options = options;
    this.#userAgent = userAgent;
    const { connectMs, idleMs } = timing;
    this.#connections = new HttpConnections(options.tls, { connectMs, idleMs });
  }

  /** The head of the final answer, whatever its status. `first`: the URL is the PkgURL itself. @throws DownloadFailure and network errors */
  async get(
    target: URL,
    headers: Readonly<Record<string, string>>,
    first: boolean,
    signal: AbortSignal,
  ): Promise<Fetched> {
    let url = target;
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#authenticated(url, target.origin, headers, signal);
      const next = redirectOf(response, url);
      if (next === undefined) return { response, url };
      response.resume();
      if (redirects >= MAX_REDIRECTS) throw failure(first ? 'redirect-of-first-url' : 'too-many-redirects');
      if (next.protocol !== 'https:' && next.protocol !== 'http:')
        throw failure('too-many-redirects', next.protocol);
      if (url.protocol === 'https:' && next.protocol === 'http:') {
        throw failure('too-many-redirects', 'from https to http');
      }
      url = next;
    }
  }

  /** One report; the answer's status. */
  async post(
    url: URL,
    text: string,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly location: string | undefined }> {
    const response = await this.#connections.send({
      url,
      method: 'POST',
      headers: { 'Content-Type': 'text/plain; charset=utf-8', 'User-Agent': this.#userAgent },
      body: new TextEncoder().encode(text),
      signal,
    });
    response.resume();
    return { status: response.statusCode ?? 0, location: response.headers.location };
  }

  close(): void {
    this.#connections.close();
  }

  /** Credentials go to the origin of the URL we were given, never to one we were redirected to (D-064). */
  async #authenticated(
    url: URL,
    origin: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const all = { ...headers, 'Accept-Encoding': 'identity', 'User-Agent': this.#userAgent };
    const response = await this.#connections.send({ url, method: 'GET', headers: all, signal });
    const { username, password } = this.#options;
    if (
      response.statusCode !== 401 ||
      username === undefined ||
      password === undefined ||
      url.origin !== origin
    ) {
      return response;
    }
    const challenges = [response.headers['www-authenticate'] ?? []].flat();
    const answer = authorization(challenges, { username, password }, 'GET', url);
    if (answer === undefined) return response;
    response.resume();
    return this.#connections.send({ url, method: 'GET', headers: { ...all, Authorization: answer }, signal });
  }
}

function redirectOf(response: IncomingMessage, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0)) return undefined;
  const location = response.headers.location ?? '';
  if (location === '' || location.length > MAX_URL_CHARACTERS || !URL.canParse(location, from.href)) {
    throw failure('too-many-redirects', 'no usable Location');
  }
  return new URL(location, from);
}
