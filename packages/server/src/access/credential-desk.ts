import { accountDigest, makeNonceText } from '@fumarole/dm/auth';
import { deviceKey } from '@fumarole/dm/objects';
import type { AuthScheme, ServerAccount } from '@fumarole/dm/server';
import type { ApiCredentials } from '../rest/api.ts';
import type { CredentialDesk, CredentialOrder, FirstCredentials } from '../rest/deps.ts';
import type { CredentialRow, Store } from '../store/port.ts';
import type { AccountVault } from './account-vault.ts';
import { digests } from './digests.ts';
import type { Seal } from './seal.ts';

export interface CredentialDeskDeps {
  readonly store: Store;
  readonly vault: AccountVault;
  readonly seal: Seal;
  readonly serverId: string;
  readonly random: (octets: number) => Uint8Array;
}

const SECRET_BYTES = 18;
const RESEAL_PAGE = 500;
/** Taken besides the required one when the order leaves the scheme open; the transport rule still decides. */
const OPEN_CHOICE: readonly AuthScheme[] = ['md5', 'mac'];

/** Makes and keeps device credentials; a secret is shown once and kept only as its digest, but for auth-basic towards the device. */
export function createCredentialDesk(deps: CredentialDeskDeps): CredentialDesk {
  return {
    issue: async (deviceId, order) => {
      const { account, shown } = makeAccount(deps, deviceId, order);
      await keep(deps, deviceId, account);
      return shown;
    },
    issueFirst: async (deviceId, order) => {
      const made = makeAccount(deps, deviceId, order);
      const { account, nonces } = withNonces(made.account, deps.random);
      await keep(deps, deviceId, account);
      return { credentials: made.shown, nonces };
    },
    reseal: () => reseal(deps),
  };
}

async function keep(
  { store, vault }: CredentialDeskDeps,
  deviceId: string,
  account: ServerAccount,
): Promise<void> {
  const key = deviceKey(deviceId);
  for (;;) {
    const expected = (await store.credentials(key))?.version ?? 0;
    if ((await store.putCredentials(vault.close(key, account, expected))) === 'committed') return;
  }
}

/** The first nonces of both sides, which a bootstrap document carries: no challenge is needed, and package 0 works from the start. */
function withNonces(
  account: ServerAccount,
  random: CredentialDeskDeps['random'],
): { readonly account: ServerAccount; readonly nonces: FirstCredentials['nonces'] } {
  const { client, server } = account;
  const forClient = isDigest(client.required) ? { nonce: makeNonceText(random) } : {};
  const forServer = server !== undefined && isDigest(server.scheme) ? { nonce: makeNonceText(random) } : {};
  return {
    account: {
      ...account,
      client: { ...client, ...forClient },
      ...(server === undefined ? {} : { server: { ...server, ...forServer } }),
    },
    nonces: { client: forClient.nonce, server: forServer.nonce },
  };
}

function makeAccount(
  { serverId, random }: CredentialDeskDeps,
  deviceId: string,
  order: CredentialOrder,
): { readonly account: ServerAccount; readonly shown: ApiCredentials } {
  const secret = (): string => Buffer.from(random(SECRET_BYTES)).toString('base64url');
  const client = {
    scheme: order.clientScheme ?? 'mac',
    name: order.clientName ?? deviceId,
    secret: order.clientSecret ?? secret(),
  };
  const serverScheme = order.serverScheme ?? (isDigest(client.scheme) ? client.scheme : 'none');
  const server = {
    scheme: serverScheme,
    name: order.serverName ?? serverId,
    secret: order.serverSecret ?? secret(),
  };
  const proves = serverScheme === 'none' || serverScheme === 'transport' ? undefined : serverScheme;
  const account: ServerAccount = {
    serverId,
    client: {
      required: client.scheme,
      allowed: order.clientScheme === undefined ? OPEN_CHOICE : [client.scheme],
      name: client.name,
      a: accountDigest(digests, client.name, client.secret),
    },
    ...(proves === undefined
      ? {}
      : {
          server: {
            scheme: proves,
            name: server.name,
            a: accountDigest(digests, server.name, server.secret),
            ...(proves === 'basic' ? { secret: server.secret } : {}),
          },
        }),
  };
  return { account, shown: { serverId, client, ...(proves === undefined ? {} : { server }) } };
}

function isDigest(scheme: AuthScheme): boolean {
  return scheme === 'md5' || scheme === 'mac';
}

/** Every row that another key sealed; one that a message changes meanwhile is read again. */
async function reseal(deps: CredentialDeskDeps): Promise<number> {
  const { store, seal } = deps;
  seal.reload();
  let done = 0;
  let after: string | undefined;
  for (;;) {
    const rows = await store.credentialsNotSealedWith(seal.keyId, { after, limit: RESEAL_PAGE });
    for (const row of rows) {
      if (await resealRow(deps, row)) done += 1;
    }
    after = rows.at(-1)?.key;
    if (after === undefined) return done;
  }
}

async function resealRow(
  { store, vault, seal }: CredentialDeskDeps,
  listed: CredentialRow,
): Promise<boolean> {
  let row: CredentialRow | undefined = listed;
  while (row !== undefined && row.keyId !== seal.keyId) {
    const write = vault.close(row.key, vault.open(row), row.version);
    if ((await store.putCredentials(write)) === 'committed') return true;
    row = await store.credentials(row.key);
  }
  return false;
}
