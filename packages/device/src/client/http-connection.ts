/** One outgoing HTTP(S) exchange at a time over kept-alive connections; bodies in are bounded by the caller. */
import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import type { TlsOptions } from '../options.ts';

export interface HttpTimes {
  readonly connectMs: number;
  /** Longest silence of the other side. */
  readonly idleMs: number;
}

export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal;
}

/** The other side did not connect, or was silent for too long. */
export class HttpTimeout extends Error {
  readonly stage: 'connect' | 'idle';

  constructor(stage: 'connect' | 'idle') {
    super(stage === 'connect' ? 'no connection in time' : 'no answer in time');
    this.name = 'HttpTimeout';
    this.stage = stage;
  }
}

const MAX_HEADER_BYTES = 16 * 1024;

/** Connections of one purpose (one DM account, or the downloads), with their TLS options. */
export class HttpConnections {
  readonly #tls: TlsOptions;
  readonly #times: HttpTimes;
  #plain: Agent | undefined;
  #secure: Agent | undefined;

  constructor(tls: TlsOptions | undefined, times: HttpTimes) {
    this.#tls = tls ?? {};
    this.#times = times;
  }

  /** Resolves with the head of the answer; its body still flows, each silence bounded by `idleMs`. */
  async send(request: HttpRequest): Promise<IncomingMessage> {
    const options: RequestOptions = {
      method: request.method,
      headers:
        request.body === undefined
          ? request.headers
          : { ...request.headers, 'Content-Length': request.body.length },
      maxHeaderSize: MAX_HEADER_BYTES,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    };
    const open = await this.#opener(request.url);
    return this.#exchange(open(request.url, options), request.body);
  }

  close(): void {
    this.#plain?.destroy();
    this.#secure?.destroy();
  }

  /** node:https is loaded only where it is needed: it is a third of the memory of a small device. */
  async #opener(url: URL): Promise<(url: URL, options: RequestOptions) => ClientRequest> {
    if (url.protocol === 'http:') {
      this.#plain ??= new Agent({ keepAlive: true, maxSockets: 4 });
      const agent = this.#plain;
      return (target, options) => requestHttp(target, { ...options, agent });
    }
    const https = await import('node:https');
    const { ca, cert, key, minVersion } = this.#tls;
    this.#secure ??= new https.Agent({
      keepAlive: true,
      maxSockets: 4,
      minVersion: minVersion ?? 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
    const agent = this.#secure;
    return (target, options) => https.request(target, { ...options, agent });
  }

  #exchange(request: ClientRequest, body: Uint8Array | undefined): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const connecting = setTimeout(() => request.destroy(new HttpTimeout('connect')), this.#times.connectMs);
      const connected = () => clearTimeout(connecting);
      request.on('socket', (socket) => {
        // A kept-alive connection is there already.
        if (!socket.connecting) connected();
        else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
      });
      request.setTimeout(this.#times.idleMs, () => request.destroy(new HttpTimeout('idle')));
      request.on('error', (error) => {
        connected();
        reject(error);
      });
      request.on('response', (response) => {
        connected();
        resolve(response);
      });
      request.end(body);
    });
  }
}

/** The whole body of an answer; throws RangeError beyond `maxBytes`. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > maxBytes) {
      response.destroy();
      throw new RangeError(`the answer is longer than ${maxBytes} octets`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Milliseconds that `Retry-After` asks for: seconds, or a date. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
