/**
 * The `slot-files` installer: two slots as files, each with a manifest that says what its whole content must hash to. The
 * manifest goes before the first octet of a new image is written, and comes back only when the written slot, read
 * back, has the hash; so a half-written slot is never taken for an image.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Slot } from '../boot/boot-control.ts';
import type { Disk } from '../disk/disk.ts';
import { readJson, replaceJson } from '../disk/durable-file.ts';
import { BLOCK_BYTES, MAX_STATE_FILE_BYTES } from '../limits.ts';

/** What a slot holds, as its publisher signed it. */
export interface SlotManifest {
  readonly version: string;
  readonly release: number;
  readonly securityFloor: number;
  /** Hash of the whole image, lower-case hex. */
  readonly sha256: string;
  readonly size: number;
}

export interface Measurement {
  readonly sha256: string;
  readonly size: number;
  readonly whole: boolean;
}

export interface SlotStore {
  /** Undefined: the slot holds no whole image. */
  manifest(slot: Slot): Promise<SlotManifest | undefined>;
  /** Reads and hashes the slot. */
  measure(slot: Slot): Promise<Measurement>;
  /** Throws SlotMismatch when what arrived is not what the manifest says. */
  write(slot: Slot, source: AsyncIterable<Uint8Array>, manifest: SlotManifest): Promise<void>;
}

/** The written slot does not have the hash or the size of its manifest. */
export class SlotMismatch extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SlotMismatch';
  }
}

export function slotFiles(disk: Disk, directory: string): SlotStore {
  const imagePath = (slot: Slot) => join(directory, `${slot}.img`);
  const manifestPath = (slot: Slot) => join(directory, `${slot}.json`);
  const manifest = async (slot: Slot) =>
    parseManifest(await readJson(disk, manifestPath(slot), MAX_STATE_FILE_BYTES).catch(() => undefined));
  const measure = async (slot: Slot): Promise<Measurement> => {
    const expected = await manifest(slot);
    const actual = await hashFile(disk, imagePath(slot));
    const whole =
      expected !== undefined && expected.sha256 === actual.sha256 && expected.size === actual.size;
    return { ...actual, whole };
  };
  return {
    manifest,
    measure,
    async write(slot, source, wanted) {
      await disk.remove(manifestPath(slot));
      await disk.syncDirectory(directory);
      await writeImage(disk, imagePath(slot), source);
      await disk.syncDirectory(directory);
      const actual = await hashFile(disk, imagePath(slot));
      if (actual.sha256 !== wanted.sha256 || actual.size !== wanted.size) {
        throw new SlotMismatch(`slot ${slot} hashes to ${actual.sha256}, not to ${wanted.sha256}`);
      }
      await replaceJson(disk, manifestPath(slot), wanted);
    },
  };
}

async function writeImage(disk: Disk, path: string, source: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await disk.open(path);
  try {
    await file.truncate(0);
    let offset = 0;
    for await (const bytes of source) {
      await file.write(offset, bytes);
      offset += bytes.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function hashFile(disk: Disk, path: string): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256');
  const file = await disk.open(path);
  let offset = 0;
  try {
    for (;;) {
      const bytes = await file.read(offset, BLOCK_BYTES);
      if (bytes.length === 0) break;
      hash.update(bytes);
      offset += bytes.length;
    }
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), size: offset };
}

function parseManifest(value: unknown): SlotManifest | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, release, securityFloor, sha256, size }: Partial<SlotManifest> = value;
  if (typeof version !== 'string' || typeof sha256 !== 'string') return undefined;
  if (typeof release !== 'number' || typeof size !== 'number') return undefined;
  return { version, release, securityFloor: securityFloor ?? 0, sha256, size };
}
