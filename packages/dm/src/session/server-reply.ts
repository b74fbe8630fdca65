import type { Alert, Command, Cred, Encoding, Item, Status, SyncHdr } from '@fumarole/syncml';
import { AlertCode, decodeBase64, encode, encodeBase64 } from '@fumarole/syncml';
import { basicCredential, md5Credential } from '../auth/credential.ts';
import type { MacKey } from '../auth/hmac-header.ts';
import { RESYNC_NONCES } from '../auth/nonce.ts';
import { schemeType } from '../auth/scheme.ts';
import { UsageError } from '../errors.ts';
import { SESSION_LIMITS } from '../limits.ts';
import type { SessionPorts } from '../ports.ts';
import type { NextID } from './draft.ts';
import { Draft } from './draft.ts';
import type { Spoken } from './server-speak.ts';
import { speakChunk, speakCommands } from './server-speak.ts';
import type {
  OwedStatus,
  PendingReply,
  ReplyInput,
  ReplyResult,
  ServerAccount,
  ServerEvent,
  ServerSession,
  SessionConfig,
} from './server-types.ts';

/**
 * Writes the one message that answers what `step` took (P-005), never longer than the device's MaxMsgSize. Commands
 * that find no room are not in `sent`: the planner is asked again at the next message.
 * @throws UsageError when there is nothing to answer.
 */
export function reply(
  session: ServerSession,
  account: ServerAccount,
  input: ReplyInput,
  ports: SessionPorts,
  config: SessionConfig,
): ReplyResult {
  const { pending } = session;
  if (pending === undefined) {
    throw new UsageError('reply-without-step');
  }
  const proof = proofOf(session, account, pending, ports);
  const announced = session.peer.maxMsgSize ?? input.wire.maxMsgSizeDefault;
  const limit = Math.min(announced, SESSION_LIMITS.messageBytes);
  const draft = draftWith(
    header(session, account, input, config, proof),
    session,
    pending,
    input.encoding,
    limit,
  );
  draft.reserve(alertsLength(draft, session, pending));
  const owed = addStatuses(draft, session, pending, input);
  draft.reserve(0);
  const answering = { ...session, owed, msgID: session.msgID + 1 };
  const flooded = owed.length > 0 && JSON.stringify(owed).length > SESSION_LIMITS.owedCharacters;
  const { commands, failed, cut } = readable(session, input);
  const spoken =
    flooded || cut
      ? speak(draft, withoutWork(answering), { turn: 'ended', abort: true }, input)
      : speak(draft, answering, pending, commands === input.commands ? input : { ...input, commands });
  const { pending: _, noEnd: __, ...rest } = spoken.session;
  const ended = spoken.session.state === 'closed';
  const events: ServerEvent[] = [
    ...failed.map((key) => ({ kind: 'object-failed', key, reason: 'unreadable' }) as const),
    ...spoken.events,
  ];
  if (ended && session.state !== 'closed') {
    const why = spoken.aborted || cut ? 'aborted' : 'done';
    events.push({ kind: 'closed', why: flooded ? 'endless' : why });
  }
  const message = draft.finish(spoken.final);
  return {
    session: rest,
    account,
    parts: encode(message, input.encoding),
    message,
    ...(proof?.mac === undefined ? {} : { mac: proof.mac }),
    sent: [...failed, ...spoken.sent],
    unsendable: spoken.unsendable,
    ended,
    events,
  };
}

/**
 * Where the device takes little, the header says our limits once, as they hold for the session, and not at all where the
 * Status and the alerts that must be there would have no room.
 */
function draftWith(
  hdr: SyncHdr,
  session: ServerSession,
  pending: PendingReply,
  encoding: Encoding,
  limit: number,
): Draft {
  const draft = new Draft(hdr, encoding, limit);
  const [first] = session.owed;
  if (limit > SESSION_LIMITS.scarceMessageBytes || first === undefined) {
    return draft;
  }
  const status = draft.measure((nextID) => statusCommand(first, pending.chal, nextID));
  const fits = status + alertsLength(draft, session, pending) <= draft.capacity;
  return fits && session.msgID === 0 ? draft : new Draft(sparing(hdr), encoding, limit);
}

/** Without our own limits, and without the name that only a Cred needs. */
function sparing({ Meta: _, ...hdr }: SyncHdr): SyncHdr {
  return hdr.Cred === undefined ? { ...hdr, Source: { LocURI: hdr.Source.LocURI } } : hdr;
}

