import { readAccounts } from '@fumarole/dm/objects';
import type { Tree } from '@fumarole/dm/tree';
import type { TreeStore } from './tree-store.ts';

/** Before a tree is stored, the servers whose account went lose what rights they had left (S-027): both become durable together. */
export function withoutGoneServers(trees: TreeStore): TreeStore {
  let known: ReadonlySet<string> = new Set();
  return {
    async load(tree) {
      try {
        return await trees.load(tree);
      } finally {
        known = serversOf(tree);
      }
    },
    async save(tree) {
      const now = serversOf(tree);
      for (const serverId of known) if (!now.has(serverId)) tree.removeServer(serverId);
      known = now;
      await trees.save(tree);
    },
  };
}

function serversOf(tree: Tree): ReadonlySet<string> {
  return new Set(readAccounts(tree).map(({ account }) => account.serverId));
}
