/** One keep-alive HTTP connection that costs its client as little as possible: whole requests out, whole answers in. */
import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

export class HttpSocket {
  readonly #base: URL;
  #socket: Socket | undefined;
  #came: Buffer = Buffer.alloc(0);
  #waiting: { resolve(answer: HttpAnswer): void; reject(error: Error): void } | undefined;

  constructor(base: string) {
    this.#base = new URL(base);
  }

  post(path: string, headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<HttpAnswer> {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `POST ${path} HTTP/1.1\r\nhost: ${this.#base.host}\r\ncontent-length: ${body.length}\r\n${lines.join('')}\r\n`;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#connection().write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket?.destroy();
  }

  /** The open one; another after the server has closed it for having been idle. */
  #connection(): Socket {
    const kept = this.#socket;
    if (kept !== undefined && !kept.destroyed && kept.readyState !== 'closed') return kept;
    const socket = connect(Number(this.#base.port), this.#base.hostname).setNoDelay(true);
    const lost = (error: Error): void => {
      socket.destroy();
      if (this.#socket === socket) this.#waiting?.reject(error);
    };
    socket.on('data', (piece: Buffer) => this.#take(piece));
    socket.on('error', lost);
    socket.on('end', () => lost(new Error('the server closed the connection')));
    this.#socket = socket;
    return socket;
  }

  #take(piece: Buffer): void {
    this.#came = this.#came.length === 0 ? piece : Buffer.concat([this.#came, piece]);
    const end = this.#came.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#came.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#came.length < end + 4 + length) return;
    const body = this.#came.subarray(end + 4, end + 4 + length);
    const waiting = this.#waiting;
    this.#came = Buffer.alloc(0);
    this.#waiting = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body });
  }
}
