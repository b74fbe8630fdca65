/**
 * A network element between devices and a server: passes everything through, but for the downloads of the devices that a
 * fault was set for, and answers to DM messages that are to be lost.
 */
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';

/** What happens to a download of a package (`descriptor`: of a download descriptor) from now on. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The answer never comes. */
  | { readonly kind: 'silence' }
  /** The connection is cut after so many octets of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** An octet of the body is changed: `mask` is XORed to it. */
  | { readonly kind: 'flip'; readonly at: number; readonly mask: number }
  /** Other octets come, as many as those that should. */
  | { readonly kind: 'swap'; readonly octets: Uint8Array }
  | { readonly kind: 'type'; readonly type: string }
  /** The first occurrence of a text in a descriptor becomes another of the same length. */
  | { readonly kind: 'descriptor'; readonly from: string; readonly to: string };

export class FaultProxy {
  readonly #server: Server;
  readonly #faults = new Map<string, Fault>();
  #answersLost = 0;
  #whenLost: (() => Promise<void>) | undefined;
  /** Where everything goes; to be set before the first request. */
  target: string | undefined;

  private constructor() {
    this.#server = createServer((incoming, outgoing) => this.#handle(incoming, outgoing));
  }

  static async open(): Promise<FaultProxy> {
    const proxy = new FaultProxy();
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return `http://127.0.0.1:${address.port}`;
  }

  /** From now on downloads of this device meet this fault; undefined passes them through again. */
  setFault(deviceId: string, fault: Fault | undefined): void {
    if (fault === undefined) this.#faults.delete(deviceId);
    else this.#faults.set(deviceId, fault);
  }

  /** So many answers to DM messages from now on are made by the server and reach nobody; `whenLost` before the device knows. */
  loseAnswers(count: number, whenLost?: () => Promise<void>): void {
    this.#answersLost = count;
    this.#whenLost = whenLost;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #handle: RequestListener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const fault = this.#faultOf(incoming.url ?? '');
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'status') {
      outgoing.writeHead(fault.status, { 'content-length': 0, ...fault.headers });
      outgoing.end();
      return;
    }
    this.#pass(incoming, outgoing, fault);
  };

  /** The token in the path of a download names its device, with the length of the name before it. */
  #faultOf(path: string): Fault | undefined {
    const [, use, token] = /^\/(d|dd)\/([\w-]+)$/.exec(path) ?? [];
    if (use === undefined || token === undefined) return undefined;
    const text = Buffer.from(token, 'base64url').toString('latin1');
    const named = (id: string): boolean => text.includes(`${String.fromCharCode(id.length)}${id}`);
    const [, fault] = [...this.#faults].find(([id]) => named(id)) ?? [];
    return (fault?.kind === 'descriptor') === (use === 'dd') ? fault : undefined;
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault | undefined): void {
    const { method, headers } = incoming;
    const onward = request(new URL(incoming.url ?? '/', this.target), { method, headers }, (answer) => {
      if (this.#answersLost > 0 && incoming.url?.startsWith('/dm') === true) {
        this.#answersLost -= 1;
        answer.resume();
        answer.on('end', async () => {
          await this.#whenLost?.();
          incoming.socket.destroy();
        });
        return;
      }
      const type = fault?.kind === 'type' ? { 'content-type': fault.type } : {};
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...type });
      let octets = 0;
      answer.on('data', (chunk: Buffer) => {
        if (fault?.kind === 'cut' && octets + chunk.length > fault.after) {
          outgoing.write(chunk.subarray(0, Math.max(0, fault.after - octets)), () =>
            incoming.socket.destroy(),
          );
          answer.destroy();
          return;
        }
        outgoing.write(fault === undefined ? chunk : changed(chunk, octets, fault));
        octets += chunk.length;
      });
      answer.on('end', () => outgoing.end());
      answer.on('error', () => incoming.socket.destroy());
    });
    onward.on('error', () => incoming.socket.destroy());
    incoming.on('error', () => onward.destroy());
    incoming.pipe(onward);
  }
}

/** A piece of a body, `offset` octets behind its beginning, as the fault leaves it. */
function changed(chunk: Buffer, offset: number, fault: Fault): Uint8Array {
  switch (fault.kind) {
    case 'flip': {
      const place = fault.at - offset;
      if (place >= 0 && place < chunk.length) chunk[place] = (chunk[place] ?? 0) ^ fault.mask;
      return chunk;
    }
    case 'swap':
      return fault.octets.subarray(offset, offset + chunk.length);
    case 'descriptor':
      return Buffer.from(chunk.toString('utf8').replace(fault.from, fault.to));
    default:
      return chunk;
  }
}
