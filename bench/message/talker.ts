import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { ScriptedDevice } from '../../packages/server/src/testing/scripted-device.ts';

/** One device that goes from session to session; the server decides when one ends. */
export class Talker {
  readonly #device: ScriptedDevice;
  #session = 0;
  #answer: Awaited<ReturnType<ScriptedDevice['send']>> | undefined;
  lastBody: Uint8Array = new Uint8Array();

  constructor(device: ScriptedDevice) {
    this.#device = device;
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

export class Poster {
  readonly #url: string;
  readonly #body: Uint8Array;

  constructor(url: string, body: Uint8Array) {
    this.#url = url;
    this.#body = body;
  }

  async turn(): Promise<void> {
    const sending = request(this.#url, { method: 'POST', agent });
    sending.end(this.#body);
    const [response] = await once(sending, 'response');
    response.resume();
    await once(response, 'end');
  }
}
