import type { ObjectNodes } from '../tree/description.ts';
import type { UriLimits } from '../tree/limits.ts';

export interface DevDetail {
  readonly DevTyp: string;
  readonly OEM: string;
  readonly FwV: string;
  readonly SwV: string;
  readonly HwV: string;
  readonly LrgObj: boolean;
  readonly uri: UriLimits;
}

export function devDetailNodes(_detail: DevDetail): ObjectNodes {
  throw new Error('not yet');
}
