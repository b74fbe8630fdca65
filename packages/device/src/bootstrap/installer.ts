/** A document that may be believed becomes accounts of this device: in the tree, durable, with the rights that the device's policy gives. */
import { type BootstrapDocument, type BootstrapOutcome, installBootstrap } from '@fumarole/dm/bootstrap';
import { type DmAccount, readAccounts } from '@fumarole/dm/objects';
import type { Tree } from '@fumarole/dm/tree';
import type { TreeStore } from '../tree-store/tree-store.ts';
import { grantFirmware } from './firmware-rights.ts';
import type { BootstrapOptions } from './options.ts';

export interface InstallerPorts {
  readonly options: BootstrapOptions;
  readonly tree: Tree;
  readonly trees: TreeStore;
  /** Firmware update objects. */
  readonly roots: readonly string[];
  /** Sessions of these servers begin anew: their accounts are others. */
  readonly forget: (serverIds: readonly string[]) => void;
}

/** Installs and makes it durable, or leaves everything as it was. No session may run meanwhile; `durable` comes first. */
export async function installDocument(
  document: BootstrapDocument,
  replaces: boolean,
  { options, tree, trees, roots, forget }: InstallerPorts,
  durable: (serverIds: readonly string[]) => Promise<void> = async () => undefined,
): Promise<BootstrapOutcome> {
  const before = tree.root;
  const first = readAccounts(tree).length === 0;
  try {
    const outcome = await installBootstrap(tree, document, {
      replaces: () => replaces,
      unusable: (account) => unusable(account, options),
      swapLevels: options.swapLevels ?? false,
      unresolved: options.unresolved ?? 'drop',
    });
    if (outcome.kind === 'refused') return outcome;
    const { firmware = 'first' } = options;
    if (firmware === 'every' || (firmware === 'first' && first))
      grantFirmware(tree, roots, outcome.serverIds);
    await durable(outcome.serverIds);
    await trees.save(tree);
    forget(outcome.serverIds);
    return outcome;
  } catch (error) {
    tree.rollback(before);
    throw error;
  }
}

/** P-119: an address that the device would never contact makes no account. */
function unusable({ serverURL }: DmAccount, { allowHttp }: BootstrapOptions): string | undefined {
  const protocol = URL.canParse(serverURL) ? new URL(serverURL).protocol : '';
  if (protocol === 'https:' || (protocol === 'http:' && allowHttp === true)) return undefined;
  return protocol === 'http:'
    ? 'its address is plain http, which is not allowed here'
    : 'its address is no http(s) URL';
}
