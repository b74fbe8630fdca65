import type { ObjectNodes } from '../tree/description.ts';
import { interior, leaf } from './leaf.ts';
import { DEVINFO_MOI } from './moi.ts';

/** The five leaves that every first message carries (std-objects §2). */
export interface DevInfo {
  readonly DevId: string;
  readonly Man: string;
  readonly Mod: string;
  readonly DmV: string;
  readonly Lang: string;
}

/** DevInfo as a server reads it: what is missing stays undefined; the rest is kept by its path below `./DevInfo`. */
export interface DevInfoReading extends Partial<DevInfo> {
  /** Leaves below Ext and Bearer, and any other, by full node URI; at most 64. */
  readonly other: Readonly<Record<string, string>>;
  /** Mandatory leaves that did not come, or came empty (S-004). */
  readonly missing: readonly (keyof DevInfo)[];
}

/** A node URI with its value, as sessions report what a device sent. */
export interface ReportedItem {
  readonly uri: string;
  readonly value: string;
  readonly format?: string;
}

const ROOT = './DevInfo';
const LEAVES: readonly (keyof DevInfo)[] = ['DevId', 'Man', 'Mod', 'DmV', 'Lang'];
/** Leaves of Ext and Bearer that are kept, and characters of each: a device decides how many it sends. */
const MAX_OTHER = 64;
const MAX_VALUE_CHARACTERS = 1024;

export function devInfoNodes(info: DevInfo): ObjectNodes {
  return {
    root: ROOT,
    description: interior(
      'DevInfo',
      LEAVES.map((name) => leaf(name)),
      { moi: DEVINFO_MOI },
    ),
    nodes: [
      { uri: ROOT, format: 'node' },
      ...LEAVES.map((name) => ({ uri: `${ROOT}/${name}`, format: 'chr' as const, value: info[name] })),
    ],
  };
}

/** The Items of the Replace in package 1 (S-001). */
export function devInfoItems(info: DevInfo): readonly ReportedItem[] {
  return LEAVES.map((name) => ({ uri: `${ROOT}/${name}`, value: info[name] }));
}

/** Reads the Items of a DevInfo Replace in any order, with interior nodes and unknown leaves among them (S-002). */
export function readDevInfo(items: readonly ReportedItem[]): DevInfoReading {
  const known: Partial<Record<keyof DevInfo, string>> = {};
  const other: Record<string, string> = {};
  for (const { uri, value, format } of items) {
    const path = uri.replace(/^(?:\.\/)?DevInfo\//, '');
    if (path === uri || format?.toLowerCase() === 'node') continue;
    const name = LEAVES.find((leafName) => leafName === path);
    const kept = value.slice(0, MAX_VALUE_CHARACTERS);
    if (name !== undefined) known[name] = kept;
    else if (Object.keys(other).length < MAX_OTHER) other[`${ROOT}/${path}`] = kept;
  }
  return { ...known, other, missing: LEAVES.filter((name) => (known[name] ?? '').trim() === '') };
}
