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

/** A node URI with its value, as sessions report what a device sent. */
export interface ReportedItem {
  readonly uri: string;
  readonly value: string;
  readonly format?: string;
}

const ROOT = './DevInfo';
const LEAVES: readonly (keyof DevInfo)[] = ['DevId', 'Man', 'Mod', 'DmV', 'Lang'];
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
