/** Keeps the accounts of a device in step with its smartcard: read at power-on and when another card is in (notification-bootstrap §6). */
import { createHash } from 'node:crypto';
import { readAccounts } from '@fumarole/dm/objects';
import type { Tree } from '@fumarole/dm/tree';
import { messageOf } from '../device-error.ts';
import { PowerCut } from '../disk/powered-disk.ts';
import type { Emit } from '../emit.ts';
import type { TreeStore } from '../tree-store/tree-store.ts';
import type { BootstrapDesk } from './bootstrap-desk.ts';
import type { BootstrapMemory } from './memory.ts';
import { cardDocuments, type SmartcardReader } from './smartcard.ts';

export interface CardSlotPorts {
  /** Undefined: there is no slot, or it is switched off. */
  readonly reader: SmartcardReader | undefined;
  readonly checkMs: number;
  readonly desk: BootstrapDesk;
  readonly memory: BootstrapMemory;
  readonly tree: Tree;
  readonly trees: TreeStore;
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  readonly emit: Emit;
  readonly onPowerCut: (cut: PowerCut) => void;
}

export class CardSlot {
  readonly #ports: CardSlotPorts;
  #card: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(ports: CardSlotPorts) {
    this.#ports = ports;
  }

  /** Power-on. */
  async start(): Promise<void> {
    await this.#check(true);
    if (this.#ports.reader !== undefined) this.#schedule();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#checking;
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#checking = this.#check().finally(() => this.#schedule());
    }, this.#ports.checkMs);
    this.#timer.unref();
  }

  /** Reads the card when it is another; at power-on in any case. */
  async #check(powerOn = false): Promise<void> {
    const { reader, emit, onPowerCut } = this.#ports;
    try {
      const card = await reader?.card();
      if (card === this.#card && !powerOn) return;
      this.#card = card;
      await this.#read();
    } catch (error) {
      if (error instanceof PowerCut) onPowerCut(error);
      else emit({ kind: 'error', code: 'bootstrap', text: `the card can not be read: ${messageOf(error)}` });
    }
  }

  async #read(): Promise<void> {
    const { reader, memory, desk, tree } = this.#ports;
    const documents = reader === undefined ? [] : await cardDocuments(reader);
    const byHash = new Map(documents.map((document) => [hashOf(document), document]));
    await this.#removeGone(new Set(byHash.keys()));
    const servers = new Set(readAccounts(tree).map(({ account }) => account.serverId));
    for (const [sha256, document] of byHash) {
      const known = memory.card.filter((one) => one.sha256 === sha256);
      const isThere = known.length > 0 && known.every(({ serverId }) => servers.has(serverId));
      if (!isThere) await desk.card(document, sha256);
    }
  }

  /** N-122: accounts that the card does not list any more, and no others. */
  async #removeGone(listed: ReadonlySet<string>): Promise<void> {
    const { memory, alone, tree, trees, emit } = this.#ports;
    const gone = memory.card.filter(({ sha256 }) => !listed.has(sha256));
    if (gone.length === 0) return;
    await alone(async () => {
      const ids = new Set(gone.map(({ serverId }) => serverId));
      for (const { root, account } of readAccounts(tree)) if (ids.has(account.serverId)) tree.remove(root);
      await trees.save(tree);
    });
    await memory.keepCard(memory.card.filter(({ sha256 }) => listed.has(sha256)));
    const text = `the card no longer lists ${gone.map(({ serverId }) => serverId).join(', ')}: the account is removed`;
    emit({ kind: 'step', text });
  }
}

function hashOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}
