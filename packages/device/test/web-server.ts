/** A download server that does what a test tells it, over a real socket. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly authorization: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export class WebServer {
  readonly #server: Server;
  readonly #handlers = new Map<string, Handler>();
  readonly requests: SeenRequest[] = [];

  readonly #scheme: 'http' | 'https';

  private constructor(server: Server, scheme: 'http' | 'https') {
    this.#server = server;
    this.#scheme = scheme;
    server.on('tlsClientError', (_, socket) => socket.destroy());
  }

  static async open(tls?: ServerOptions): Promise<WebServer> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    const web = new WebServer(server, tls === undefined ? 'http' : 'https');
    server.on('request', (request, response) => void web.#serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return web;
  }

  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  on(path: string, handler: Handler): string {
    this.#handlers.set(path, handler);
    return `${this.url}${path}`;
  }

  /** Requests of one path. */
  seen(path: string): readonly SeenRequest[] {
    return this.requests.filter(({ url }) => url === path);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString('utf8');
    const { headers, method = '', url = '' } = request;
    this.requests.push({
      method,
      url,
      range: headers.range,
      ifRange: typeof headers['if-range'] === 'string' ? headers['if-range'] : undefined,
      authorization: headers.authorization,
      headers,
      body,
    });
    const handler = this.#handlers.get(url);
    if (handler === undefined) response.writeHead(404).end();
    else handler(request, response);
  }
}

export interface FileOptions {
  readonly etag?: string;
  readonly type?: string;
  /** Octets after which the connection breaks, for each request in turn. */
  readonly breaks?: readonly number[];
}

/** Serves octets with ranges and a strong validator, as package servers do. */
export function file(octets: Uint8Array, options: FileOptions = {}): Handler {
  const { etag = '"v1"', type = 'application/octet-stream' } = options;
  let asked = 0;
  return (request, response) => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const ifRange = request.headers['if-range'];
    const from = range !== null && (ifRange === undefined || ifRange === etag) ? Number(range[1]) : 0;
    const partial = from > 0;
    if (from >= octets.length) {
      response.writeHead(416, { 'Content-Range': `bytes */${octets.length}` }).end();
      return;
    }
    response.writeHead(partial ? 206 : 200, {
      'Content-Type': type,
      'Content-Length': octets.length - from,
      ETag: etag,
      ...(partial ? { 'Content-Range': `bytes ${from}-${octets.length - 1}/${octets.length}` } : {}),
    });
    const stop = options.breaks?.[asked];
    asked += 1;
    if (stop === undefined) response.end(octets.subarray(from));
    else response.write(octets.subarray(from, from + stop), () => setImmediate(() => response.destroy()));
  };
}
