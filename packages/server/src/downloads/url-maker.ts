import type { PackageRecord } from '@fumarole/fumo/server';
import { URL_LIFE_MS, URL_STEP_MS } from './limits.ts';
import { type DownloadGrant, formatToken, type TokenUse } from './token.ts';

/** Makes the URLs that devices are given: each bound to device, attempt and content, and expiring. */
export interface DownloadUrls {
  package(deviceId: string, attemptId: string, pkg: Pick<PackageRecord, 'id'>): string;
  descriptor(deviceId: string, attemptId: string, pkg: Pick<PackageRecord, 'id'>): string;
  /** The package URL of a grant that was read from a descriptor's own URL. */
  packageOf(grant: DownloadGrant): string;
  notifyOf(grant: DownloadGrant): string;
}

export interface DownloadUrlOptions {
  /** Base of the server's URLs as devices see it, such as `https://dm.example.com/fota`. */
  readonly publicUrl: () => string;
  /** 32 random octets that all processes of this server share. */
  readonly key: Uint8Array;
  readonly now: () => number;
  readonly lifeMs?: number;
}

/**
 * URLs have at most 255 characters (dlota.md §2) while the public URL has 40, the device id 60 and the attempt id 36;
 * longer names make longer URLs, which most devices take.
 */
export function createDownloadUrls(options: DownloadUrlOptions): DownloadUrls {
  const url = (use: TokenUse, grant: DownloadGrant): string => {
    const base = options.publicUrl().replace(/\/+$/, '');
    return `${base}/${use}/${formatToken(use, grant, options.key)}`;
  };
  const grantFor = (deviceId: string, attemptId: string, sha256: string): DownloadGrant => {
    const life = options.lifeMs ?? URL_LIFE_MS;
    const step = Math.max(1000, Math.min(URL_STEP_MS, life));
    return { deviceId, attemptId, sha256, expires: Math.ceil((options.now() + life) / step) * step };
  };
  return {
    package: (deviceId, attemptId, { id }) => url('d', grantFor(deviceId, attemptId, id)),
    descriptor: (deviceId, attemptId, { id }) => url('dd', grantFor(deviceId, attemptId, id)),
    packageOf: (grant) => url('d', grant),
    notifyOf: (grant) => url('n', grant),
  };
}
