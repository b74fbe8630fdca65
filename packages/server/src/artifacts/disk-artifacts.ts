import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobRef } from '@fumarole/syncml';
import { ArtifactError } from './artifact-error.ts';
import { type Block, BlockCache } from './block-cache.ts';
import { BufferPool } from './buffer-pool.ts';
import { BLOCK_BYTES, POOLED_BUFFERS, READ_BYTES, STALE_STAGING_MS } from './limits.ts';
import type { ArtifactStat, ArtifactStore, StagedArtifact } from './port.ts';
import { StagingFile } from './staging-file.ts';

const HASH = /^[0-9a-f]{64}$/;

/**
 * Objects as files: `ab/abcd…` by SHA-256, uploads under `staging/`. Several processes may share the folder: a file
 * appears whole, by rename, and never changes.
 */
export class DiskArtifacts implements ArtifactStore {
  readonly #folder: string;
  readonly #blocks = new BlockCache();
  readonly #pool = new BufferPool(READ_BYTES, POOLED_BUFFERS);

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder and removes what dead uploads left; `now` in milliseconds since the epoch. */
  static async open(folder: string, now: number): Promise<DiskArtifacts> {
    const staging = join(folder, 'staging');
    await mkdir(staging, { recursive: true });
    for (const name of await readdir(staging)) {
      const path = join(staging, name);
      const found = await statOf(path);
      if (found !== undefined && found.mtimeMs < now - STALE_STAGING_MS) await rm(path, { force: true });
    }
    return new DiskArtifacts(folder);
  }

  async stage(maxBytes: number): Promise<StagedArtifact> {
    const path = join(this.#folder, 'staging', randomUUID());
    return new StagingFile(await open(path, 'wx', 0o640), path, maxBytes, (sha256) => this.#pathOf(sha256));
  }

  async stat(sha256: string): Promise<ArtifactStat | undefined> {
    if (!HASH.test(sha256)) return undefined;
    const found = await statOf(this.#pathOf(sha256));
    return found && { sha256, size: found.size, storedAt: Math.floor(found.mtimeMs) };
  }

  async *list(): AsyncGenerator<ArtifactStat> {
    for (const folder of await readdir(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const name of await readdir(join(this.#folder, folder))) {
        const found = await this.stat(name);
        if (found !== undefined) yield found;
      }
    }
  }

  async *open(ref: BlobRef): AsyncGenerator<Uint8Array> {
    const file = await this.#openFile(ref);
    const buffers = [this.#pool.take(), this.#pool.take()] as const;
    let reading: Promise<Uint8Array> | undefined;
    try {
      const end = ref.offset + ref.length;
      reading = end > ref.offset ? readPiece(file, buffers[0], ref.offset, end) : undefined;
      for (let turn = 1, at = ref.offset; reading !== undefined; turn++) {
        const piece: Uint8Array = await reading;
        at += piece.length;
        // The next piece is read while this one is used.
        reading = at < end ? readPiece(file, turn % 2 === 0 ? buffers[0] : buffers[1], at, end) : undefined;
        yield piece;
      }
    } finally {
      await Promise.allSettled([reading]);
      await file.close();
      for (const buffer of buffers) this.#pool.give(buffer);
    }
  }

  async readRange(ref: BlobRef): Promise<Uint8Array> {
    const octets = new Uint8Array(Math.max(0, ref.length));
    let done = 0;
    do {
      const at = ref.offset + done;
      const number = Math.max(0, Math.floor(at / BLOCK_BYTES));
      const block = await this.#blocks.get(ref.sha256, number, (from) => this.#readBlock(ref.sha256, from));
      if (done === 0) checkRange(ref, block.size);
      const from = at - number * BLOCK_BYTES;
      const piece = block.octets.subarray(from, from + octets.length - done);
      octets.set(piece, done);
      done += piece.length;
    } while (done < octets.length);
    return octets;
  }

  async #readBlock(sha256: string, from: number): Promise<Block> {
    const stat = await this.stat(sha256);
    if (stat === undefined) throw missing(sha256);
    const octets = new Uint8Array(Math.max(0, Math.min(BLOCK_BYTES, stat.size - from)));
    if (octets.length === 0) return { octets, size: stat.size };
    const file = await this.#openFile({ sha256, offset: from, length: octets.length });
    try {
      for (let at = 0; at < octets.length; ) {
        at += (await readPiece(file, octets.subarray(at), from + at, from + octets.length)).length;
      }
      return { octets, size: stat.size };
    } finally {
      await file.close();
    }
  }

  async delete(sha256: string): Promise<boolean> {
    this.#blocks.drop(sha256);
    if ((await this.stat(sha256)) === undefined) return false;
    await rm(this.#pathOf(sha256), { force: true });
    return true;
  }

  async #openFile(ref: BlobRef): Promise<FileHandle> {
    const stat = await this.stat(ref.sha256);
    if (stat === undefined) throw missing(ref.sha256);
    checkRange(ref, stat.size);
    return open(this.#pathOf(ref.sha256), 'r').catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'ENOENT' ? missing(ref.sha256, cause) : cause;
    });
  }

  #pathOf(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }
}

function checkRange({ sha256, offset, length }: BlobRef, size: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new ArtifactError('ARTIFACT_RANGE', `${offset}+${length} is beyond the ${size} octets of ${sha256}`);
}

/** At least one octet of [at, end), at most a buffer full. */
async function readPiece(file: FileHandle, buffer: Uint8Array, at: number, end: number): Promise<Uint8Array> {
  const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at), at);
  if (bytesRead === 0) throw new ArtifactError('ARTIFACT_MISSING', `the object ends at octet ${at}`);
  return buffer.subarray(0, bytesRead);
}

async function statOf(path: string): Promise<{ size: number; mtimeMs: number } | undefined> {
  try {
    return await stat(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}

function missing(sha256: string, cause?: unknown): ArtifactError {
  return new ArtifactError('ARTIFACT_MISSING', `the object ${sha256} is not there`, cause);
}
