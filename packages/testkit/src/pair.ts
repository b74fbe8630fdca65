export * from './pair-messages.ts';
export { nodeDigests, seededRandom } from './pair-ports.ts';

import { createHash } from 'node:crypto';
import type { SessionPorts } from '@fumarole/dm';
import { type AuthScheme, accountDigest } from '@fumarole/dm/auth';
import {
  answer,
  type ClientAccount,
  type ClientAlert,
  type ClientEnd,
  type ClientSession,
  type ClientWork,
  type CommandOutcome,
  type MacKey,
  macHeader,
  type OpenInput,
  type Outgoing,
  open,
  receive,
  type WorkOutcome,
} from '@fumarole/dm/client';
import {
  DEFAULT_SESSION_CONFIG,
  DEFAULT_WIRE,
  type Incoming,
  reply,
  type ServerAccount,
  type ServerCommand,
  type ServerEvent,
  type ServerSession,
  type SessionConfig,
  step,
  type TransportFacts,
  type Turn,
  type WireProfile,
} from '@fumarole/dm/server';
import {
  type BlobRef,
  type Command,
  decode,
  type Encoding,
  encode,
  joinParts,
  type SyncMLMessage,
} from '@fumarole/syncml';
import {
  CLIENT_NAME,
  CLIENT_SECRET,
  DEVICE,
  SERVER_NAME,
  SERVER_SECRET,
  SERVER_URL,
} from './pair-messages.ts';
import { nodeDigests, seededRandom } from './pair-ports.ts';

/** What the server says at one consultation. */
export interface PairPlan {
  readonly commands?: readonly ServerCommand[];
  readonly alertStatus?: ReadonlyMap<string, number>;
}

export interface PairOptions {
  readonly encoding?: Encoding;
  /** How the client proves itself; default `md5`. */
  readonly client?: 'none' | 'basic' | 'md5' | 'mac';
  /** How the server proves itself; default `md5`, `none`: not at all. */
  readonly server?: 'none' | 'basic' | 'md5' | 'mac';
  readonly limits?: OpenInput['limits'];
  readonly wire?: Partial<WireProfile>;
  readonly config?: Partial<SessionConfig>;
  readonly alerts?: readonly ClientAlert[];
  readonly trigger?: 1200 | 1201;
  /** Asked at every turn `commands`, with all events since it was asked last. */
  readonly plan?: (events: readonly ServerEvent[], consultation: number) => PairPlan;
  /** The device: executes work. */
  readonly execute?: (work: readonly ClientWork[]) => readonly WorkOutcome[];
  /** Octets of blobs. */
  readonly readBlob?: (ref: BlobRef) => Uint8Array;
  readonly respURI?: string;
  readonly seed?: number;
  /** Messages of either side before the run is given up. */
  readonly steps?: number;
}

/** One message as it was on the wire. */
export interface PairMessage {
  readonly from: 'client' | 'server';
  readonly octets: Uint8Array;
  readonly message: SyncMLMessage;
  readonly encoding: Encoding;
  readonly hmacHeader?: string;
}

/** How a request comes; by default with the session's token, on a transport that allows every scheme. */
export interface PairTransport extends Partial<TransportFacts> {
  readonly hmacHeader?: string;
  readonly signed?: MacKey;
}

const DEFAULT_STEPS = 2000;
const SCHEMES: readonly AuthScheme[] = ['none', 'basic', 'md5', 'mac', 'transport'];

/** A client and a server in memory: one virtual clock, every message recorded, bounded in steps. */
export class Pair {
  readonly options: PairOptions;
  readonly encoding: Encoding;
  readonly wire: WireProfile;
  readonly config: SessionConfig;
  now = 1_700_000_000_000;
  serverAccount: ServerAccount;
  clientAccount: ClientAccount;
  serverSession: ServerSession | undefined;
  clientSession: ClientSession | undefined;
  end: ClientEnd | undefined;
  readonly messages: PairMessage[] = [];
  readonly events: ServerEvent[] = [];
  readonly work: ClientWork[] = [];
  readonly delivered: string[] = [];
  readonly answered: { readonly key: string; readonly code: number }[] = [];
  readonly sent: string[] = [];
  readonly unsendable: { readonly key: string; readonly code: number }[] = [];
  readonly turns: Turn[] = [];
  /** Octets of the largest serialised session of the server. */
  largestSession = 0;
  #random: (octets: number) => Uint8Array;
  #consultations = 0;
  /** Events that the plan has seen. */
  #seen = 0;
  #stored: { readonly octets: Uint8Array; readonly hmacHeader?: string } | undefined;

