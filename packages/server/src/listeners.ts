import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ServerConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import {
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  MAX_CONNECTIONS,
  MAX_HEADER_BYTES,
  REQUEST_TIMEOUT_MS,
} from './limits.ts';
import type { TlsOptions } from './options.ts';

export interface Listeners {
  /** `http://host:port` of each, in order. */
  readonly urls: readonly string[];
  /** No new requests; open ones have the grace, then are cut. */
  close(graceMs: number): Promise<void>;
}

const HTTP_OPTIONS = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: MAX_HEADER_BYTES,
  connectionsCheckingInterval: 5_000,
};

/** Opens every listener, or none. */
export async function openListeners(config: ServerConfig, handler: RequestListener): Promise<Listeners> {
  const servers = config.tls.map((tls) => make(tls, handler));
  const close = (graceMs: number) => Promise.all(servers.map((server) => stop(server, graceMs)));
  try {
    const urls: string[] = [];
    for (const [i, server] of servers.entries()) {
      const { host, port } = config.listeners[i] ?? { host: '127.0.0.1', port: 0 };
      await listen(server, host, port);
      urls.push(urlOf(server, host, config.tls[i] !== undefined));
    }
    return {
      urls,
      close: async (graceMs) => {
        await close(graceMs);
      },
    };
  } catch (error) {
    await close(0);
    throw error;
  }
}

function make(tls: TlsOptions | undefined, handler: RequestListener): Server {
  const server =
    tls === undefined
      ? createServer(HTTP_OPTIONS, handler)
      : createTlsServer({ ...HTTP_OPTIONS, ...tlsOptions(tls) }, handler);
  server.maxConnections = MAX_CONNECTIONS;
  // A connection that speaks no HTTP is answered by Node and closed; it must not end the process.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

function tlsOptions(
  tls: TlsOptions,
): import('node:tls').SecureContextOptions & import('node:tls').TlsOptions {
  const minVersion = tls.minVersion ?? 'TLSv1.2';
  const legacy = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
  return {
    cert: pem('certFile', tls.certFile),
    key: pem('keyFile', tls.keyFile),
    minVersion,
    // OpenSSL 3 refuses the old versions at its default security level.
    ...(legacy ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
    ...(tls.clientCaFile === undefined
      ? {}
      : { ca: pem('clientCaFile', tls.clientCaFile), requestCert: true, rejectUnauthorized: false }),
  };
}

function pem(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(`tls.${option}`, error instanceof Error ? error.message : String(error));
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function urlOf(server: Server, host: string, secure: boolean): string {
  const address = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${secure ? 'https' : 'http'}://${name}:${address.port}`;
}

async function stop(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  // Connections that fall idle while stopping are let go at once.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  await closed;
  clearTimeout(timer);
  clearInterval(idle);
}
