import type { Status } from '@fumarole/syncml';
import { decodeBase64 } from '@fumarole/syncml';
import type { CredScheme } from '../auth/scheme.ts';
import { schemeOfType } from '../auth/scheme.ts';
import { CLIENT_LIMITS, SESSION_LIMITS } from '../limits.ts';
import { dropResults } from './client-commands.ts';
import type { ClientAccount } from './client-types.ts';
import type { Reading } from './client-work.ts';

/** Takes one Status of the server. */
export function takeServerStatus(reading: Reading, status: Status): void {
  if (status.CmdRef === '0' || (status.Cmd === 'SyncHdr' && status.CmdRef === '')) {
    takeHeaderStatus(reading, status);
    return;
  }
  if (!reading.trusted) {
    // Who has not proved itself does not decide what was delivered.
    return;
  }
  const { session } = reading;
  const { sending } = session;
  if (sending !== undefined && sending.msgRef === status.MsgRef && sending.cmdRef === status.CmdRef) {
    takePieceStatus(reading, status.Data);
    return;
  }
  const row = session.outstanding.find((o) => o.msgRef === status.MsgRef && o.cmdRef === status.CmdRef);
  if (row === undefined) {
    return;
  }
  reading.answered.push({ key: row.key, code: status.Data });
  if (isFinal(status.Data)) {
    session.outstanding = session.outstanding.filter((other) => other !== row);
    reading.delivered.push(row.key);
  }
}

/** Denied, in progress or "later" is no last word. */
function isFinal(code: number): boolean {
  return ![101, 401, 407, 417, 503].includes(code);
}

/** Status 213 asks for the next piece of our Results, another code refuses them. */
function takePieceStatus(reading: Reading, code: number): void {
  const { session } = reading;
  if (code === 213 && session.sending !== undefined) {
    session.sending = { ...session.sending, state: 'go' };
  } else if (code !== 101) {
    dropResults(reading);
  }
}

function takeHeaderStatus(reading: Reading, status: Status): void {
  if (status.MsgRef !== reading.session.msgID) {
    return;
  }
  reading.headerStatus = status.Data;
  switch (status.Data) {
    case 401:
    case 407:
      takeChallenge(reading, status);
      return;
    case 212:
      takeNonce(reading, status);
      reading.session.auth = { ...reading.session.auth, state: 'accepted' };
      return;
    case 417:
    case 503:
      reading.end ??= 'busy';
      return;
    default:
      if (status.Data >= 400) {
        reading.end ??= 'failed';
        return;
      }
      takeNonce(reading, status);
      if (reading.session.auth.state !== 'accepted') {
        // 200: for this message only; the next one carries credentials too (I-041).
        reading.session.auth = { ...reading.session.auth, state: 'each' };
      }
  }
}

/** 401, 407: the whole last message again with the wanted type and nonce, or the end (P-085, P-086, I-040). */
function takeChallenge(reading: Reading, status: Status): void {
  const { session, account } = reading;
  const scheme = schemeOfType(status.Chal?.Meta.Type);
  const challenges = session.auth.challenges + 1;
  const changed = session.auth.state === 'challenged' && scheme !== session.auth.scheme;
  if (scheme === undefined || !isAble(account, scheme) || changed || challenges > CLIENT_LIMITS.challenges) {
    reading.end ??= 'refused';
    return;
  }
  takeNonce(reading, status);
  session.auth = { ...session.auth, state: 'challenged', scheme, challenges };
  reading.resend = true;
}

function isAble(account: ClientAccount, scheme: CredScheme): boolean {
  return scheme === 'basic' ? account.client.secret !== undefined : account.client.a !== '';
}

/** The nonce for the next use; kept in the account only once the server is authenticated (P-091, S-024). */
function takeNonce(reading: Reading, status: Status): void {
  const nonce = status.Chal?.Meta.NextNonce;
  if (nonce === undefined || nonce.length > SESSION_LIMITS.nonceLength || decodeBase64(nonce) === undefined) {
    return;
  }
  reading.session.auth = { ...reading.session.auth, nonce, held: nonce };
}

/** Moves a nonce that waited for the server to prove itself into the account. */
export function keepNonce(reading: Reading): void {
  const { held, ...auth } = reading.session.auth;
  if (reading.trusted && held !== undefined) {
    reading.session.auth = auth;
    reading.account = {
      ...reading.account,
      client: { ...reading.account.client, nonce: held },
    };
  }
}
