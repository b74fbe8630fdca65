import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A value as it arrives: positions are of the decoded octets. */
export interface SpoolPiece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Declared for the whole value; it never gets larger. */
  readonly size: number;
  readonly last: boolean;
}

export interface SpooledFile {
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface SpoolBounds {
  /** All values together. */
  readonly maxBytes: number;
  readonly maxValues: number;
  /** A value that stopped arriving belongs to no session any more. */
  readonly openMs: number;
  /** A whole value is kept for so long. */
  readonly wholeMs: number;
}

const NAME = /^[0-9a-f]{64}$/;
const OPEN = '.part';

/**
 * Large values that devices report, as files outside the store, until somebody has read them. A piece is on the disk
 * before it is acknowledged, and may be written twice: messages are repeated and stepped again. Several processes may
 * share the folder.
 */
export class Spool {
  readonly #folder: string;
  readonly #bounds: SpoolBounds;

  private constructor(folder: string, bounds: SpoolBounds) {
    this.#folder = folder;
    this.#bounds = bounds;
  }

  /** Makes the folder and removes what broke off; `now` in milliseconds since the epoch. */
  static async open(folder: string, bounds: SpoolBounds, now: number): Promise<Spool> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const spool = new Spool(folder, bounds);
    await spool.sweep(now);
    return spool;
  }

  /** Name of the value that a command on a device brought: the same for every repetition. */
  static nameOf(device: string, command: string, uri: string): string {
    return createHash('sha256').update(`${device}\0${command}\0${uri}`).digest('hex');
  }

  /** `refused`: there is no room, or what came before is not here. */
  async write(name: string, piece: SpoolPiece): Promise<SpooledFile | 'open' | 'refused'> {
    const begins = piece.offset === 0;
    if (begins && !(await this.#hasRoom(name, piece.size))) return 'refused';
    const file = await this.#openFile(name, begins);
    if (file === undefined) return 'refused';
    try {
      // The declared size is taken at once: values that grow together stay within the bound.
      if (begins) await file.truncate(piece.size);
      await writeAll(file, piece);
      if (!piece.last) {
        await file.datasync();
        return 'open';
      }
      const size = piece.offset + piece.bytes.length;
      await file.truncate(size);
      await file.sync();
    } finally {
      await file.close();
    }
    return this.#finish(name);
  }

  /** Drops a value; harmless when it is not there. */
  async discard(name: string): Promise<void> {
    await rm(this.#path(name) + OPEN, { force: true });
    await rm(this.#path(name), { force: true });
  }

  /** A whole value; undefined when it is not here any more. */
  async read(
    name: string,
  ): Promise<{ readonly size: number; readonly body: NodeJS.ReadableStream } | undefined> {
    const found = NAME.test(name) ? await statOf(this.#path(name)) : undefined;
    return found && { size: found.size, body: createReadStream(this.#path(name)) };
  }

  /** Removes what broke off and what is old, then the oldest until all bounds hold. */
  async sweep(now: number): Promise<void> {
    const kept: Entry[] = [];
    for (const entry of await this.#entries()) {
      const { openMs, wholeMs } = this.#bounds;
      if (now - entry.changedAt <= (entry.whole ? wholeMs : openMs)) kept.push(entry);
      else await rm(entry.path, { force: true });
    }
    await this.#makeRoom(kept, 0);
  }

  async #hasRoom(name: string, size: number): Promise<boolean> {
    const entries = await this.#entries();
    // What this value was before goes in any case.
    const others = entries.filter(({ path }) => !path.startsWith(this.#path(name)));
    return this.#makeRoom(others, size);
  }

  /** Whole values go, oldest first; those that still arrive stay. */
  async #makeRoom(entries: readonly Entry[], size: number): Promise<boolean> {
    const { maxBytes, maxValues } = this.#bounds;
    let octets = entries.reduce((sum, entry) => sum + entry.size, size);
    let values = entries.length + (size > 0 ? 1 : 0);
    for (const entry of entries.filter(({ whole }) => whole).sort((a, b) => a.changedAt - b.changedAt)) {
      if (octets <= maxBytes && values <= maxValues) break;
      await rm(entry.path, { force: true });
      octets -= entry.size;
      values -= 1;
    }
    return octets <= maxBytes && values <= maxValues;
  }

  async #openFile(name: string, begins: boolean): Promise<FileHandle | undefined> {
    if (begins) {
      await this.discard(name);
      return open(this.#path(name) + OPEN, 'w+', 0o600);
    }
    // A repeated last piece finds its value whole already.
    return (await existing(this.#path(name) + OPEN)) ?? existing(this.#path(name));
  }

  async #finish(name: string): Promise<SpooledFile> {
    await rename(this.#path(name) + OPEN, this.#path(name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    const hash = createHash('sha256');
    let size = 0;
    for await (const octets of createReadStream(this.#path(name))) {
      hash.update(octets);
      size += octets.length;
    }
    return { size, sha256: hash.digest('hex') };
  }

  async #entries(): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    for (const file of await readdir(this.#folder)) {
      const path = join(this.#folder, file);
      const found = await statOf(path);
      if (found !== undefined) {
        entries.push({ path, size: found.size, changedAt: found.mtimeMs, whole: !file.endsWith(OPEN) });
      }
    }
    return entries;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

interface Entry {
  readonly path: string;
  readonly size: number;
  readonly changedAt: number;
  readonly whole: boolean;
}

async function writeAll(file: FileHandle, { bytes, offset }: SpoolPiece): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await file.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
  }
}

function existing(path: string): Promise<FileHandle | undefined> {
  return open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

async function statOf(path: string): Promise<{ size: number; mtimeMs: number } | undefined> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
