/**
 * Boot variables of the virtual device, in two files that are replaced one after the other, each with a count and a
 * checksum: the whole one with the higher count is right. The boot loader reads and counts, the agent arms and confirms;
 * every step is read back. What a flash block that goes bad must not take along is the security floor: with both files
 * gone the images in the slots say what it is at least.
 */
import { createHash } from 'node:crypto';
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

/** Lost variables boot slot a, without any trial; `floorOfImages` is the security floor then. */
export function fileBootControl(disk: Disk, path: string, floorOfImages: () => Promise<number>): BootControl {
  const read = async () => (await current(disk, path, floorOfImages)).variables;
  const change = async (make: (before: BootVariables) => BootVariables) => {
    const { count, variables } = await current(disk, path, floorOfImages);
    const wanted = parse(make(variables));
    await write(disk, path, { count: count + 1, variables: wanted });
    if (JSON.stringify(await read()) !== JSON.stringify(wanted))
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

/** The variables of a device that leaves the factory. */
export function writeFirstBoot(disk: Disk, path: string, securityFloor: number): Promise<void> {
  return write(disk, path, { count: 1, variables: { version: 1, good: 'a', securityFloor } });
}

interface Copy {
  readonly count: number;
  readonly variables: BootVariables;
}

/** The newest whole copy; one that is damaged, missing or older is put right at once, before the other one goes too. */
async function current(disk: Disk, path: string, floorOfImages: () => Promise<number>): Promise<Copy> {
  const copies = await Promise.all(placesOf(path).map((place) => readCopy(disk, place)));
  const [newest] = copies.filter((copy) => copy !== undefined).sort((a, b) => b.count - a.count);
  if (newest === undefined) {
    return { count: 0, variables: { version: 1, good: 'a', securityFloor: await floorOfImages() } };
  }
  if (copies.some((copy) => copy?.count !== newest.count)) await write(disk, path, newest);
  return newest;
}

function placesOf(path: string): readonly string[] {
  return [path, `${path}.copy`];
}

async function write(disk: Disk, path: string, copy: Copy): Promise<void> {
  const { count, variables } = copy;
  for (const place of placesOf(path)) {
    await replaceJson(disk, place, { ...variables, count, sum: sumOf(copy) });
  }
}

/** Undefined: missing or damaged. */
async function readCopy(disk: Disk, place: string): Promise<Copy | undefined> {
  const value = await readJson(disk, place, MAX_STATE_FILE_BYTES).catch(ignoreDamage);
  if (typeof value !== 'object' || value === null) return undefined;
  const { count, sum }: { readonly count?: unknown; readonly sum?: unknown } = value;
  const copy = { count: Number(count), variables: parse(value) };
  return Number.isSafeInteger(count) && sum === sumOf(copy) ? copy : undefined;
}

function sumOf({ count, variables }: Copy): string {
  return createHash('sha256')
    .update(JSON.stringify([count, variables]))
    .digest('hex');
}

/** Octets that are no JSON, or more of them than we write. */
function ignoreDamage(error: unknown): undefined {
  if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
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
