/** The machine under the agent: which slot runs, what it holds, and how it starts again. */
import type { Observed } from '@fumarole/fumo/device';
import type { BootControl, Slot } from './boot/boot-control.ts';
import { virtualBoot } from './boot/virtual-boot.ts';
import type { Emit } from './emit.ts';
import type { SlotManifest, SlotStore } from './installers/slot-files.ts';
import type { Simulate } from './simulate.ts';

export interface RunningImage {
  readonly slot: Slot;
  readonly sha256: string;
  readonly manifest: SlotManifest | undefined;
}

export class Machine {
  readonly #boot: BootControl;
  readonly #slots: SlotStore;
  readonly #simulate: Simulate;
  readonly #emit: Emit;
  #running: RunningImage = { slot: 'a', sha256: '', manifest: undefined };

  constructor(boot: BootControl, slots: SlotStore, simulate: Simulate, emit: Emit) {
    this.#boot = boot;
    this.#slots = slots;
    this.#simulate = simulate;
    this.#emit = emit;
  }

  get running(): RunningImage {
    return this.#running;
  }

  /** What DevDetail reports: the version of the slot that runs, or what the device was told to say. */
  get fwV(): string {
    return this.#simulate.lieVersion ?? this.#running.manifest?.version ?? 'unknown';
  }

  /** Runs the boot loader; what comes up is the truth from now on. */
  async start(): Promise<Observed> {
    const { slot, sha256, failed, trial } = await virtualBoot(this.#boot, this.#slots, this.#simulate);
    for (const lost of failed) this.#emit({ kind: 'boot', slot: lost, outcome: 'rolled-back' });
    this.#running = { slot, sha256, manifest: await this.#slots.manifest(slot) };
    this.#emit({ kind: 'boot', slot, outcome: 'started' });
    const variables = await this.#boot.read();
    return {
      bootedSlot: slot,
      bootedSha256: sha256,
      nextSlot: variables.trial?.slot ?? variables.good,
      ...(trial ? { trialSlot: slot } : {}),
      ...(variables.rolledBack === undefined ? {} : { rolledBackSlot: variables.rolledBack }),
    };
  }
}
