/** Points of an update at which the power can be cut. */
export const CUT_PHASES = [
  'accepted',
  'receiving',
  'downloading',
  'downloaded',
  'verifying',
  'writing',
  'written',
  'switched',
  'booted',
  'confirmed',
  'before-report',
] as const;
export type CutPhase = (typeof CUT_PHASES)[number];

/** Misbehaviour of a virtual device: an explicit section of its configuration, so that nobody mistakes it for the product. */
export interface Simulate {
  /** The new image does not start; the boot counter brings the old one back. */
  readonly failBoot?: boolean;
  /** The installer fails while it writes the slot. */
  readonly failUpdate?: boolean;
  /** No room for the package, or for the update. */
  readonly noSpace?: 'package' | 'update';
  /** The user says no: when asked before the update, or while the download runs. */
  readonly refuseUser?: 'update' | 'download';
  /** The device itself stops the download (battery, policy). */
  readonly abortDownload?: boolean;
  /** The operation nodes are there, but nothing behind them: what an Exec starts ends with 408 (F-103). */
  readonly notImplemented?: boolean;
  /** The power goes at this point, `times` times (default once in the life of the directory). */
  readonly powerCutAt?: CutPhase;
  /** `throw`: the runtime stops dead in-process (default); `kill`: SIGKILL to the own process. */
  readonly powerCutBy?: 'throw' | 'kill';
  readonly powerCutTimes?: number;
  /** DevDetail/FwV tells this instead of what the slot holds. */
  readonly lieVersion?: string;
  /** An octet of the stored package turns before it is verified. */
  readonly damagePackage?: boolean;
}
