/// <reference path="../../server/src/wake/smpp/smpp.d.ts" />
/** A short message service centre for tests, on the `smpp` package: it takes messages, and does what it is told with them. */
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { createServer, PDU, type Pdu, type Session } from 'smpp';

/** A message as an ESME submitted it. */
export interface SubmittedSms {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  /** User data, its header included. */
  readonly userData: Uint8Array;
  readonly dataCoding: number;
  readonly esmClass: number;
  readonly wantsReceipt: boolean;
}

export interface SmscOptions {
  readonly systemId?: string;
  readonly password?: string;
  /** PEM: the centre speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** ESME_RINVPASWD, ESME_RINVSYSID (SMPP 3.4 §5.1.3). */
const INVALID_PASSWORD = 0x0e;
const INVALID_SYSTEM_ID = 0x0f;

export class TestSmsc {
  readonly messages: SubmittedSms[] = [];
  /** Logins that were taken. */
  binds = 0;
  /** Status of the next submit_sm, in their order; 0 when there is none. */
  readonly answers: number[] = [];
  /** Called with each message that was taken, before its answer leaves. */
  onMessage: (sms: SubmittedSms) => void = () => undefined;
  /** What is not answered: to see what an ESME does then. */
  silent: (command: string) => boolean = () => false;
  readonly #server: Server;
  readonly #sessions = new Set<Session>();
  #ids = 0;

  private constructor({ systemId = 'fumarole', password = 'secret', tls }: SmscOptions) {
    this.#server = createServer(tls ?? {}, (session) => {
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
      session.on('error', () => session.destroy());
      session.on('bind_transceiver', (pdu: Pdu) => {
        const right = pdu.system_id === systemId && pdu.password === password;
        const wrong = pdu.system_id === systemId ? INVALID_PASSWORD : INVALID_SYSTEM_ID;
        if (right) this.binds += 1;
        session.send(pdu.response(right ? { system_id: 'smsc' } : { command_status: wrong }));
      });
      session.on('submit_sm', (pdu: Pdu) => this.#take(session, pdu));
      session.on('enquire_link', (pdu: Pdu) => {
        if (!this.silent('enquire_link')) session.send(pdu.response());
      });
      session.on('unbind', (pdu: Pdu) => {
        session.send(pdu.response());
        session.close();
      });
    });
  }

  static async open(options: SmscOptions = {}): Promise<TestSmsc> {
    const smsc = new TestSmsc(options);
    smsc.#server.listen(0, '127.0.0.1');
    await once(smsc.#server, 'listening');
    return smsc;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#sessions.size;
  }

  /** A delivery receipt for a message, to every ESME that is bound. */
  receipt(id: string, stat: string, more: Readonly<Record<string, unknown>> = {}): void {
    const text = `id:${id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:${stat} err:000 text:`;
    const fields = {
      esm_class: 4,
      source_addr: '49170',
      destination_addr: '1',
      short_message: text,
      ...more,
    };
    for (const session of this.#sessions) session.send(new PDU('deliver_sm', fields));
  }

  /** Octets that are no SMPP, to every ESME. */
  rubbish(octets: Uint8Array): void {
    for (const session of this.#sessions) session.socket.write(octets);
  }

  /** The connections break. */
  drop(): void {
    for (const session of this.#sessions) session.destroy();
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #take(session: Session, pdu: Pdu): void {
    if (this.silent('submit_sm')) return;
    const status = this.answers.shift() ?? 0;
    if (status !== 0) {
      session.send(pdu.response({ command_status: status }));
      return;
    }
    this.#ids += 1;
    const id = (0xa0 + this.#ids).toString(16).toUpperCase();
    const sms = submitted(id, pdu);
    this.messages.push(sms);
    this.onMessage(sms);
    session.send(pdu.response({ message_id: id }));
  }
}

/** The package takes the header of user data apart; here it is octets again. */
function submitted(id: string, pdu: Pdu): SubmittedSms {
  const { udh = [], message } = pdu.short_message as {
    readonly udh?: readonly Uint8Array[];
    readonly message: Uint8Array;
  };
  const header = Buffer.concat(udh);
  return {
    id,
    to: String(pdu.destination_addr),
    from: String(pdu.source_addr),
    userData: Uint8Array.from(
      Buffer.concat([...(header.length > 0 ? [Buffer.of(header.length), header] : []), message]),
    ),
    dataCoding: Number(pdu.data_coding),
    esmClass: Number(pdu.esm_class),
    wantsReceipt: Number(pdu.registered_delivery) === 1,
  };
}
