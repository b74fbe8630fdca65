import { createSocket, type Socket } from 'node:dgram';
import type { WakeChannel } from './channel.ts';

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
    scheme: 'udp',
    send: (address, push) =>
      new Promise((resolve, reject) => {
        const target = parseUdpAddress(address);
        if (target === undefined) {
          reject(new RangeError(`${address} is no udp:host:port`));
          return;
        }
        const kind = target.host.includes(':') ? 'udp6' : 'udp4';
        socketOf(kind).send(push, target.port, target.host, (error) =>
          error === null ? resolve() : reject(error),
        );
      }),
    close: async () => {
      for (const socket of sockets.values()) socket.close();
      sockets.clear();
    },
  };
}

/** `udp:host:port`, IPv6 in brackets. */
export function parseUdpAddress(
  address: string,
): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] = /^udp:(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(address) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
