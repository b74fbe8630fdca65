import type { DeviceEvent } from './events.ts';
import type { SmsForm, SmsOutcome } from './wake/sms-inbox.ts';

/** One running device. */
export interface DeviceHandle {
  readonly dir: string;
  readonly name: string;
  status(): DeviceStatus;
  /** Opens a session that carries a `userrequest` or `devicerequest` alert (fumo digest §7). */
  requestUpdate(by: 'user' | 'device', options?: RequestOptions): Promise<SessionReport>;
  /** Opens a client-initiated session now (Alert 1201). */
  poke(serverId?: string): Promise<SessionReport>;
  /** The device updates itself from the package it holds, and reports (5.4.3.2). */
  startHeldUpdate(root?: string): Promise<void>;
  /** The device downloads from the PkgURL of its DownloadAndUpdate node and updates, and reports (5.4.4.2). */
  startDownloadAndUpdate(root?: string): Promise<void>;
  /** The user stops the running download (F-059). */
  cancelDownload(root?: string): void;
  /**
   * Takes a bootstrap document from a file: client provisioning or DM profile, in WBXML or XML, or a whole push with its MAC.
   * Resolves to the ServerIDs of the accounts it made. @throws DeviceError `bootstrap`
   */
  bootstrap(octets: Uint8Array, pin?: string): Promise<readonly string[]>;
  /**
   * A message that the modem received: whole, or a part that waits for the others.
   * @throws DeviceError `refused` for what carries no WAP push
   */
  receiveSms(octets: Uint8Array, form?: SmsForm): SmsOutcome;
  onEvent(listener: (event: DeviceEvent) => void): () => void;
  /** Resolves when no session, operation or alert is pending (or when the time is over). */
  whenIdle(timeoutMs?: number): Promise<boolean>;
  stop(): Promise<void>;
}

export interface RequestOptions {
  /** The root the request names; absent: all firmware of the device. */
  readonly root?: string;
  readonly serverId?: string;
  /** Vendor data; default empty. */
  readonly data?: string;
}

export interface SessionReport {
  readonly outcome: 'ended' | 'failed';
  readonly sessionID: string;
  readonly messages: number;
  /** Status of the request alert, where one was sent. */
  readonly requestStatus: number | undefined;
  readonly reason: string | undefined;
}

export interface DeviceStatus {
  readonly dir: string;
  readonly name: string;
  readonly devId: string;
  readonly man: string;
  readonly mod: string;
  /** What DevDetail reports. */
  readonly fwV: string;
  readonly release: number;
  readonly slot: string;
  /** SHA-256 of the active slot's image, lower-case hex. */
  readonly imageSha256: string;
  readonly roots: readonly RootStatus[];
  /** ServerIDs of the accounts. */
  readonly servers: readonly string[];
  readonly alertsOwed: number;
  readonly wakePort: number | undefined;
  readonly httpPushPort: number | undefined;
  readonly nextPollAt: number | undefined;
  readonly lastSession: { readonly at: number; readonly outcome: string } | undefined;
}

export interface RootStatus {
  readonly uri: string;
  readonly state: number;
  readonly stateName: string;
  readonly operation: string | undefined;
  readonly received: number | undefined;
  readonly total: number | undefined;
  readonly lastResult: number | undefined;
}
