/** The scripted server's HTTP side: DM messages go to whoever waits for them, packages to whoever asks. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_BODY_BYTES } from '../limits.ts';

/** One POST of the client that is still to be answered. */
export interface Posted {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly octets: Uint8Array;
  /** It was answered, dropped, or left by the client. */
  readonly done: boolean;
  answer(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array): void;
  /** No answer: the connection is closed. */
  drop(): void;
}

/** Something to fetch. */
export interface Served {
  readonly status?: number;
  readonly type: string;
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** The last octet comes only then. */
  readonly until?: Promise<void>;
}

export interface ListenerPorts {
  /** A POST to the DM address. */
  readonly posted: (posted: Posted) => void;
  /** A GET; undefined: 404. */
  readonly served: (path: string) => Served | undefined;
  /** A POST elsewhere: an install-notify report. */
  readonly reported: (path: string, text: string) => void;
}

export const DM_PATH = '/dm';

export class HttpListener {
  readonly #server: Server;
  readonly #ports: ListenerPorts;

  constructor(ports: ListenerPorts) {
    this.#ports = ports;
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch(() => response.destroy());
    });
  }

  /** Its address. */
  async open(host: string, port: number): Promise<string> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    // Listening on a port, so the address is one.
    const { port: own } = this.#server.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${own}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    const path = url.split('?')[0] ?? '/';
    if (request.method !== 'POST') {
      this.#serve(path, request, response);
      return;
    }
    const octets = await bodyOf(request);
    if (path !== DM_PATH) {
      this.#ports.reported(path, Buffer.from(octets).toString('utf8'));
      response.writeHead(200).end();
      return;
    }
    this.#ports.posted({
      url,
      headers: Object.fromEntries(Object.entries(request.headers).map(([n, v]) => [n, String(v ?? '')])),
      octets,
      get done() {
        return response.headersSent || response.destroyed;
      },
      answer: (status, headers, body) => {
        // A check that failed may have answered already; the client may be gone.
        if (response.headersSent || response.destroyed) return;
        response.writeHead(status, { ...headers, 'content-length': String(body.length) });
        response.end(body);
      },
      drop: () => response.destroy(),
    });
  }

  #serve(path: string, request: IncomingMessage, response: ServerResponse): void {
    const served = this.#ports.served(path);
    if (served === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { status = 200, type, body, headers } = served;
    const range = status === 200 ? rangeOf(request.headers.range, body.length) : undefined;
    const piece = range === undefined ? body : body.subarray(range.from, range.to + 1);
    response.writeHead(range === undefined ? status : 206, {
      'content-type': type,
      'content-length': String(piece.length),
      'accept-ranges': 'bytes',
      etag: `"${body.length}"`,
      ...(range === undefined ? {} : { 'content-range': `bytes ${range.from}-${range.to}/${body.length}` }),
      ...headers,
    });
    if (request.method === 'HEAD') {
      response.end();
    } else if (served.until === undefined) {
      response.end(piece);
    } else {
      response.write(piece.subarray(0, -1));
      void served.until.then(() => response.end(piece.subarray(-1)));
    }
  }
}

function rangeOf(
  header: string | undefined,
  length: number,
): { readonly from: number; readonly to: number } | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = match[2] === '' ? length - 1 : Math.min(Number(match[2]), length - 1);
  return from <= to ? { from, to } : undefined;
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MAX_BODY_BYTES) throw new RangeError(`a request of more than ${MAX_BODY_BYTES} octets`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
