/** The FUMO roots of a device whose model has a description: only what it leaves open is asked (tree.md §9). */
import type { DeviceRecord, FumoRoot } from './device-record.ts';
import { MAX_ROOTS, MAX_WALK } from './limits.ts';
import type { DescribedRoot, ModelDescription } from './model-description.ts';
import { childrenOf, hasPkgData, isAnswered, isInterior, rootFrom } from './tree-reads.ts';

export type DiscoveryStep =
  | { readonly kind: 'ask'; readonly uris: readonly string[] }
  | { readonly kind: 'done'; readonly roots: readonly FumoRoot[]; readonly how: string };

/** Name of a root that the server has to make. */
const OWN_NAME = 'Fumarole';

/** Undefined: the device has no root where the description says, so its tree is searched like any other. */
export function rootsByDescription(
  device: DeviceRecord,
  described: ModelDescription,
): DiscoveryStep | undefined {
  const roots: FumoRoot[] = [];
  const ask: string[] = [];
  let budget = MAX_WALK;
  for (const one of described.roots) {
    const places = placesOf(device, one, ask).slice(0, budget);
    budget -= places.length;
    const found = places.flatMap((uri) => rootAt(device, one, uri, ask));
    roots.push(...(found.length === 0 ? toBeMade(device, one, ask) : found));
  }
  if (ask.length > 0) return { kind: 'ask', uris: [...new Set(ask)] };
  const how = 'known from the description of its model';
  return roots.length === 0 ? undefined : { kind: 'done', roots: roots.slice(0, MAX_ROOTS), how };
}

/** Unnamed nodes on the way are looked up in the child list above them; a device may have more than can be remembered. */
function placesOf(device: DeviceRecord, { path }: DescribedRoot, ask: string[]): readonly string[] {
  return path.reduce<readonly string[]>(
    (above, name) =>
      above
        .flatMap((uri) => {
          if (name !== '') return [`${uri}/${name}`];
          if (!isAnswered(device, uri)) ask.push(uri);
          return childrenOf(device.nodes[uri]).map((child) => `${uri}/${child}`);
        })
        .slice(0, MAX_WALK),
    ['.'],
  );
}

function rootAt(device: DeviceRecord, one: DescribedRoot, uri: string, ask: string[]): readonly FumoRoot[] {
  const { always, optional, nodes } = one;
  if (always && !optional) return [{ uri, found: 'ddf', exists: true, ...nodes }];
  const update = `${uri}/Update`;
  if (!isAnswered(device, uri)) {
    ask.push(uri);
    return [];
  }
  const children = childrenOf(device.nodes[uri]);
  if (!isInterior(device.nodes[uri])) return [];
  const root = rootFrom(uri, 'ddf', (child) => children.includes(child));
  if (!root.update || !nodes.pkgData) return [{ ...root, pkgData: false }];
  if (!isAnswered(device, update)) {
    ask.push(update);
    return [];
  }
  return [{ ...root, pkgData: hasPkgData(device.nodes[update]) }];
}

/** The last name may be ours; all above it is there. */
function toBeMade(device: DeviceRecord, one: DescribedRoot, ask: readonly string[]): readonly FumoRoot[] {
  const { path, addable, nodes } = one;
  const above = path.slice(0, -1);
  if (!addable || ask.length > 0 || above.includes('')) return [];
  const parent = ['.', ...above].join('/');
  const name = path.at(-1) || OWN_NAME;
  const listed = device.nodes[parent];
  if (name === OWN_NAME && !isInterior(listed)) return [];
  return [{ uri: `${parent}/${name}`, found: 'ddf', exists: false, add: 'root', ...nodes }];
}
