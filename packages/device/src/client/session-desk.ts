/**
 * When the device talks to its servers: one session at a time; polls, wakes and requests queue. Results that nobody has
 * acknowledged are brought again, with pauses that grow, until they are (F-084, F-085).
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientAlert } from '@fumarole/dm/client';
import { formatSessionId } from '@fumarole/dm/notification';
import type { Emit } from '../emit.ts';
import type { SessionReport } from '../handle.ts';
import type { Timing } from '../options.ts';
import type { DmSessionInput, DmSessionResult } from './dm-session.ts';
import { random } from './host-ports.ts';

export interface DeskPorts {
  readonly timing: Timing;
  readonly emit: Emit;
  readonly now: () => number;
  readonly pollMs: number;
  /** Whom to poll; undefined: there is no account yet. */
  readonly pollServer: () => string | undefined;
  /** Servers that have results to get. */
  readonly owing: () => readonly string[];
  /** Runs one session; throws only for what ends the device. */
  readonly run: (serverId: string, input: Omit<DmSessionInput, 'account'>) => Promise<DmSessionResult>;
  readonly fatal: (error: unknown) => void;
  /** Is there still an account of this server? */
  readonly knows: (serverId: string) => boolean;
  /** A session with this server came to its end. */
  readonly ended: (serverId: string) => Promise<void>;
}

export interface SessionWish {
  readonly serverId: string;
  readonly trigger: 1200 | 1201;
  readonly sessionID?: string;
  readonly resync?: 'octets' | 'ascii';
  readonly request?: ClientAlert;
}

export class SessionDesk {
  readonly #ports: DeskPorts;
  readonly #retries = new Map<string, NodeJS.Timeout>();
  readonly #failures = new Map<string, number>();
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;
  #open:
    | { readonly serverId: string; readonly sessionID: string; readonly done: Promise<unknown> }
    | undefined;
  #poll: NodeJS.Timeout | undefined;
  #lastSessionID = 0;
  /** Sessions so far. */
  #held = 0;
  #closed = false;
  nextPollAt: number | undefined;
  last: { readonly at: number; readonly outcome: string } | undefined;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
  }

  get busy(): boolean {
    return this.#waiting > 0;
  }

  get openSession(): { readonly serverId: string; readonly sessionID: string } | undefined {
    return this.#open;
  }

  start(): void {
    this.#schedulePoll();
    this.reportSoon();
  }

  /** Holds a session as soon as the ones before it are over. */
  hold(wish: SessionWish): Promise<SessionReport> {
    return this.alone(() => this.#session(wish));
  }

  /** Runs work between two sessions: what changes the tree from outside of them. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const turn = this.#queue.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#queue = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  /** A result is owed: it goes into the open session with that server, or into one of its own. */
  reportSoon(): void {
    for (const serverId of this.#ports.owing()) {
      if (this.#closed || this.#open?.serverId === serverId || this.#retries.has(serverId)) continue;
      this.#retry(serverId, 0);
    }
  }

  /** Resolves when no session is open, or after `timeoutMs`. */
  async quiet(timeoutMs: number): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([open.done, over]);
    clearTimeout(timer);
  }

  /** Resolves once no session was open for so long, or when the signal ends the wait. */
  async idle(ms: number, signal: AbortSignal): Promise<void> {
    for (let seen = Number.NaN; !signal.aborted; ) {
      if (this.#open === undefined && this.#held === seen) return;
      seen = this.#held;
      await pause(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#poll);
    for (const timer of this.#retries.values()) clearTimeout(timer);
    await this.#queue;
  }

  async #session(wish: SessionWish): Promise<SessionReport> {
    const sessionID = wish.sessionID ?? this.#newSessionID();
    const { serverId, trigger } = wish;
    const told = { kind: 'session', serverId, sessionID, trigger } as const;
    if (this.#closed)
      return { outcome: 'failed', sessionID, messages: 0, requestStatus: undefined, reason: 'stopped' };
    this.#held += 1;
    this.#clearRetry(serverId);
    this.#ports.emit({ ...told, phase: 'opened' });
    const { trigger: _trigger, serverId: _server, ...rest } = wish;
    const running = this.#ports.run(serverId, { ...rest, trigger, sessionID });
    this.#open = { serverId, sessionID, done: running.catch(() => undefined) };
    try {
      const { retryAfterMs, ...result } = await running;
      this.last = { at: this.#ports.now(), outcome: result.reason ?? result.outcome };
      const reason = result.reason === undefined ? {} : { reason: result.reason };
      this.#ports.emit({ ...told, ...reason, phase: result.outcome });
      if (result.outcome === 'ended') await this.#ports.ended(serverId);
      this.#open = undefined;
      this.#afterwards(serverId, result.outcome === 'ended', retryAfterMs);
      return { ...result, sessionID };
    } catch (error) {
      this.#ports.fatal(error);
      throw error;
    } finally {
      this.#open = undefined;
    }
  }

  /** A session that failed is held again; one that went well may still leave a result that came up too late for it. */
  #afterwards(serverId: string, ended: boolean, retryAfterMs: number | undefined): void {
    const before = this.#failures.get(serverId) ?? 0;
    const owes = this.#ports.owing().includes(serverId);
    this.#failures.set(serverId, ended && !owes ? 0 : before + 1);
    if ((owes || !ended) && !this.#closed && this.#ports.knows(serverId))
      this.#retry(serverId, ended && before === 0 ? 0 : this.#pauseAfter(before, retryAfterMs));
    this.#schedulePoll(retryAfterMs);
  }

  #pauseAfter(failures: number, retryAfterMs: number | undefined): number {
    const { sessionRetryMs, sessionRetryMaxMs } = this.#ports.timing;
    const doubled = Math.min(sessionRetryMaxMs, sessionRetryMs * 2 ** Math.min(failures, 20));
    return Math.max(doubled / 2 + jitter(doubled / 2), retryAfterMs ?? 0);
  }

  #retry(serverId: string, afterMs: number): void {
    this.#clearRetry(serverId);
    const timer = setTimeout(() => {
      this.#retries.delete(serverId);
      void this.hold({ serverId, trigger: 1201 }).catch(() => undefined);
    }, afterMs);
    this.#retries.set(serverId, timer);
  }

  #clearRetry(serverId: string): void {
    clearTimeout(this.#retries.get(serverId));
    this.#retries.delete(serverId);
  }

  #schedulePoll(notBeforeMs = 0): void {
    clearTimeout(this.#poll);
    const { pollMs, pollServer } = this.#ports;
    if (pollMs <= 0 || this.#closed) return;
    const pause = Math.max(notBeforeMs, pollMs * 0.9 + jitter(pollMs * 0.2));
    this.nextPollAt = this.#ports.now() + pause;
    this.#poll = setTimeout(() => {
      const serverId = pollServer();
      if (serverId === undefined) this.#schedulePoll();
      else void this.hold({ serverId, trigger: 1201 }).catch(() => undefined);
    }, pause);
  }

  /** Never the last one again: the server would take it for a new start of that session (protocol §1). */
  #newSessionID(): string {
    for (;;) {
      const [high = 0, low = 0] = random(2);
      const id = high * 256 + low;
      if (id === 0 || id === this.#lastSessionID) continue;
      this.#lastSessionID = id;
      return formatSessionId(id);
    }
  }
}

function jitter(spanMs: number): number {
  const [high = 0, low = 0] = random(2);
  return (spanMs * (high * 256 + low)) / 65_536;
}
