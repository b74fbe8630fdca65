import type { Alert, Command, Cred, Data, Item, Results, Status, SyncHdr } from '@fumarole/syncml';
import { AlertCode, decodeBase64, encode } from '@fumarole/syncml';
import { basicCredential, md5Credential } from '../auth/credential.ts';
import { utf8 } from '../auth/host.ts';
import { schemeType } from '../auth/scheme.ts';
import { UsageError } from '../errors.ts';
import { CLIENT_LIMITS } from '../limits.ts';
import type { SessionPorts } from '../ports.ts';
import type {
  ClientAccount,
  ClientAlert,
  ClientSession,
  Outgoing,
  PendingAnswer,
  Unanswered,
  Unit,
} from './client-types.ts';
import type { NextID } from './draft.ts';
import { Draft } from './draft.ts';

/** Writes one message: the SyncHdr Status, then as much of the queue as fits the server's MaxMsgSize (P-068). */
export function writeMessage(
  session: ClientSession,
  account: ClientAccount,
  ports: SessionPorts,
): { readonly session: ClientSession; readonly out: Outgoing } {
  const draft = beginMessage(session, account, ports);
  const writing = new Writing(draft, session);
  writing.drain();
  if (session.serverOpen) {
    draft.add((nextID) => alertCommand(nextID, AlertCode.NextMessage));
  }
  const { pending: _, sending: __, ...rest } = session;
  const open = session.serverOpen || writing.queue.length > 0;
  const after: ClientSession = {
    ...rest,
    msgID: session.msgID + 1,
    queue: writing.queue,
    last: writing.sent,
    outstanding: [...session.outstanding, ...writing.outstanding],
    open,
    ...(writing.sending === undefined ? {} : { sending: writing.sending }),
  };
  const { scheme, nonce } = session.auth;
  const mac =
    scheme === 'mac' ? { username: account.client.name, a: account.client.a, nonce: nonce ?? '' } : undefined;
  const out: Outgoing = {
    parts: encode(draft.finish(!open), session.encoding),
    ...(mac === undefined ? {} : { mac }),
    url: session.url,
    encoding: session.encoding,
  };
  return { session: after, out };
}

/** The message with its header and the SyncHdr Status: what is there before any command. */
export function beginMessage(session: ClientSession, account: ClientAccount, ports: SessionPorts): Draft {
  const draft = new Draft(header(session, account, ports), session.encoding, sizeLimit(session));
  const { pending } = session;
  if (pending !== undefined) {
    draft.add((nextID) => headerStatus(pending, nextID), true);
  }
  return draft;
}

function sizeLimit({ peer, limits }: ClientSession): number {
  return peer.maxMsgSize ?? limits.assumedMaxMsgSize ?? CLIENT_LIMITS.assumedMaxMsgSize;
}

function header(session: ClientSession, account: ClientAccount, ports: SessionPorts): SyncHdr {
  const cred = credential(session, account, ports);
  const { maxMsgSize, maxObjSize } = session.limits;
  const { name } = account.client;
  return {
    VerDTD: '1.2',
    VerProto: 'DM/1.2',
    SessionID: session.sessionID,
    MsgID: session.msgID + 1,
    Target: { LocURI: session.url },
    Source: { LocURI: session.deviceId, ...(name === '' ? {} : { LocName: name }) },
    ...(cred === undefined ? {} : { Cred: cred }),
    Meta: { MaxMsgSize: maxMsgSize, MaxObjSize: maxObjSize },
  };
}

/** Cred of md5 and basic until the server accepted for the session (212); auth-MAC goes in the HTTP header. */
function credential(session: ClientSession, account: ClientAccount, ports: SessionPorts): Cred | undefined {
  const { state, scheme, nonce } = session.auth;
  if (state === 'accepted' || scheme === 'none' || scheme === 'mac') {
    return undefined;
  }
  const { name, secret, a } = account.client;
  if (scheme === 'basic' && secret === undefined) {
    throw new UsageError('no-secret');
  }
  const data =
    scheme === 'basic'
      ? basicCredential(name, secret ?? '')
      : md5Credential(ports.digests, a, decodeBase64(nonce ?? '') ?? new Uint8Array(0));
  return { Meta: { Format: 'b64', Type: schemeType(scheme) }, Data: data };
}

