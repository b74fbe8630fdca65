import type { ObjectNodes } from '../tree/description.ts';
import type { Tree } from '../tree/tree.ts';

/** AAuthType names (std-objects §4). */
export type AAuthType = 'BASIC' | 'DIGEST' | 'HMAC' | 'TRANSPORT';

/** One side's credentials: CLCRED or SRVCRED. */
export interface DmAccCredential {
  readonly type: AAuthType;
  readonly name: string;
  readonly secret: string;
  /** Octets of the next nonce (`AAuthData`). */
  readonly nonce?: Uint8Array;
}

/** A DM account, whatever layout it is stored in. */
export interface DmAccount {
  readonly serverId: string;
  readonly name?: string;
  /** Full URL of the DM server. */
  readonly serverURL: string;
  readonly prefConRef?: string;
  /** AAuthType to use in the first message; absent: what was negotiated last. */
  readonly authPref?: string;
  readonly client?: DmAccCredential;
  readonly server?: DmAccCredential;
}

/** The `./DMAcc` subtree with one object for each account; account nodes are numbered from 1. */
export function dmAccNodes(_accounts: readonly DmAccount[], _root?: string): ObjectNodes {
  throw new Error('not yet');
}
/** The accounts of a tree, found through their MOI at any place (S-020), with the node each is kept in. */
export function readAccounts(_tree: Tree): readonly { readonly root: string; readonly account: DmAccount }[] {
  throw new Error('not yet');
}
/** Stores a new nonce (`AAuthData`) of one side of the account with this ServerID. */
export function storeNonce(
  _tree: Tree,
  _serverId: string,
  _side: 'client' | 'server',
  _nonce: Uint8Array,
): void {
  throw new Error('not yet');
}