/** Without the objects that cannot be read; `cut`: one of them is on its way. */
function readable(
  { sending }: ServerSession,
  { commands, unreadable }: ReplyInput,
): { readonly commands: ReplyInput['commands']; readonly failed: readonly string[]; readonly cut: boolean } {
  if (unreadable === undefined) {
    return { commands, failed: [], cut: false };
  }
  const cut = sending !== undefined && unreadable.has(sending.key);
  const failed = commands.filter(({ key }) => unreadable.has(key)).map(({ key }) => key);
  return {
    commands: commands.filter(({ key }) => !unreadable.has(key)),
    failed: cut ? [sending.key, ...failed] : failed,
    cut,
  };
}

/** A client that says more than it lets us answer: the session ends before its row outgrows the store. */
function withoutWork(session: ServerSession): ServerSession {
  const { sending: _, collecting: __, noEnd: ___, ...rest } = session;
  return { ...rest, state: 'closed', owed: [], outstanding: [] };
}

/** Octets of the alerts that must follow the Statuses. */
function alertsLength(draft: Draft, { noEnd }: ServerSession, pending: PendingReply): number {
  // The CmdIDs that they get may be longer than the ones measured.
  let length = 4;
  if (noEnd !== undefined) {
    length += draft.measure((nextID) => noEndCommand(noEnd, nextID));
  }
  if (pending.turn === 'continue' || pending.abort === true) {
    length += draft.measure((nextID) => alertCommand(AlertCode.NextMessage, nextID));
  }
  return length;
}

interface Proof {
  readonly cred?: Cred;
  readonly mac?: MacKey;
}

/** How this message proves who we are (§6.4): until accepted a Cred, with auth-MAC a header on every message. */
function proofOf(
  session: ServerSession,
  account: ServerAccount,
  pending: PendingReply,
  ports: SessionPorts,
): Proof | undefined {
  const { server } = account;
  const { serverAuth } = session;
  if (server === undefined || serverAuth.state === 'refused' || pending.turn === 'refused') {
    return undefined;
  }
  const scheme = serverAuth.scheme ?? server.scheme;
  const nonce = serverNonce(session, account);
  if (scheme === 'mac') {
    return { mac: { username: server.name, a: server.a, nonce } };
  }
  // A clear password only for a device that has proved itself.
  const withheld = scheme === 'basic' && (server.secret === undefined || !session.opened);
  if (serverAuth.state === 'accepted' || withheld) {
    return undefined;
  }
  const data =
    scheme === 'basic'
      ? basicCredential(server.name, server.secret ?? '')
      : md5Credential(ports.digests, server.a, decodeBase64(nonce) ?? new Uint8Array(0));
  return { cred: { Meta: { Format: 'b64', Type: schemeType(scheme) }, Data: data } };
}

/** In a resynchronising session the nonce is 0x00000000 until the device hands over another (P-093). */
function serverNonce({ serverAuth, auth }: ServerSession, account: ServerAccount): string {
  if (serverAuth.nonce !== undefined) {
    return serverAuth.nonce;
  }
  return auth.resync === undefined ? (account.server?.nonce ?? '') : encodeBase64(RESYNC_NONCES[auth.resync]);
}

function header(
  session: ServerSession,
  account: ServerAccount,
  input: ReplyInput,
  config: SessionConfig,
  proof: Proof | undefined,
): SyncHdr {
  const name = account.server?.name ?? account.serverId;
  return {
    // Exactly the client's own texts, or it drops the message (§8, P-003).
    VerDTD: session.verDTD,
    VerProto: session.verProto,
    SessionID: session.sessionID,
    MsgID: session.msgID + 1,
    Target: { LocURI: session.device },
    // a device that leaves it empty gets a name all the same: without Source no message can be answered
    Source: { LocURI: session.target === '' ? account.serverId : session.target, LocName: name },
    ...(input.respURI === undefined ? {} : { RespURI: input.respURI }),
    ...(proof?.cred === undefined ? {} : { Cred: proof.cred }),
    Meta: { MaxMsgSize: config.maxMsgSize, MaxObjSize: config.maxObjSize },
  };
}

/** Adds what is owed, as much as fits, the SyncHdr's in any case; gives what is left. */
function addStatuses(
  draft: Draft,
  session: ServerSession,
  pending: PendingReply,
  input: ReplyInput,
): readonly OwedStatus[] {
  const decided = session.owed.some(isOfItem) ? decideAlerts(session.owed, input) : session.owed;
  const owed = pending.missing === true ? decided.map((row) => missingCode(row, input)) : decided;
  for (const [index, row] of owed.entries()) {
    const chal = row.cmdRef === '0' && row.cmd === 'SyncHdr' ? pending.chal : undefined;
    if (draft.add((nextID) => statusCommand(row, chal, nextID), index === 0) === undefined) {
      return owed.slice(index);
    }
  }
  return [];
}

