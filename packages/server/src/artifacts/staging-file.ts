import { createHash } from 'node:crypto';
import { access, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ArtifactError } from './artifact-error.ts';
import type { StagedArtifact, StoredArtifact } from './port.ts';

/** An upload in a file of its own, renamed to its hash once it is on the disk. */
export class StagingFile implements StagedArtifact {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #pathOf: (sha256: string) => string;
  readonly #hash = createHash('sha256');
  #size = 0;
  #open = true;
  #renamed = false;

  constructor(file: FileHandle, path: string, maxBytes: number, pathOf: (sha256: string) => string) {
    this.#file = file;
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#pathOf = pathOf;
  }

  async write(octets: Uint8Array): Promise<void> {
    if (this.#size + octets.length > this.#maxBytes) {
      throw new ArtifactError('ARTIFACT_TOO_LARGE', `the object is above ${this.#maxBytes} octets`);
    }
    this.#hash.update(octets);
    for (let at = 0; at < octets.length; ) {
      const { bytesWritten } = await this.#file.write(octets, at, octets.length - at, this.#size + at);
      at += bytesWritten;
    }
    this.#size += octets.length;
  }

  async commit(): Promise<StoredArtifact> {
    const sha256 = this.#hash.digest('hex');
    const target = this.#pathOf(sha256);
    const present = await exists(target);
    if (!present) await this.#file.sync();
    await this.#close();
    if (present) {
      await rm(this.#path, { force: true });
    } else {
      await mkdir(dirname(target), { recursive: true });
      await rename(this.#path, target);
      this.#renamed = true;
      await syncFolder(dirname(target));
      await syncFolder(dirname(dirname(target)));
    }
    return { sha256, size: this.#size };
  }

  async discard(): Promise<void> {
    await this.#close();
    if (!this.#renamed) await rm(this.#path, { force: true });
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#file.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Makes a new name durable; systems that cannot open a folder (Windows) write names through by themselves. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
