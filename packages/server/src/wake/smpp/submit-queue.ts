/**
 * Messages on their way to a gateway: at most `window` unanswered and `perSecond` sent, in the order they came. A gateway
 * that says `throttled` gets a pause that grows, and then the same message again. While no connection stands they wait.
 */
import { WakeError } from '../wake-error.ts';
import { MAX_WAITING, SUBMIT_MS, THROTTLED_MAX_MS, THROTTLED_MS } from './limits.ts';

/** Fields of submit_sm. */
export type ShortMessage = Readonly<Record<string, unknown>>;
export interface SubmitAnswer {
  readonly status: number;
  readonly messageId: string;
}
export type Submit = (message: ShortMessage) => Promise<SubmitAnswer>;

/** ESME_RMSGQFUL, ESME_RTHROTTLED (SMPP 3.4 §5.1.3). */
const THROTTLED: ReadonlySet<number> = new Set([0x14, 0x58]);
/** Not this message's fault: ESME_RINVBNDSTS, RSYSERR, RSUBMITFAIL, RX_T_APPN. */
const TEMPORARY: ReadonlySet<number> = new Set([0x04, 0x08, 0x45, 0x64]);

interface Waiting {
  readonly message: ShortMessage;
  readonly resolve: (messageId: string) => void;
  readonly reject: (error: WakeError) => void;
  expired: boolean;
}

export class SubmitQueue {
  readonly #window: number;
  readonly #spacingMs: number;
  readonly #waiting: Waiting[] = [];
  #submit: Submit | undefined;
  #outstanding = 0;
  #notBefore = 0;
  #throttled = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ window, perSecond }: { readonly window: number; readonly perSecond: number }) {
    this.#window = window;
    this.#spacingMs = 1_000 / perSecond;
  }

  get length(): number {
    return this.#waiting.length + this.#outstanding;
  }

  /** The gateway's id of the message. @throws WakeError */
  add(message: ShortMessage): Promise<string> {
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(new WakeError('busy', `${MAX_WAITING} messages wait already`));
    }
    return new Promise((resolve, reject) => {
      const one: Waiting = {
        message,
        expired: false,
        resolve: (id) => {
          clearTimeout(timer);
          resolve(id);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => this.#expire(one), SUBMIT_MS);
      this.#waiting.push(one);
      this.#pump();
    });
  }

  /** A connection stands. */
  open(submit: Submit): void {
    this.#submit = submit;
    this.#pump();
  }

  /** It stands no longer; what was sent and not answered is the connection's to tell. */
  shut(): void {
    this.#submit = undefined;
    clearTimeout(this.#timer);
  }

  /** Nothing is sent any more. */
  end(): void {
    this.shut();
    for (const one of this.#waiting.splice(0)) {
      one.reject(new WakeError('no-connection', 'the server is stopping'));
    }
  }

  #expire(one: Waiting): void {
    one.expired = true;
    const at = this.#waiting.indexOf(one);
    if (at >= 0) this.#waiting.splice(at, 1);
    one.reject(new WakeError('no-connection', 'the gateway did not take the message in time'));
  }

  #pump(): void {
    clearTimeout(this.#timer);
    while (this.#submit !== undefined && this.#outstanding < this.#window) {
      const wait = this.#notBefore - Date.now();
      if (wait > 0) {
        if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#pump(), wait);
        return;
      }
      const one = this.#waiting.shift();
      if (one === undefined) return;
      this.#notBefore = Date.now() + this.#spacingMs;
      this.#outstanding += 1;
      void this.#send(one, this.#submit);
    }
  }

  async #send(one: Waiting, submit: Submit): Promise<void> {
    try {
      const { status, messageId } = await submit(one.message);
      if (THROTTLED.has(status)) {
        this.#backOff();
        if (!one.expired) this.#waiting.unshift(one);
        return;
      }
      this.#throttled = 0;
      if (status === 0) one.resolve(messageId);
      else one.reject(refusal(status));
    } catch (error) {
      one.reject(error instanceof WakeError ? error : new WakeError('gateway-failed', String(error), error));
    } finally {
      this.#outstanding -= 1;
      this.#pump();
    }
  }

  #backOff(): void {
    const longest = Math.min(THROTTLED_MAX_MS, THROTTLED_MS * 2 ** this.#throttled);
    this.#throttled = Math.min(this.#throttled + 1, 10);
    this.#notBefore = Date.now() + longest * (0.5 + Math.random() / 2);
  }
}

function refusal(status: number): WakeError {
  const text = `the gateway answered status 0x${status.toString(16)}`;
  return new WakeError(TEMPORARY.has(status) ? 'gateway-failed' : 'refused', text);
}
