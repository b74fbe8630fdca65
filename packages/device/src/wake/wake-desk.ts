/**
 * Package 0 (notification §1.3): whatever fails a check is dropped without any answer, and without a word to the user.
 * What passes is remembered, then treated as its ui-mode says, then starts a session.
 */
import { decodeBase64, encodeBase64 } from '@fumarole/dm/auth';
import type { ClientAccount } from '@fumarole/dm/client';
import { formatSessionId, parseTrigger, type UiMode, verifyTrigger } from '@fumarole/dm/notification';
import { digests } from '../client/host-ports.ts';
import { messageOf } from '../device-error.ts';
import { PowerCut } from '../disk/powered-disk.ts';
import type { Emit } from '../emit.ts';
import { confirmed, shown } from '../ui/confirm.ts';
import type { Prompter } from '../ui/user-interaction.ts';
import type { TakenTrigger, WakeMemory } from './wake-memory.ts';

export interface Wake extends TakenTrigger {
  readonly resync: 'octets' | 'ascii' | undefined;
  readonly uiMode: UiMode;
  readonly initiator: 'client' | 'server';
}

export interface WakePorts {
  readonly account: (serverId: string) => ClientAccount | undefined;
  readonly memory: WakeMemory;
  readonly prompter: Prompter;
  readonly emit: Emit;
  readonly now: () => number;
  /** What becomes of a server's wish to ask first (N-025). */
  readonly consent: 'ask' | 'yes' | 'no';
  /** Are triggers with the nonce that everybody knows taken at all (N-027)? */
  readonly resync: 'accept' | 'refuse';
  /** And how soon after another one of the same server, milliseconds: they can be replayed. */
  readonly resyncPauseMs: number;
  readonly signal: AbortSignal;
  readonly onWake: (wake: Wake) => void;
  readonly onPowerCut: (cut: PowerCut) => void;
}

/** The wake of a package 0, or why it is none. */
export function readWake(
  package0: Uint8Array,
  { account, resync }: Pick<WakePorts, 'account' | 'resync'>,
): Wake | { readonly reason: string } {
  const trigger = parseTrigger(package0);
  if (trigger === undefined) return { reason: 'no package 0' };
  const server = account(trigger.serverId)?.server;
  if (server === undefined) return { reason: 'no account with credentials of this server' };
  const nonce = (server.nonce === undefined ? undefined : decodeBase64(server.nonce)) ?? new Uint8Array();
  const known = { a: server.a, nonce };
  const match = verifyTrigger(trigger, known, digests, { resync: resync === 'accept' });
  if (match === undefined) return { reason: 'wrong digest' };
  const { serverId, sessionId, uiMode, initiator, digest } = trigger;
  return {
    serverId,
    sessionID: formatSessionId(sessionId),
    digest: encodeBase64(digest),
    resync: match === 'resync-octets' ? 'octets' : match === 'resync-ascii' ? 'ascii' : undefined,
    uiMode,
    initiator,
  };
}

export class WakeDesk {
  readonly #ports: WakePorts;
  /** When the last trigger with the resynchronisation nonce of each server was taken. */
  readonly #resyncs = new Map<string, number>();
  #asking = false;
  #acting = 0;

  constructor(ports: WakePorts) {
    this.#ports = ports;
  }

  get busy(): boolean {
    return this.#acting > 0;
  }

  take(package0: Uint8Array): void {
    const wake = readWake(package0, this.#ports);
    const reason = 'reason' in wake ? wake.reason : this.#obstacle(wake);
    if ('reason' in wake || reason !== undefined) {
      this.#ports.emit({ kind: 'wake', accepted: false, reason: reason ?? '' });
      return;
    }
    if (wake.resync !== undefined) this.#resyncs.set(wake.serverId, this.#ports.now());
    this.#acting += 1;
    void this.#act(wake, this.#ports.memory.note(wake)).finally(() => {
      this.#acting -= 1;
    });
  }

  #obstacle(wake: Wake): string | undefined {
    const { memory, now, resyncPauseMs } = this.#ports;
    if (memory.knows(wake)) return 'a repeat';
    const before = wake.resync === undefined ? undefined : this.#resyncs.get(wake.serverId);
    if (before !== undefined && now() - before < resyncPauseMs)
      return 'resynchronisation too soon after another';
    if (wake.uiMode === 'interactive' && this.#asking) return 'the user is being asked already';
    return undefined;
  }

  async #act(wake: Wake, kept: Promise<void>): Promise<void> {
    const { emit, onWake, onPowerCut, signal } = this.#ports;
    // Before the first wait: two that come together do not both ask.
    const agreed = this.#agreed(wake);
    try {
      await kept;
    } catch (error) {
      if (error instanceof PowerCut) {
        onPowerCut(error);
        return;
      }
      // Without the note a repeat after a restart would start one session too many; the device is reached all the same.
      emit({ kind: 'error', code: 'disk', text: messageOf(error) });
    }
    const yes = await agreed;
    if (signal.aborted) return;
    const reason = yes ? `session ${wake.sessionID}` : 'not wanted by the user';
    emit({ kind: 'wake', accepted: yes, reason });
    if (yes) onWake(wake);
  }

  /** N-025: 11 asks, 10 tells, 01 and 00 do neither. */
  async #agreed({ uiMode, serverId, initiator }: Wake): Promise<boolean> {
    const { consent, prompter, signal, emit } = this.#ports;
    const name = printable(serverId);
    if (uiMode === 'informative') {
      const text = `${name} manages this device now.`;
      emit({ kind: 'step', text });
      void shown(prompter, text, signal);
    }
    if (uiMode !== 'interactive') return true;
    if (consent !== 'ask') return consent === 'yes';
    this.#asking = true;
    try {
      const why = initiator === 'client' ? 'as you asked for' : 'now';
      return await confirmed(prompter, `${name} wants to manage this device ${why}. Connect to it?`, signal);
    } finally {
      this.#asking = false;
    }
  }
}

/** An identifier that came with a bootstrap document must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '').slice(0, 100);
}
