/** Which package a device should get, and why each other one is not it (std-objects.md §7). */
import { FIRMWARE_VERSION, HARDWARE_VERSION, meaningful } from './facts.ts';
import { MAX_PATH_HOPS, MAX_PATH_PACKAGES } from './limits.ts';
import type { PackageRecord } from './package-record.ts';

/** A fact that may not have been asked for yet; asked and unreadable is `known` without value. */
export interface Fact {
  readonly known: boolean;
  readonly value?: string;
}

export interface DeviceFacts {
  readonly manufacturer?: string;
  readonly model?: string;
  readonly hardware: Fact;
  readonly version: Fact;
  /** Nodes that tell the version; asked for when it decides. */
  readonly versionUris?: readonly string[];
}

export interface SelectOptions {
  /** Only this package will do (an operator named it); unpublished ones and downgrades are then allowed. */
  readonly packageId?: string;
  /** Packages that already ended badly here, with the reason; not offered again by themselves. */
  readonly held?: ReadonlyMap<string, string>;
}

export interface Rejection {
  readonly packageId: string;
  readonly name: string;
  readonly reason: string;
}

export type Selection = { readonly why: string; readonly rejected: readonly Rejection[] } & (
  | {
      readonly kind: 'chosen';
      /** To be installed now. */
      readonly package: PackageRecord;
      /** Where the path leads; the same package when it is one hop. */
      readonly goal: PackageRecord;
      readonly path: readonly PackageRecord[];
    }
  /** DevInfo fits several: these DevDetail nodes decide (F-009). */
  | { readonly kind: 'needs'; readonly uris: readonly string[] }
  | { readonly kind: 'current' }
  | { readonly kind: 'none' }
);

/**
 * Chooses from DevInfo alone when only one package without further constraints fits (F-008); asks for DevDetail when
 * it decides (F-009, flow A3); goes over stepping stones when nothing leads to the goal directly.
 */
export function selectPackage(
  facts: DeviceFacts,
  packages: readonly PackageRecord[],
  options: SelectOptions = {},
): Selection {
  const manufacturer = meaningful(facts.manufacturer);
  const model = meaningful(facts.model);
  if (manufacturer === undefined || model === undefined) {
    return { kind: 'none', why: 'the device has not told its manufacturer and model', rejected: [] };
  }
  const sift = siftPackages({ ...facts, manufacturer, model }, packages, options);
  const uris = neededUris(facts, sift.fitting);
  if (uris.length > 0) {
    const why = `${sift.fitting.length} package${sift.fitting.length === 1 ? '' : 's'} may fit; ${uris.join(', ')} decides`;
    return { kind: 'needs', uris, why, rejected: sift.rejected };
  }
  return choosePath(facts, sift.fitting, packages, { ...options, rejected: sift.rejected });
}

interface Sifted {
  readonly fitting: readonly PackageRecord[];
  readonly rejected: readonly Rejection[];
}

function siftPackages(
  facts: DeviceFacts & { readonly manufacturer: string; readonly model: string },
  packages: readonly PackageRecord[],
  options: SelectOptions,
): Sifted {
  const fitting: PackageRecord[] = [];
  const rejected: Rejection[] = [];
  for (const pkg of newest(packages, options.packageId)) {
    const reason = unfit(facts, pkg, options);
    if (reason === undefined) {
      fitting.push(pkg);
    } else {
      rejected.push(rejection(pkg, reason));
    }
  }
  return { fitting, rejected };
}

/** Of very many the one asked for and the highest releases: the goal is among them, and the stones next to it. */
function newest(packages: readonly PackageRecord[], named: string | undefined): readonly PackageRecord[] {
  if (packages.length <= MAX_PATH_PACKAGES) {
    return packages;
  }
  const rank = ({ id, release }: PackageRecord): number =>
    id === named ? Number.POSITIVE_INFINITY : release;
  return [...packages].sort((a, b) => (rank(b) < rank(a) ? -1 : 1)).slice(0, MAX_PATH_PACKAGES);
}

function unfit(
  facts: DeviceFacts & { readonly manufacturer: string; readonly model: string },
  pkg: PackageRecord,
  options: SelectOptions,
): string | undefined {
  const held = options.held?.get(pkg.id);
  if (!pkg.published && pkg.id !== options.packageId) {
    return 'not published';
  }
  if (!sameText(pkg.manufacturer, facts.manufacturer)) {
    return `made for manufacturer ${pkg.manufacturer}, the device is of ${facts.manufacturer}`;
  }
  if (!pkg.models.some((model) => sameText(model, facts.model))) {
    return `made for model ${pkg.models.join(', ')}, the device is ${facts.model}`;
  }
  if (pkg.hardware.length > 0 && facts.hardware.known) {
    const hardware = meaningful(facts.hardware.value);
    if (hardware === undefined || !pkg.hardware.some((value) => value.trim() === hardware)) {
      return `made for hardware ${pkg.hardware.join(', ')}, the device has ${hardware ?? 'not told its own'}`;
    }
  }
  return pkg.id === options.packageId ? undefined : held;
}

/** Exact after trimming, letter case ignored (S-050); `*` is the campaign's “any”. */
function sameText(constraint: string, value: string): boolean {
  return constraint.trim() === '*' || constraint.trim().toLowerCase() === value.toLowerCase();
}

