import type { Atomic, Command, Encoding } from '@fumarole/syncml';
import type { CommandOutcome } from './outcome.ts';
import type { ObjectPlugin, UserInteraction } from './plugin.ts';
import type { Tree } from './tree.ts';

/** One piece of a large object as the session delivers it (protocol §4). */
export interface ChunkPart {
  readonly cmd: 'Add' | 'Replace';
  readonly cmdID?: string;
  readonly uri: string;
  readonly format?: string;
  readonly type?: string;
  readonly offset: number;
  /** Decoded octets. */
  readonly bytes: Uint8Array;
  readonly size?: number;
  readonly last: boolean;
}

export interface ExecutorOptions {
  readonly tree: Tree;
  readonly plugins?: readonly ObjectPlugin[];
  readonly ui?: UserInteraction;
  /** Will the statuses of this Atomic fit one message? Otherwise it is answered 517 and not begun (tree §5.5). */
  readonly atomicFits?: (atomic: Atomic) => boolean;
}

export class TreeExecutor {
  constructor(_options: ExecutorOptions) {
    throw new Error('not yet');
  }
  execute(_command: Command, _serverId: string, _wire: Encoding): Promise<readonly CommandOutcome[]> {
    throw new Error('not yet');
  }
  chunk(_part: ChunkPart, _serverId: string): Promise<CommandOutcome> {
    throw new Error('not yet');
  }
  dropObject(_uri: string): Promise<void> {
    throw new Error('not yet');
  }
}
