/** A scripted device that lives one whole update: discovery, the package as a large object, its proof in a second session. */
import type { Command, Encoding, Item, Meta, Status } from '@fumarole/syncml';
import {
  answerOf,
  type ScriptedAnswer,
  type ScriptedDevice,
  type ScriptedMessage,
} from '../../packages/server/src/testing/scripted-device.ts';
import { MANUFACTURER } from '../../packages/testkit/src/index.ts';
import { HttpSocket } from './http-socket.ts';

const ROOT = './FwUpdate/Pkg';
const TREE: Readonly<Record<string, readonly [value: string, format: string, type?: string]>> = {
  './FwUpdate': ['', 'node'],
  [ROOT]: ['', 'node', 'urn:oma:mo:oma-fumo:1.0'],
  [`${ROOT}/State`]: ['10', 'int'],
  [`${ROOT}/Update`]: ['PkgData', 'node'],
  [`${ROOT}/Update/PkgData`]: ['', 'bin'],
};
const NO_HEADERS = new Headers();

export interface Sent {
  readonly path: string;
  readonly message: ScriptedMessage;
}

export class UpdateDevice {
  readonly id: string;
  readonly #device: ScriptedDevice;
  readonly #encoding: Encoding;
  readonly #socket: HttpSocket;
  readonly #target: string;
  #firmware: string;
  #state = '10';
  #session = 0;
  #answer: ScriptedAnswer | undefined;
  #message: ScriptedMessage | undefined;
  /** Generic Alert that is owed: the correlator of the accepted Exec. */
  #owed: string | undefined;
  #reported = false;
  /** What it has posted, in order. */
  readonly sent: Sent[] = [];
  /** Octets of package data taken. */
  took = 0;
  done = false;

  constructor(
    id: string,
    device: ScriptedDevice,
    encoding: Encoding,
    base: string,
    versions: readonly [string, string],
  ) {
    this.id = id;
    this.#device = device;
    this.#encoding = encoding;
    this.#socket = new HttpSocket(base);
    [this.#firmware, this.#target] = versions;
  }

  prepare(): void {
    this.#message = this.#next();
  }

  async send(): Promise<void> {
    const message = this.#message;
    if (message === undefined) throw new Error('nothing was prepared');
    const { pathname, search } = new URL(message.url);
    this.sent.push({ path: pathname, message });
    const { status, body } = await this.#socket.post(pathname + search, message.headers, message.body);
    const answer = this.#device.receive(answerOf(status, NO_HEADERS, body, this.#encoding));
    this.#answer = answer;
    if (answer.code !== undefined && answer.code >= 300 && answer.code !== 401 && answer.code !== 407) {
      throw new Error(`${this.id} was answered ${answer.code}`);
    }
    const over = answer.commands.length === 0;
    if (over && this.#reported) this.done = true;
  }

  close(): void {
    this.#socket.close();
  }

  #next(): ScriptedMessage {
    const answer = this.#answer;
    if (answer !== undefined && answer.commands.length > 0) return this.#reply(answer);
    this.#session += 1;
    this.#device.begin(String(this.#session));
    return this.#open();
  }

  /** Package 1; after the update with its result. */
  #open(): ScriptedMessage {
    const info = { DevId: this.id, Man: MANUFACTURER, Mod: 'B1', DmV: '1.2', Lang: 'en' };
    const items = Object.entries(info).map(
      ([leaf, Data]): Item => ({ Source: { LocURI: `./DevInfo/${leaf}` }, Data }),
    );
    const body: Command[] = [{ kind: 'Alert', CmdID: '1', Data: '1201', items: [] }];
    body.push({ kind: 'Replace', CmdID: '2', items });
    if (this.#owed !== undefined) {
      this.#reported = true;
      body.push({
        kind: 'Alert',
        CmdID: '3',
        Data: '1226',
        Correlator: this.#owed,
        items: [
          {
            Source: { LocURI: ROOT },
            Meta: { Type: 'org.openmobilealliance.dm.firmwareupdate.update', Format: 'int' },
            Data: '200',
          },
        ],
      });
    }
    return this.#device.next(body);
  }

