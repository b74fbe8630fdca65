/** Reading and writing facts of a DeviceRecord: node values with their age, and what follows from them. */
import { type FumoState, parseFumoState, stateUri } from '../object/index.ts';
import type { DeviceRecord, FumoRoot, NodeRead } from './device-record.ts';
import type { Instant } from './instant.ts';
import { MAX_CHILD_LIST, MAX_NODE_VALUE, MAX_NODES, MAX_UNSUPPORTED, MAX_URI } from './limits.ts';
import type { VersionProbe } from './package-record.ts';
import { matchProbe } from './probe-pattern.ts';

export const FIRMWARE_VERSION = './DevDetail/FwV';
export const HARDWARE_VERSION = './DevDetail/HwV';
export const LARGE_OBJECTS = './DevDetail/LrgObj';

/** Remembers an answer about a node; values are cut, the oldest entries leave when there are too many. */
export function withRead(device: DeviceRecord, uri: string, read: Omit<NodeRead, 'contact'>): DeviceRecord {
  if (uri.length > MAX_URI) {
    return device;
  }
  const most = read.format?.toLowerCase() === 'node' ? MAX_CHILD_LIST : MAX_NODE_VALUE;
  const value = read.value?.slice(0, most);
  const entry: NodeRead = {
    ...read,
    ...(value === undefined ? {} : { value }),
    contact: device.contacts,
  };
  const { [uri]: _old, ...others } = device.nodes;
  const kept = Object.entries(others);
  const room = kept.length < MAX_NODES ? kept : kept.sort(byAge).slice(kept.length - MAX_NODES + 1);
  return { ...device, nodes: { ...Object.fromEntries(room), [uri]: entry } };
}

/** Makes facts stale without losing them for display: an operation was started or has ended. */
export function staled(device: DeviceRecord, ...uris: readonly string[]): DeviceRecord {
  const nodes = { ...device.nodes };
  for (const uri of uris) {
    const read = nodes[uri];
    if (read !== undefined) {
      nodes[uri] = { ...read, contact: -1 };
    }
  }
  return { ...device, nodes };
}

/** The answer about a node given in the present contact; undefined when it has to be asked (again). */
export function readNow(device: DeviceRecord, uri: string): NodeRead | undefined {
  const read = device.nodes[uri];
  return read !== undefined && read.contact === device.contacts ? read : undefined;
}

/** The answer about a node, unless it is stale or older than `maxAge`; 0: only one of this contact, ∞: any. */
export function readRecently(
  device: DeviceRecord,
  uri: string,
  now: Instant,
  maxAge: number,
): NodeRead | undefined {
  const read = device.nodes[uri];
  const known = read !== undefined && (read.contact >= 0 || maxAge === Number.POSITIVE_INFINITY);
  const recent = known && maxAge > 0 && now - read.at <= maxAge;
  return readNow(device, uri) ?? (recent ? read : undefined);
}

/** `TODO`, `unknown`, empty and the like say nothing and never match (S-053). */
export function meaningful(value: string | undefined): string | undefined {
  const text = value?.trim() ?? '';
  return /^(|todo|tbd|unknown|undefined|null|none|n\/?a|-+|\?+)$/i.test(text) ? undefined : text;
}

/** State of a root as last read; undefined when unknown, unreadable or not one of the ten (F-062). */
export function stateOf(device: DeviceRecord, root: string): FumoState | undefined {
  return parseFumoState(device.nodes[stateUri(root)]?.value);
}

/** Nodes to ask for the installed version, best first: the probe, `FwV`, the root's `PkgVersion`. */
export function versionUris(root: FumoRoot | undefined, probe: VersionProbe | undefined): readonly string[] {
  const named = probe?.uri;
  const own = root?.pkgVersion === true && root.exists ? `${root.uri}/PkgVersion` : undefined;
  if (named !== undefined) {
    return [named.startsWith('./') ? named : `${root?.uri ?? '.'}/${named}`];
  }
  return own === undefined ? [FIRMWARE_VERSION] : [FIRMWARE_VERSION, own];
}

/** The version in a probe's value: its pattern's first group, or the whole value. */
export function versionIn(value: string | undefined, probe: VersionProbe | undefined): string | undefined {
  const text = meaningful(value);
  if (text === undefined || probe?.pattern === undefined) {
    return text;
  }
  return matchProbe(probe.pattern, text);
}

export function readsTrue(value: string | undefined): boolean {
  return /^(true|1)$/i.test(value?.trim() ?? '');
}

/** LrgObj as the device told it, else as the description of its model has it. */
export function takesLargeObjects({ nodes, described }: DeviceRecord): boolean {
  const told = nodes[LARGE_OBJECTS]?.value;
  return told === undefined ? described?.largeObjects === true : readsTrue(told);
}

/** Remembers that the device does not support something: a verb and URI, or a feature (I-027). */
export function withUnsupported(device: DeviceRecord, what: string, status: number): DeviceRecord {
  const entries = Object.entries(device.unsupported).filter(([key]) => key !== what);
  const kept = entries.slice(-MAX_UNSUPPORTED + 1);
  return { ...device, unsupported: Object.fromEntries([...kept, [what, status]]) };
}

function byAge(a: readonly [string, NodeRead], b: readonly [string, NodeRead]): number {
  return a[1].at - b[1].at;
}
