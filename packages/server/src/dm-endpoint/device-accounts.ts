import { accountDigest } from '@fumarole/dm/auth';
import type { ServerAccount } from '@fumarole/dm/server';
import type { AccountVault } from '../access/account-vault.ts';
import { digests } from '../access/digests.ts';
import type { Seal } from '../access/seal.ts';
import type { LoadedForMessage } from '../store/port.ts';

/** Whose message it is: a device of ours, one that may join now, or somebody who shall learn nothing. */
export type Party = 'known' | 'joining' | 'decoy';

export interface AccountChoice {
  readonly party: Party;
  readonly account: ServerAccount;
}

export interface AccountSource {
  readonly vault: AccountVault;
  readonly seal: Seal;
  readonly serverId: string;
  readonly enrol: 'closed' | 'open';
}

/** The account that a message is measured against. */
export function chooseAccount(source: AccountSource, key: string, loaded: LoadedForMessage): AccountChoice {
  const { device, credentials } = loaded;
  if (device !== undefined && credentials !== undefined) {
    return { party: 'known', account: source.vault.open(credentials) };
  }
  // A device without credentials is refused like an unknown one; one that is unknown may join when the door is open.
  if (device === undefined && source.enrol === 'open') {
    const account = credentials === undefined ? openAccount(source.serverId) : source.vault.open(credentials);
    return { party: 'joining', account };
  }
  return { party: 'decoy', account: decoyAccount(source, key) };
}

/** Admits by explicit choice of the operator: nothing is asked for and nothing is proved. */
function openAccount(serverId: string): ServerAccount {
  return { serverId, client: { required: 'none', allowed: [], name: '', a: '' } };
}

/**
 * An account that nobody has the secret of, the same at each attempt: an unknown device is challenged and refused
 * exactly like a wrong secret (P-083).
 */
function decoyAccount({ seal, serverId }: AccountSource, key: string): ServerAccount {
  const secret = seal.derive(`decoy\0${key}`).toString('base64url');
  return {
    serverId,
    client: { required: 'mac', allowed: ['md5', 'mac'], name: key, a: accountDigest(digests, key, secret) },
    server: { scheme: 'mac', name: serverId, a: accountDigest(digests, serverId, secret) },
  };
}
