/** Reads a stored package and says whether this device may install it, before any slot is touched (F-135). */
import * as crypto from 'node:crypto';
import {
  type DeviceClaims,
  ed25519Ports,
  PackageError,
  type PackageHeader,
  PayloadVerifier,
  parseHeader,
  peekHeaderLength,
  publisherKey,
  type ReadPorts,
  type Trust,
  verifyPackage,
} from '@fumarole/update-package/read';
import type { Disk, DiskFile } from '../disk/disk.ts';
import { BLOCK_BYTES } from '../limits.ts';

export type PackageVerdict =
  | { readonly kind: 'ok'; readonly header: PackageHeader }
  /** `code` is a FUMO result code (fumo.md §6). */
  | { readonly kind: 'refused'; readonly code: number; readonly reason: string };

export const readPorts: ReadPorts = ed25519Ports(crypto);

/** Raw publisher keys of the configuration as trust of the package reader. */
export function trustOf(publishers: readonly string[]): Trust {
  return { keys: publishers.map((hex) => publisherKey(Buffer.from(hex, 'hex'))) };
}

/** Signature, device, base, release and security floor, then size and hashes of the whole payload. */
export async function checkPackage(
  disk: Disk,
  path: string,
  trust: Trust,
  claims: DeviceClaims,
  onBytes: (bytes: number, total: number) => void | Promise<void>,
): Promise<PackageVerdict> {
  const file = await disk.open(path);
  try {
    const header = await readHeader(file);
    const verdict = verifyPackage(header, trust, claims, readPorts);
    if (verdict.kind === 'refused') {
      return { kind: 'refused', code: verdict.refusal.code, reason: verdict.refusal.reason };
    }
    const verifier = new PayloadVerifier(header, readPorts.sha256);
    for await (const { bytes, offset, total } of payloadOf(file, header)) {
      verifier.write(bytes);
      await onBytes(offset + bytes.length, total);
    }
    verifier.finish();
    return { kind: 'ok', header };
  } catch (error) {
    if (error instanceof PackageError) {
      return { kind: 'refused', code: error.refusal.code, reason: error.refusal.reason };
    }
    throw error;
  } finally {
    await file.close();
  }
}

/** The octets of one component of a verified package. */
export async function* componentOf(
  disk: Disk,
  path: string,
  header: PackageHeader,
  sha256: string,
): AsyncGenerator<Uint8Array> {
  const file = await disk.open(path);
  try {
    let start = header.headerLength;
    for (const part of header.transfer.manifest.parts) {
      if (part.target === sha256) {
        yield* range(file, start, part.size);
        return;
      }
      start += part.size;
    }
  } finally {
    await file.close();
  }
}

/** @throws PackageError */
export async function readHeader(file: DiskFile): Promise<PackageHeader> {
  const start = await file.read(0, BLOCK_BYTES);
  const length = peekHeaderLength(start);
  return parseHeader(length === undefined || length <= start.length ? start : await file.read(0, length));
}

async function* payloadOf(
  file: DiskFile,
  header: PackageHeader,
): AsyncGenerator<{ bytes: Uint8Array; offset: number; total: number }> {
  const size = await file.size();
  const total = size - header.headerLength;
  let offset = 0;
  for await (const bytes of range(file, header.headerLength, total)) {
    yield { bytes, offset, total };
    offset += bytes.length;
  }
}

async function* range(file: DiskFile, start: number, length: number): AsyncGenerator<Uint8Array> {
  let done = 0;
  while (done < length) {
    const bytes = await file.read(start + done, Math.min(BLOCK_BYTES, length - done));
    if (bytes.length === 0) return;
    yield bytes;
    done += bytes.length;
  }
}
