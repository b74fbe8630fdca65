import { createSocket, type Socket } from 'node:dgram';
import type { WakeChannel } from './channel.ts';
import { parseUdpAddress } from './wake-address.ts';
import { WakeError } from './wake-error.ts';

/** WSP push over UDP, `udp:host:port` (notification §2.1). */
export function udpChannel(): WakeChannel {
  const sockets = new Map<'udp4' | 'udp6', Socket>();
  const socketOf = (kind: 'udp4' | 'udp6'): Socket => {
    const open = sockets.get(kind);
    if (open !== undefined) return open;
    const made = createSocket(kind);
    made.unref();
    // Errors of a datagram come to its callback; those of the socket mean the next one is made anew.
    made.on('error', () => {
      sockets.delete(kind);
      made.close();
    });
    sockets.set(kind, made);
    return made;
  };
  return {
    name: 'udp',
    patience: 'datagram',
    reaches: (address) => address.startsWith('udp:'),
    send: (address, { pdu }) =>
      new Promise((resolve, reject) => {
        const target = parseUdpAddress(address);
        if (target === undefined) {
          reject(new WakeError('bad-address', `${address} is no udp:host:port`));
          return;
        }
        const kind = target.host.includes(':') ? 'udp6' : 'udp4';
        socketOf(kind).send(pdu, target.port, target.host, (error) =>
          error === null
            ? resolve({ references: [] })
            : reject(new WakeError('no-connection', error.message, error)),
        );
      }),
    close: async () => {
      for (const socket of sockets.values()) socket.close();
      sockets.clear();
    },
  };
}
