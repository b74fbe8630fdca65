import type { ObjectNodes } from '../tree/description.ts';

/** Which optional nodes a firmware update object has (fumo §2). */
export interface FumoShape {
  /** Node URI, e.g. `./FwUpdate/FwPkg1`. */
  readonly root: string;
  readonly scope?: 'permanent' | 'dynamic';
  readonly download?: boolean;
  readonly update?: boolean;
  /** `Update/PkgData`: delivery through DM. */
  readonly pkgData?: boolean;
  readonly downloadAndUpdate?: boolean;
  /** Values; absent: the node does not exist. */
  readonly pkgName?: string;
  readonly pkgVersion?: string;
  readonly ext?: boolean;
  readonly maxPkgOctets?: number;
  /** ACL of the root; absent: inherited. */
  readonly acl?: string;
}

export function fumoNodes(_shape: FumoShape): ObjectNodes {
  throw new Error('not yet');
}
