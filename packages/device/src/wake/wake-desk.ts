/** Package 0 (notification §1.3): whatever fails a check is dropped without any answer. */
import { decodeBase64, encodeBase64 } from '@fumarole/dm/auth';
import type { ClientAccount } from '@fumarole/dm/client';
import { formatSessionId, parseTrigger, verifyTrigger } from '@fumarole/dm/notification';
import { digests } from '../client/host-ports.ts';
import type { Emit } from '../emit.ts';
import { MAX_REMEMBERED_WAKES } from '../limits.ts';

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

/** The wake of a package 0, or why it is none. */
export function readWake(
  package0: Uint8Array,
  account: WakePorts['account'],
): Wake | { readonly reason: string } {
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

export class WakeDesk {
  readonly #ports: WakePorts;
  /** The session last started by a trigger of each server: its repeats start no second one. */
  readonly #last = new Map<string, string>();
  /** Digests of the triggers that started a session: while its nonce stands, one could be sent again. */
  readonly #taken = new Set<string>();

  constructor(ports: WakePorts) {
    this.#ports = ports;
  }

  take(package0: Uint8Array): void {
    const wake = readWake(package0, this.#ports.account);
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
