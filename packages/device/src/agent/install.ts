/**
 * Installation of a held package: verify everything, write the other slot, arm the boot loader. Each step is in the journal
 * before the next begins; until the switch nothing that runs is touched, so that a cut only means to begin anew.
 */
import type { HeldPackage, InstallProgress } from '@fumarole/fumo/device';
import type { Component, ImageManifest } from '@fumarole/update-package/read';
import { type BootControl, otherSlot, type Slot } from '../boot/boot-control.ts';
import { systemCode } from '../device-error.ts';
import type { Disk } from '../disk/disk.ts';
import type { Emit } from '../emit.ts';
import { type SlotManifest, SlotMismatch, type SlotStore } from '../installers/slot-files.ts';
import { TRIAL_BOOTS } from '../limits.ts';
import { componentOf, type PackageVerdict } from './package-check.ts';
import type { Simulation } from './simulation.ts';

export interface InstallPorts {
  readonly disk: Disk;
  readonly slots: SlotStore;
  readonly boot: BootControl;
  readonly simulation: Simulation;
  readonly emit: Emit;
  readonly slotBytes: number | undefined;
  readonly runningSlot: () => Slot;
  readonly pathOf: (file: string) => string;
  readonly check: (root: string, held: HeldPackage) => Promise<PackageVerdict>;
  readonly record: (progress: InstallProgress) => Promise<void>;
}

export type InstallResult =
  | { readonly kind: 'switched' }
  /** `code` is a FUMO result code. */
  | { readonly kind: 'failed'; readonly code: number; readonly reason: string };

/** Ends with the boot loader armed, or with the running system untouched. */
export async function install(
  ports: InstallPorts,
  root: string,
  component: string | undefined,
  held: HeldPackage,
): Promise<InstallResult> {
  const verdict = await ports.check(root, held);
  if (verdict.kind === 'refused') return failed(verdict.code, verdict.reason);
  const image = verdict.header.image.manifest;
  const wanted = componentFor(image, root, component);
  if (wanted === undefined) return failed(403, 'the package has no image for this root');
  const slot = otherSlot(ports.runningSlot());
  const progress = { slot, sha256: wanted.sha256 };
  await ports.record({ ...progress, step: 'verified' });
  const manifest = manifestOf(image, wanted);
  const octets = componentOf(ports.disk, ports.pathOf(held.file), verdict.header, wanted.sha256);
  const trouble = await writeSlot(ports, root, slot, manifest, octets);
  if (trouble !== undefined) return trouble;
  await ports.record({ ...progress, step: 'written' });
  await ports.simulation.cut('written');
  // Else a cut before the switch would be taken for the end of this trial.
  await ports.boot.forgetRollBack();
  await ports.record({ ...progress, step: 'switching' });
  await ports.boot.arm(slot, TRIAL_BOOTS);
  await ports.record({ ...progress, step: 'switched' });
  await ports.simulation.cut('switched');
  return { kind: 'switched' };
}

/** The image for a root: by its own name, by the root it names, or the only one there is. */
function componentFor(image: ImageManifest, root: string, id: string | undefined): Component | undefined {
  const { components } = image;
  if (id !== undefined) return components.find((component) => component.id === id);
  return (
    components.find((component) => component.root === root) ??
    (components.length === 1 ? components[0] : undefined)
  );
}

function manifestOf(image: ImageManifest, component: Component): SlotManifest {
  const { version, release, securityFloor } = image;
  return { version, release, securityFloor, sha256: component.sha256, size: component.size };
}

async function writeSlot(
  ports: InstallPorts,
  root: string,
  slot: Slot,
  manifest: SlotManifest,
  octets: AsyncIterable<Uint8Array>,
): Promise<InstallResult | undefined> {
  const { simulate } = ports.simulation;
  if (simulate.noSpace === 'update' || manifest.size > (ports.slotBytes ?? Number.POSITIVE_INFINITY)) {
    return failed(502, `the slot has no room for ${manifest.size} octets`);
  }
  try {
    await ports.slots.write(slot, watched(ports, root, manifest.size, octets), manifest);
    return undefined;
  } catch (error) {
    if (error instanceof SlotMismatch || error instanceof SimulatedFailure) return failed(410, error.message);
    if (systemCode(error) === 'ENOSPC') return failed(502, 'the disk is full');
    if (systemCode(error) === 'EIO' || systemCode(error) === 'EROFS')
      return failed(410, 'the slot cannot be written');
    throw error;
  }
}

class SimulatedFailure extends Error {}

/** The octets on their way into the slot, with progress and with what is simulated in the middle of it. */
async function* watched(
  ports: InstallPorts,
  root: string,
  total: number,
  octets: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { simulate } = ports.simulation;
  let bytes = 0;
  for await (const block of octets) {
    yield block;
    bytes += block.length;
    ports.emit({ kind: 'progress', root, step: 'write', bytes, total });
    if (bytes < total / 2) continue;
    await ports.simulation.cut('writing');
    if (simulate.failUpdate === true) throw new SimulatedFailure('the installer failed (simulated)');
  }
}

function failed(code: number, reason: string): InstallResult {
  return { kind: 'failed', code, reason };
}
