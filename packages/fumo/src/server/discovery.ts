/**
 * Finding the FUMO roots of a device (F-027, I-018, std-objects.md §1): by the description of its model where there is
 * one; else `?list=Struct` of the root once where the profile allows; otherwise the child lists are walked and `?prop=Type` read; then the usual places. What was asked
 * and answered is in `nodes`, so each message computes anew what is still to ask. A root is recognised by its Type,
 * or, where Type is not told, by the shape of its children.
 */
import { isFumoMoi } from '../object/index.ts';
import { type DiscoveryStep, rootsByDescription } from './described-roots.ts';
import type { DeviceRecord, FumoRoot, NodeRead } from './device-record.ts';
import { FIRMWARE_VERSION } from './facts.ts';
import type { Instant } from './instant.ts';
import { MAX_ROOTS, MAX_WALK } from './limits.ts';
import { profileOf } from './profiles/profile-of.ts';
import { childrenOf, hasPkgData, isAnswered, isInterior, rootFrom } from './tree-reads.ts';

export const LIST_URI = '.?list=Struct';

/** Roots seen in the field (interop-notes.md §6), tried after discovery by Type. */
const PLACES: readonly string[] = ['./FwUpdate', './FUMO', './ManagedObjects/FUMO'];
/** Standard objects: no FUMO root inside. */
const ELSEWHERE: ReadonlySet<string> = new Set(['DevInfo', 'DevDetail', 'DMAcc', 'SyncML', 'Inbox', 'Wi-Fi']);
const OPERATIONS: readonly string[] = ['Download', 'Update', 'DownloadAndUpdate'];
const MAX_DEPTH = 3;

/** What to Get next, or the roots. */
export function discover(device: DeviceRecord): DiscoveryStep {
  const profile = profileOf(device);
  if (profile.assumed.length > 0) {
    return { kind: 'done', roots: profile.assumed, how: `known from the profile ${profile.name}` };
  }
  const described = device.described && rootsByDescription(device, device.described);
  if (described !== undefined) {
    return described;
  }
  const listed = device.discovery.listed;
  if (profile.list && listed === undefined) {
    return { kind: 'ask', uris: [LIST_URI] };
  }
  if (listed !== undefined && listed.length > 0) {
    return completeList(device, listed);
  }
  const walk = profile.walk ? walkTree(device) : ({ kind: 'done', roots: [], how: '' } as const);
  if (walk.kind === 'ask' || walk.roots.length > 0) {
    return walk;
  }
  const dynamic = profile.dynamic;
  return dynamic === undefined
    ? { kind: 'done', roots: [], how: 'no FUMO object in the tree' }
    : {
        kind: 'done',
        roots: [{ uri: dynamic.uri, found: 'profile', exists: false, add: dynamic.add, ...dynamic.nodes }],
        how: 'to be created, as the profile says',
      };
}

/** Takes the Items of a `?list=Struct` answer apart: only FUMO roots and their children are kept. */
export function rootsInList(
  items: readonly { readonly uri: string; readonly type?: string }[],
): readonly FumoRoot[] {
  const uris = new Set(items.map(({ uri }) => withDot(uri)));
  const typed = items
    .filter(({ type }) => type !== undefined && isFumoMoi(type))
    .map(({ uri }) => withDot(uri));
  const shaped = [...uris].filter(
    (uri) => uris.has(`${uri}/State`) && OPERATIONS.some((op) => uris.has(`${uri}/${op}`)),
  );
  const found: readonly (readonly [string, FumoRoot['found']])[] =
    typed.length > 0 ? typed.map((uri) => [uri, 'type']) : shaped.map((uri) => [uri, 'shape']);
  return found
    .slice(0, MAX_ROOTS)
    .map(([uri, how]) => rootFrom(uri, how, (child) => uris.has(`${uri}/${child}`)));
}

/** The root with the nodes that a later part of the listing has. */
export function withListed(root: FumoRoot, items: readonly { readonly uri: string }[]): FumoRoot {
  const uris = new Set(items.map(({ uri }) => withDot(uri)));
  const more = rootFrom(root.uri, root.found, (child) => uris.has(`${root.uri}/${child}`));
  return {
    ...root,
    download: root.download || more.download,
    update: root.update || more.update,
    pkgData: root.pkgData || more.pkgData,
    downloadAndUpdate: root.downloadAndUpdate || more.downloadAndUpdate,
    pkgName: root.pkgName || more.pkgName,
    pkgVersion: root.pkgVersion || more.pkgVersion,
    state: root.state || more.state,
    ...(root.ext === true || more.ext === true ? { ext: true } : {}),
  };
}

