import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import proxyAddr from 'proxy-addr';

export type TrustProxy = (address: string, hop: number) => boolean;

/** Who is at the other end, behind the proxies that are believed. */
export interface Peer {
  readonly secure: boolean;
  readonly loopback: boolean;
  /** The connection is the device's own, so that it can stand for the session's token. */
  readonly direct: boolean;
  /** Subject of a verified client certificate. */
  readonly certificateDevice: string | undefined;
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

export function compileTrust(proxies: readonly string[]): TrustProxy {
  return proxyAddr.compile([...proxies]);
}

export function peerOf(request: IncomingMessage, trust: TrustProxy): Peer {
  const { socket, headers } = request;
  const behind = trust(socket.remoteAddress ?? '', 0);
  const encrypted = socket instanceof TLSSocket;
  const forwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  const address = behind ? proxyAddr(request, trust) : (socket.remoteAddress ?? '');
  return {
    secure: encrypted || (behind && firstOf(headers['x-forwarded-proto']) === 'https'),
    // A proxy on this machine that nobody declared makes the whole world look local.
    loopback: LOOPBACK.test(address) && (behind || !forwarded),
    direct: !behind && !forwarded,
    certificateDevice: encrypted ? certificateDevice(socket) : undefined,
  };
}

function firstOf(header: string | readonly string[] | undefined): string | undefined {
  const text = typeof header === 'string' ? header : header?.[0];
  return text?.split(',', 1)[0]?.trim().toLowerCase();
}

function certificateDevice(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  const name = socket.getPeerCertificate().subject?.CN;
  return typeof name === 'string' ? name : name?.[0];
}
