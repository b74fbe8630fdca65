import type { NodeDescription, NodeInit, ObjectNodes } from '../tree/description.ts';
import type { UriLimits } from '../tree/limits.ts';
import type { ReportedItem } from './dev-info.ts';
import { interior, leaf } from './leaf.ts';
import { DEVDETAIL_MOI } from './moi.ts';

/** std-objects §3. */
export interface DevDetail {
  readonly DevTyp: string;
  readonly OEM: string;
  readonly FwV: string;
  readonly SwV: string;
  readonly HwV: string;
  /** Large objects are taken in chunks. */
  readonly LrgObj: boolean;
  /** What the tree enforces (S-011). */
  readonly uri: UriLimits;
}

/** DevDetail as a server reads it: any leaf may be missing. */
export type DevDetailReading = Partial<Omit<DevDetail, 'uri'>> & { readonly uri: Partial<UriLimits> };

const ROOT = './DevDetail';
const TEXTS = ['DevTyp', 'OEM', 'FwV', 'SwV', 'HwV'] as const;
const URI_LEAVES = { MaxDepth: 'maxDepth', MaxTotLen: 'maxTotLen', MaxSegLen: 'maxSegLen' } as const;
const UNSIGNED_16 = 65_535;

export function devDetailNodes(detail: DevDetail): ObjectNodes {
  const uriLeaves = Object.entries(URI_LEAVES);
  const description: readonly NodeDescription[] = [
    interior(
      'URI',
      uriLeaves.map(([name]) => leaf(name)),
    ),
    ...TEXTS.map((name) => leaf(name)),
    leaf('LrgObj', { format: 'bool' }),
  ];
  const nodes: readonly NodeInit[] = [
    { uri: ROOT, format: 'node' },
    { uri: `${ROOT}/URI`, format: 'node' },
    ...uriLeaves.map(([name, key]) => text(`URI/${name}`, String(detail.uri[key]))),
    ...TEXTS.map((name) => text(name, detail[name])),
    { uri: `${ROOT}/LrgObj`, format: 'bool', value: String(detail.LrgObj) },
  ];
  return { root: ROOT, description: interior('DevDetail', description, { moi: DEVDETAIL_MOI }), nodes };
}

/** Reads the answers to Gets below `./DevDetail`, leniently: numbers and booleans in any case and format (S-012). */
export function readDevDetail(items: readonly ReportedItem[]): DevDetailReading {
  const values = new Map(items.map(({ uri, value }) => [uri.replace(/^\.\//, ''), value]));
  const texts = TEXTS.flatMap((name) => entry(name, values.get(`DevDetail/${name}`)));
  const limits = Object.entries(URI_LEAVES).flatMap(([name, key]) =>
    entry(key, unsigned16(values.get(`DevDetail/URI/${name}`))),
  );
  const large = values.get('DevDetail/LrgObj');
  return {
    ...Object.fromEntries(texts),
    ...(large === undefined ? {} : { LrgObj: /^(?:true|1)$/i.test(large.trim()) }),
    uri: Object.fromEntries(limits),
  };
}

function text(path: string, value: string): NodeInit {
  return { uri: `${ROOT}/${path}`, format: 'chr', value };
}

function entry<T>(key: string, value: T | undefined): readonly [string, T][] {
  return value === undefined ? [] : [[key, value]];
}

function unsigned16(value: string | undefined): number | undefined {
  if (value === undefined || !/^\s*\d{1,5}\s*$/.test(value)) return undefined;
  return Number(value) <= UNSIGNED_16 ? Number(value) : undefined;
}
