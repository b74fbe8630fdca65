import type { NodeInit, ObjectNodes } from './description.ts';
import type { NodeValue } from './format.ts';
import type { TreeLimits, UriLimits } from './limits.ts';
import type { TreeChange, TreeSnapshot } from './snapshot.ts';

export interface TreeOptions {
  readonly objects: readonly ObjectNodes[];
  /** May servers add any object of their own below the root? Default: only what the objects describe. */
  readonly open?: boolean;
  readonly uriLimits?: UriLimits;
  readonly limits?: Partial<TreeLimits>;
  /** ACL of the root; default `Add=*&Get=*` (tree §6.2). */
  readonly rootAcl?: string;
  /** Milliseconds since the epoch, for `TStamp`. */
  readonly now: () => number;
}

export class Tree {
  constructor(_options: TreeOptions) {
    throw new Error('not yet');
  }
  has(_uri: string): boolean {
    throw new Error('not yet');
  }
  value(_uri: string): NodeValue | undefined {
    throw new Error('not yet');
  }
  text(_uri: string): string | undefined {
    throw new Error('not yet');
  }
  children(_uri: string): readonly string[] {
    throw new Error('not yet');
  }
  set(_uri: string, _value: NodeValue): void {
    throw new Error('not yet');
  }
  add(_init: NodeInit): void {
    throw new Error('not yet');
  }
  remove(_uri: string): void {
    throw new Error('not yet');
  }
  objects(_moi: string): readonly string[] {
    throw new Error('not yet');
  }
  removeServer(_serverId: string): void {
    throw new Error('not yet');
  }
  takeChanges(): readonly TreeChange[] {
    throw new Error('not yet');
  }
  snapshot(): TreeSnapshot {
    throw new Error('not yet');
  }
  restore(_snapshot: TreeSnapshot): void {
    throw new Error('not yet');
  }
}
