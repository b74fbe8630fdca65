/**
 * What somebody meets who comes with the id of no device: the account of one, as far as anybody can see, so that ids of
 * devices cannot be found out by trying (P-083).
 */
import { accountDigest } from '@fumarole/dm/auth';
import type { AuthScheme, ServerAccount } from '@fumarole/dm/server';
import type { Store } from '../store/port.ts';
import type { AccountShape, AccountVault } from './account-vault.ts';
import { digests } from './digests.ts';
import type { Seal } from './seal.ts';

export interface DecoySource {
  readonly vault: AccountVault;
  readonly seal: Seal;
  readonly serverId: string;
}

/** Accounts looked at when the server starts; further schemes are learned as their devices come. */
const SAMPLE = 200;
const USUAL: AccountShape = { required: 'mac', allowed: ['md5', 'mac'], server: 'mac' };

/** An account that nobody has the secret of, the same at each attempt, with the schemes that one of the devices has. */
export function decoyAccount({ vault, seal, serverId }: DecoySource, key: string): ServerAccount {
  const secret = seal.derive(`decoy\0${key}`).toString('base64url');
  const { required, allowed, server } = shapeFor(vault, seal, key);
  return {
    serverId,
    client: { required, allowed, name: key, a: accountDigest(digests, key, secret) },
    ...(server === undefined
      ? {}
      : { server: { scheme: server, name: serverId, a: accountDigest(digests, serverId, secret) } }),
  };
}

/** Opens some accounts, for the schemes that are in use. */
export async function learnShapes(store: Store, vault: AccountVault): Promise<void> {
  for (const row of await store.credentialsNotSealedWith('', { limit: SAMPLE })) {
    try {
      vault.open(row);
    } catch {
      // Sealed with a key that is gone: its device is told so when it comes.
    }
  }
}

/** The shape with the highest score: one that comes new takes its share of the ids, and moves no other. */
function shapeFor(vault: AccountVault, seal: Seal, key: string): AccountShape {
  const scored = vault.shapes.filter(isProving).map((shape) => ({
    shape,
    score: seal.derive(`decoy schemes\0${JSON.stringify(shape)}\0${key}`),
  }));
  scored.sort((a, b) => Buffer.compare(b.score, a.score));
  return scored[0]?.shape ?? USUAL;
}

/** Who needs to prove nothing would be let in. */
function isProving({ required, allowed }: AccountShape): boolean {
  return [required, ...allowed].every((scheme) => PROVING.includes(scheme));
}

const PROVING: readonly AuthScheme[] = ['basic', 'md5', 'mac'];
