import type { NodeDescription, NodeInit, ObjectNodes } from '../tree/description.ts';
import { interior, leaf } from './leaf.ts';
import { FUMO_MOI } from './moi.ts';

/** Which optional nodes a firmware update object has (fumo §2). */
export interface FumoShape {
  /** Node URI, e.g. `./FwUpdate/FwPkg1`. */
  readonly root: string;
  /** Of the root and all below it; default `permanent`. */
  readonly scope?: 'permanent' | 'dynamic';
  readonly download?: boolean;
  readonly update?: boolean;
  /** `Update/PkgData`: delivery through DM; there is no PkgData without `update`. */
  readonly pkgData?: boolean;
  readonly downloadAndUpdate?: boolean;
  /** Values; absent: the node does not exist. */
  readonly pkgName?: string;
  readonly pkgVersion?: string;
  readonly ext?: boolean;
  /** `Ext/LastResult`: the last result and its reason in words. */
  readonly lastResult?: boolean;
  /** Largest package that `PkgData` takes. */
  readonly maxPkgOctets?: number;
  /** ACL of the root, for example `Exec=srv&Get=*&Replace=srv`; absent: inherited, and then servers may only read. */
  readonly acl?: string;
}

/** Longest values taken; the standard sets no limit (fumo §2: at least 2048 and 255). */
const MAX_URL_OCTETS = 8192;
const MAX_NAME_OCTETS = 1024;
/** `State` before anything happened: Idle / Start (fumo §3). */
const IDLE = '10';

/** A firmware update management object: the nodes a device has, its State at 10. Behaviour is a plug-in on the same root. */
export function fumoNodes(shape: FumoShape): ObjectNodes {
  const { root, scope = 'permanent', acl } = shape;
  const rows = rowsOf(shape);
  const withScope = (node: NodeDescription): NodeDescription => ({
    ...node,
    scope,
    ...(Array.isArray(node.children) ? { children: node.children.map(withScope) } : {}),
  });
  const description = interior(
    root.slice(root.lastIndexOf('/') + 1),
    rows.map(({ description: child }) => child),
    { moi: FUMO_MOI, occurrence: 'ZeroOrOne', access: scope === 'dynamic' ? ['Delete', 'Get'] : ['Get'] },
  );
  return {
    root,
    description: withScope(description),
    nodes: [
      { uri: root, format: 'node', ...(acl === undefined ? {} : { acl }) },
      ...rows.flatMap(({ description: child, value }) => initsOf(root, child, value)),
    ],
  };
}

interface Row {
  readonly description: NodeDescription;
  readonly value?: string;
}

function rowsOf(shape: FumoShape): readonly Row[] {
  const optional = { occurrence: 'ZeroOrOne', maxOctets: MAX_NAME_OCTETS } as const;
  const rows: readonly (Row | false)[] = [
    shape.pkgName !== undefined && { description: leaf('PkgName', optional), value: shape.pkgName },
    shape.pkgVersion !== undefined && { description: leaf('PkgVersion', optional), value: shape.pkgVersion },
    shape.download === true && { description: operation('Download', [pkgUrl()]) },
    shape.update === true && {
      description: operation('Update', shape.pkgData === true ? [pkgData(shape.maxPkgOctets)] : []),
    },
    shape.downloadAndUpdate === true && { description: operation('DownloadAndUpdate', [pkgUrl()]) },
    { description: leaf('State', { format: 'int' }), value: IDLE },
    (shape.ext === true || shape.lastResult === true) && { description: extensions(shape) },
  ];
  return rows.filter((row) => row !== false);
}

function operation(name: string, children: readonly NodeDescription[]): NodeDescription {
  return interior(name, children, { access: ['Exec', 'Get'], occurrence: 'ZeroOrOne' });
}

function extensions({ lastResult }: FumoShape): NodeDescription {
  const optional = { occurrence: 'ZeroOrOne', maxOctets: MAX_NAME_OCTETS } as const;
  return interior('Ext', lastResult === true ? [leaf('LastResult', optional)] : [], {
    occurrence: 'ZeroOrOne',
  });
}

function pkgUrl(): NodeDescription {
  return leaf('PkgURL', { access: ['Get', 'Replace'], maxOctets: MAX_URL_OCTETS });
}

/** Replace only; any MIME type, because the type of update packages is not standardised. */
function pkgData(maxOctets: number | undefined): NodeDescription {
  return {
    name: 'PkgData',
    access: ['Replace'],
    format: 'bin',
    scope: 'permanent',
    occurrence: 'ZeroOrOne',
    ...(maxOctets === undefined ? {} : { maxOctets }),
  };
}

function initsOf(parent: string, { name, format, children }: NodeDescription, value?: string): NodeInit[] {
  const uri = `${parent}/${name}`;
  const own: NodeInit = { uri, format: format ?? 'chr', ...(value === undefined ? {} : { value }) };
  const below = Array.isArray(children) ? children.flatMap((child) => initsOf(uri, child)) : [];
  return [name === 'PkgData' ? { ...own, type: 'application/octet-stream' } : own, ...below];
}
