import type { Encoding } from '@fumarole/syncml';
import type { BootstrapOptions, SmartcardOptions } from './bootstrap/options.ts';
import type { Simulate } from './simulate.ts';
import type { ConsentPolicy } from './ui/consent.ts';
import type { AnswerPolicy } from './ui/policy-prompter.ts';

/** Everything a device is made of and told; the JSON of it, with paths for bytes, is `device.json` in its directory. */
export interface DeviceOptions {
  /** Shown to people; default: the name of the directory. */
  readonly name?: string;
  readonly identity: IdentityOptions;
  /** None: the device gets its first account by bootstrap. */
  readonly accounts: readonly AccountOptions[];
  readonly bootstrap?: BootstrapOptions;
  readonly smartcard?: SmartcardOptions;
  /** Default `wbxml`. */
  readonly encoding?: Encoding;
  /** Default: one root `./FwUpdate/Main` with all three operations. */
  readonly fumo?: readonly FumoRootOptions[];
  /** `DevDetail/LrgObj` (S-012); default true. */
  readonly largeObjects?: boolean;
  /** `Reversed-Domain-Name: ` before the Type of alerts; default false: the bare name (I-046). */
  readonly alertPrefix?: boolean;
  readonly maxMsgSize?: number;
  readonly maxObjSize?: number;
  readonly firmware: FirmwareOptions;
  readonly trust: TrustOptions;
  readonly storage?: StorageOptions;
  readonly schedule?: ScheduleOptions;
  readonly download?: DownloadOptions;
  readonly policy?: PolicyOptions;
  readonly timing?: Partial<Timing>;
  /** What this virtual device does wrong, on purpose. */
  readonly simulate?: Simulate;
}

/** What is kept in `device.json`: the firmware went into slot and manifest. */
export type DeviceConfig = Omit<DeviceOptions, 'firmware'>;

export interface IdentityOptions {
  readonly devId: string;
  readonly man: string;
  readonly mod: string;
  /** Default `1.2`. */
  readonly dmV?: string;
  /** Default `en`. */
  readonly lang?: string;
  readonly hwV: string;
  readonly swV?: string;
  /** Default: the manufacturer. */
  readonly oem?: string;
  readonly devTyp?: string;
}

export type AuthScheme = 'none' | 'basic' | 'md5' | 'mac' | 'transport';

export interface CredentialOptions {
  readonly scheme: AuthScheme;
  readonly name: string;
  readonly secret: string;
  /** First nonce, base64 of its octets. */
  readonly nonce?: string;
}

export interface AccountOptions {
  readonly serverId: string;
  readonly url: string;
  /** How this device proves itself. */
  readonly client: CredentialOptions;
  /** `DMAcc/AAuthPref`: the scheme of the first message; absent: what was negotiated last (S-023). */
  readonly authPref?: 'basic' | 'md5' | 'mac';
  /** How the server proves itself; absent: it does not have to at this layer. */
  readonly server?: CredentialOptions;
  /** Plain http only by this explicit setting (P-119). */
  readonly allowHttp?: boolean;
  readonly tls?: TlsOptions;
}

export interface TlsOptions {
  /** PEM text of the authorities that are trusted instead of the system's. */
  readonly ca?: string;
  /** PEM text of this device's certificate and key (mutual TLS). */
  readonly cert?: string;
  readonly key?: string;
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
}

/** One firmware update management object. */
export interface FumoRootOptions {
  /** For example `./FwUpdate/Main`. */
  readonly uri: string;
  /** The component of the image manifest that this root updates; default: the first. */
  readonly component?: string;
  /** Which operation nodes exist; all by default. */
  readonly download?: boolean;
  readonly update?: boolean;
  /** `Update/PkgData`; only with `update`. */
  readonly pkgData?: boolean;
  readonly downloadAndUpdate?: boolean;
}

