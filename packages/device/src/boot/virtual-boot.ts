import type { SlotStore } from '../installers/slot-files.ts';
import type { Simulate } from '../simulate.ts';
import { type BootControl, otherSlot, type Slot } from './boot-control.ts';

export interface BootResult {
  readonly slot: Slot;
  /** The slot runs on trial and waits to be confirmed. */
  readonly trial: boolean;
  /** Hash of the image that runs, lower-case hex. */
  readonly sha256: string;
  readonly failed: readonly Slot[];
  /** No slot has a whole image: the device would be dead. */
  readonly whole: boolean;
}

/**
 * The boot loader of the virtual device: the slot on trial is counted down before it is tried, and given up when it has no
 * boots left; an image starts when its hash is the one of its manifest.
 */
export async function virtualBoot(
  control: BootControl,
  slots: SlotStore,
  simulate: Simulate,
): Promise<BootResult> {
  const failed: Slot[] = [];
  for (;;) {
    const { trial } = await control.read();
    if (trial === undefined) break;
    if (trial.bootsLeft <= 0) {
      await control.giveUp();
      failed.push(trial.slot);
      break;
    }
    await control.count(trial.bootsLeft - 1);
    const image = await slots.measure(trial.slot);
    if (image.whole && simulate.failBoot !== true) {
      return { slot: trial.slot, trial: true, sha256: image.sha256, failed, whole: true };
    }
  }
  return bootGood(control, slots, failed);
}

/** The good slot; the other one when its image is damaged and the other's is whole. */
async function bootGood(
  control: BootControl,
  slots: SlotStore,
  failed: readonly Slot[],
): Promise<BootResult> {
  const { good } = await control.read();
  const image = await slots.measure(good);
  if (image.whole) return { slot: good, trial: false, sha256: image.sha256, failed, whole: true };
  const other = await slots.measure(otherSlot(good));
  return other.whole
    ? { slot: otherSlot(good), trial: false, sha256: other.sha256, failed: [...failed, good], whole: true }
    : { slot: good, trial: false, sha256: image.sha256, failed: [...failed, good], whole: false };
}
