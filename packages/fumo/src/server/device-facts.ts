/** The facts that select and prove a package, out of a record, with their freshness. */
import type { DeviceRecord } from './device-record.ts';
import { HARDWARE_VERSION, meaningful, readRecently, versionIn, versionUris } from './facts.ts';
import type { Instant } from './instant.ts';
import type { PackageRecord, VersionProbe } from './package-record.ts';
import type { DeviceFacts, Fact } from './select-package.ts';

/** What `selectPackage` needs; a fact is known when it was answered, well or badly, at most `maxAge` ago. */
export function deviceFacts(
  device: DeviceRecord,
  packages: readonly PackageRecord[],
  now: Instant,
  maxAge: number,
): DeviceFacts {
  const { manufacturer, model } = device;
  const probe = probeOf(packages);
  return {
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(model === undefined ? {} : { model }),
    hardware: leafFact(device, HARDWARE_VERSION, now, maxAge),
    version: versionFact(device, probe, now, maxAge),
    versionUris: unansweredVersionUris(device, probe, now, maxAge),
  };
}

/** The version by a probe: the first of its nodes that says something (0 ms: in this contact). */
export function versionFact(
  device: DeviceRecord,
  probe: VersionProbe | undefined,
  now: Instant,
  maxAge: number,
): Fact {
  for (const uri of probeUris(device, probe)) {
    const read = readRecently(device, uri, now, maxAge);
    if (read === undefined) {
      return { known: false };
    }
    const value = versionIn(read.value, probe);
    if (value !== undefined) {
      return { known: true, value };
    }
  }
  return { known: true };
}

/** What has to be asked so that `versionFact` becomes known: one node at a time, the fallback only when needed. */
export function unansweredVersionUris(
  device: DeviceRecord,
  probe: VersionProbe | undefined,
  now: Instant,
  maxAge: number,
): readonly string[] {
  const next = probeUris(device, probe).find((uri) => {
    const read = readRecently(device, uri, now, maxAge);
    return read === undefined;
  });
  return versionFact(device, probe, now, maxAge).known || next === undefined ? [] : [next];
}

/** What a device was last seen to run, for listings. */
export function reportedVersion(device: DeviceRecord): string | undefined {
  const uris = probeUris(device, device.update?.probe);
  return uris
    .map((uri) => versionIn(device.nodes[uri]?.value, device.update?.probe))
    .find((value) => value !== undefined);
}

/** Packages of one product line share their probe. */
export function probeOf(packages: readonly PackageRecord[]): VersionProbe | undefined {
  return packages.find(({ probe }) => probe !== undefined)?.probe;
}

function probeUris(device: DeviceRecord, probe: VersionProbe | undefined): readonly string[] {
  const root = device.roots.find(({ uri }) => uri === device.update?.root) ?? device.roots[0];
  return versionUris(root, probe);
}

function leafFact(device: DeviceRecord, uri: string, now: Instant, maxAge: number): Fact {
  const read = readRecently(device, uri, now, maxAge);
  if (read === undefined) {
    return { known: false };
  }
  const value = meaningful(read.value);
  return value === undefined ? { known: true } : { known: true, value };
}
