import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { makeDelta } from '@fumarole/update-package/make';
import { DeltaDecoder, type DeltaHeader, type OldImage } from '@fumarole/update-package/read';
import { fileError } from './file-error.ts';
import { packagePorts } from './key-files.ts';
import { told } from './package-files.ts';

/** What making or applying a delta came to. */
export interface DeltaReport {
  /** Octets of the file written. */
  readonly bytes: number;
  readonly newBytes: number;
  readonly seconds: number;
  /** The most memory that the whole process held. */
  readonly peakBytes: number;
  /** How the images hold addresses that were predicted, such as `thumb, 32-bit pointers`. */
  readonly addresses: string;
  /** Octets of the new image taken from the old one, and those that are new. */
  readonly copied?: number;
  readonly added?: number;
}

const INSTRUCTION_SETS: readonly string[] = ['none', 'arm64', 'thumb', 'xtensa', 'x86-64'];

/**
 * Makes a delta of two image files and applies it once, in memory, before it is written. Throws CliError and
 * PackageError; nothing is left at `out` then.
 */
export async function makeDeltaFile(from: string, to: string, out: string): Promise<DeltaReport> {
  const started = performance.now();
  const old = await told(from, readFile(from));
  const target = await told(to, readFile(to));
  const { octets, header, copied, added } = makeDelta(old, target, packagePorts.sha256);
  prove(old, octets, target);
  await told(
    out,
    writeWhole(out, async (file) => void (await file.writeFile(octets))),
  );
  return { ...measured(started, header), bytes: octets.length, copied, added };
}

/** The octets of a file in pieces; its own errors name it. Throws CliError `file`. */
async function* piecesOf(file: string): AsyncGenerator<Uint8Array, void> {
  try {
    yield* createReadStream(file);
  } catch (error) {
    throw fileError(file, error);
  }
}

/** Applies a delta file; nothing is left at `out` when it fails. Throws CliError and PackageError. */
export async function applyDeltaFile(from: string, delta: string, out: string): Promise<DeltaReport> {
  const started = performance.now();
  const file = await told(
    from,
    Promise.resolve().then(() => openSync(from, 'r')),
  );
  try {
    const decoder = new DeltaDecoder(imageFile(file), packagePorts.sha256);
    const write = async (target: FileHandle): Promise<void> => {
      for await (const piece of piecesOf(delta)) {
        for (const interval of decoder.write(piece)) await target.writeFile(interval);
      }
      decoder.finish();
    };
    await told(out, writeWhole(out, write));
    const { header } = decoder;
    return { ...measured(started, header), bytes: header?.newSize ?? 0 };
  } finally {
    closeSync(file);
  }
}

function measured(
  started: number,
  header: DeltaHeader | undefined,
): Pick<DeltaReport, 'newBytes' | 'seconds' | 'peakBytes' | 'addresses'> {
  return {
    newBytes: header?.newSize ?? 0,
    seconds: (performance.now() - started) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    addresses: addressesOf(header),
  };
}

function addressesOf(header: DeltaHeader | undefined): string {
  const code = INSTRUCTION_SETS[header?.form.instructions ?? 0] ?? 'none';
  const pointers = header?.form.pointers.map(({ size }) => `${size * 8}-bit pointers`) ?? [];
  return [...(code === 'none' && pointers.length > 0 ? [] : [code]), ...pointers].join(', ');
}

function imageFile(file: number): OldImage {
  return {
    size: fstatSync(file).size,
    read: (position, into) => {
      for (let done = 0; done < into.length; ) {
        const count = readSync(file, into, done, into.length - done, position + done);
        if (count === 0) throw new Error('the old image became shorter while it was read');
        done += count;
      }
    },
  };
}

/** A delta that does not make the image is a defect of ours, and is never written. */
function prove(old: Uint8Array, delta: Uint8Array, target: Uint8Array): void {
  const image: OldImage = {
    size: old.length,
    read: (position, into) => into.set(old.subarray(position, position + into.length)),
  };
  const decoder = new DeltaDecoder(image, packagePorts.sha256);
  let at = 0;
  for (const interval of decoder.write(delta)) {
    if (Buffer.compare(interval, target.subarray(at, at + interval.length)) !== 0) {
      throw new Error(`the delta is wrong within the MiB from octet ${at} on`);
    }
    at += interval.length;
  }
  decoder.finish();
}

async function writeWhole(out: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const part = `${out}.part`;
  const file = await open(part, 'w');
  try {
    await write(file);
    await file.sync();
    await file.close();
    await rename(part, out);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
}