function headerStatus(pending: PendingAnswer, nextID: NextID): Status {
  const { chal } = pending;
  const meta = chal === undefined ? undefined : { Format: 'b64', Type: schemeType(chal.scheme) };
  return {
    kind: 'Status',
    CmdID: nextID(),
    MsgRef: pending.msgRef,
    CmdRef: '0',
    Cmd: 'SyncHdr',
    TargetRef: [pending.targetRef],
    SourceRef: [pending.sourceRef],
    ...(meta === undefined
      ? {}
      : { Chal: { Meta: chal?.nonce === undefined ? meta : { ...meta, NextNonce: chal.nonce } } }),
    Data: pending.code,
    items: [],
  };
}

/** Statuses that an answer may not be without: for the SyncHdr and for an Alert 1222. */
const LEAST_STATUSES = 2;

type ResultsUnit = Extract<Unit, { kind: 'results' }>;

/** Moves units of the queue into one message. */
class Writing {
  readonly #draft: Draft;
  readonly #session: ClientSession;
  readonly sent: Unit[] = [];
  readonly outstanding: Unanswered[] = [];
  queue: readonly Unit[];
  sending: ClientSession['sending'];

  constructor(draft: Draft, session: ClientSession) {
    this.#draft = draft;
    this.#session = session;
    this.queue = session.queue;
    this.sending = session.sending;
  }

  drain(): void {
    while (this.#writeFirst()) {
      // Each turn takes one unit off the queue, or splits one.
    }
  }

  #writeFirst(): boolean {
    const [unit, ...rest] = this.queue;
    // Between two pieces nothing new may stand but Statuses (§4, sender rule 3).
    if (unit === undefined || (this.sending?.state === 'waiting' && unit.kind !== 'status')) {
      return false;
    }
    if (unit.kind === 'results' && unit.offset !== undefined) {
      return this.#writePiece(unit, rest);
    }
    // No session without these two, whatever their length.
    const force = unit.kind === 'trigger' || unit.kind === 'dev-info';
    const command = this.#draft.add((nextID) => unitCommand(unit, this.#session, nextID), force);
    if (command !== undefined) {
      this.#take(unit, rest, command);
      return true;
    }
    if (unit.kind === 'results') {
      return this.#split(unit, rest);
    }
    return this.#giveUp(rest);
  }

  /** What finds no room beside the least Statuses never will: an alert stays owed, a value unsent (P-068). */
  #giveUp(rest: readonly Unit[]): boolean {
    if (this.#draft.size > LEAST_STATUSES) {
      return false;
    }
    this.queue = rest;
    return true;
  }

  #take(unit: Unit, rest: readonly Unit[], command: Command): void {
    this.sent.push(unit);
    this.queue = rest;
    if (unit.kind === 'alert') {
      const msgRef = this.#session.msgID + 1;
      this.outstanding.push({ msgRef, cmdRef: command.CmdID, key: unit.alert.key });
    }
  }

  /** Results that do not fit go item by item, and a single item in pieces. */
  #split(unit: ResultsUnit, rest: readonly Unit[]): boolean {
    if (unit.items.length > 1) {
      this.queue = [...unit.items.map((item): Unit => ({ ...unit, items: [item] })), ...rest];
      return true;
    }
    const length = this.#draft.measure((nextID) => unitCommand(unit, this.#session, nextID));
    if (this.#draft.size > LEAST_STATUSES && length <= this.#draft.capacity / 2) {
      return false;
    }
    this.queue = [{ ...unit, offset: 0 }, ...rest];
    return true;
  }

  /** True: the object is complete and more may follow. */
  #writePiece(unit: ResultsUnit, rest: readonly Unit[]): boolean {
    const offset = unit.offset ?? 0;
    const total = dataLength(unit.items[0]?.Data);
    const length = pieceLength(this.#draft, unit, offset, total - offset);
    const command =
      length > 0 ? this.#draft.add((nextID) => pieceCommand(unit, offset, length, nextID)) : undefined;
    if (command === undefined) {
      this.sending = undefined;
      return this.#giveUp(rest);
    }
    const next = offset + length;
    this.sent.push(unit);
    if (next === total) {
      this.sending = undefined;
      this.queue = rest;
      return true;
    }
    this.sending = { msgRef: this.#session.msgID + 1, cmdRef: command.CmdID, state: 'waiting' };
    this.queue = [{ ...unit, offset: next }, ...rest];
    return false;
  }
}

