/** The HTTP binding of the DM client (protocol §7): POST, redirects, and the same octets again when no answer came. */
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { contentType, type Encoding, parseContentType } from '@fumarole/syncml';
import { DeviceError, messageOf } from '../device-error.ts';
import { MAX_REDIRECTS, MESSAGE_SLACK_BYTES } from '../limits.ts';
import type { AccountOptions, Timing } from '../options.ts';
import { HttpConnections, readBody, retryAfterMs } from './http-connection.ts';

export interface Posted {
  readonly body: Uint8Array;
  readonly encoding: Encoding;
  readonly hmacHeader: string | undefined;
}

/** The server asks to be left alone for a while (HTTP 503, 429). */
export class ServerBusy extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(status: number, after: number | undefined) {
    super(`the server is busy (HTTP ${status})`);
    this.name = 'ServerBusy';
    this.retryAfterMs = after;
  }
}

export interface DmTransportOptions {
  readonly account: Pick<AccountOptions, 'allowHttp' | 'tls'>;
  readonly timing: Timing;
  readonly maxMsgSize: number;
  readonly userAgent: string;
  readonly now: () => number;
}

export class DmTransport {
  readonly #options: DmTransportOptions;
  readonly #connections: HttpConnections;

  constructor(options: DmTransportOptions) {
    this.#options = options;
    const { connectMs, messageMs } = options.timing;
    this.#connections = new HttpConnections(options.account.tls, { connectMs, idleMs: messageMs });
  }

  /** Posts one message; without an answer the same octets go out again, a few times (P-024). @throws DeviceError, ServerBusy */
  async post(
    url: string,
    body: Uint8Array,
    encoding: Encoding,
    hmac: string | undefined,
    signal: AbortSignal,
  ): Promise<Posted> {
    const { messageTries, messageRetryMs } = this.#options.timing;
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.#postOnce(this.#target(url), body, encoding, hmac, signal);
      } catch (error) {
        if (error instanceof DeviceError || error instanceof ServerBusy) throw error;
        if (signal.aborted) throw new DeviceError('stopped', undefined, error);
        if (tried >= messageTries) throw new DeviceError('transport', `${url}: ${messageOf(error)}`, error);
        await pause(messageRetryMs * tried, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  close(): void {
    this.#connections.close();
  }

  /** P-119: nothing goes to plain http without the explicit setting. */
  #target(url: string): URL {
    if (!URL.canParse(url)) throw new DeviceError('transport', `${url} is no URL`);
    const target = new URL(url);
    if (target.protocol === 'https:') return target;
    if (target.protocol !== 'http:')
      throw new DeviceError('transport', `${target.protocol} is not supported`);
    if (this.#options.account.allowHttp !== true)
      throw new DeviceError('insecure-url', `${target.origin} is not https`);
    return target;
  }

  async #postOnce(
    first: URL,
    body: Uint8Array,
    encoding: Encoding,
    hmac: string | undefined,
    signal: AbortSignal,
  ): Promise<Posted> {
    let url = first;
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#connections.send({
        url,
        method: 'POST',
        headers: this.#headers(encoding, hmac),
        body,
        signal,
      });
      const next = redirectOf(response, url);
      if (next === undefined) return this.#answer(response, encoding);
      response.resume();
      if (redirects >= MAX_REDIRECTS) throw new DeviceError('transport', 'too many redirects');
      // P-116
      if (url.protocol === 'https:' && next.protocol === 'http:')
        throw new DeviceError('transport', 'redirect from https to http refused');
      url = this.#target(next.href);
    }
  }

  #headers(encoding: Encoding, hmac: string | undefined): Record<string, string> {
    const type = contentType(encoding, 'dm');
    return {
      'Content-Type': type,
      Accept: type,
      'Accept-Charset': 'utf-8',
      'Cache-Control': 'no-store',
      'User-Agent': this.#options.userAgent,
      ...(hmac === undefined ? {} : { 'x-syncml-hmac': hmac }),
    };
  }

  async #answer(response: IncomingMessage, encoding: Encoding): Promise<Posted> {
    const status = response.statusCode ?? 0;
    if (status === 503 || status === 429) {
      response.resume();
      throw new ServerBusy(status, retryAfterMs(response.headers['retry-after'], this.#options.now()));
    }
    if (status !== 200) {
      response.resume();
      throw new DeviceError('transport', `the server answered HTTP ${status}`);
    }
    const type = parseContentType(response.headers['content-type']);
    const body = await readBody(response, this.#options.maxMsgSize + MESSAGE_SLACK_BYTES).catch(
      (error: unknown) => {
        if (error instanceof RangeError) throw new DeviceError('transport', error.message, error);
        throw error;
      },
    );
    const header = response.headers['x-syncml-hmac'];
    return {
      body,
      encoding: type?.encoding ?? encoding,
      hmacHeader: Array.isArray(header) ? header[0] : header,
    };
  }
}

function redirectOf(response: IncomingMessage, from: URL): URL | undefined {
  if (![301, 302, 307, 308].includes(response.statusCode ?? 0)) return undefined;
  const location = response.headers.location ?? '';
  if (!URL.canParse(location, from.href))
    throw new DeviceError('transport', 'redirect without a usable Location');
  return new URL(location, from);
}
