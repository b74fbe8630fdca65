import type { Format, NodeValue } from './format.ts';

/** One node as plain data; `uri` is canonical. */
export interface NodeRecord {
  readonly uri: string;
  readonly format: Format;
  readonly type: string;
  readonly value?: NodeValue;
  readonly acl?: string;
  readonly title?: string;
  /** Milliseconds since the epoch of the last change of the value. */
  readonly tstamp: number;
  readonly verNo: number;
}

/** A whole tree as plain data, parents before their children. */
export interface TreeSnapshot {
  readonly version: 1;
  readonly nodes: readonly NodeRecord[];
}

export type TreeChange =
  | { readonly kind: 'put'; readonly node: NodeRecord }
  | { readonly kind: 'remove'; readonly uri: string };
