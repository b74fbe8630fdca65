import type { ServerAccount } from '@fumarole/dm/server';
import { type DecoySource, decoyAccount } from '../access/decoy.ts';
import type { LoadedForMessage } from '../store/port.ts';

/** Whose message it is: a device of ours, one that may join now, or somebody who shall learn nothing. */
export type Party = 'known' | 'joining' | 'decoy';

export interface AccountChoice {
  readonly party: Party;
  readonly account: ServerAccount;
}

export interface AccountSource extends DecoySource {
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
