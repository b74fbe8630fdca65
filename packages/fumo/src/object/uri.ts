/** URIs inside a FUMO root `<X>` (fumo.md §2). */

export type FumoOperation = 'download' | 'update' | 'download-and-update';

/** Node name of each operation. */
export const OPERATION_NODE: Readonly<Record<FumoOperation, string>> = {
  download: 'Download',
  update: 'Update',
  'download-and-update': 'DownloadAndUpdate',
};

const BY_NODE: ReadonlyMap<string, FumoOperation> = new Map([
  ['Download', 'download'],
  ['Update', 'update'],
  ['DownloadAndUpdate', 'download-and-update'],
]);

export interface FumoPlace {
  readonly root: string;
  /** Operation that the URI names, itself or by its `PkgURL`, `PkgData` or vendor child. */
  readonly operation?: FumoOperation;
}

/**
 * The FUMO root that a URI belongs to: strips a trailing `/Download`, `/Update`, `/DownloadAndUpdate` and one child of
 * those, or `/State`, `/PkgName`, `/PkgVersion` (I-021, F-092). A URI that is none of them is taken as the root itself.
 */
export function fumoRootOf(uri: string): FumoPlace {
  const clean = canonicalUri(uri);
  const segments = clean.split('/');
  for (const back of [1, 2]) {
    const operation = BY_NODE.get(segments.at(-back) ?? '');
    if (operation !== undefined && segments.length > back) {
      return { root: segments.slice(0, -back).join('/'), operation };
    }
  }
  return /\/(State|PkgName|PkgVersion|Ext)$/.test(clean)
    ? { root: segments.slice(0, -1).join('/') }
    : { root: clean };
}

/** `./A` and `A` are the same node (tree.md §2): trimmed, query dropped, with the leading `./`. */
export function canonicalUri(uri: string): string {
  const path = uri.trim().split('?')[0] ?? '';
  return path === '.' || path.startsWith('./') ? path : `./${path.replace(/^\/+/, '')}`;
}

export function operationUri(root: string, operation: FumoOperation): string {
  return `${root}/${OPERATION_NODE[operation]}`;
}

/** The `PkgURL` that an operation reads: each its own (F-066). */
export function pkgUrlUri(root: string, operation: 'download' | 'download-and-update'): string {
  return `${operationUri(root, operation)}/PkgURL`;
}

export function pkgDataUri(root: string): string {
  return `${root}/Update/PkgData`;
}

/** Vendor leaf of our devices: the last result and its reason in words, `410 rolled back: …`. */
export function lastResultUri(root: string): string {
  return `${root}/Ext/LastResult`;
}

export function stateUri(root: string): string {
  return `${root}/State`;
}
