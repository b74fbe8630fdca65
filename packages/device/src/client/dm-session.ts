/** One DM session from package 1 to its end: the protocol core says what to post and to do, this file does it. */
import {
  type AnswerResult,
  answer,
  type ClientAccount,
  type ClientAlert,
  type ClientEnd,
  type ClientLimits,
  type ClientWork,
  macHeader,
  type Outgoing,
  open,
  receive,
  type WorkOutcome,
} from '@fumarole/dm/client';
import { type CommandOutcome, notExecuted, type TreeExecutor } from '@fumarole/dm/tree';
import { decode, type Encoding, joinParts, type SyncMLMessage } from '@fumarole/syncml';
import { DeviceError, messageOf } from '../device-error.ts';
import { MAX_SESSION_MESSAGES } from '../limits.ts';
import { type DmTransport, ServerBusy } from './dm-transport.ts';
import { digests, random } from './host-ports.ts';

export interface DmSessionPorts {
  readonly transport: DmTransport;
  readonly executor: TreeExecutor;
  readonly deviceId: string;
  readonly devInfo: readonly { readonly uri: string; readonly value: string }[];
  readonly encoding: Encoding;
  readonly limits: ClientLimits;
  readonly now: () => number;
  /** Alerts for this server that are owed now. */
  readonly owed: () => readonly ClientAlert[];
  /** The server has given its final Status on an alert. */
  readonly delivered: (key: string) => Promise<void>;
  /** Makes everything durable that commands and nonces changed. */
  readonly save: (account: ClientAccount) => Promise<void>;
  /** The server took credentials of this scheme. */
  readonly negotiated: (scheme: 'basic' | 'md5' | 'mac') => void;
  readonly signal: AbortSignal;
}

export interface DmSessionInput {
  readonly account: ClientAccount;
  readonly sessionID: string;
  readonly trigger: 1200 | 1201;
  readonly resync?: 'octets' | 'ascii';
  readonly request?: ClientAlert;
}

export interface DmSessionResult {
  readonly outcome: 'ended' | 'failed';
  readonly messages: number;
  readonly requestStatus: number | undefined;
  readonly reason: string | undefined;
  /** The server asked to wait this long. */
  readonly retryAfterMs: number | undefined;
}

/** Status of an alert 1100–1104 (protocol §5). */
const USER_CANCELLED = 214;

/** Never throws for what the server or the network does; a power cut and a stop go through. */
export async function runDmSession(input: DmSessionInput, ports: DmSessionPorts): Promise<DmSessionResult> {
  const run = new SessionRun(input, ports);
  try {
    const end = await run.toTheEnd();
    const ended = end === undefined || end === 'done';
    return {
      ...run.counts,
      outcome: ended ? 'ended' : 'failed',
      reason: ended ? undefined : end,
      retryAfterMs: undefined,
    };
  } catch (error) {
    const retry = error instanceof ServerBusy ? error.retryAfterMs : undefined;
    if (!(error instanceof ServerBusy) && !(error instanceof DeviceError)) throw error;
    return { ...run.counts, outcome: 'failed', reason: messageOf(error), retryAfterMs: retry };
  } finally {
    await run.dropObject();
  }
}

class SessionRun {
  readonly #input: DmSessionInput;
  readonly #ports: DmSessionPorts;
  readonly #given = new Set<string>();
  #account: ClientAccount;
  #messages = 0;
  #requestStatus: number | undefined;
  #requestRef: { readonly msgRef: number; readonly cmdRef: string } | undefined;
  /** The large object under way. */
  #object: string | undefined;

  constructor(input: DmSessionInput, ports: DmSessionPorts) {
    this.#input = input;
    this.#ports = ports;
    this.#account = input.account;
  }