/** Nodes without which the choice would be a guess. */
function neededUris(facts: DeviceFacts, fitting: readonly PackageRecord[]): readonly string[] {
  const hardware = !facts.hardware.known && fitting.some((pkg) => pkg.hardware.length > 0);
  const version =
    !facts.version.known && (fitting.length > 1 || fitting.some((pkg) => pkg.fromVersions.length > 0));
  return [
    ...(version ? (facts.versionUris ?? [FIRMWARE_VERSION]) : []),
    ...(hardware ? [HARDWARE_VERSION] : []),
  ];
}

function choosePath(
  facts: DeviceFacts,
  fitting: readonly PackageRecord[],
  all: readonly PackageRecord[],
  options: SelectOptions & { readonly rejected: readonly Rejection[] },
): Selection {
  const version = meaningful(facts.version.value);
  const release = all.find((pkg) => pkg.version === version)?.release;
  const rejected = [...options.rejected];
  for (const group of goals(fitting, options.packageId)) {
    if (version !== undefined && group.some((goal) => goal.version === version)) {
      return { kind: 'current', why: `already runs ${version}`, rejected };
    }
    const path = shortestPath({ version, release, path: [] }, group, fitting, options.packageId);
    const [first, goal] = [path?.[0], path?.at(-1)];
    if (path !== undefined && first !== undefined && goal !== undefined) {
      return { kind: 'chosen', package: first, goal, path, why: whyPath(version, path), rejected };
    }
    rejected.push(...group.map((one) => rejection(one, whyNoPath(version, release, one))));
  }
  const named = options.packageId;
  const reason = rejected.find(({ packageId }) => packageId === named)?.reason;
  return { kind: 'none', why: whyNone(all, named, reason), rejected };
}

/** Groups of one release, the highest first; within a group the smaller file, then the newer one. */
function goals(
  fitting: readonly PackageRecord[],
  packageId: string | undefined,
): readonly (readonly PackageRecord[])[] {
  const wanted = fitting
    .filter((pkg) => packageId === undefined || pkg.id === packageId)
    .sort((a, b) => b.release - a.release || a.size - b.size || b.addedAt - a.addedAt);
  const releases = [...new Set(wanted.map(({ release }) => release))];
  return releases.map((release) => wanted.filter((pkg) => pkg.release === release));
}

interface Hop {
  readonly version: string | undefined;
  readonly release: number | undefined;
  readonly path: readonly PackageRecord[];
}

/** Breadth first over versions; every hop ascends in release unless the goal was named and may go down. */
function shortestPath(
  start: Hop,
  group: readonly PackageRecord[],
  fitting: readonly PackageRecord[],
  packageId: string | undefined,
): readonly PackageRecord[] | undefined {
  const release = group[0]?.release ?? 0;
  // A stone beyond the goal would have to come down again.
  const stones = fitting.filter((pkg) => pkg.release < release);
  const seen = new Set<string | undefined>([start.version]);
  let front: readonly Hop[] = [start];
  for (let hops = 0; hops < MAX_PATH_HOPS && front.length > 0; hops += 1) {
    for (const hop of front) {
      const last = group.find((pkg) => leadsOn(hop, pkg, packageId));
      if (last !== undefined) {
        return [...hop.path, last];
      }
    }
    front = front.flatMap((hop) => nextHops(hop, stones, seen, packageId));
  }
  return undefined;
}

function nextHops(
  hop: Hop,
  stones: readonly PackageRecord[],
  seen: Set<string | undefined>,
  packageId: string | undefined,
): readonly Hop[] {
  const hops: Hop[] = [];
  for (const pkg of stones) {
    if (!seen.has(pkg.version) && leadsOn(hop, pkg, packageId)) {
      seen.add(pkg.version);
      hops.push({ version: pkg.version, release: pkg.release, path: [...hop.path, pkg] });
    }
  }
  return hops;
}

function leadsOn(hop: Hop, pkg: PackageRecord, packageId: string | undefined): boolean {
  const from =
    pkg.fromVersions.length === 0 ||
    (hop.version !== undefined && pkg.fromVersions.some((value) => value.trim() === hop.version));
  const mayDescend = pkg.id === packageId && pkg.allowDowngrade;
  return from && (hop.release === undefined || pkg.release > hop.release || mayDescend);
}

function whyPath(version: string | undefined, path: readonly PackageRecord[]): string {
  const steps = path.map((pkg) => pkg.version).join(' → ');
  const first = path[0];
  const direct =
    path.length === 1 ? `${first?.name} is the highest release that fits` : 'only stepping stones lead there';
  return `${version ?? 'unknown version'} → ${steps}: ${direct}`;
}

function whyNoPath(version: string | undefined, release: number | undefined, goal: PackageRecord): string {
  if (release !== undefined && goal.release <= release) {
    return `release ${goal.release} is not above the installed release ${release}`;
  }
  const from = goal.fromVersions.join(', ') || 'any version';
  return `needs ${from}, the device runs ${version ?? 'an unknown version'} and no stepping stone leads there`;
}

function whyNone(
  all: readonly PackageRecord[],
  packageId: string | undefined,
  reason: string | undefined,
): string {
  if (packageId !== undefined) {
    return reason ?? 'the package asked for is not there';
  }
  return all.length === 0 ? 'no package for this manufacturer and model' : 'no package fits';
}

function rejection(pkg: PackageRecord, reason: string): Rejection {
  return { packageId: pkg.id, name: `${pkg.name} ${pkg.version}`, reason };
}
