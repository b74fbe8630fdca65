import { parseSmsDeliver, SmsReassembly, WAP_PUSH_PORT } from '@fumarole/dm/notification';
import { DeviceError } from '../device-error.ts';
import type { Emit } from '../emit.ts';
import type { PushEntry } from './push-entry.ts';

/** How a message is handed over: as modems give it (service centre first), without that, or its user data alone. */
export type SmsForm = 'pdu' | 'tpdu' | 'user-data';

/** `waiting`: the message is one of several, and others are still missing. */
export type SmsOutcome = 'taken' | 'waiting';

/** Messages of a modem, put together where they belong together, become pushes (notification §2.2). */
export class SmsInbox {
  readonly #entry: PushEntry;
  readonly #emit: Emit;
  readonly #reassembly = new SmsReassembly();

  constructor(entry: PushEntry, emit: Emit) {
    this.#entry = entry;
    this.#emit = emit;
  }

  /** @throws DeviceError `refused` for what is no message to this device's push port; the network is told nothing */
  take(octets: Uint8Array, form: SmsForm, now: number): SmsOutcome {
    const sms =
      form === 'user-data'
        ? { from: '', userData: octets }
        : parseSmsDeliver(octets, { smsc: form === 'pdu' });
    const datagram = sms && this.#reassembly.add(sms.from, sms.userData, now);
    if (datagram === 'waiting') return 'waiting';
    if (datagram?.destinationPort !== WAP_PUSH_PORT) {
      const reason = datagram === undefined ? 'no SMS with port numbers' : 'an SMS for another port';
      this.#emit({ kind: 'wake', accepted: false, reason });
      throw new DeviceError('refused', `${reason}; this device takes WAP push, port ${WAP_PUSH_PORT}`);
    }
    this.#entry(datagram.data, 'sms');
    return 'taken';
  }
}
