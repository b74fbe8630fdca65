import { readConfig } from '../config.ts';
import { DeviceError } from '../device-error.ts';
import { nodeDisk } from '../disk/node-disk.ts';
import { layoutOf } from '../layout.ts';
import { lockDevice } from '../lock.ts';
import { DEFAULT_ROOTS, factoryTree } from '../object/device-tree.ts';
import { withoutGoneServers } from '../tree-store/gone-servers.ts';
import { treeStore } from '../tree-store/tree-store.ts';
import { policyPrompter } from '../ui/policy-prompter.ts';
import type { Prompter } from '../ui/user-interaction.ts';
import { acceptedOr, BootstrapDesk } from './bootstrap-desk.ts';
import { BootstrapMemory } from './memory.ts';

export interface OfflineBootstrap {
  readonly pin?: string;
  /** Asks the user; absent: the policy of the device answers. */
  readonly prompter?: Prompter;
}

/**
 * Gives a device that does not run a bootstrap document; it contacts its new server when it is started. Resolves to the ServerIDs.
 * @throws DeviceError `no-device`, `bad-config`, `locked`, `bootstrap`, `damaged`
 */
export async function bootstrapDevice(
  dir: string,
  octets: Uint8Array,
  { pin, prompter }: OfflineBootstrap = {},
): Promise<readonly string[]> {
  const config = await readConfig(nodeDisk, dir);
  const unlock = await lockDevice(dir);
  try {
    const layout = layoutOf(dir);
    // What the device runs is not looked at: its next start says so.
    const tree = factoryTree(config, '', Date.now);
    const trees = withoutGoneServers(treeStore(nodeDisk, layout.tree));
    await trees.load(tree);
    const fail = (event: { readonly kind: string; readonly text?: string }): void => {
      if (event.kind === 'error') throw new DeviceError('damaged', event.text);
    };
    const desk = new BootstrapDesk({
      options: config.bootstrap ?? {},
      tree,
      trees,
      memory: await BootstrapMemory.open(nodeDisk, layout.bootstrap, fail),
      roots: (config.fumo ?? DEFAULT_ROOTS).map(({ uri }) => uri),
      prompter: prompter ?? policyPrompter(config.policy?.user ?? {}),
      emit: fail,
      signal: new AbortController().signal,
      alone: (work) => work(),
      contact: () => undefined,
      forget: () => undefined,
      onPowerCut: () => undefined,
    });
    return acceptedOr(await desk.file(octets, pin));
  } finally {
    await unlock();
  }
}