export interface FirmwareOptions {
  /** The image of the active slot: octets, or the path of a file. */
  readonly image: Uint8Array | string;
  readonly version: string;
  /** The publisher's release number of the image. */
  readonly release: number;
  /** Lowest release that may ever be installed; default 0. */
  readonly securityFloor?: number;
  /** A package that is already on the device (flow 5.4.3): octets, or the path of a file. */
  readonly heldPackage?: Uint8Array | string;
}

export interface TrustOptions {
  /** Ed25519 public keys of publishers: raw 32 octets, hexadecimal. */
  readonly publishers: readonly string[];
}

export interface StorageOptions {
  /** Room for packages, octets; default: what the disk has. */
  readonly packageBytes?: number;
  /** Room of one slot, octets; default: what the disk has. */
  readonly slotBytes?: number;
}

export interface ScheduleOptions {
  /** Client-initiated session every so many milliseconds; 0 or absent: never. */
  readonly pollMs?: number;
  /** UDP port for package 0: 2948 by the standard, 0 for any free one; absent: not listening. */
  readonly wakePort?: number;
  /** Also of `httpPushPort`; default: every address. */
  readonly wakeHost?: string;
  /** TCP port for pushes over HTTP; 0 for any free one; absent: not listening. */
  readonly httpPushPort?: number;
}

export interface DownloadOptions {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: TlsOptions;
  /** Media types of packages that this device takes, beside `application/octet-stream`. */
  readonly acceptTypes?: readonly string[];
}

export interface PolicyOptions {
  /** What becomes of the package and the terminal State once the result is acknowledged; default `drop`. */
  readonly cleanUp?: 'keep' | 'drop' | 'idle';
  /** `synchronous`: Exec is answered 200 after the work; default 202 before it (F-064). */
  readonly exec?: 'asynchronous' | 'synchronous';
  /** Whether package 0 with the resynchronisation nonce, which everybody knows, is taken; default `accept`. */
  readonly resync?: 'accept' | 'refuse';
  /** How the virtual user answers the server's questions (Alerts 1100–1104). */
  readonly user?: Omit<AnswerPolicy, 'answers'>;
  /** Who decides whether a package is downloaded and installed; what is refused ends with 401. */
  readonly consent?: ConsentPolicy;
  /**
   * When the second half of a DownloadAndUpdate begins: default `at-once`; `when-idle`: once no session was open for
   * `timing.installIdleMs`, unless the descriptor says `priorityflag=critical`.
   */
  readonly install?: 'at-once' | 'when-idle';
  /** The device starts the update of a held package by itself (5.4.3.2). */
  readonly startHeldUpdates?: boolean;
}

/** Every wait of the device, milliseconds. */
export interface Timing {
  readonly connectMs: number;
  readonly idleMs: number;
  /** First pause before a download is tried again; doubled each time, with jitter. */
  readonly downloadRetryMs: number;
  readonly downloadRetryMaxMs: number;
  readonly downloadTries: number;
  /** Longest time for one download in all, pauses and restarts included; then 407. */
  readonly downloadMs: number;
  readonly retryAfterMaxMs: number;
  /** Pause before an unanswered DM message is sent again (P-024). */
  readonly messageRetryMs: number;
  readonly messageTries: number;
  /** Longest wait for the answer to one DM message. */
  readonly messageMs: number;
  /** Pause before a session that failed, or that left an alert unacknowledged, is tried again; doubled each time. */
  readonly sessionRetryMs: number;
  readonly sessionRetryMaxMs: number;
  /** An alert that nobody acknowledged in this time is dropped. */
  readonly alertAgeMs: number;
  /** The reboot waits at most this long for an open DM session to end. */
  readonly rebootWaitMs: number;
  readonly notifyRetryMs: number;
  /** Quiet before an update that may wait (`policy.install`). */
  readonly installIdleMs: number;
  /** Between two triggers of a server with the resynchronisation nonce that are taken. */
  readonly resyncPauseMs: number;
}
