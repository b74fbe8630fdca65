/** The control socket of a running device: one JSON request per line, one JSON answer per line, in order. */
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { DeviceError, messageOf } from '../device-error.ts';
import { MAX_CONTROL_BYTES, MAX_CONTROL_CONNECTIONS } from '../limits.ts';
import { controlAddress } from './control-address.ts';
import type { ControlAnswer } from './control-client.ts';

export type ControlHandler = (request: Readonly<Record<string, unknown>>) => Promise<unknown>;

export class ControlServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** The caller holds the lock of the directory: a socket file that is there is a dead one. */
  static async open(dir: string, handler: ControlHandler): Promise<ControlServer> {
    const address = controlAddress(dir);
    if (process.platform !== 'win32') await rm(address, { force: true });
    const server = createServer();
    server.maxConnections = MAX_CONTROL_CONNECTIONS;
    const control = new ControlServer(server);
    server.on('connection', (socket) => control.#serve(socket, handler));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address, () => resolve());
    });
    server.unref();
    return control;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket, handler: ControlHandler): void {
    this.#sockets.add(socket);
    let text = '';
    let before: Promise<void> = Promise.resolve();
    socket.setEncoding('utf8');
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > MAX_CONTROL_BYTES) return socket.destroy();
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        before = before.then(async () => {
          if (socket.destroyed) return;
          const answer = await answerTo(line, handler);
          if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`);
        });
      }
      return undefined;
    });
  }
}

async function answerTo(line: string, handler: ControlHandler): Promise<ControlAnswer> {
  try {
    const request: unknown = JSON.parse(line);
    if (typeof request !== 'object' || request === null)
      throw new DeviceError('refused', 'a request is an object');
    return { ok: true, value: await handler({ ...request }) };
  } catch (error) {
    return {
      ok: false,
      code: error instanceof DeviceError ? error.code : 'refused',
      message: messageOf(error),
    };
  }
}
