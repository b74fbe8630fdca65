import { encodeBase64 } from '@fumarole/syncml';
import { RESYNC_NONCES } from '../auth/nonce.ts';
import type { SessionPorts } from '../ports.ts';
import type { ClientAccount, ClientSession, OpenInput, Outgoing, OwnAuthState } from './client-types.ts';
import { writeMessage } from './client-write.ts';

/** Writes package 1: Alert 1200 or 1201, DevInfo, then the alerts that are owed (§1). */
export function open(
  input: OpenInput,
  ports: SessionPorts,
): { readonly session: ClientSession; readonly account: ClientAccount; readonly out: Outgoing } {
  const { account, alerts, sessionID, deviceId, trigger, devInfo, encoding, limits, resync } = input;
  const session: ClientSession = {
    version: 1,
    sessionID,
    deviceId,
    trigger,
    devInfo,
    encoding,
    limits,
    url: account.serverURL,
    msgID: 0,
    peer: {},
    ...(resync === undefined ? {} : { resync }),
    auth: firstAuth(input),
    serverAuth: { state: 'unproven', failures: 0 },
    queue: [
      { kind: 'trigger' },
      { kind: 'dev-info' },
      ...alerts.map((alert) => ({ kind: 'alert', alert }) as const),
    ],
    last: [],
    outstanding: [],
    open: false,
    serverOpen: false,
    asked: 0,
    ended: false,
  };
  const written = writeMessage(session, account, ports);
  return { session: written.session, account, out: written.out };
}

/** Before any challenge: the last nonce received, in a resynchronising session 0x00000000 (§6.5). */
function firstAuth({ account, resync }: OpenInput): OwnAuthState {
  const { scheme, nonce } = account.client;
  const first = resync === undefined ? nonce : encodeBase64(RESYNC_NONCES[resync]);
  return { state: 'first', scheme, challenges: 0, ...(first === undefined ? {} : { nonce: first }) };
}
