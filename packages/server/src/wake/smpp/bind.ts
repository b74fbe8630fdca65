import { readFileSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { PDU, Session } from 'smpp';
import { WakeError, type WakeErrorCode } from '../wake-error.ts';
import { BIND_MS } from './limits.ts';
import type { SmppOptions } from './options.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'smpp:': 2775, 'smpps:': 3550 };

/** A session as transceiver: it sends messages and gets their receipts. @throws WakeError `no-connection`, `login-refused` */
export function bind(options: SmppOptions, signal: AbortSignal): Promise<Session> {
  return new Promise((resolve, reject) => {
    const { hostname, port, protocol } = new URL(options.url);
    const socket = open(options, hostname.replace(/^\[|\]$/g, ''), Number(port) || DEFAULT_PORTS[protocol]);
    const session = new Session({ socket });
    let bound = false;
    const fail = (why: string, cause?: unknown, code: WakeErrorCode = 'no-connection'): void => {
      if (bound) return;
      session.destroy();
      reject(new WakeError(code, why, cause));
    };
    const patience = AbortSignal.any([signal, AbortSignal.timeout(BIND_MS)]);
    patience.addEventListener('abort', () => fail(`${hostname} did not answer the login in time`), {
      once: true,
    });
    session.on('error', (error: Error) => fail(error.message, error));
    session.on('close', () => fail(`${hostname} closed the connection`));
    socket.once(protocol === 'smpps:' ? 'secureConnect' : 'connect', () => {
      const { systemId, password, systemType = '' } = options;
      const login = { system_id: systemId, password, system_type: systemType, interface_version: 0x34 };
      session.send(new PDU('bind_transceiver', login), ({ command_status: status }) => {
        bound = status === 0;
        if (bound) resolve(session);
        else
          fail(
            `${hostname} answered the login with status 0x${status.toString(16)}`,
            undefined,
            'login-refused',
          );
      });
    });
  });
}

function open({ url, caFile, certFile, keyFile }: SmppOptions, host: string, port = 2775): Socket {
  if (!url.startsWith('smpps:')) return connectPlain({ host, port });
  return connectTls({
    host,
    port,
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    ...(certFile === undefined ? {} : { cert: readFileSync(certFile) }),
    ...(keyFile === undefined ? {} : { key: readFileSync(keyFile) }),
  });
}
