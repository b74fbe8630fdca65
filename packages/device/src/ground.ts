/** What a device stands on, whether it is up or not: its directory, its slots and boot variables, its disk. */
import { type Simulation, simulationOf } from './agent/simulation.ts';
import { Staging } from './agent/staging.ts';
import { type BootControl, fileBootControl } from './boot/boot-control.ts';
import type { SmartcardReader } from './bootstrap/smartcard.ts';
import { timingOf } from './config.ts';
import { nodeDisk } from './disk/node-disk.ts';
import { type PowerCut, PoweredDisk } from './disk/powered-disk.ts';
import { HttpDownloads } from './download/http-downloads.ts';
import type { Emit } from './emit.ts';
import { type SlotStore, slotFiles } from './installers/slot-files.ts';
import { type Layout, layoutOf } from './layout.ts';
import { USER_AGENT } from './limits.ts';
import { Machine } from './machine.ts';
import { DEFAULT_ROOTS } from './object/device-tree.ts';
import type { DeviceConfig, FumoRootOptions } from './options.ts';
import type { Prompter } from './ui/user-interaction.ts';

/** The device below its parts. */
export interface Ground {
  readonly config: DeviceConfig;
  readonly layout: Layout;
  readonly roots: readonly FumoRootOptions[];
  readonly disk: PoweredDisk;
  readonly simulation: Simulation;
  readonly bootControl: BootControl;
  readonly machine: Machine;
  readonly staging: Staging;
  readonly downloads: HttpDownloads;
  /** How the user is reached; undefined: nobody is there, rules answer. */
  readonly prompter: Prompter | undefined;
  /** Undefined: the folder of the configuration, if there is one. */
  readonly smartcard: SmartcardReader | undefined;
  readonly emit: Emit;
  readonly onPowerCut: (cut: PowerCut) => void;
  readonly signal: AbortSignal;
}

/** Who is around a device: its user, its card. */
export type Surroundings = Pick<Ground, 'prompter' | 'smartcard'>;

export type GroundPorts = Surroundings & Pick<Ground, 'emit' | 'onPowerCut' | 'signal'>;

export function groundOf(dir: string, config: DeviceConfig, ports: GroundPorts): Ground {
  const { emit, onPowerCut } = ports;
  const layout = layoutOf(dir);
  const simulate = config.simulate ?? {};
  const disk = new PoweredDisk(nodeDisk);
  const simulation = simulationOf(simulate, {
    disk: nodeDisk,
    path: layout.simulation,
    emit,
    pull: onPowerCut,
  });
  const slots = slotFiles(disk, layout.slots);
  const bootControl = fileBootControl(disk, layout.boot, () => floorOf(slots));
  const staging = new Staging(disk, layout.staging, config.storage?.packageBytes, simulate);
  const downloads = new HttpDownloads({
    disk,
    options: config.download ?? {},
    timing: timingOf(config),
    room: () => staging.room(),
    simulation,
    emit,
    now: Date.now,
    userAgent: USER_AGENT,
  });
  return {
    ...ports,
    config,
    layout,
    roots: config.fumo ?? DEFAULT_ROOTS,
    disk,
    simulation,
    bootControl,
    machine: new Machine(bootControl, slots, simulate, emit),
    staging,
    downloads,
  };
}

/** An image that is on the device whole was let in by its floor: the highest of them errs on the safe side. */
async function floorOf(slots: SlotStore): Promise<number> {
  const manifests = await Promise.all([slots.manifest('a'), slots.manifest('b')]);
  return Math.max(0, ...manifests.map((manifest) => manifest?.securityFloor ?? 0));
}
