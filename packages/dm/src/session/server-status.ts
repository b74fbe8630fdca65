import type { Chal, Command, Status } from '@fumarole/syncml';
import { decodeBase64 } from '@fumarole/syncml';
import { schemeOfType } from '../auth/scheme.ts';
import { SESSION_LIMITS } from '../limits.ts';
import type { Outstanding } from './server-types.ts';
import type { ServerWork } from './server-work.ts';

/** Takes one Status of the client (§2). */
export function takeStatus(work: ServerWork, status: Status): void {
  if (isHeaderStatus(status)) {
    takeHeaderStatus(work, status);
    return;
  }
  if (!work.accepted) {
    return;
  }
  const { sending } = work.session;
  if (sending !== undefined && sending.msgRef === status.MsgRef && sending.cmdRef === status.CmdRef) {
    takeChunkStatus(work, status);
    return;
  }
  takeCommandStatus(work, status);
}

function isHeaderStatus(status: Status): boolean {
  return status.CmdRef === '0' || (status.Cmd === 'SyncHdr' && status.CmdRef === '');
}

function takeCommandStatus(work: ServerWork, status: Status): void {
  const { outstanding } = work.session;
  const index = outstanding.findIndex((o) => o.msgRef === status.MsgRef && o.cmdRef === status.CmdRef);
  const row = outstanding[index];
  if (row === undefined && status.Cmd === 'Alert') {
    // Of our own 1222 or 1225: nothing waits for it.
    return;
  }
  if (row !== undefined) {
    work.progress = true;
    work.session.outstanding = outstanding.with(index, { ...row, state: stateAfter(status.Data) });
  }
  if (row !== undefined && status.Data === 101) {
    return; // the final Status comes later
  }
  if (row !== undefined && isOfDeniedMessage(work, status)) {
    work.session.outstanding = work.session.outstanding.toSpliced(index, 1);
    work.events.push({ kind: 'not-executed', key: row.key, code: status.Data });
    return;
  }
  const uri = status.TargetRef[0] ?? status.SourceRef[0];
  work.events.push({
    kind: 'status',
    key: row?.key,
    cmd: status.Cmd,
    code: status.Data,
    ...(uri === undefined ? {} : { uri }),
    ...(status.items.length === 0 ? {} : { items: status.items }),
  });
}

function stateAfter(code: number): Outstanding['state'] {
  return code === 101 ? 'progress' : 'answered';
}

function isDenial(code: number): boolean {
  return code === 401 || code === 407;
}

/** P-089: with the SyncHdr denied nothing was executed. Alone, 401 is this command's own answer, and is final. */
function isOfDeniedMessage({ message }: ServerWork, { Data, MsgRef }: Status): boolean {
  const isHeaders = (one: Command): boolean =>
    one.kind === 'Status' && isHeaderStatus(one) && one.MsgRef === MsgRef && isDenial(one.Data);
  return isDenial(Data) && message.body.some(isHeaders);
}

/** The Status of a chunk that is not the last: 213, or the object is over (§4). */
function takeChunkStatus(work: ServerWork, status: Status): void {
  const { sending } = work.session;
  if (sending === undefined || status.Data === 101) {
    return;
  }
  work.progress = true;
  if (status.Data === 213) {
    work.chunkAccepted = true;
    work.session.sending = { ...sending, offset: sending.next };
    const length = sending.source.kind === 'blob' ? sending.source.ref.length : sending.source.text.length;
    work.events.push({ kind: 'object-progress', key: sending.key, offset: sending.next, length });
    return;
  }
  delete work.session.sending;
  if (isOfDeniedMessage(work, status)) {
    work.events.push({ kind: 'not-executed', key: sending.key, code: status.Data });
  } else if (status.Data < 300) {
    work.events.push({
      kind: 'object-failed',
      key: sending.key,
      reason: 'not-chunked',
      code: status.Data,
    });
  } else {
    work.events.push({
      kind: 'status',
      key: sending.key,
      cmd: sending.cmd,
      code: status.Data,
      uri: sending.uri,
    });
  }
}

function takeHeaderStatus(work: ServerWork, status: Status): void {
  const { session } = work;
  if (status.MsgRef < 1 || status.MsgRef > session.msgID) {
    return;
  }
  if (isDenial(status.Data)) {
    takeDenial(work, status);
    return;
  }
  takeNonce(work, status.Chal);
  if (status.Data === 212 || status.Data === 200) {
    takeAcceptance(work, status.Data);
  } else if (status.Data >= 300) {
    work.end ??= 'peer-refused';
  }
}

function takeAcceptance(work: ServerWork, code: number): void {
  const { session, account } = work;
  if (account.server === undefined || session.serverAuth.state === 'accepted' || session.msgID === 0) {
    return;
  }
  const first = session.serverAuth.state === 'unproven';
  session.serverAuth = { ...session.serverAuth, state: code === 212 ? 'accepted' : 'each' };
  if (first) {
    work.events.push({ kind: 'server-authenticated' });
  }
}

/** The client does not take our credential: once more with its nonce and type, then no more (P-089, I-008). */
function takeDenial(work: ServerWork, status: Status): void {
  const { session, account } = work;
  work.denied = { msgRef: status.MsgRef, code: status.Data };
  const scheme = schemeOfType(status.Chal?.Meta.Type);
  const able = account.server !== undefined && (scheme !== 'basic' || account.server.secret !== undefined);
  const final = scheme === undefined || !able || session.serverAuth.challenges > 0;
  work.events.push({ kind: 'server-refused', code: status.Data, final });
  if (final) {
    session.serverAuth = { ...session.serverAuth, state: 'refused' };
    work.end ??= 'peer-refused';
    return;
  }
  takeNonce(work, status.Chal);
  session.serverAuth = {
    ...session.serverAuth,
    state: 'unproven',
    scheme,
    challenges: session.serverAuth.challenges + 1,
  };
}

/** Keeps the nonce of a Chal: at once for this session, in the account when the client is authenticated (P-091). */
function takeNonce(work: ServerWork, chal: Chal | undefined): void {
  const nonce = chal?.Meta.NextNonce;
  if (
    nonce === undefined ||
    nonce.length > SESSION_LIMITS.nonceLength ||
    decodeBase64(nonce) === undefined ||
    work.account.server === undefined
  ) {
    return;
  }
  work.session.serverAuth = { ...work.session.serverAuth, nonce };
  if (work.accepted) {
    work.account = { ...work.account, server: { ...work.account.server, nonce } };
  }
}
