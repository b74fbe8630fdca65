/** One session of the client, led by script: each step says something and reads what comes back. */
import { randomBytes } from 'node:crypto';
import {
  contentType,
  encode,
  joinParts,
  type Meta,
  type SyncHdr,
  type SyncMLMessage,
} from '@fumarole/syncml';
import { must, need, Violation } from '../check.ts';
import {
  basicData,
  macHeader,
  macValue,
  md5Data,
  nonceOctets,
  readMacHeader,
  SCHEME_TYPES,
  schemeOf,
} from '../credentials.ts';
import { MAX_ROUNDS } from '../limits.ts';
import { alert, numbered, type Unnumbered } from '../messages.ts';
import { challengeOf, headerCode, inShort } from '../reading.ts';
import { Answers } from './answers.ts';
import type { ClientPeer, Incoming } from './client-peer.ts';
import { allWell } from './polite-end.ts';

/** How our next message differs from an honest one. */
export interface Telling {
  readonly final?: boolean;
  /** Status for the client's SyncHdr; with a challenge or a next nonce. */
  readonly code?: number;
  readonly chal?: Meta;
  /** Which Statuses we give for the client's message; default all. */
  readonly statuses?: 'all' | 'header' | 'none';
  /** How we prove ourselves; default as the session has come to. */
  readonly proof?: 'auto' | 'none' | 'wrong';
  readonly hdr?: Partial<SyncHdr>;
  readonly maxMsgSize?: number;
  readonly wire?: (octets: Uint8Array) => Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Our message is wrong on purpose: the rules say nothing of its answer. */
  readonly malformed?: boolean;
}

const MAX_MSG_SIZE = 16_384;
const MAX_OBJ_SIZE = 16 * 1024 * 1024;

export class ServerScript {
  readonly peer: ClientPeer;
  readonly id: string;
  readonly device: string;
  /** What the client said last and has no answer yet. */
  message: SyncMLMessage;
  #incoming: Incoming;
  msgID = 0;
  #sent: SyncMLMessage | undefined;
  #announced: number | undefined;
  /** Largest message that the client takes, as it said last. */
  maxMsgSize: number | undefined;
  /** The client has said that it knows us: 212. */
  accepted = false;
  /** Nonce that the client's credential is made with now. */
  #clientNonce: Uint8Array | undefined;

  constructor(peer: ClientPeer, incoming: Incoming, message: SyncMLMessage) {
    this.peer = peer;
    this.#incoming = incoming;
    this.message = message;
    this.id = message.hdr.SessionID;
    this.device = message.hdr.Source.LocURI;
    this.maxMsgSize = message.hdr.Meta?.MaxMsgSize;
    this.#clientNonce = peer.clientNonce;
    this.#look(incoming, message, false, undefined);
  }

  get url(): string {
    return this.#incoming.posted.url;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#incoming.posted.headers;
  }

  get octets(): Uint8Array {
    return this.#incoming.posted.octets;
  }

  /** Does the client's message prove who it is, over this nonce? */
  proves(nonce: Uint8Array = this.#clientNonce ?? new Uint8Array(0)): boolean {
    const { scheme, account } = this.peer.target;
    if (scheme === 'mac') {
      const header = readMacHeader(this.headers['x-syncml-hmac'] ?? '');
      return header?.username === account.name && header.mac === macValue(account, nonce, this.octets);
    }
    const cred = this.message.hdr.Cred;
    if (cred === undefined || schemeOf(cred.Meta?.Type) !== scheme) return false;
    return cred.Data.trim() === (scheme === 'basic' ? basicData(account) : md5Data(account, nonce));
  }

  /** A challenge over a new nonce, which the client's next credential must use. */
  challenge(): Meta {
    const { scheme } = this.peer.target;
    return {
      Format: 'b64',
      Type: SCHEME_TYPES[scheme],
      ...(scheme === 'basic' ? {} : { NextNonce: this.newNonce() }),
    };
  }

  /** Base64 of a nonce that the client must use next. */
  newNonce(): string {
    // Printable, without ":" (protocol §6.5).
    const nonce = Buffer.from(randomBytes(12).toString('base64url'));
    this.#clientNonce = nonce;
    return nonce.toString('base64');
  }