/** True when what is known was found with another firmware, or was never looked for. */
export function discoveryIsStale(device: DeviceRecord, version: string | undefined): boolean {
  const { state, firmware } = device.discovery;
  return state !== 'done' || (firmware !== undefined && version !== undefined && firmware !== version);
}

/** Ends a search and forgets its working notes. */
export function withRoots(
  device: DeviceRecord,
  roots: readonly FumoRoot[],
  how: string,
  now: Instant,
): DeviceRecord {
  const firmware = device.nodes[FIRMWARE_VERSION]?.value;
  const nodes = Object.entries(device.nodes).filter(([uri, read]) => !isNote(uri, read, roots));
  return {
    ...device,
    nodes: Object.fromEntries(nodes),
    roots,
    discovery: { state: 'done', at: now, how, ...(firmware === undefined ? {} : { firmware }) },
  };
}

/** Child lists and Types read on the way are of no further use. */
function isNote(uri: string, read: NodeRead, roots: readonly FumoRoot[]): boolean {
  const detail = /^\.\/Dev(Detail|Info)\//.test(uri);
  const ofRoot = roots.some((root) => uri.startsWith(`${root.uri}/`)) && read.format !== 'node';
  return uri.includes('?') || !(detail || ofRoot);
}

/** PkgData cannot be read, so a listing may leave it out: the child list of Update tells. */
function completeList(device: DeviceRecord, listed: readonly FumoRoot[]): DiscoveryStep {
  const doubtful = listed.filter((root) => root.update && root.pkgData !== true);
  const uris = doubtful.map((root) => `${root.uri}/Update`).filter((uri) => !isAnswered(device, uri));
  if (uris.length > 0) {
    return { kind: 'ask', uris };
  }
  const roots = listed.map((root) =>
    doubtful.includes(root) ? { ...root, pkgData: hasPkgData(device.nodes[`${root.uri}/Update`]) } : root,
  );
  return {
    kind: 'done',
    roots,
    how: `found by its ${roots[0]?.found === 'type' ? 'identifier' : 'shape'} in the tree`,
  };
}

function walkTree(device: DeviceRecord): DiscoveryStep {
  const roots: FumoRoot[] = [];
  const ask: string[] = [];
  let budget = MAX_WALK;
  const visit = (uri: string, depth: number): void => {
    budget -= 1;
    const read = device.nodes[uri];
    if (budget < 0 || read === undefined || !isAnswered(device, uri)) {
      if (budget >= 0) {
        ask.push(uri);
      }
      return;
    }
    const children = childrenOf(read);
    if (looksLikeFumo(children)) {
      judge(uri, children);
    } else if (depth < MAX_DEPTH) {
      for (const child of children.filter((name) => depth > 0 || !ELSEWHERE.has(name))) {
        visit(uri === '.' ? `./${child}` : `${uri}/${child}`, depth + 1);
      }
    }
  };
  const judge = (uri: string, children: readonly string[]): void => {
    const type = device.nodes[`${uri}?prop=Type`];
    const wanted = [`${uri}?prop=Type`, ...(children.includes('Update') ? [`${uri}/Update`] : [])];
    const missing = wanted.filter((node) => !isAnswered(device, node));
    ask.push(...missing);
    if (missing.length === 0 && !namesOther(type)) {
      const found = isFumoMoi(type?.value ?? '') ? 'type' : 'shape';
      const root = rootFrom(uri, found, (child) => children.includes(child));
      roots.push(root.update ? { ...root, pkgData: hasPkgData(device.nodes[`${uri}/Update`]) } : root);
    }
  };
  visit('.', 0);
  for (const place of new Set([...profileOf(device).places, ...PLACES])) {
    if (!isInterior(device.nodes['.'])) {
      visit(place, place.split('/').length - 2);
    }
  }
  return ask.length > 0
    ? { kind: 'ask', uris: [...new Set(ask)] }
    : { kind: 'done', roots: roots.slice(0, MAX_ROOTS), how: 'found by walking the tree' };
}

/** Type that names another object; empty, missing or unreadable says nothing (interop-notes.md §1.2). */
function namesOther(type: NodeRead | undefined): boolean {
  const text = type?.value?.trim() ?? '';
  return /^(urn:|org\.)/i.test(text) && !isFumoMoi(text);
}

function looksLikeFumo(children: readonly string[]): boolean {
  const operations = OPERATIONS.filter((name) => children.includes(name)).length;
  return (
    operations > 0 && (children.includes('State') || operations > 1 || children.includes('DownloadAndUpdate'))
  );
}

function withDot(uri: string): string {
  const text = uri.trim().split('?')[0] ?? '';
  return text === '.' || text.startsWith('./') ? text : `./${text}`;
}
