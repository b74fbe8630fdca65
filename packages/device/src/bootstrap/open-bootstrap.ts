/** Bootstrap of a running device: the desk that takes documents, the card slot, and the sessions that new accounts wait for. */
import type { Tree } from '@fumarole/dm/tree';
import type { AccountSessions } from '../client/account-sessions.ts';
import type { SessionDesk } from '../client/session-desk.ts';
import type { Ground } from '../ground.ts';
import { CARD_CHECK_MS } from '../limits.ts';
import type { TreeStore } from '../tree-store/tree-store.ts';
import type { Prompter } from '../ui/user-interaction.ts';
import { BootstrapDesk } from './bootstrap-desk.ts';
import { cardFolder } from './card-folder.ts';
import { CardSlot } from './card-slot.ts';
import type { BootstrapMemory } from './memory.ts';
import type { SmartcardReader } from './smartcard.ts';

export interface BootstrapStock {
  readonly tree: Tree;
  readonly trees: TreeStore;
  readonly memory: BootstrapMemory;
  readonly sessions: AccountSessions;
  readonly desk: SessionDesk;
}

export interface OpenBootstrap {
  readonly bootstrap: BootstrapDesk;
  readonly card: CardSlot;
  /** Holds the sessions that new accounts still wait for. */
  readonly contact: () => void;
}

export function openBootstrap(ground: Ground, prompter: Prompter, stock: BootstrapStock): OpenBootstrap {
  const { config, roots, emit, signal, onPowerCut } = ground;
  const { tree, trees, memory, sessions, desk } = stock;
  const contact = contactOf(stock);
  const alone = <T>(work: () => Promise<T>): Promise<T> => desk.alone(work);
  const bootstrap = new BootstrapDesk({
    options: config.bootstrap ?? {},
    tree,
    trees,
    memory,
    roots: roots.map(({ uri }) => uri),
    prompter,
    emit,
    signal,
    onPowerCut,
    contact,
    alone,
    forget: (serverIds) => sessions.forget(serverIds),
  });
  const checkMs = config.smartcard?.checkMs ?? CARD_CHECK_MS;
  const card = new CardSlot({
    reader: readerOf(ground),
    checkMs,
    desk: bootstrap,
    memory,
    tree,
    trees,
    alone,
    emit,
    onPowerCut,
  });
  return { bootstrap, card, contact };
}

/** N-108: a session with every server whose account is new, until there was one; the desk tries again by itself. */
function contactOf({ memory, sessions, desk }: BootstrapStock): () => void {
  const asked = new Set<string>();
  return () => {
    const servers = sessions.servers();
    for (const serverId of memory.toContact) {
      // An account may have gone before anybody was contacted.
      if (asked.has(serverId) || !servers.includes(serverId)) continue;
      asked.add(serverId);
      const over = () => void asked.delete(serverId);
      desk.hold({ serverId, trigger: 1201 }).then(over, over);
    }
  };
}

/** The host's own reader, or the folder of the configuration; none when it is switched off (N-124). */
function readerOf({ config: { smartcard }, smartcard: reader }: Ground): SmartcardReader | undefined {
  if (smartcard?.enabled === false) return undefined;
  return reader ?? (smartcard?.folder === undefined ? undefined : cardFolder(smartcard.folder));
}
