/** A network element between devices and the download side of a server: passes everything through until told otherwise. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';

/** What happens to a download from now on. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The answer never comes. */
  | { readonly kind: 'silence' }
  /** The connection is cut after so many octets of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** An octet of the body is turned. */
  | { readonly kind: 'flip'; readonly at: number };

export class FaultProxy {
  readonly #server: Server;
  readonly #target: URL;
  #fault: Fault | undefined;
  /** Times a fault met a request. */
  hits = 0;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((incoming, outgoing) => this.#handle(incoming, outgoing));
  }

  static async open(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(target));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return `http://127.0.0.1:${address.port}`;
  }

  /** From now on downloads of packages meet this fault; undefined passes them through again. */
  set fault(fault: Fault | undefined) {
    this.#fault = fault;
    this.hits = 0;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #handle: RequestListener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const fault = incoming.url?.startsWith('/d/') === true ? this.#fault : undefined;
    if (fault !== undefined) this.hits += 1;
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'status') {
      outgoing.writeHead(fault.status, { 'content-length': 0, ...fault.headers });
      outgoing.end();
      return;
    }
    this.#pass(incoming, outgoing, fault);
  };

  #pass(incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault | undefined): void {
    const { method, headers } = incoming;
    const onward = request(new URL(incoming.url ?? '/', this.#target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      let octets = 0;
      answer.on('data', (chunk: Buffer) => {
        if (fault?.kind === 'flip' && fault.at >= octets && fault.at < octets + chunk.length) {
          const place = fault.at - octets;
          chunk[place] = (chunk[place] ?? 0) ^ 0x01;
        }
        if (fault?.kind === 'cut' && octets + chunk.length > fault.after) {
          outgoing.write(chunk.subarray(0, Math.max(0, fault.after - octets)), () =>
            incoming.socket.destroy(),
          );
          answer.destroy();
          return;
        }
        octets += chunk.length;
        outgoing.write(chunk);
      });
      answer.on('end', () => outgoing.end());
      answer.on('error', () => incoming.socket.destroy());
    });
    onward.on('error', () => incoming.socket.destroy());
    incoming.on('error', () => onward.destroy());
    incoming.pipe(onward);
  }
}
