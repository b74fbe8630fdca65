/** A network element between devices and a server: passes everything through and keeps the DM messages, both ways. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';

/** One DM message as it was on the wire. */
export interface RecordedMessage {
  readonly from: 'device' | 'server';
  readonly contentType: string | undefined;
  readonly octets: Uint8Array;
}

export class RecordingProxy {
  readonly #server: Server;
  #messages: RecordedMessage[] = [];
  /** Where everything goes; to be set before the first request. */
  target: string | undefined;

  private constructor() {
    this.#server = createServer(this.#handle);
  }

  static async open(): Promise<RecordingProxy> {
    const proxy = new RecordingProxy();
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return `http://127.0.0.1:${address.port}`;
  }

  /** The messages since the last call, in the order of the wire; a request without an answer is among them. */
  take(): readonly RecordedMessage[] {
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #handle: RequestListener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method, headers, url = '/' } = incoming;
    const isMessage = method === 'POST' && new URL(url, this.target).pathname === '/dm';
    const onward = request(new URL(url, this.target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (isMessage && answer.statusCode === 200) this.#record('server', answer.headers, answer);
      answer.on('error', () => outgoing.destroy());
      answer.pipe(outgoing);
    });
    if (isMessage) this.#record('device', headers, incoming);
    onward.on('error', () => outgoing.destroy());
    incoming.on('error', () => onward.destroy());
    incoming.pipe(onward);
  };

  #record(from: RecordedMessage['from'], headers: IncomingHttpHeaders, body: IncomingMessage): void {
    const chunks: Buffer[] = [];
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    body.on('end', () =>
      this.#messages.push({ from, contentType: headers['content-type'], octets: Buffer.concat(chunks) }),
    );
  }
}