  /** Lets the client in, with at most one challenge, and proves us to it. @throws Inconclusive */
  async login(): Promise<this> {
    for (let round = 0; !this.proves(); round += 1) {
      need(round < 2, `the client does not prove itself: ${inShort(this.message)}`);
      await this.say([], {
        code: this.message.hdr.Cred === undefined ? 407 : 401,
        chal: this.challenge(),
        statuses: 'all',
        proof: 'none',
      });
    }
    return this;
  }

  /** Says these commands and reads the client's next message. @throws Violation when none comes. */
  async say(commands: readonly Unnumbered[], how: Telling = {}): Promise<SyncMLMessage> {
    const answer = await this.tell(commands, how);
    must(answer !== undefined, `the client does not answer within ${this.peer.target.timeoutMs} ms`);
    return answer;
  }

  /** The same where silence is an answer too; `ms`: how long it is waited for. */
  async tell(
    commands: readonly Unnumbered[],
    how: Telling = {},
    ms: number = this.peer.target.timeoutMs,
  ): Promise<SyncMLMessage | undefined> {
    this.send(commands, how);
    return this.hear(ms, how.malformed === true);
  }

  /** Answers the client's message; what it says then is read by `hear`. */
  send(commands: readonly Unnumbered[], how: Telling = {}): void {
    const message = this.#compose(commands, how);
    const { encoding } = this.#incoming.wire;
    const plain = joinParts(encode(message, encoding));
    const octets = how.wire?.(plain) ?? plain;
    const headers = {
      'content-type': contentType(encoding, 'dm'),
      ...this.#macHeaders(octets, how),
      ...how.headers,
    };
    this.#sent = message;
    this.#announced = message.hdr.Meta?.MaxMsgSize ?? this.#announced;
    this.#record(`HTTP 200`, headers, octets, message);
    this.#incoming.posted.answer(200, headers, octets);
  }

  /** Answers by HTTP alone. */
  refuse(
    status: number,
    headers: Readonly<Record<string, string>> = {},
    body: Uint8Array = new Uint8Array(0),
  ): void {
    this.#record(`HTTP ${status}`, headers, body, undefined);
    this.#incoming.posted.answer(status, headers, body);
  }

  drop(): void {
    this.#incoming.posted.drop();
  }

  /** The next message of this session; undefined: none within the time. */
  async hear(ms: number, malformed = false): Promise<SyncMLMessage | undefined> {
    const incoming = await this.peer.next(ms);
    if (incoming === undefined) return undefined;
    const { message } = incoming;
    must(message !== undefined, 'the client’s message does not decode');
    if (message.hdr.MsgID === 1 && this.message.hdr.MsgID >= 1 && message.hdr.SessionID !== this.id) {
      // Another session: this one is over for the client.
      this.peer.putBack(incoming);
      return undefined;
    }
    this.#look(incoming, message, malformed, this.message);
    this.#incoming = incoming;
    this.message = message;
    this.#learn(message);
    return message;
  }

  /** Says the commands and gathers their Statuses and Results, over as many messages as the client needs. */
  async ask(commands: readonly Unnumbered[], how: Telling = {}): Promise<Answers> {
    let message = await this.say(commands, how);
    if (this.#isDenied(message)) {
      // It did not know us: the same again over the nonce that it gave.
      message = await this.say(commands, how);
      need(!this.#isDenied(message), `the client does not let us in: ${inShort(message)}`);
    }
    const answers = new Answers(this.#askedOf(commands), this.msgID);
    answers.take(message);
    for (let round = 0; !message.final && this.#sent?.final === true; round += 1) {
      if (round >= MAX_ROUNDS * 4) throw new Violation('the client does not end its package');
      message = await this.say([...answers.receipts(message), alert(1222)], {
        final: false,
        statuses: 'header',
      });
      answers.take(message);
    }
    return answers;
  }

  /** Ends the session: Statuses and Final. */
  end(how: Telling = {}): void {
    this.send([], how);
  }

  /** Ends it and makes sure that the client has nothing more to say in it. */
  async endInSilence(commands: readonly Unnumbered[] = [], how: Telling = {}): Promise<void> {
    const more = await this.tell(commands, how, this.peer.target.quietMs);
    must(more === undefined, `the client goes on: ${more === undefined ? '' : inShort(more)}`);
  }

  #isDenied(message: SyncMLMessage): boolean {
    const code = headerCode(message);
    return (code === 401 || code === 407) && challengeOf(message) !== undefined;
  }

  /** The commands of our last message, without the Statuses before them. */
  #askedOf(commands: readonly Unnumbered[]): readonly SyncMLMessage['body'][number][] {
    const body = this.#sent?.body ?? [];
    return body.slice(body.length - commands.length);
  }

