/** The DM accounts as the tree holds them now: secrets and nonces may have been changed by a server (S-021). */
import { accountDigest, decodeBase64, encodeBase64 } from '@fumarole/dm/auth';
import type { ClientAccount } from '@fumarole/dm/client';
import { type DmAccCredential, readAccounts, storeNonce } from '@fumarole/dm/objects';
import type { Tree } from '@fumarole/dm/tree';
import { digests } from '../client/host-ports.ts';

/** AAuthType names that this client can; any other authenticates at the transport. */
function schemeOf(type: string): Negotiated | undefined {
  switch (type) {
    case 'BASIC':
      return 'basic';
    case 'DIGEST':
      return 'md5';
    case 'HMAC':
      return 'mac';
    default:
      return undefined;
  }
}

/** Undefined: no account with this ServerID. */
export function clientAccount(
  tree: Tree,
  serverId: string,
  previousNonce?: string,
  negotiated?: Negotiated,
): ClientAccount | undefined {
  const found = readAccounts(tree).find(({ account }) => account.serverId === serverId)?.account;
  if (found === undefined) return undefined;
  const server = found.server === undefined ? undefined : serverSide(found.server, previousNonce);
  return {
    serverId,
    serverURL: found.serverURL,
    client: clientSide(found.client, schemeOf(found.authPref ?? '') ?? negotiated),
    ...(server === undefined ? {} : { server }),
  };
}

/** Nonces that a session learned or handed out go into AAuthData at once (S-024). */
export function storeNonces(tree: Tree, before: ClientAccount, after: ClientAccount): void {
  if (after.client.nonce !== before.client.nonce)
    storeSide(tree, after.serverId, 'client', after.client.nonce);
  if (after.server?.nonce !== before.server?.nonce)
    storeSide(tree, after.serverId, 'server', after.server?.nonce);
}

function storeSide(tree: Tree, serverId: string, side: 'client' | 'server', nonce: string | undefined): void {
  const octets = nonce === undefined ? undefined : decodeBase64(nonce);
  if (octets !== undefined) storeNonce(tree, serverId, side, octets);
}

/** A scheme that a server and this client agreed on. */
export type Negotiated = 'basic' | 'md5' | 'mac';

/** S-023: AAuthPref first, then what was negotiated last, then the type of the credentials. */
function clientSide(
  credential: DmAccCredential | undefined,
  preferred: Negotiated | undefined,
): ClientAccount['client'] {
  if (credential === undefined) return { scheme: 'none', name: '', a: '' };
  const { name, secret, nonce } = credential;
  const own = schemeOf(credential.type);
  const scheme = own === undefined ? 'none' : (preferred ?? own);
  return {
    scheme,
    name,
    a: accountDigest(digests, name, secret),
    ...(scheme === 'basic' ? { secret } : {}),
    ...(nonce === undefined ? {} : { nonce: encodeBase64(nonce) }),
  };
}

function serverSide(credential: DmAccCredential, previousNonce: string | undefined): ClientAccount['server'] {
  const scheme = schemeOf(credential.type);
  if (scheme === undefined) return undefined;
  const { name, secret, nonce } = credential;
  return {
    scheme,
    name,
    a: accountDigest(digests, name, secret),
    ...(nonce === undefined ? {} : { nonce: encodeBase64(nonce) }),
    ...(previousNonce === undefined ? {} : { previousNonce }),
  };
}
