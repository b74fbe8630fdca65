/** A device that runs the protocol core's own client against the server; answers can be lost on the way. */
import { accountDigest } from '@fumarole/dm/auth';
import {
  answer,
  type ClientAccount,
  type ClientEnd,
  type ClientSession,
  type ClientWork,
  macHeader,
  type Outgoing,
  open,
  receive,
  type WorkOutcome,
} from '@fumarole/dm/client';
import { type Command, contentType, decode, type Encoding, type Item, joinParts } from '@fumarole/syncml';
import { digests, random } from '../access/digests.ts';
import type { ApiCredentials } from '../rest/api.ts';

export interface CoreDeviceOptions {
  readonly id: string;
  readonly credentials: ApiCredentials;
  readonly url: string;
  readonly encoding: Encoding;
  /** Values of leaves; anything else is 404. */
  readonly values?: Readonly<Record<string, string | Uint8Array>>;
  /** Largest message that it takes. */
  readonly maxMsgSize?: number;
}

export interface PostedAnswer {
  readonly status: number;
  readonly octets: Uint8Array;
  readonly hmac: string | undefined;
}

/** What happens to the answer of one message: it arrives, or the message goes out again with the same octets. */
export type Fate = 'arrives' | 'lost';

export class CoreDevice {
  readonly options: CoreDeviceOptions;
  account: ClientAccount;
  /** Status of the SyncHdr in each message of the last session, 0 for none. */
  readonly headers: number[] = [];
  #sessions = 0;

  constructor(options: CoreDeviceOptions) {
    this.options = options;
    const { serverId, client, server } = options.credentials;
    if (client.scheme === 'transport' || server === undefined) throw new Error('both sides need a scheme');
    if (server.scheme === 'none' || server.scheme === 'transport')
      throw new Error('the server needs a scheme');
    this.account = {
      serverId,
      serverURL: options.url,
      client: {
        scheme: client.scheme,
        name: client.name,
        a: accountDigest(digests, client.name, client.secret),
        ...(client.scheme === 'basic' ? { secret: client.secret } : {}),
      },
      server: {
        scheme: server.scheme,
        name: server.name,
        a: accountDigest(digests, server.name, server.secret),
      },
    };
  }

  /** A whole session; `fate` says of each message whether its answer arrives. */
  async session(fate: (message: number) => Fate = () => 'arrives'): Promise<ClientEnd | undefined> {
    this.#sessions += 1;
    this.headers.length = 0;
    const { id, encoding, maxMsgSize = 16_384 } = this.options;
    const devInfo = { DevId: id, Man: 'Core', Mod: 'C1', DmV: '1.2', Lang: 'en' };
    let { session, account, out }: { session: ClientSession; account: ClientAccount; out?: Outgoing } = open(
      {
        account: this.account,
        sessionID: String(this.#sessions),
        trigger: 1201,
        deviceId: id,
        devInfo: Object.entries(devInfo).map(([leaf, value]) => ({ uri: `./DevInfo/${leaf}`, value })),
        alerts: [],
        encoding,
        limits: { maxMsgSize, maxObjSize: 1_000_000 },
      },
      this.#ports(),
    );
    for (let message = 1; out !== undefined; message += 1) {
      const posted = await this.#delivered(out, fate(message));
      const took = receive(
        session,
        account,
        {
          message: decode(posted.octets, encoding),
          bodyMd5: digests.md5(posted.octets),
          ...(posted.hmac === undefined ? {} : { hmacHeader: posted.hmac }),
        },
        this.#ports(),
      );
      this.headers.push(took.headerStatus ?? 0);
      this.account = took.account;
      if (took.turn === 'end') return took.end;
      const outcomes = took.work.flatMap((work) => this.#work(work));
      ({ session, account, out } = answer(took.session, took.account, outcomes, [], this.#ports()));
      this.account = account;
    }
    return undefined;
  }

  /** A lost answer: the same octets again get the same answer. */
  async #delivered(out: Outgoing, fate: Fate): Promise<PostedAnswer> {
    const first = await this.post(out);
    if (fate === 'arrives') return first;
    const again = await this.post(out);
    if (Buffer.compare(first.octets, again.octets) !== 0) throw new Error('the repeated answer differs');
    if (first.hmac !== again.hmac) throw new Error('the repeated MAC differs');
    return again;
  }

  async post({ parts, mac, url, encoding }: Outgoing): Promise<PostedAnswer> {
    const body = Buffer.from(joinParts(parts));
    const headers = {
      'content-type': contentType(encoding, 'dm'),
      ...(mac === undefined ? {} : { 'x-syncml-hmac': macHeader(mac, digests.md5(body), digests) }),
    };
    const response = await fetch(url, { method: 'POST', headers, body });
    const octets = new Uint8Array(await response.arrayBuffer());
    if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${Buffer.from(octets)}`);
    return { status: 200, octets, hmac: response.headers.get('x-syncml-hmac') ?? undefined };
  }

  #ports() {
    return { digests, random, now: Date.now() };
  }

  #work(work: ClientWork): readonly WorkOutcome[] {
    if (work.kind === 'drop-object') return [];
    if (work.kind === 'chunk') {
      const { cmdID, cmd, last } = work;
      return [{ work: work.work, outcomes: [{ cmdID, cmd, code: last ? 200 : 213 }] }];
    }
    return [{ work: work.work, outcomes: [this.#outcome(work.command)] }];
  }

  #outcome(command: Command): WorkOutcome['outcomes'][number] {
    const { CmdID: cmdID, kind: cmd } = command;
    if (command.kind !== 'Get') return { cmdID, cmd, code: 200 };
    const uri = command.items[0]?.Target?.LocURI ?? '';
    const value = this.options.values?.[uri];
    if (value === undefined) return { cmdID, cmd, code: 404 };
    const Format = typeof value === 'string' ? 'chr' : 'bin';
    const item: Item = { Source: { LocURI: uri }, Meta: { Format }, Data: value };
    return { cmdID, cmd, code: 200, results: [item] };
  }
}
