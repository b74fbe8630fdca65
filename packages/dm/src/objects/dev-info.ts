import type { ObjectNodes } from '../tree/description.ts';

/** The five leaves that every first message carries (std-objects §2). */
export interface DevInfo {
  readonly DevId: string;
  readonly Man: string;
  readonly Mod: string;
  readonly DmV: string;
  readonly Lang: string;
}

/** DevInfo as a server reads it: what is missing stays undefined; the rest is kept by full node path. */
export interface DevInfoReading extends Partial<DevInfo> {
  readonly other: Readonly<Record<string, string>>;
  /** Mandatory leaves that did not come, or came empty (S-004). */
  readonly missing: readonly (keyof DevInfo)[];
}

export function devInfoNodes(_info: DevInfo): ObjectNodes {
  throw new Error('not yet');
}
/** The Items of the Replace in package 1, in the order of the standard. */
export function devInfoItems(_info: DevInfo): readonly { readonly uri: string; readonly value: string }[] {
  throw new Error('not yet');
}
export function readDevInfo(
  _items: readonly { readonly uri: string; readonly value: string }[],
): DevInfoReading {
  throw new Error('not yet');
}
