import type { Alert } from '@fumarole/syncml';
import type { NodeValue } from './format.ts';

/** The status a plug-in answers with; any code that tree §5.2 lists for the command. */
export interface PluginResult {
  readonly code: number;
}

/** Where the octets of a large value go; nothing is acknowledged before it is durable. */
export interface ChunkSink {
  /** Appends at `offset` (always the sum of what was written); resolves to 213, or to the status of the failure. */
  write(offset: number, bytes: Uint8Array): Promise<number>;
  /** All octets are there: take the value; resolves to 200, or to the status of the failure. */
  commit(): Promise<number>;
  discard(): Promise<void>;
}

export interface SinkRequest {
  readonly serverId: string;
  /** Announced octets of the value, when known; of base64 the least it can be, up to two below what comes. */
  readonly size?: number;
  readonly format?: string;
  readonly type?: string;
}

export interface ExecRequest {
  readonly serverId: string;
  readonly correlator?: string;
  readonly data?: NodeValue;
}

/**
 * A management object with behaviour, mounted on a subtree. Rights, URIs, formats and Atomic are settled before it is called;
 * URIs arrive canonical (`./FwUpdate/pkg1/State`). What it leaves out is plain storage in the tree.
 */
export interface ObjectPlugin {
  /** Node URI of the subtree. The longest root that holds a node wins. */
  readonly root: string;
  /** Value of a leaf; undefined: the stored one. */
  get?(uri: string): NodeValue | undefined;
  /** A leaf is about to take `value`; the tree stores it when the code is 2xx. Also called with the old value to undo an Atomic. */
  replace?(uri: string, value: NodeValue): PluginResult | Promise<PluginResult>;
  /** A node is about to be added; a code other than 2xx refuses it. */
  add?(uri: string, value: NodeValue | undefined): PluginResult | Promise<PluginResult>;
  /** A node is about to be removed with all below it; a code other than 2xx refuses it (403: busy). */
  remove?(uri: string): PluginResult | Promise<PluginResult>;
  exec?(uri: string, request: ExecRequest): PluginResult | Promise<PluginResult>;
  /** Sink for values of this leaf, whole or in chunks; a result refuses it; undefined: no sink, the tree stores the value. */
  sink?(uri: string, request: SinkRequest): Promise<ChunkSink | PluginResult | undefined>;
}

/** Answer of the user to an Alert 1100–1104 (protocol §5). */
export interface UiAnswer {
  /** 200, 304, 214, 408, 412, 416, or 406 where there is no user. */
  readonly code: number;
  readonly answers?: readonly string[];
}

export interface UserInteraction {
  interact(alert: Alert): Promise<UiAnswer>;
}
