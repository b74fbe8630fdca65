/** What a device listens on for pushes; all bearers hand over to one entry. */
import type { Emit } from '../emit.ts';
import type { ScheduleOptions } from '../options.ts';
import { HttpListener } from './http-listener.ts';
import type { PushEntry } from './push-entry.ts';
import { type SmsForm, SmsInbox, type SmsOutcome } from './sms-inbox.ts';
import { UdpListener } from './udp-listener.ts';

export class Bearers {
  readonly #sms: SmsInbox;
  #udp: UdpListener | undefined;
  #http: HttpListener | undefined;

  private constructor(entry: PushEntry, emit: Emit) {
    this.#sms = new SmsInbox(entry, emit);
  }

  /** Nothing listens that is not asked for; messages of a modem are always taken. */
  static async open(
    { wakePort, wakeHost, httpPushPort }: ScheduleOptions,
    entry: PushEntry,
    emit: Emit,
  ): Promise<Bearers> {
    const bearers = new Bearers(entry, emit);
    try {
      if (wakePort !== undefined) bearers.#udp = await UdpListener.open(wakePort, wakeHost, entry, emit);
      if (httpPushPort !== undefined)
        bearers.#http = await HttpListener.open(httpPushPort, wakeHost, entry, emit);
      return bearers;
    } catch (error) {
      await bearers.close();
      throw error;
    }
  }

  get udpPort(): number | undefined {
    return this.#udp?.port;
  }

  get httpPort(): number | undefined {
    return this.#http?.port;
  }

  /** @throws DeviceError `refused` */
  sms(octets: Uint8Array, form: SmsForm): SmsOutcome {
    return this.#sms.take(octets, form, Date.now());
  }

  async close(): Promise<void> {
    this.#udp?.close();
    await this.#http?.close();
  }
}