  get counts(): { readonly messages: number; readonly requestStatus: number | undefined } {
    return { messages: this.#messages, requestStatus: this.#requestStatus };
  }

  async toTheEnd(): Promise<ClientEnd | undefined> {
    const { deviceId, devInfo, encoding, limits } = this.#ports;
    const { sessionID, trigger, resync, request } = this.#input;
    const alerts = [...this.#newAlerts(), ...(request === undefined ? [] : [request])];
    const opened = open(
      {
        account: this.#account,
        sessionID,
        trigger,
        deviceId,
        devInfo,
        alerts,
        encoding,
        limits,
        ...(resync === undefined ? {} : { resync }),
      },
      this.#corePorts(),
    );
    await this.#keep(opened.account);
    let session = opened.session;
    let out: Outgoing | undefined = opened.out;
    while (out !== undefined) {
      if (this.#messages >= MAX_SESSION_MESSAGES) return 'endless';
      const taken = receive(session, this.#account, await this.#post(out), this.#corePorts());
      await this.#keep(taken.account);
      const { state, scheme } = taken.session.auth;
      if (scheme !== 'none' && (state === 'accepted' || state === 'each')) this.#ports.negotiated(scheme);
      for (const key of taken.delivered) await this.#ports.delivered(key);
      if (taken.turn === 'end') return taken.end;
      const outcomes = await this.#perform(taken.work);
      const said: AnswerResult = answer(
        taken.session,
        this.#account,
        outcomes,
        this.#newAlerts(),
        this.#corePorts(),
      );
      await this.#keep(said.account);
      session = said.session;
      out = said.out;
    }
    return undefined;
  }

  /** A broken session leaves no half an object behind. */
  async dropObject(): Promise<void> {
    if (this.#object === undefined) return;
    const uri = this.#object;
    this.#object = undefined;
    await this.#ports.executor.dropObject(uri);
  }

  async #post(out: Outgoing): Promise<{ message: SyncMLMessage; bodyMd5: Uint8Array; hmacHeader?: string }> {
    const body = joinParts(out.parts);
    if (this.#input.request !== undefined) this.#findRequest(body, out.encoding);
    const hmac = out.mac === undefined ? undefined : macHeader(out.mac, digests.md5(body), digests);
    const posted = await this.#ports.transport.post(out.url, body, out.encoding, hmac, this.#ports.signal);
    this.#messages += 1;
    const message = decodeAnswer(posted.body, posted.encoding);
    this.#findRequestStatus(message);
    const bodyMd5 = digests.md5(posted.body);
    return posted.hmacHeader === undefined
      ? { message, bodyMd5 }
      : { message, bodyMd5, hmacHeader: posted.hmacHeader };
  }

  async #perform(work: readonly ClientWork[]): Promise<readonly WorkOutcome[]> {
    const { executor, encoding } = this.#ports;
    const serverId = this.#account.serverId;
    const outcomes: WorkOutcome[] = [];
    let refused = false;
    for (const piece of work) {
      switch (piece.kind) {
        case 'command': {
          const { command } = piece;
          const done: readonly CommandOutcome[] = refused
            ? notExecuted(command)
            : await executor.execute(command, serverId, encoding);
          outcomes.push({ work: piece.work, outcomes: done });
          // A user who cancels stops the rest of the message too; a No does not (protocol §5, F-075).
          refused ||= done.some(({ cmd, code }) => cmd === 'Alert' && code === USER_CANCELLED);
          break;
        }
        case 'chunk':
          if (refused) {
            const { cmd, cmdID = '', uri } = piece;
            outcomes.push({ work: piece.work, outcomes: [{ cmd, cmdID, targetRef: uri, code: 215 }] });
            break;
          }
          this.#object = piece.last ? undefined : piece.uri;
          outcomes.push({ work: piece.work, outcomes: [await executor.chunk(piece, serverId)] });
          break;
        case 'drop-object':
          this.#object = undefined;
          await executor.dropObject(piece.uri);
          break;
      }
    }
    return outcomes;
  }

  /** What is owed and was not said in this session yet (F-087, F-133). */
  #newAlerts(): readonly ClientAlert[] {
    const alerts = this.#ports.owed().filter(({ key }) => !this.#given.has(key));
    for (const { key } of alerts) this.#given.add(key);
    return alerts;
  }

  async #keep(account: ClientAccount): Promise<void> {
    this.#account = account;
    await this.#ports.save(account);
  }

  #corePorts(): { digests: typeof digests; random: typeof random; now: number } {
    return { digests, random, now: this.#ports.now() };
  }

  /** The core tells that an alert is settled, not how; what a request was answered is read from the messages. */
  #findRequest(body: Uint8Array, encoding: Encoding): void {
    const message = decode(body, encoding);
    for (const command of message.body) {
      const type = command.kind === 'Alert' ? command.items[0]?.Meta?.Type : undefined;
      if (type === this.#input.request?.type)
        this.#requestRef = { msgRef: message.hdr.MsgID, cmdRef: command.CmdID };
    }
  }

  #findRequestStatus(message: SyncMLMessage): void {
    for (const command of message.body) {
      if (command.kind !== 'Status' || this.#requestRef === undefined) continue;
      const { msgRef, cmdRef } = this.#requestRef;
      if (command.MsgRef === msgRef && command.CmdRef === cmdRef) this.#requestStatus = command.Data;
    }
  }
}

function decodeAnswer(body: Uint8Array, encoding: Encoding): SyncMLMessage {
  try {
    return decode(body, encoding);
  } catch (error) {
    // P-023: what does not parse ends the session, and nothing of it is executed.
    throw new DeviceError('transport', `the answer is no SyncML: ${messageOf(error)}`, error);
  }
}