function unitCommand(unit: Unit, session: ClientSession, nextID: NextID): Command {
  switch (unit.kind) {
    case 'status':
      return {
        kind: 'Status',
        CmdID: nextID(),
        MsgRef: unit.msgRef,
        CmdRef: unit.cmdRef,
        Cmd: unit.cmd,
        TargetRef: unit.targetRef === undefined ? [] : [unit.targetRef],
        SourceRef: unit.sourceRef === undefined ? [] : [unit.sourceRef],
        Data: unit.code,
        items: unit.items ?? [],
      };
    case 'results':
      return resultsCommand(unit, unit.items, nextID);
    case 'trigger':
      return alertCommand(nextID, session.trigger);
    case 'dev-info':
      return {
        kind: 'Replace',
        CmdID: nextID(),
        items: session.devInfo.map(({ uri, value }) => ({
          Source: { LocURI: uri },
          Meta: { Format: 'chr', Type: 'text/plain' },
          Data: value,
        })),
      };
    case 'no-end':
      return alertCommand(nextID, AlertCode.NoEndOfData, [{ Target: { LocURI: unit.uri } }]);
    case 'alert':
      return typedAlert(unit.alert, nextID);
  }
}

function resultsCommand(unit: ResultsUnit, items: readonly Item[], nextID: NextID): Results {
  return { kind: 'Results', CmdID: nextID(), MsgRef: unit.msgRef, CmdRef: unit.cmdRef, items };
}

function alertCommand(nextID: NextID, code: number, items: readonly Item[] = []): Alert {
  return { kind: 'Alert', CmdID: nextID(), Data: String(code), items };
}

/** §3.3: Meta Type and Format, and Data, are mandatory. */
function typedAlert(alert: ClientAlert, nextID: NextID): Alert {
  const { type: Type, format: Format, mark, source, correlator } = alert;
  const item: Item = {
    ...(source === undefined ? {} : { Source: { LocURI: source } }),
    Meta: { Format, Type, ...(mark === undefined ? {} : { Mark: mark }) },
    Data: alert.data,
  };
  const command = alertCommand(nextID, alert.code, [item]);
  return correlator === undefined ? command : { ...command, Correlator: correlator };
}

function pieceCommand(unit: ResultsUnit, offset: number, length: number, nextID: NextID): Results {
  const [item] = unit.items;
  const data = item?.Data ?? '';
  const last = offset + length === dataLength(data);
  const { Size: _, ...meta } = item?.Meta ?? {};
  const piece: Item = {
    ...item,
    Meta: offset === 0 ? { ...meta, Size: carriedLength(data) } : meta,
    Data: sliceData(data, offset, length),
    ...(last ? {} : { MoreData: true }),
  };
  return resultsCommand(unit, [piece], nextID);
}

function pieceLength(draft: Draft, unit: ResultsUnit, offset: number, left: number): number {
  let length = Math.min(left, Math.max(0, draft.room));
  while (length > 0 && draft.measure((nextID) => pieceCommand(unit, offset, length, nextID)) > draft.room) {
    length = Math.floor(length * 0.9);
  }
  const data = unit.items[0]?.Data;
  const cut = offset + length;
  const splitsPair =
    typeof data === 'string' && cut < data.length && /[\uD800-\uDBFF]/.test(data.charAt(cut - 1));
  return splitsPair ? length - 1 : length;
}

/** UTF-16 units of a text, octets of octets: what pieces are counted in. */
function dataLength(data: Data | undefined): number {
  return typeof data === 'string' || data instanceof Uint8Array ? data.length : 0;
}

/** Octets of a value as carried, for Size and MaxObjSize. */
export function carriedLength(data: Data | undefined): number {
  return typeof data === 'string' ? utf8(data).length : dataLength(data);
}

function sliceData(data: Data, offset: number, length: number): Data {
  return typeof data === 'string' || data instanceof Uint8Array ? data.slice(offset, offset + length) : data;
}
