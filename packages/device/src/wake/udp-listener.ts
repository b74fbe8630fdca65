/** WAP push in UDP datagrams (notification §2.1). */
import { createSocket, type Socket } from 'node:dgram';
import type { Emit } from '../emit.ts';
import type { PushEntry } from './push-entry.ts';

export class UdpListener {
  readonly #socket: Socket;

  private constructor(socket: Socket, entry: PushEntry, emit: Emit) {
    this.#socket = socket;
    socket.on('message', (datagram) => entry(datagram, 'udp'));
    socket.on('error', (error) => emit({ kind: 'error', code: 'transport', text: error.message }));
  }

  static async open(
    port: number,
    host: string | undefined,
    entry: PushEntry,
    emit: Emit,
  ): Promise<UdpListener> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, host, () => {
        socket.removeListener('error', reject);
        resolve();
      });
    });
    return new UdpListener(socket, entry, emit);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): void {
    this.#socket.close();
  }
}
