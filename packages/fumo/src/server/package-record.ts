/** What the planner knows of an update package: the publisher's constraints as plain data, never its bytes. */
import type { Instant } from './instant.ts';

/** Where a device shows the version that this package changes, and how to read it there. */
export interface VersionProbe {
  /** Node to Get; a relative one (`PkgVersion`) is below the FUMO root. */
  readonly uri: string;
  /** Regular expression whose first group (or whole match) is the version; whole value when absent. */
  readonly pattern?: string;
}

export interface PackageRecord {
  /** SHA-256 of the sealed package file, lower-case hex: also the BlobRef of what is delivered. */
  readonly id: string;
  readonly name: string;
  /** Version text the device reports after the update. */
  readonly version: string;
  /** Orders packages of one product line; never the version text (std-objects §7). */
  readonly release: number;
  /** Octets delivered. */
  readonly size: number;
  /** MIME type of the delivered octets. */
  readonly contentType: string;
  readonly published: boolean;
  /** Exact after trimming, letter case ignored (S-050); `*` fits any. */
  readonly manufacturer: string;
  readonly models: readonly string[];
  /** Empty: any hardware. */
  readonly hardware: readonly string[];
  /** Exact `FwV` texts; empty: from any version. */
  readonly fromVersions: readonly string[];
  /** The signed manifest allows a lower release than the installed one. */
  readonly allowDowngrade: boolean;
  readonly securityFloor: number;
  /** Component of the image manifest; the FUMO root whose last segment equals it is preferred. */
  readonly component?: string;
  readonly probe?: VersionProbe;
  readonly keyId?: string;
  readonly addedAt: Instant;
}
