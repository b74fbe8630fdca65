/**
 * Boot variables of the virtual device in one file, replaced as a whole. The boot loader reads and counts, the agent
 * arms and confirms; every step is read back.
 */
import type { Disk } from '../disk/disk.ts';
import { readJson, replaceJson } from '../disk/durable-file.ts';
import { MAX_STATE_FILE_BYTES } from '../limits.ts';

export type Slot = 'a' | 'b';

export interface BootVariables {
  readonly version: 1;
  /** The slot that is known to run. */
  readonly good: Slot;
  /** The slot that is tried first, while it has boots left. */
  readonly trial?: { readonly slot: Slot; readonly bootsLeft: number };
  /** The slot whose last trial was given up. */
  readonly rolledBack?: Slot;
  /** No lower release is ever installed; raised on confirmation only. */
  readonly securityFloor: number;
}

export interface BootControl {
  read(): Promise<BootVariables>;
  /** What was given up before says nothing of the trial to come. */
  forgetRollBack(): Promise<void>;
  /** The next boots go into this slot, on trial. */
  arm(slot: Slot, boots: number): Promise<void>;
  /** The boot loader's own steps. */
  count(bootsLeft: number): Promise<void>;
  giveUp(): Promise<void>;
  /** The slot on trial runs: it is the good one from now on. */
  confirm(slot: Slot, securityFloor: number): Promise<void>;
}

export function otherSlot(slot: Slot): Slot {
  return slot === 'a' ? 'b' : 'a';
}

/** Boot control by a file. A damaged or missing file boots slot a, without any trial. */
export function fileBootControl(disk: Disk, path: string): BootControl {
  const read = async () => parse(await readJson(disk, path, MAX_STATE_FILE_BYTES).catch(ignoreDamage));
  const change = async (make: (before: BootVariables) => BootVariables) => {
    const wanted = make(await read());
    await replaceJson(disk, path, wanted);
    if (JSON.stringify(await read()) !== JSON.stringify(parse(wanted)))
      throw new Error('boot variables did not take');
  };
  return {
    read,
    forgetRollBack: async () => {
      if ((await read()).rolledBack === undefined) return;
      await change(({ rolledBack: _, ...before }) => before);
    },
    arm: (slot, boots) =>
      change(({ rolledBack: _, ...before }) => ({ ...before, trial: { slot, bootsLeft: boots } })),
    count: (bootsLeft) =>
      change((before) =>
        before.trial ? { ...before, trial: { slot: before.trial.slot, bootsLeft } } : before,
      ),
    giveUp: () => change(({ trial, ...before }) => (trial ? { ...before, rolledBack: trial.slot } : before)),
    confirm: (slot, floor) =>
      change((before) => ({
        version: 1,
        good: slot,
        securityFloor: Math.max(before.securityFloor, floor),
      })),
  };
}

function ignoreDamage(error: unknown): undefined {
  if (error instanceof SyntaxError) return undefined;
  throw error;
}

function parse(value: unknown): BootVariables {
  const raw: Partial<BootVariables> = typeof value === 'object' && value !== null ? value : {};
  const slotOf = (slot: unknown): Slot => (slot === 'b' ? 'b' : 'a');
  return {
    version: 1,
    good: slotOf(raw.good),
    ...(raw.trial === undefined
      ? {}
      : {
          trial: {
            slot: slotOf(raw.trial.slot),
            bootsLeft: Math.max(0, Math.trunc(Number(raw.trial.bootsLeft))),
          },
        }),
    ...(raw.rolledBack === undefined ? {} : { rolledBack: slotOf(raw.rolledBack) }),
    securityFloor: Number.isSafeInteger(raw.securityFloor) ? Number(raw.securityFloor) : 0,
  };
}
