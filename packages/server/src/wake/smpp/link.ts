/**
 * The connection to a gateway: kept up as long as the server runs, asked whether it stands, and made again with pauses
 * that grow. Messages go out by the queue; receipts come in one after the other.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { PDU, type Pdu, type Session } from 'smpp';
import { WakeError } from '../wake-error.ts';
import { bind } from './bind.ts';
import {
  ENQUIRE_ANSWER_MS,
  ENQUIRE_LINK_MS,
  GOOD_LINK_MS,
  MAX_MESSAGE_ID,
  MAX_RECEIPTS_IN_WORK,
  RECONNECT_MAX_MS,
  RECONNECT_MS,
  REFUSED_BIND_MS,
  SUBMIT_ANSWER_MS,
} from './limits.ts';
import type { SmppOptions } from './options.ts';
import { type Receipt, readReceipt } from './receipt.ts';
import type { SubmitAnswer, SubmitQueue } from './submit-queue.ts';

export interface LinkPorts {
  readonly queue: SubmitQueue;
  /** Resolves when the receipt is kept, or nobody's. */
  readonly onReceipt: (receipt: Receipt) => Promise<void>;
  readonly onState: (bound: boolean, why: string) => void;
  readonly reconnectMs?: number | undefined;
  readonly enquireLinkMs?: number | undefined;
}

/** ESME_RINVCMDID: a request that no ESME serves. */
const INVALID_COMMAND = 0x03;
/** ESME_RX_T_APPN. */
const RECEIVER_TEMPORARY_ERROR = 0x64;

export class SmppLink {
  readonly #options: SmppOptions;
  readonly #ports: LinkPorts;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #session: Session | undefined;
  #receipts = 0;

  constructor(options: SmppOptions, ports: LinkPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#running = this.#run();
  }

  get bound(): boolean {
    return this.#session !== undefined;
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.#ports.queue.end();
    const session = this.#session;
    if (session !== undefined) {
      session.send(new PDU('unbind'), () => session.close());
      setTimeout(() => session.destroy(), ENQUIRE_ANSWER_MS / 10).unref();
    }
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      const since = Date.now();
      const end = await this.#once(signal);
      if (signal.aborted) return;
      failures = Date.now() - since > GOOD_LINK_MS ? 0 : failures + 1;
      const refused = end instanceof WakeError && end.code === 'login-refused';
      await pause(this.#pauseAfter(failures, refused), undefined, { signal }).catch(() => undefined);
    }
  }

  /** One connection from its login to its end, and why it ended. */
  async #once(signal: AbortSignal): Promise<unknown> {
    try {
      const session = await bind(this.#options, signal);
      this.#session = session;
      this.#ports.onState(true, 'bound');
      const why = await this.#serve(session);
      if (!signal.aborted) this.#ports.onState(false, why);
      return why;
    } catch (error) {
      if (!signal.aborted) {
        this.#ports.onState(false, error instanceof Error ? error.message : String(error));
      }
      return error;
    } finally {
      this.#session = undefined;
      this.#ports.queue.shut();
    }
  }

  #pauseAfter(failures: number, refused: boolean): number {
    const { reconnectMs = RECONNECT_MS } = this.#ports;
    const longest = Math.min(RECONNECT_MAX_MS, reconnectMs * 2 ** Math.min(failures, 16));
    return Math.max(refused ? REFUSED_BIND_MS : 0, longest) * (0.5 + Math.random() / 2);
  }

  #serve(session: Session): Promise<string> {
    return new Promise((resolve) => {
      const lost = new AbortController();
      const end = (why: string): void => {
        lost.abort();
        session.destroy();
        resolve(why);
      };
      session.on('close', () => end('the gateway closed the connection'));
      session.on('error', (error: Error) => end(error.message));
      session.on('pdu', (pdu: Pdu) => this.#take(session, pdu));
      session.on('unbind', (pdu: Pdu) => {
        session.send(pdu.response());
        session.close();
      });
      void this.#watch(session, lost.signal, end);
      this.#ports.queue.open(async (message) => {
        const answer = await request(session, new PDU('submit_sm', message), SUBMIT_ANSWER_MS, lost.signal);
        return submitAnswer(answer);
      });
    });
  }

  /** Requests of the gateway; answers go to whoever asked. */
  #take(session: Session, pdu: Pdu): void {
    if (pdu.isResponse() || pdu.command === 'unbind') return;
    if (pdu.command === 'deliver_sm' || pdu.command === 'data_sm') void this.#receive(session, pdu);
    else if (pdu.command === 'enquire_link' || pdu.command === 'unknown') session.send(pdu.response());
    else if (pdu.command !== 'alert_notification')
      session.send(
        new PDU('generic_nack', { command_status: INVALID_COMMAND, sequence_number: pdu.sequence_number }),
      );
  }

  /** Answered once it is kept: a gateway sends again what was not answered. */
  async #receive(session: Session, pdu: Pdu): Promise<void> {
    this.#receipts += 1;
    if (this.#receipts >= MAX_RECEIPTS_IN_WORK) session.pause();
    try {
      const receipt = readReceipt(pdu);
      // What devices send us is nothing that we wait for: it is taken, so that it does not come again.
      if (receipt !== undefined) await this.#ports.onReceipt(receipt);
      session.send(pdu.response());
    } catch {
      // The store has its own log; the gateway brings the receipt again.
      session.send(pdu.response({ command_status: RECEIVER_TEMPORARY_ERROR }));
    } finally {
      this.#receipts -= 1;
      if (this.#receipts === MAX_RECEIPTS_IN_WORK - 1) session.resume();
    }
  }

  async #watch(session: Session, signal: AbortSignal, end: (why: string) => void): Promise<void> {
    try {
      for (;;) {
        await pause(this.#ports.enquireLinkMs ?? ENQUIRE_LINK_MS, undefined, { signal, ref: false });
        await request(session, new PDU('enquire_link'), ENQUIRE_ANSWER_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) end(error instanceof Error ? error.message : String(error));
    }
  }
}

/** A request and its answer. @throws WakeError `no-answer`, `no-connection` */
function request(session: Session, pdu: Pdu, withinMs: number, lost: AbortSignal): Promise<Pdu> {
  return new Promise((resolve, reject) => {
    const late = AbortSignal.timeout(withinMs);
    late.addEventListener(
      'abort',
      () => reject(new WakeError('no-answer', `the gateway did not answer ${pdu.command} in time`)),
      { once: true },
    );
    const gone = (): void =>
      reject(new WakeError('no-answer', `the connection ended before the answer to ${pdu.command}`));
    lost.addEventListener('abort', gone, { once: true });
    const sent = session.send(pdu, (answer) => {
      lost.removeEventListener('abort', gone);
      resolve(answer);
    });
    if (!sent) reject(new WakeError('no-connection', 'the connection is gone'));
  });
}

function submitAnswer({ command_status: status, message_id: id }: Pdu): SubmitAnswer {
  return { status, messageId: typeof id === 'string' ? id.slice(0, MAX_MESSAGE_ID) : '' };
}
