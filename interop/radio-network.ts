/** What lies between an SMSC and the modem of a device: SMS-DELIVER out of what was submitted, and the receipts. */
import { askDevice } from '@fumarole/device';
import type { SubmittedSms, TestSmsc } from '@fumarole/testkit';

/** 2026-01-01 00:00:00 UTC, as TP-SCTS. */
const TIMESTAMP = Buffer.from('62101000000000', 'hex');
const DELIVER_WITH_HEADER = 0x44;
const INTERNATIONAL = 0x91;

/** The TPDU that a modem gets (TS 23.040 §9.2.2.1). */
export function smsDeliver({ from, dataCoding, userData }: SubmittedSms): Uint8Array {
  const digits = from.length;
  return Buffer.concat([
    Buffer.of(DELIVER_WITH_HEADER, digits, INTERNATIONAL),
    semiOctets(from),
    Buffer.of(0, dataCoding),
    TIMESTAMP,
    Buffer.of(userData.length),
    userData,
  ]);
}

function semiOctets(digits: string): Buffer {
  const even = digits.length % 2 === 0 ? digits : `${digits}F`;
  return Buffer.from(even.replace(/(.)(.)/g, '$2$1'), 'hex');
}

/** Phones by number: each message of the SMSC goes to the modem of its device, by the device's control socket. */
export class RadioNetwork {
  /** Everything that was on the air. */
  readonly delivered: Uint8Array[] = [];
  readonly #phones = new Map<string, string>();
  readonly #smsc: TestSmsc;

  constructor(smsc: TestSmsc) {
    this.#smsc = smsc;
    smsc.onMessage = (sms) => void this.#deliver(sms);
  }

  /** A device, by its directory, has this number. */
  subscribe(number: string, dir: string): void {
    this.#phones.set(number, dir);
  }

  async #deliver(sms: SubmittedSms): Promise<void> {
    const dir = this.#phones.get(sms.to);
    const tpdu = smsDeliver(sms);
    this.delivered.push(tpdu);
    const command = { command: 'sms', form: 'tpdu', sms: Buffer.from(tpdu).toString('base64') };
    const outcome = await (dir === undefined
      ? Promise.reject(new Error('no such phone'))
      : askDevice(dir, command)
    )
      .then(() => 'DELIVRD')
      .catch(() => 'UNDELIV');
    if (sms.wantsReceipt) this.#smsc.receipt(sms.id, outcome);
  }
}