/** Some families understand 401 only (§9). */
function missingCode(row: OwedStatus, { wire }: ReplyInput): OwedStatus {
  return row.code === 407 ? { ...row, code: wire.challengeMissing } : row;
}

function isOfItem({ alertItem }: OwedStatus): boolean {
  return alertItem !== undefined;
}

/** The planner's word on alerts; one Status for all items of an Alert that agree, else one each (P-044). */
function decideAlerts(owed: readonly OwedStatus[], { alertStatus }: ReplyInput): readonly OwedStatus[] {
  const decided = owed.map((row) => {
    if (row.alertItem === undefined) {
      return row;
    }
    const code = alertStatus.get(`${row.cmdRef}#${row.alertItem}`) ?? alertStatus.get(row.cmdRef) ?? row.code;
    return { ...row, code };
  });
  return decided.flatMap((row) => {
    const siblings = decided.filter(
      (other) => other.alertItem !== undefined && other.msgRef === row.msgRef && other.cmdRef === row.cmdRef,
    );
    if (row.alertItem === undefined || siblings.some(({ code }) => code !== row.code)) {
      return [row];
    }
    const { sourceRef: _, ...whole } = row;
    return siblings[0] === row ? [whole] : [];
  });
}

function statusCommand(row: OwedStatus, chal: PendingReply['chal'], nextID: NextID): Status {
  return {
    kind: 'Status',
    CmdID: nextID(),
    MsgRef: row.msgRef,
    CmdRef: row.cmdRef,
    Cmd: row.cmd,
    TargetRef: row.targetRef === undefined ? [] : [row.targetRef],
    SourceRef: row.sourceRef === undefined ? [] : [row.sourceRef],
    ...(chal === undefined ? {} : { Chal: { Meta: chalMeta(chal) } }),
    Data: row.code,
    items: (row.items ?? []).map((Data): Item => ({ Data })),
  };
}

function chalMeta(chal: NonNullable<PendingReply['chal']>): NonNullable<Status['Chal']>['Meta'] {
  const meta = { Format: 'b64', Type: schemeType(chal.scheme) };
  return chal.nonce === undefined ? meta : { ...meta, NextNonce: chal.nonce };
}

/** What follows the Statuses, by the turn that the table gave. */
function speak(draft: Draft, session: ServerSession, pending: PendingReply, input: ReplyInput): Spoken {
  const silent: Spoken = { session, sent: [], unsendable: [], events: [], final: true, aborted: false };
  if (session.noEnd !== undefined) {
    const uri = session.noEnd;
    draft.add((nextID) => noEndCommand(uri, nextID), true);
  }
  switch (pending.turn) {
    case 'challenge':
    case 'refused':
      return silent;
    case 'ended':
      if (pending.abort === true) {
        draft.add((nextID) => alertCommand(AlertCode.SessionAbort, nextID), true);
      }
      return silent;
    case 'continue':
      return continueWith(draft, silent);
    case 'commands':
      // Our package stays open until every Status is out.
      return session.owed.length > 0
        ? { ...silent, session: { ...session, state: 'sending' }, final: false }
        : speakCommands(draft, silent, input);
  }
}

/** S3: the next piece, once the last is acknowledged and every Status has found room; else S1. */
function continueWith(draft: Draft, silent: Spoken): Spoken {
  const { session } = silent;
  const { sending } = session;
  const ready = session.state === 'sending' && sending !== undefined && sending.offset === sending.next;
  return ready && session.owed.length === 0 ? speakChunk(draft, silent, sending) : askForNext(draft, silent);
}

/** S1: Alert 1222, no Final (P-009). */
function askForNext(draft: Draft, silent: Spoken): Spoken {
  draft.add((nextID) => alertCommand(AlertCode.NextMessage, nextID), true);
  return { ...silent, final: false };
}

function noEndCommand(uri: string, nextID: NextID): Alert & Command {
  return alertCommand(AlertCode.NoEndOfData, nextID, [{ Source: { LocURI: uri } }]);
}

function alertCommand(code: number, nextID: NextID, items: readonly Item[] = []): Alert & Command {
  return { kind: 'Alert', CmdID: nextID(), Data: String(code), items };
}