  constructor(options: PairOptions = {}) {
    this.options = options;
    this.encoding = options.encoding ?? 'xml';
    this.wire = { ...DEFAULT_WIRE, ...options.wire };
    this.config = { ...DEFAULT_SESSION_CONFIG, ...options.config };
    this.#random = seededRandom(options.seed ?? 1);
    const client = options.client ?? 'md5';
    const server = options.server ?? 'md5';
    const clientA = accountDigest(nodeDigests, CLIENT_NAME, CLIENT_SECRET);
    const serverA = accountDigest(nodeDigests, SERVER_NAME, SERVER_SECRET);
    this.serverAccount = {
      serverId: SERVER_NAME,
      client: { required: client, allowed: [], name: CLIENT_NAME, a: clientA },
      ...(server === 'none'
        ? {}
        : { server: { scheme: server, name: SERVER_NAME, a: serverA, secret: SERVER_SECRET } }),
    };
    this.clientAccount = {
      serverId: SERVER_NAME,
      serverURL: SERVER_URL,
      client: { scheme: client, name: CLIENT_NAME, a: clientA, secret: CLIENT_SECRET },
      ...(server === 'none' ? {} : { server: { scheme: server, name: SERVER_NAME, a: serverA } }),
    };
  }

  get ports(): SessionPorts {
    return { digests: nodeDigests, random: this.#random, now: this.now };
  }

  /** Runs one session to its end. @throws Error when it takes more steps than allowed. */
  run(sessionID: string = '1', more: Partial<OpenInput> = {}): this {
    let out: Outgoing | undefined = this.start(sessionID, more);
    let left = this.options.steps ?? DEFAULT_STEPS;
    while (out !== undefined) {
      left -= 1;
      if (left < 0) {
        throw new Error(`the session did not end: ${JSON.stringify(this.turns.slice(-8))}`);
      }
      const response = this.exchange(out);
      out = this.take(response);
    }
    return this;
  }

  /** Opens a session; the request is not posted yet. */
  start(sessionID: string = '1', more: Partial<OpenInput> = {}): Outgoing {
    this.end = undefined;
    const opened = open(
      {
        account: this.clientAccount,
        sessionID,
        trigger: this.options.trigger ?? 1201,
        deviceId: DEVICE,
        devInfo: [
          { uri: './DevInfo/DevId', value: DEVICE },
          { uri: './DevInfo/Man', value: 'Fumarole' },
          { uri: './DevInfo/Mod', value: 'Virtual' },
          { uri: './DevInfo/DmV', value: '1.2' },
          { uri: './DevInfo/Lang', value: 'en' },
        ],
        alerts: this.options.alerts ?? [],
        encoding: this.encoding,
        limits: this.options.limits ?? { maxMsgSize: 16_384, maxObjSize: 1_048_576 },
        ...more,
      },
      this.ports,
    );
    this.clientSession = opened.session;
    this.clientAccount = opened.account;
    return opened.out;
  }

  /** Posts a hand-made message of a client; `signed`: with the header of auth-MAC. */
  say(message: SyncMLMessage, how: PairTransport = {}): PairMessage {
    const octets = joinParts(encode(message, this.encoding));
    const mac = how.signed;
    return this.post(
      octets,
      mac === undefined ? how.hmacHeader : macHeader(mac, nodeDigests.md5(octets), nodeDigests),
      how,
    );
  }

  /** Gives a hand-made message of a server to the client; undefined: it has nothing to say. */
  hear(
    message: SyncMLMessage,
    how: Pick<PairTransport, 'hmacHeader' | 'signed'> = {},
  ): SyncMLMessage | undefined {
    const octets = joinParts(encode(message, this.encoding));
    const hmacHeader =
      how.signed === undefined ? how.hmacHeader : macHeader(how.signed, nodeDigests.md5(octets), nodeDigests);
    const out = this.take(this.#record('server', octets, undefined, hmacHeader));
    return out === undefined ? undefined : this.read(out);
  }

  /** The message of a request. */
  read(out: Outgoing): SyncMLMessage {
    return decode(joinParts(out.parts, this.options.readBlob), this.encoding);
  }

  /** Posts one request and gives the response, as an HTTP exchange would. */
  exchange(out: Outgoing, how: PairTransport = {}): PairMessage {
    const octets = joinParts(out.parts, this.options.readBlob);
    const hmacHeader =
      out.mac === undefined ? undefined : macHeader(out.mac, nodeDigests.md5(octets), nodeDigests);
    return this.post(octets, hmacHeader, how);
  }

  /** Gives octets to the server. */
  post(octets: Uint8Array, hmacHeader?: string, how: PairTransport = {}): PairMessage {
    this.now += 1000;
    const message = decode(octets, this.encoding);
    this.#record('client', octets, message, hmacHeader);
    const incoming: Incoming = {
      message,
      encoding: this.encoding,
      bodyMd5: nodeDigests.md5(octets),
      bodySha256: createHash('sha256').update(octets).digest('hex'),
      ...(hmacHeader === undefined ? {} : { hmacHeader }),
      transport: {
        allows: how.allows ?? SCHEMES,
        tokenValid: how.tokenValid ?? true,
        ...(how.certificateDevice === undefined ? {} : { certificateDevice: how.certificateDevice }),
      },
    };
    return this.respond(incoming);
  }

  respond(incoming: Incoming): PairMessage {
    const stored = this.serverSession;
    const stepped = step(stored, this.serverAccount, incoming, this.ports, this.config);
    this.turns.push(stepped.turn);
    if (stepped.turn === 'retry' && this.#stored !== undefined) {
      return this.#record('server', this.#stored.octets, undefined, this.#stored.hmacHeader);
    }
    this.events.push(...stepped.events);
    const plan = stepped.turn === 'commands' ? this.#consult() : {};
    const replied = reply(
      stepped.session,
      stepped.account,
      {
        commands: plan.commands ?? [],
        alertStatus: plan.alertStatus ?? new Map(),
        wire: this.wire,
        encoding: incoming.encoding,
        ...(this.options.respURI === undefined ? {} : { respURI: this.options.respURI }),
      },
      this.ports,
      this.config,
    );
    this.events.push(...replied.events);
    this.sent.push(...replied.sent);
    this.unsendable.push(...replied.unsendable);
    const octets = joinParts(replied.parts, this.options.readBlob);
    const hmacHeader =
      replied.mac === undefined ? undefined : macHeader(replied.mac, nodeDigests.md5(octets), nodeDigests);
    if (stepped.stray !== true) {
      this.#store(replied.session, replied.account);
      this.#stored = { octets, ...(hmacHeader === undefined ? {} : { hmacHeader }) };
    }
    return this.#record('server', octets, undefined, hmacHeader);
  }

  /** Gives a response to the client; undefined when the session is over. */
  take(response: PairMessage): Outgoing | undefined {
    if (this.clientSession === undefined) {
      return undefined;
    }
    const received = receive(
      this.clientSession,
      this.clientAccount,
      {
        message: response.message,
        bodyMd5: nodeDigests.md5(response.octets),
        ...(response.hmacHeader === undefined ? {} : { hmacHeader: response.hmacHeader }),
      },
      this.ports,
    );
    this.clientSession = received.session;
    this.clientAccount = received.account;
    this.work.push(...received.work);
    this.delivered.push(...received.delivered);
    this.answered.push(...received.answered);
    if (received.turn === 'end') {
      this.end = received.end;
      return undefined;
    }
    const work = received.work.filter(({ kind }) => kind !== 'drop-object');
    const outcomes = (this.options.execute ?? executeNothing)(work);
    const answered = answer(received.session, received.account, outcomes, [], this.ports);
    this.clientSession = answered.session;
    this.clientAccount = answered.account;
    return answered.out;
  }

  /** Messages of one side. */
  of(side: 'client' | 'server'): readonly PairMessage[] {
    return this.messages.filter(({ from }) => from === side);
  }

  #consult(): PairPlan {
    const events = this.events.slice(this.#seen);
    this.#seen = this.events.length;
    this.#consultations += 1;
    return this.options.plan?.(events, this.#consultations) ?? {};
  }

  /** Through JSON, as a store would. */
  #store(session: ServerSession, account: ServerAccount): void {
    const row = JSON.stringify(session);
    this.largestSession = Math.max(this.largestSession, row.length);
    this.serverSession = JSON.parse(row);
    this.serverAccount = JSON.parse(JSON.stringify(account));
  }

  #record(
    from: 'client' | 'server',
    octets: Uint8Array,
    decoded: SyncMLMessage | undefined,
    hmacHeader: string | undefined,
  ): PairMessage {
    const message = decoded ?? decode(octets, this.encoding);
    const record: PairMessage = {
      from,
      octets,
      message,
      encoding: this.encoding,
      ...(hmacHeader === undefined ? {} : { hmacHeader }),
    };
    this.messages.push(record);
    return record;
  }
}

/** Every command 200, every piece 213, the last 200. */
function executeNothing(work: readonly ClientWork[]): readonly WorkOutcome[] {
  return work.flatMap((one): readonly WorkOutcome[] => {
    if (one.kind === 'drop-object') {
      return [];
    }
    const { work: id } = one;
    const outcomes =
      one.kind === 'command'
        ? allFine(one.command)
        : [{ cmdID: one.cmdID, cmd: one.cmd, code: one.last ? 200 : 213 }];
    return [{ work: id, outcomes }];
  });
}

/** The container first, then its children. */
function allFine(command: Command): readonly CommandOutcome[] {
  const children = 'commands' in command ? command.commands.flatMap(allFine) : [];
  return [{ cmdID: command.CmdID, cmd: command.kind, code: 200 }, ...children];
}
