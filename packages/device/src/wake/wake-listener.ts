/** Package 0 on UDP (notification §1.3, §2.1): whatever fails a check is dropped without any answer. */
import { createSocket, type Socket } from 'node:dgram';
import { decodeBase64, encodeBase64 } from '@fumarole/dm/auth';
import type { ClientAccount } from '@fumarole/dm/client';
import { formatSessionId, parsePush, parseTrigger, verifyTrigger } from '@fumarole/dm/notification';
import { digests } from '../client/host-ports.ts';
import type { Emit } from '../emit.ts';
import { MAX_DATAGRAM_BYTES, MAX_REMEMBERED_WAKES } from '../limits.ts';

export interface Wake {
  readonly serverId: string;
  readonly sessionID: string;
  readonly resync: 'octets' | 'ascii' | undefined;
  /** Of the trigger, base64: no two of them have the same by chance. */
  readonly digest: string;
}

export interface WakePorts {
  readonly account: (serverId: string) => ClientAccount | undefined;
  readonly emit: Emit;
  readonly onWake: (wake: Wake) => void;
}

/** The wake of a datagram, or why it is none. */
export function readWake(
  datagram: Uint8Array,
  account: WakePorts['account'],
): Wake | { readonly reason: string } {
  if (datagram.length > MAX_DATAGRAM_BYTES) return { reason: 'too long' };
  const package0 = parsePush(datagram);
  if (package0 === undefined) return { reason: 'no push for device management' };
  const trigger = parseTrigger(package0);
  if (trigger === undefined) return { reason: 'no package 0' };
  const server = account(trigger.serverId)?.server;
  if (server === undefined) return { reason: 'no account with credentials of this server' };
  const nonce = (server.nonce === undefined ? undefined : decodeBase64(server.nonce)) ?? new Uint8Array();
  const match = verifyTrigger(trigger, { a: server.a, nonce }, digests, { resync: true });
  if (match === undefined) return { reason: 'wrong digest' };
  const resync = match === 'resync-octets' ? 'octets' : match === 'resync-ascii' ? 'ascii' : undefined;
  return {
    serverId: trigger.serverId,
    sessionID: formatSessionId(trigger.sessionId),
    resync,
    digest: encodeBase64(trigger.digest),
  };
}

export class WakeListener {
  readonly #ports: WakePorts;
  readonly #socket: Socket;
  /** The session last started by a trigger of each server: its repeats start no second one. */
  readonly #last = new Map<string, string>();
  /** Digests of the triggers that started a session: while its nonce stands, one could be sent again. */
  readonly #taken = new Set<string>();

  private constructor(socket: Socket, ports: WakePorts) {
    this.#socket = socket;
    this.#ports = ports;
    socket.on('message', (datagram) => this.#take(datagram));
    socket.on('error', (error) => ports.emit({ kind: 'error', code: 'transport', text: error.message }));
  }

  static async open(port: number, host: string | undefined, ports: WakePorts): Promise<WakeListener> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, host, () => {
        socket.removeListener('error', reject);
        resolve();
      });
    });
    return new WakeListener(socket, ports);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): void {
    this.#socket.close();
  }

  #take(datagram: Uint8Array): void {
    const wake = readWake(datagram, this.#ports.account);
    if ('reason' in wake) {
      this.#ports.emit({ kind: 'wake', accepted: false, reason: wake.reason });
      return;
    }
    if (this.#last.get(wake.serverId) === wake.sessionID || this.#taken.has(wake.digest)) {
      this.#ports.emit({ kind: 'wake', accepted: false, reason: 'a repeat' });
      return;
    }
    this.#last.set(wake.serverId, wake.sessionID);
    this.#remember(wake.digest);
    this.#ports.emit({ kind: 'wake', accepted: true, reason: `session ${wake.sessionID}` });
    this.#ports.onWake(wake);
  }

  #remember(digest: string): void {
    this.#taken.add(digest);
    const [oldest] = this.#taken;
    if (this.#taken.size > MAX_REMEMBERED_WAKES && oldest !== undefined) this.#taken.delete(oldest);
  }
}
