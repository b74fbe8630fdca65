/** What the answers to Gets say about the shape of a tree. */
import type { DeviceRecord, FumoRoot, NodeRead } from './device-record.ts';

/** Undefined: the child list cannot be read. */
export function hasPkgData(update: NodeRead | undefined): boolean | undefined {
  return isInterior(update) ? childrenOf(update).includes('PkgData') : undefined;
}

export function isAnswered(device: DeviceRecord, uri: string): boolean {
  const read = device.nodes[uri];
  return read !== undefined && isFresh(device, read);
}

/** Read since this search began, whatever the session. */
export function isFresh(device: DeviceRecord, read: NodeRead): boolean {
  return read.at >= (device.discovery.at ?? 0);
}

export function isInterior(read: NodeRead | undefined): boolean {
  return (
    read !== undefined && read.status >= 200 && read.status < 300 && read.format?.toLowerCase() === 'node'
  );
}

export function childrenOf(read: NodeRead | undefined): readonly string[] {
  return isInterior(read)
    ? (read?.value ?? '').split('/').filter((name) => name !== '' && name.length <= 120)
    : [];
}

export function rootFrom(uri: string, found: FumoRoot['found'], has: (child: string) => boolean): FumoRoot {
  return {
    uri,
    found,
    exists: true,
    download: has('Download'),
    update: has('Update'),
    pkgData: has('Update/PkgData'),
    downloadAndUpdate: has('DownloadAndUpdate'),
    pkgName: has('PkgName'),
    pkgVersion: has('PkgVersion'),
    state: has('State'),
    ...(has('Ext') ? { ext: true } : {}),
  };
}