  #reply(answer: ScriptedAnswer): ScriptedMessage {
    const { hdr } = answer.message;
    let count = 0;
    const body: Command[] = [];
    const status = (cmd: string, CmdRef: string, Data: number): void => {
      count += 1;
      const refs = { TargetRef: [], SourceRef: [], items: [] };
      const made: Status = {
        kind: 'Status',
        CmdID: String(count),
        MsgRef: hdr.MsgID,
        CmdRef,
        Cmd: cmd,
        Data,
        ...refs,
      };
      body.push(made);
    };
    status('SyncHdr', '0', 200);
    for (const command of answer.commands) {
      if (command.kind === 'Alert' && command.Data === '1222') continue;
      const results = command.kind === 'Get' ? this.#read(command.items) : undefined;
      status(command.kind, command.CmdID, this.#perform(command, results));
      if (results !== undefined && results.length > 0) {
        count += 1;
        body.push({
          kind: 'Results',
          CmdID: String(count),
          MsgRef: hdr.MsgID,
          CmdRef: command.CmdID,
          items: results,
        });
      }
    }
    if (!answer.message.final) {
      count += 1;
      body.push({ kind: 'Alert', CmdID: String(count), Data: '1222', items: [] });
    }
    return this.#device.next(body);
  }

  #perform(command: Command, results: readonly Item[] | undefined): number {
    if (command.kind === 'Get') return results?.length === 0 ? 404 : 200;
    if (command.kind === 'Replace' || command.kind === 'Add') {
      const [item] = command.items;
      const { Data } = item ?? {};
      this.took += typeof Data === 'string' || Data instanceof Uint8Array ? Data.length : 0;
      if (item?.MoreData === true) return 213;
      this.#state = '40';
      return 200;
    }
    if (command.kind === 'Exec') {
      // The image runs at once; the next session tells so.
      this.#owed = command.Correlator ?? '';
      this.#state = '60';
      this.#firmware = this.#target;
      return 202;
    }
    return 200;
  }

  #read(items: readonly Item[]): readonly Item[] {
    return items.flatMap((item) => {
      const uri = item.Target?.LocURI ?? '';
      if (uri.endsWith('?list=Struct')) return listing();
      const found = this.#value(uri);
      return found === undefined ? [] : [found];
    });
  }

  #value(uri: string): Item | undefined {
    const detail: Readonly<Record<string, string>> = {
      FwV: this.#firmware,
      SwV: 's',
      HwV: 'h',
      LrgObj: 'true',
    };
    const leaf = uri.startsWith('./DevDetail/') ? detail[uri.slice('./DevDetail/'.length)] : undefined;
    if (leaf !== undefined) return { Source: { LocURI: uri }, Meta: { Format: 'chr' }, Data: leaf };
    if (uri === `${ROOT}/State`) {
      return { Source: { LocURI: uri }, Meta: { Format: 'int' }, Data: this.#state };
    }
    const node = TREE[uri];
    return node === undefined
      ? undefined
      : { Source: { LocURI: uri }, Meta: { Format: node[1] }, Data: node[0] };
  }
}

/** `?list=Struct` of the whole tree (TND): each node with its type. */
function listing(): readonly Item[] {
  return Object.entries(TREE).map(([uri, [, format, type]]) => {
    const meta: Meta = { Format: format, ...(type === undefined ? {} : { Type: type }) };
    return { Source: { LocURI: uri }, Meta: meta, Data: '' };
  });
}

/** Replays what a device has sent, in the same bursts, to a server that understands nothing of it. */
export class Replayer {
  readonly #socket: HttpSocket;
  readonly #sent: readonly Sent[];
  readonly #path: string;
  #at = 0;

  constructor(base: string, path: string, sent: readonly Sent[]) {
    this.#socket = new HttpSocket(base);
    this.#sent = sent;
    this.#path = path;
  }

  get done(): boolean {
    return this.#at >= this.#sent.length;
  }

  prepare(): void {}

  async send(): Promise<void> {
    const one = this.#sent[this.#at];
    this.#at += 1;
    if (one !== undefined) await this.#socket.post(this.#path, one.message.headers, one.message.body);
  }

  close(): void {
    this.#socket.close();
  }
}
