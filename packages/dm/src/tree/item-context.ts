import type { Encoding, Item, Meta } from '@fumarole/syncml';
import type { PluginResult } from './plugin.ts';
import type { PluginTable } from './plugin-table.ts';
import { Refusal } from './refusal.ts';
import type { Tree } from './tree.ts';

/** How to take back what one Item did outside the tree; false: it could not be (516). */
export type Undo = () => Promise<boolean>;

/** Everything one Item of a command is executed with. */
export interface ItemContext {
  readonly tree: Tree;
  readonly plugins: PluginTable;
  readonly serverId: string;
  readonly wire: Encoding;
  readonly correlator?: string;
  /** Serialised subtrees are taken; false: a device without them (T-090). */
  readonly tnds: boolean;
  /** Objects without a place are left out of what comes to the Inbox. */
  readonly skipUnknown: boolean;
  /** Effects outside the tree are noted here, for Atomic. */
  readonly undo: Undo[];
}

/** An Item of a command with the Meta that holds for it (T-050). */
export interface MetaItem extends Item {
  readonly Meta: Meta;
  /** Data came in chunks and is decoded already. */
  readonly decoded?: boolean;
}

export interface ItemResult {
  readonly code: number;
  readonly results?: readonly Item[];
}

/** Executed. 214 (cancelled by the user) and 215 (not executed) are of the 2xx class without being so. */
export function isSuccess(code: number): boolean {
  return code >= 200 && code < 300 && code !== 214 && code !== 215;
}

/** A plug-in's answer; other than 2xx it ends the Item. */
export async function admitted(answer: PluginResult | Promise<PluginResult> | undefined): Promise<number> {
  const code = (await answer)?.code ?? 200;
  if (!isSuccess(code)) throw new Refusal(code);
  return code;
}