  #compose(commands: readonly Unnumbered[], how: Telling): SyncMLMessage {
    this.msgID += 1;
    const { hdr } = this.message;
    const cred = this.#cred(how);
    return {
      hdr: {
        VerDTD: hdr.VerDTD,
        VerProto: hdr.VerProto,
        SessionID: hdr.SessionID,
        MsgID: this.msgID,
        Target: { LocURI: hdr.Source.LocURI },
        Source: { LocURI: this.peer.url },
        ...(cred === undefined ? {} : { Cred: cred }),
        Meta: { MaxMsgSize: how.maxMsgSize ?? this.#announced ?? MAX_MSG_SIZE, MaxObjSize: MAX_OBJ_SIZE },
        ...how.hdr,
      },
      body: numbered([...this.#statuses(how), ...commands]),
      final: how.final ?? true,
    };
  }

  #statuses(how: Telling): readonly Unnumbered[] {
    if (how.statuses === 'none') return [];
    const code = how.code ?? this.#headerCode();
    const chal = how.chal ?? this.#nextNonce(code);
    const [header, ...rest] = allWell(this.message, code);
    if (header === undefined) return [];
    const first = chal === undefined ? header : { ...header, Chal: { Meta: chal } };
    if (how.statuses === 'header') return [first];
    const denied = code === 401 || code === 407;
    return [
      first,
      ...rest.map((one) => (denied && one.kind === 'Status' ? { ...one, Data: code } : one)),
    ] as readonly Unnumbered[];
  }

  #headerCode(): number {
    return this.peer.target.scheme === 'mac' || this.message.hdr.Cred === undefined ? 200 : 212;
  }

  /** With the acceptance of md5, and with every message under auth-MAC. */
  #nextNonce(code: number): Meta | undefined {
    const { scheme } = this.peer.target;
    if (scheme === 'basic' || code >= 300 || (scheme === 'md5' && code !== 212)) return undefined;
    const NextNonce = this.newNonce();
    this.peer.clientNonce = this.#clientNonce;
    return { Format: 'b64', Type: SCHEME_TYPES[scheme], NextNonce };
  }

  #cred({ proof = 'auto' }: Telling): SyncHdr['Cred'] {
    const { server, scheme } = this.peer.target;
    if (server === undefined || scheme === 'mac' || proof === 'none' || (proof === 'auto' && this.accepted))
      return undefined;
    const account = proof === 'wrong' ? { ...server, secret: `${server.secret}-not` } : server;
    const Data = scheme === 'basic' ? basicData(account) : md5Data(account, this.peer.serverNonce);
    return { Meta: { Format: 'b64', Type: SCHEME_TYPES[scheme] }, Data };
  }

  #macHeaders(octets: Uint8Array, { proof = 'auto' }: Telling): Readonly<Record<string, string>> {
    const { server, scheme } = this.peer.target;
    if (server === undefined || scheme !== 'mac' || proof === 'none') return {};
    const account = proof === 'wrong' ? { ...server, secret: `${server.secret}-not` } : server;
    return { 'x-syncml-hmac': macHeader(account, this.peer.serverNonce, octets) };
  }

  #learn(message: SyncMLMessage): void {
    this.maxMsgSize = message.hdr.Meta?.MaxMsgSize ?? this.maxMsgSize;
    const code = headerCode(message);
    if (code === 212) this.accepted = true;
    const chal = challengeOf(message);
    if (chal?.NextNonce !== undefined) this.peer.serverNonce = nonceOctets(chal.NextNonce);
  }

  #look(
    incoming: Incoming,
    message: SyncMLMessage,
    malformed: boolean,
    own: SyncMLMessage | undefined,
  ): void {
    const { headers, octets } = incoming.posted;
    const said = {
      headers,
      octets,
      message,
      before: this.#sent,
      own,
      maxMsgSize: this.#announced,
      malformed,
    };
    this.peer.rules.look(said, [incoming.wire]);
  }

  #record(
    line: string,
    headers: Readonly<Record<string, string>>,
    octets: Uint8Array,
    message: SyncMLMessage | undefined,
  ): void {
    const { encoding } = this.#incoming.wire;
    this.peer.recorder.add({ from: 'server', at: Date.now(), line, headers, octets, encoding, message });
  }
}
