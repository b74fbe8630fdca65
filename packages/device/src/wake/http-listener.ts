/** Pushes that are posted over HTTP (notification §2.3, N-056): what arrived is answered without a body, whatever becomes of it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DM_APPLICATION, encodePushPdu, MAX_PUSH_OCTETS } from '@fumarole/dm/notification';
import type { Emit } from '../emit.ts';
import { HTTP_PUSH_MS, MAX_HEADER_BYTES, MAX_HTTP_PUSHES } from '../limits.ts';
import type { PushEntry } from './push-entry.ts';

/** X-WAP-Application-ID as a WSP header. */
const APPLICATION_ID = 0xaf;

export class HttpListener {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(
    port: number,
    host: string | undefined,
    entry: PushEntry,
    emit: Emit,
  ): Promise<HttpListener> {
    const server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HTTP_PUSH_MS,
      requestTimeout: HTTP_PUSH_MS,
      connectionsCheckingInterval: HTTP_PUSH_MS,
    });
    server.maxConnections = MAX_HTTP_PUSHES;
    server.on('request', (request, response) => receive(request, response, entry));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => emit({ kind: 'error', code: 'transport', text: error.message }));
    return new HttpListener(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function receive(request: IncomingMessage, response: ServerResponse, entry: PushEntry): void {
  const end = (status: number): void => void response.writeHead(status, { connection: 'close' }).end();
  if (request.method !== 'POST') {
    request.resume();
    end(405);
    return;
  }
  const pieces: Buffer[] = [];
  let size = 0;
  request.on('data', (piece: Buffer) => {
    size += piece.length;
    if (size <= MAX_PUSH_OCTETS) pieces.push(piece);
    else if (!response.headersSent) end(413);
  });
  request.on('error', () => response.destroy());
  request.on('end', () => {
    if (response.headersSent) return;
    end(204);
    entry(asWsp(request, Buffer.concat(pieces)), 'http');
  });
}

/** The same push as on every other bearer: headers as WSP texts, then the body. */
function asWsp({ headers }: IncomingMessage, body: Uint8Array): Uint8Array {
  const application = headers['x-wap-application-id'];
  return encodePushPdu(
    Buffer.concat([
      text(headers['content-type'] ?? ''),
      Buffer.of(APPLICATION_ID),
      text(typeof application === 'string' ? application : DM_APPLICATION),
    ]),
    body,
  );
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, 'latin1');
}
