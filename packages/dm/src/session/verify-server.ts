import { decodeBase64, encodeBase64 } from '@fumarole/syncml';
import { verifyBasic, verifyMac, verifyMd5 } from '../auth/credential.ts';
import { makeNonceText, RESYNC_NONCES } from '../auth/nonce.ts';
import { schemeOfType } from '../auth/scheme.ts';
import { CLIENT_LIMITS } from '../limits.ts';
import type { SessionPorts } from '../ports.ts';
import type { ClientAccount, ClientIncoming, ClientSession, PeerAuthState } from './client-types.ts';

/** What the SyncHdr of a server's message proves (§6.4). */
export interface ServerVerdict {
  readonly kind: 'accepted' | 'denied' | 'refused';
  readonly code: number;
  readonly chal?: { readonly scheme: 'basic' | 'md5' | 'mac'; readonly nonce?: string };
  readonly serverAuth: PeerAuthState;
  readonly account: ClientAccount;
}

/** Decides about the sender of one message of the server. */
export function verifyServer(
  session: ClientSession,
  account: ClientAccount,
  incoming: ClientIncoming,
  ports: SessionPorts,
): ServerVerdict {
  const { serverAuth } = session;
  const { server } = account;
  if (server === undefined) {
    return { kind: 'accepted', code: 200, serverAuth: { ...serverAuth, state: 'transport' }, account };
  }
  if (serverAuth.state === 'accepted') {
    return { kind: 'accepted', code: 200, serverAuth, account };
  }
  const presented = present(server.scheme, incoming);
  if (presented !== 'right-type') {
    return deny(session, account, ports, presented === 'missing' ? 407 : 401);
  }
  const used = matchingNonce(session, account, incoming, ports);
  return used === undefined ? deny(session, account, ports, 401) : accept(session, account, ports, used);
}

function present(
  scheme: 'basic' | 'md5' | 'mac',
  incoming: ClientIncoming,
): 'right-type' | 'wrong-type' | 'missing' {
  const { Cred } = incoming.message.hdr;
  if (scheme === 'mac') {
    return incoming.hmacHeader === undefined ? 'missing' : 'right-type';
  }
  if (Cred === undefined) {
    return 'missing';
  }
  return schemeOfType(Cred.Meta?.Type) === scheme ? 'right-type' : 'wrong-type';
}

/** The base64 of the nonce that the credential was made with; undefined: none that may be used. */
function matchingNonce(
  session: ClientSession,
  account: ClientAccount,
  incoming: ClientIncoming,
  { digests }: SessionPorts,
): string | undefined {
  const { server } = account;
  if (server === undefined) {
    return undefined;
  }
  const cred = incoming.message.hdr.Cred?.Data ?? '';
  if (server.scheme === 'basic') {
    return verifyBasic(digests, server.a, cred) ? '' : undefined;
  }
  return candidates(session, server).find((text) => {
    const nonce = decodeBase64(text) ?? new Uint8Array(0);
    return server.scheme === 'md5'
      ? verifyMd5(digests, server.a, nonce, cred)
      : verifyMac(digests, server.a, nonce, incoming.bodyMd5, incoming.hmacHeader);
  });
}

/** Our challenge's; else the stored one, at the first message also the previous (§6.5) and, when package 0 used it, 0x00000000. */
function candidates(session: ClientSession, server: NonNullable<ClientAccount['server']>): readonly string[] {
  const { serverAuth, resync } = session;
  if (serverAuth.challenge !== undefined) {
    return [serverAuth.challenge];
  }
  const stored = server.nonce ?? '';
  if (serverAuth.state !== 'unproven') {
    return [stored];
  }
  const previous = server.previousNonce === undefined ? [] : [server.previousNonce];
  return resync === undefined
    ? [stored, ...previous]
    : [encodeBase64(RESYNC_NONCES[resync]), stored, ...previous];
}

function accept(
  session: ClientSession,
  account: ClientAccount,
  ports: SessionPorts,
  used: string,
): ServerVerdict {
  const { server } = account;
  const { challenge: _, ...kept } = session.serverAuth;
  if (server === undefined || server.scheme === 'basic') {
    return { kind: 'accepted', code: 212, serverAuth: { ...kept, state: 'accepted' }, account };
  }
  const nonce = makeNonceText(ports.random);
  const { previousNonce, ...rest } = server;
  const again = used === '' || used === previousNonce;
  return {
    kind: 'accepted',
    code: server.scheme === 'mac' ? 200 : 212,
    chal: { scheme: server.scheme, nonce },
    serverAuth: { ...kept, state: server.scheme === 'mac' ? 'each' : 'accepted' },
    account: { ...account, server: { ...rest, nonce, ...(again ? {} : { previousNonce: used }) } },
  };
}

function deny(
  session: ClientSession,
  account: ClientAccount,
  ports: SessionPorts,
  code: 401 | 407,
): ServerVerdict {
  const scheme = account.server?.scheme ?? 'md5';
  const failures = session.serverAuth.failures + 1;
  if (failures >= CLIENT_LIMITS.serverFailures || session.serverAuth.state === 'each') {
    const serverAuth: PeerAuthState = { ...session.serverAuth, failures };
    return { kind: 'refused', code: 401, serverAuth, account };
  }
  const nonce = scheme === 'basic' ? undefined : makeNonceText(ports.random);
  return {
    kind: 'denied',
    code,
    chal: nonce === undefined ? { scheme } : { scheme, nonce },
    serverAuth: {
      ...session.serverAuth,
      failures,
      ...(nonce === undefined ? {} : { challenge: nonce }),
    },
    account,
  };
}
