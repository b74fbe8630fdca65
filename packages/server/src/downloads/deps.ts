import type { PackageRecord } from '@fumarole/fumo/server';
import type { ArtifactStore } from '../artifacts/port.ts';
import type { DownloadUrls } from './url-maker.ts';

/** What the download routes need from the rest of the server. */
export interface DownloadDeps {
  readonly artifacts: ArtifactStore;
  readonly urls: DownloadUrls;
  /** The key that `urls` was made with. */
  readonly key: Uint8Array;
  /** By SHA-256; undefined when it is known no more. */
  readonly package: (sha256: string) => Promise<PackageRecord | undefined>;
  readonly now: () => number;
  readonly hooks?: DownloadHooks;
  readonly limits?: Partial<DownloadLimits>;
  /** Asks for a name and password (HTTP Basic) beside the token; for devices provisioned with them. */
  readonly basic?: BasicGate;
  /** Told about failures that are ours, not the device's. */
  readonly onError?: (error: unknown) => void;
}

export interface DownloadHooks {
  /** Octets of the package, from its first, that were handed to the network; throttled, and once at the end. */
  readonly onProgress?: (deviceId: string, attemptId: string, octets: number, total: number) => void;
  /** The end of one answer: octets of this range that were handed over, and whether these were all of it. */
  readonly onSent?: (octets: number, whole: boolean) => void;
  /** An install-notify report; the device is answered once it has resolved. It may repeat. */
  readonly onNotify?: (deviceId: string, attemptId: string, code: number, text: string) => Promise<void>;
}

export interface DownloadLimits {
  readonly maxDownloads: number;
  readonly stallMs: number;
  readonly progressMs: number;
  readonly notifyBodyMs: number;
}

export interface BasicGate {
  readonly realm: string;
  readonly admits: (name: string, password: string, deviceId: string) => boolean | Promise<boolean>;
}
