/** A scripted device on a connection of its own, in steps: a message is made, sent, and its answer taken. */
import type { Encoding } from '@fumarole/syncml';
import {
  answerOf,
  type ScriptedAnswer,
  type ScriptedDevice,
  type ScriptedMessage,
} from '../../packages/server/src/testing/scripted-device.ts';
import { HttpSocket } from './http-socket.ts';

export class Talker {
  readonly device: ScriptedDevice;
  readonly #encoding: Encoding;
  readonly #socket: HttpSocket;
  readonly #reply: (device: ScriptedDevice, answer: ScriptedAnswer) => ScriptedMessage;
  #session = 0;
  #answer: ScriptedAnswer | undefined;
  #message: ScriptedMessage | undefined;
  /** Sessions that came to their end. */
  ended = 0;

  constructor(
    device: ScriptedDevice,
    encoding: Encoding,
    base: string,
    reply = (to: ScriptedDevice, answer: ScriptedAnswer): ScriptedMessage => to.reply(answer),
  ) {
    this.device = device;
    this.#encoding = encoding;
    this.#socket = new HttpSocket(base);
    this.#reply = reply;
  }

  /** The server says when a session is over: it asks for nothing more. */
  get between(): boolean {
    return this.#answer === undefined || this.#answer.commands.length === 0;
  }

  prepare(): ScriptedMessage {
    this.#message = this.#next();
    return this.#message;
  }

  /** The work of `prepare` without going on: what a client of the bare servers has to do too. */
  rehearse(): ScriptedMessage {
    const { msgID, sessionID, url } = this.device;
    const session = this.#session;
    const message = this.#next();
    this.#session = session;
    Object.assign(this.device, { msgID, sessionID, url });
    return message;
  }

  async send(): Promise<void> {
    const message = this.#message;
    if (message === undefined) throw new Error('nothing was prepared');
    const { pathname, search } = new URL(message.url);
    const { status, body } = await this.#socket.post(pathname + search, message.headers, message.body);
    const answer = answerOf(status, NO_HEADERS, body, this.#encoding);
    if (answer.code !== 200 && answer.code !== 212 && answer.code !== 401) {
      throw new Error(`answered ${answer.code}`);
    }
    this.#answer = this.device.receive(answer);
    if (this.between) this.ended += 1;
  }

  close(): void {
    this.#socket.close();
  }

  #next(): ScriptedMessage {
    if (this.#answer !== undefined && !this.between) return this.#reply(this.device, this.#answer);
    this.#session = (this.#session % 0xffff) + 1;
    this.device.begin(this.#session.toString(16).toUpperCase());
    return this.device.packageOne();
  }
}

const NO_HEADERS = new Headers();

/** Posts a talker's messages, after the same work, to a bare server. */
export class Poster {
  readonly #talker: Talker;
  readonly #socket: HttpSocket;
  readonly #path: string;
  #message: ScriptedMessage | undefined;

  constructor(base: string, path: string, talker: Talker) {
    this.#talker = talker;
    this.#socket = new HttpSocket(base);
    this.#path = path;
  }

  prepare(): void {
    this.#message = this.#talker.rehearse();
  }

  async send(): Promise<void> {
    if (this.#message === undefined) throw new Error('nothing was prepared');
    await this.#socket.post(this.#path, this.#message.headers, this.#message.body);
  }

  close(): void {
    this.#socket.close();
  }
}

/** All at once on connections that are open: made first, so that the server gets them as one burst. */
export async function burst(all: readonly { prepare(): unknown; send(): Promise<void> }[]): Promise<void> {
  for (const one of all) one.prepare();
  await Promise.all(all.map((one) => one.send()));
}
