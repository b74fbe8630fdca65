/** The check of a stored package against what this very device is. */
import type { HeldPackage } from '@fumarole/fumo/device';
import type { BootControl } from '../boot/boot-control.ts';
import type { PoweredDisk } from '../disk/powered-disk.ts';
import type { Emit } from '../emit.ts';
import type { Machine } from '../machine.ts';
import type { DeviceConfig } from '../options.ts';
import { checkPackage, type PackageVerdict, trustOf } from './package-check.ts';
import type { Simulation } from './simulation.ts';
import type { Staging } from './staging.ts';

export interface OwnCheckPorts {
  readonly config: DeviceConfig;
  readonly machine: Machine;
  readonly disk: PoweredDisk;
  readonly staging: Staging;
  readonly simulation: Simulation;
  readonly bootControl: BootControl;
  readonly emit: Emit;
}

export function ownCheck(ports: OwnCheckPorts): (root: string, held: HeldPackage) => Promise<PackageVerdict> {
  const { config, machine, disk, staging, simulation, bootControl, emit } = ports;
  const { identity, trust } = config;
  return async (root, held) => {
    const { manifest, sha256 } = machine.running;
    const path = staging.path(held.file);
    if (simulation.simulate.damagePackage === true) await damage(disk, path);
    const { securityFloor } = await bootControl.read();
    const claims = {
      manufacturer: identity.man,
      model: identity.mod,
      hardware: identity.hwV,
      securityFloor,
      baseHashes: [sha256],
      ...(manifest === undefined ? {} : { version: manifest.version, release: manifest.release }),
    };
    return checkPackage(disk, path, trustOf(trust.publishers), claims, async (bytes, total) => {
      emit({ kind: 'progress', root, step: 'verify', bytes, total });
      if (bytes >= total / 2) await simulation.cut('verifying');
    });
  };
}

/** Turns the last octet of a file (simulation). */
async function damage(disk: PoweredDisk, path: string): Promise<void> {
  const file = await disk.open(path);
  try {
    const at = (await file.size()) - 1;
    const [last = 0] = await file.read(at, 1);
    await file.write(at, Uint8Array.of(last ^ 0xff));
  } finally {
    await file.close();
  }
}
