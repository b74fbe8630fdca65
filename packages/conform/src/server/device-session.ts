/** A client by script: it says what a check tells it to say, well-formed or not, and reads the answer. */
import {
  contentType,
  DecodeError,
  decode,
  type Encoding,
  encode,
  type Family,
  joinParts,
  parseContentType,
  type SyncHdr,
  type SyncMLMessage,
} from '@fumarole/syncml';
import { Inconclusive, must, need, Violation } from '../check.ts';
import {
  basicData,
  macHeader,
  md5Data,
  nonceOctets,
  SCHEME_TYPES,
  type Scheme,
  schemeOf,
} from '../credentials.ts';
import { MAX_ROUNDS } from '../limits.ts';
import { alert, numbered, status, type Unnumbered } from '../messages.ts';
import { asked, challengeOf, headerCode, headerStatus, inShort } from '../reading.ts';
import { answerTo } from './device-model.ts';
import type { HttpResponse } from './http-post.ts';
import type { ServerPeer } from './server-peer.ts';

/** `auto`: what the session has come to; a credential made otherwise goes in as `Cred` or header. */
export type Proof = 'auto' | 'right' | 'none' | 'wrong';

export interface Saying {
  readonly final?: boolean;
  readonly proof?: Proof;
  readonly hdr?: Partial<SyncHdr>;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly chunked?: boolean;
  /** Changes the octets before they are signed and sent. */
  readonly wire?: (octets: Uint8Array) => Uint8Array;
  /** Changes the octets after they were signed. */
  readonly afterSigning?: (octets: Uint8Array) => Uint8Array;
  /** x-syncml-hmac made otherwise than `proof` does. */
  readonly sign?: (octets: Uint8Array) => string;
  /** The message is wrong on purpose: the rules for every answer say nothing of its answer. */
  readonly malformed?: boolean;
}

/** The answer to one message. */
export interface Heard extends HttpResponse {
  /** The message that it answers. */
  readonly sent: SyncMLMessage;
  /** Octets of that message. */
  readonly sentOctets: Uint8Array;
  readonly sentHeaders: Readonly<Record<string, string>>;
  readonly message: SyncMLMessage;
}

export type HeardRaw = Omit<Heard, 'message'> & { readonly message: SyncMLMessage | undefined };

export class DeviceSession {
  readonly #peer: ServerPeer;
  readonly id: string;
  readonly encoding: Encoding;
  family: Family = 'dm';
  msgID = 0;
  url: string;
  maxMsgSize = 16_384;
  scheme: Scheme | undefined;
  /** Nonce for the next credential. */
  nonce: Uint8Array = new Uint8Array(0);
  /** 212: no more credentials in this session. */
  accepted = false;
  #serverMsgID = 0;

  constructor(peer: ServerPeer, id: string, encoding: Encoding) {
    this.#peer = peer;
    this.id = id;
    this.encoding = encoding;
    this.url = peer.target.url;
    this.scheme = peer.scheme;
  }

