import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { decode, type Encoding } from '@fumarole/syncml';
import type { ScriptedDevice } from '../../packages/server/src/testing/scripted-device.ts';

/** One device that goes from session to session; the server decides when one ends. */
export class Talker {
  readonly #device: ScriptedDevice;
  readonly #encoding: Encoding;
  #session = 0;
  #answer: Awaited<ReturnType<ScriptedDevice['send']>> | undefined;
  lastBody: Uint8Array = new Uint8Array();

  constructor(device: ScriptedDevice, encoding: Encoding) {
    this.#device = device;
    this.#encoding = encoding;
  }

  /** The computing of a turn without the sending. */
  rehearse(): void {
    if (this.#answer === undefined) return;
    const { msgID } = this.#device;
    this.#device.reply(this.#answer);
    this.#device.msgID = msgID;
    decode(this.#answer.octets, this.#encoding);
  }

  async turn(): Promise<void> {
    const goes = this.#answer !== undefined && this.#answer.commands.length > 0;
    if (!goes) {
      this.#session = (this.#session % 0xffff) + 1;
      this.#device.begin(this.#session.toString(16).toUpperCase());
    }
    const message =
      goes && this.#answer !== undefined ? this.#device.reply(this.#answer) : this.#device.packageOne();
    this.lastBody = message.body;
    this.#answer = await this.#device.send(message);
    if (this.#answer.code !== 200) throw new Error(`answered ${this.#answer.code}`);
  }
}

const agent = new Agent({ keepAlive: true });

/** Posts equal octets to a bare server, after the work a talker has with one message: all are driven by an equal load. */
export class Poster {
  readonly #url: string;
  readonly #talker: Talker;

  constructor(url: string, talker: Talker) {
    this.#url = url;
    this.#talker = talker;
  }

  async turn(): Promise<void> {
    this.#talker.rehearse();
    const sending = request(this.#url, { method: 'POST', agent });
    sending.end(this.#talker.lastBody);
    const [response] = await once(sending, 'response');
    response.resume();
    await once(response, 'end');
  }
}
