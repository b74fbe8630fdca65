/** `<X>/State` (fumo.md §3): ten values; anything else is not a FUMO state and decides nothing (F-062, I-024). */

export const FumoState = {
  idle: 10,
  downloadFailed: 20,
  downloadProgressing: 30,
  downloadComplete: 40,
  readyToUpdate: 50,
  updateProgressing: 60,
  updateFailedHaveData: 70,
  updateFailedNoData: 80,
  updateSuccessfulHaveData: 90,
  updateSuccessfulNoData: 100,
} as const;
export type FumoState = (typeof FumoState)[keyof typeof FumoState];

export type FumoStateKind = 'start' | 'terminal' | 'busy' | 'transient' | 'stable';

export interface FumoStateInfo {
  readonly value: FumoState;
  readonly name: string;
  readonly meaning: string;
  readonly held: 'no' | 'partly' | 'yes';
  readonly kind: FumoStateKind;
}

/** One row per state, for the device, the server and the documentation alike. */
export const FUMO_STATES: readonly FumoStateInfo[] = [
  { value: 10, name: 'Idle / Start', meaning: 'no operation pending', held: 'no', kind: 'start' },
  { value: 20, name: 'Download Failed', meaning: 'the download failed', held: 'no', kind: 'terminal' },
  {
    value: 30,
    name: 'Download Progressing',
    meaning: 'download has started',
    held: 'partly',
    kind: 'busy',
  },
  {
    value: 40,
    name: 'Download Complete',
    meaning: 'download finished successfully',
    held: 'yes',
    kind: 'transient',
  },
  {
    value: 50,
    name: 'Ready to Update',
    meaning: 'package held, awaiting the command to update',
    held: 'yes',
    kind: 'stable',
  },
  { value: 60, name: 'Update Progressing', meaning: 'update has started', held: 'yes', kind: 'busy' },
  {
    value: 70,
    name: 'Update Failed / Have Data',
    meaning: 'update failed, package still there',
    held: 'yes',
    kind: 'terminal',
  },
  {
    value: 80,
    name: 'Update Failed / No Data',
    meaning: 'update failed, no package',
    held: 'no',
    kind: 'terminal',
  },
  {
    value: 90,
    name: 'Update Successful / Have Data',
    meaning: 'update done, package still there',
    held: 'yes',
    kind: 'terminal',
  },
  {
    value: 100,
    name: 'Update Successful / No Data',
    meaning: 'update done, package deleted',
    held: 'no',
    kind: 'terminal',
  },
];

const BY_VALUE: ReadonlyMap<number, FumoStateInfo> = new Map(FUMO_STATES.map((row) => [row.value, row]));

/** The row of a State value; undefined for a value that FUMO does not know. */
export function fumoState(value: number): FumoStateInfo | undefined {
  return BY_VALUE.get(value);
}

/** Reads the text of a State leaf; undefined unless it is one of the ten values. */
export function parseFumoState(text: string | undefined): FumoState | undefined {
  const trimmed = text?.trim() ?? '';
  return /^\d{1,3}$/.test(trimmed) ? BY_VALUE.get(Number(trimmed))?.value : undefined;
}

/** 30, 40, 60: an operation runs, an Exec would be refused (fumo.md §4.3). */
export function isBusyState(value: number): boolean {
  return value === 30 || value === 40 || value === 60;
}