  /** Alert 1201 and DevInfo. */
  packageOne(...more: readonly Unnumbered[]): readonly Unnumbered[] {
    const items = Object.entries(this.#peer.target.devInfo).map(([leaf, Data]) => ({
      Source: { LocURI: `./DevInfo/${leaf}` },
      Data,
    }));
    return [alert(1201), { kind: 'Replace', items }, ...more];
  }

  /** One message and its answer, which must be a SyncML message. @throws Violation */
  async say(commands: readonly Unnumbered[], how: Saying = {}): Promise<Heard> {
    const heard = await this.send(commands, how);
    must(heard.status === 200, `HTTP ${heard.status} answers a SyncML message`);
    must(heard.message !== undefined, 'the answer does not decode');
    return { ...heard, message: heard.message };
  }

  /** One message and whatever answers it. */
  async send(commands: readonly Unnumbered[], how: Saying = {}): Promise<HeardRaw> {
    this.msgID += 1;
    const sent = this.#message(commands, how);
    const plain = joinParts(encode(sent, this.encoding));
    const written = how.wire?.(plain) ?? plain;
    const hmac = how.sign?.(written) ?? this.#macHeader(written, how.proof ?? 'auto');
    const octets = how.afterSigning?.(written) ?? written;
    const headers = {
      'content-type': contentType(this.encoding, this.family),
      accept: contentType(this.encoding, this.family),
      ...(hmac === undefined ? {} : { 'x-syncml-hmac': hmac }),
      ...how.headers,
    };
    return this.post(sent, octets, headers, how);
  }

  /** Octets as they are: once more, or not those of a message. */
  async post(
    sent: SyncMLMessage,
    octets: Uint8Array,
    headers: Readonly<Record<string, string>>,
    how: Saying = {},
  ): Promise<HeardRaw> {
    const url = how.url ?? this.url;
    const request = { url, headers, body: octets, ...(how.chunked === true ? { chunked: true } : {}) };
    const response = await this.#peer.post(request, this.encoding, sent);
    const message = decodeBody(response, this.encoding);
    if (message !== undefined) this.#learn(message);
    if (message !== undefined && response.status === 200 && how.malformed !== true) {
      const { encoding, family } = this;
      this.#peer.rules.look(
        {
          sent,
          encoding,
          family,
          headers: response.headers,
          octets: response.octets,
          message,
          before: this.#serverMsgID,
        },
        this.#peer.lastExchange(),
      );
    }
    if (message !== undefined && how.malformed !== true) this.#serverMsgID = message.hdr.MsgID;
    return { ...response, sent, sentOctets: octets, sentHeaders: headers, message };
  }

  /** Opens the session, through its challenges. @throws Inconclusive when the server does not let the device in. */
  async open(more: readonly Unnumbered[] = [], how: Saying = {}): Promise<Heard> {
    let heard = await this.say(this.packageOne(...more), {
      ...how,
      proof: this.scheme === 'basic' ? 'right' : 'none',
    });
    for (
      let round = 0;
      round < 2 && !isAccepted(heard) && challengeOf(heard.message) !== undefined;
      round += 1
    ) {
      need(this.scheme !== undefined, `a challenge of type ${challengeOf(heard.message)?.Type}`);
      heard = await this.say(this.packageOne(...more), { ...how, proof: 'right' });
    }
    if (!isAccepted(heard)) throw new Inconclusive(`the log-in was refused: ${inShort(heard.message)}`);
    return heard;
  }

  /** As `open`, without Final: the session stays open whether or not the server has anything to ask. */
  openUnfinished(more: readonly Unnumbered[] = []): Promise<Heard> {
    return this.open(more, { final: false });
  }

  /** As `open`, once the server was made to have something to say. @throws Inconclusive when it has nothing. */
  async openWithCommands(): Promise<Heard> {
    await this.#peer.target.provoke?.();
    const heard = await this.open();
    need(asked(heard.message).length > 0, 'the server has nothing to ask (see --provoke)');
    return heard;
  }

  /** The answers of an honest device to all that a message asks. */
  answers({ message }: Heard): readonly Unnumbered[] {
    return [
      this.headerStatus(message),
      ...asked(message).flatMap((one) => answerTo(one, message.hdr.MsgID, this.#peer.target)),
    ];
  }

  headerStatus(
    message: SyncMLMessage,
    code: number = message.hdr.Cred === undefined ? 200 : 212,
  ): Unnumbered {
    return status(message.hdr.MsgID, '0', 'SyncHdr', code, {
      TargetRef: [message.hdr.Target.LocURI],
      SourceRef: [message.hdr.Source.LocURI],
    });
  }

  /** Answers until the server has nothing more to ask; every answer of the server after `heard`. */
  async finish(heard: Heard): Promise<readonly Heard[]> {
    const all: Heard[] = [];
    let last = heard;
    for (let round = 0; asked(last.message).length > 0; round += 1) {
      if (round >= MAX_ROUNDS)
        throw new Violation(`the server does not end the session in ${MAX_ROUNDS} rounds`);
      last = await this.say(this.answers(last));
      all.push(last);
    }
    return all;
  }

  #message(commands: readonly Unnumbered[], how: Saying): SyncMLMessage {
    const { device, account } = this.#peer.target;
    const cred = this.#cred(how.proof ?? 'auto');
    return {
      hdr: {
        VerDTD: '1.2',
        VerProto: 'DM/1.2',
        SessionID: this.id,
        MsgID: this.msgID,
        Target: { LocURI: how.url ?? this.url },
        Source: { LocURI: device, LocName: account.name },
        ...(cred === undefined ? {} : { Cred: cred }),
        Meta: { MaxMsgSize: this.maxMsgSize, MaxObjSize: 1_048_576 },
        ...how.hdr,
      },
      body: numbered(commands),
      final: how.final ?? true,
    };
  }

  /** `auto`: right credentials once the server has said how, none before and none after 212. */
  #wants(proof: Proof): boolean {
    if (proof !== 'auto') return proof !== 'none';
    return this.scheme !== undefined && !this.accepted && (this.nonce.length > 0 || this.scheme === 'basic');
  }

  #cred(proof: Proof): SyncHdr['Cred'] {
    const { scheme } = this;
    if (!this.#wants(proof) || scheme === undefined || scheme === 'mac') return undefined;
    const account = this.#account(proof);
    const Data = scheme === 'basic' ? basicData(account) : md5Data(account, this.nonce);
    return { Meta: { Format: 'b64', Type: SCHEME_TYPES[scheme] }, Data };
  }

  #macHeader(octets: Uint8Array, proof: Proof): string | undefined {
    if (!this.#wants(proof) || this.scheme !== 'mac') return undefined;
    return macHeader(this.#account(proof), this.nonce, octets);
  }

  #account(proof: Proof): { readonly name: string; readonly secret: string } {
    const { account } = this.#peer.target;
    return proof === 'wrong' ? { ...account, secret: `${account.secret}-not` } : account;
  }

  #learn(message: SyncMLMessage): void {
    const chal = challengeOf(message);
    const scheme = schemeOf(chal?.Type);
    if (scheme !== undefined) {
      this.scheme = scheme;
      this.#peer.scheme = scheme;
      this.nonce = nonceOctets(chal?.NextNonce);
    }
    if (headerStatus(message)?.Data === 212) this.accepted = true;
    if (message.hdr.RespURI !== undefined && URL.canParse(message.hdr.RespURI, this.url)) {
      this.url = new URL(message.hdr.RespURI, this.url).href;
    }
  }
}

export function isAccepted({ message }: Heard): boolean {
  const code = headerCode(message);
  return code === 200 || code === 212;
}

function decodeBody({ headers, octets }: HttpResponse, encoding: Encoding): SyncMLMessage | undefined {
  try {
    return decode(octets, parseContentType(headers['content-type'])?.encoding ?? encoding);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
