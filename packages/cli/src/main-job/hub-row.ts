/** What the screen knows of one hub while its update runs. */
export interface HubRow {
  /** Hub model, e.g. `movehub`. */
  readonly hub: string;
  readonly flow: string;
  /** The flow in a few words. */
  readonly title: string;
  /** The server's word for the state of the update (`assigned` … `confirmed`). */
  readonly state: string;
  /** Octets of the package that the device holds, of `total`. */
  readonly octets: number;
  readonly total: number;
  /** Firmware version that the device reports. */
  readonly version: string;
  /** Why it ended where it ended, or what it does now. */
  readonly note?: string;
}

/** A way to show the rows: live on a terminal, plain lines, or JSON lines. */
export interface Screen {
  /** Says one line beside the rows. */
  say(line: string): void;
  /** Shows the new value of one row. */
  update(row: HubRow): void;
  /** Leaves the last picture standing; nothing is redrawn afterwards. */
  done(): void;
}

/** States of an update in which nothing more will happen by itself. */
export const SETTLED: ReadonlySet<string> = new Set([
  'confirmed',
  'unprovable',
  'failed',
  'refused',
  'rolled-back',
  'timed-out',
  'cancelled',
  'superseded',
  'not-needed',
]);
