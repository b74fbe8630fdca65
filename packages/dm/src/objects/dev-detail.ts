import type { NodeDescription, NodeInit, ObjectNodes } from '../tree/description.ts';
import type { UriLimits } from '../tree/limits.ts';
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

const ROOT = './DevDetail';
const TEXTS = ['DevTyp', 'OEM', 'FwV', 'SwV', 'HwV'] as const;
const URI_LEAVES = { MaxDepth: 'maxDepth', MaxTotLen: 'maxTotLen', MaxSegLen: 'maxSegLen' } as const;

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

function text(path: string, value: string): NodeInit {
  return { uri: `${ROOT}/${path}`, format: 'chr', value };
}
