import type { Disk, DiskFile } from './disk.ts';

/** The power went: whatever was under way ends here. */
export class PowerCut extends Error {
  readonly phase: string;

  constructor(phase: string) {
    super(`power cut at ${phase}`);
    this.name = 'PowerCut';
    this.phase = phase;
  }
}

/** A disk with a plug: once it is pulled nothing is written or read any more. */
export class PoweredDisk implements Disk {
  readonly #disk: Disk;
  #cut: PowerCut | undefined;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  pull(cut: PowerCut): void {
    this.#cut = cut;
  }

  async read(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    this.#check();
    return this.#disk.read(path, maxBytes);
  }
  async open(path: string): Promise<DiskFile> {
    this.#check();
    const file = await this.#disk.open(path);
    return {
      size: () => file.size(),
      read: (offset, length) => file.read(offset, length),
      write: async (offset, bytes) => {
        this.#check();
        await file.write(offset, bytes);
      },
      truncate: async (length) => {
        this.#check();
        await file.truncate(length);
      },
      sync: async () => {
        this.#check();
        await file.sync();
      },
      close: () => file.close(),
    };
  }
  async rename(from: string, to: string): Promise<void> {
    this.#check();
    await this.#disk.rename(from, to);
  }
  async remove(path: string): Promise<void> {
    this.#check();
    await this.#disk.remove(path);
  }
  async list(directory: string): Promise<readonly string[]> {
    return this.#disk.list(directory);
  }
  async makeDirectory(path: string): Promise<void> {
    this.#check();
    await this.#disk.makeDirectory(path);
  }
  async syncDirectory(path: string): Promise<void> {
    this.#check();
    await this.#disk.syncDirectory(path);
  }
  async free(directory: string): Promise<number> {
    return this.#disk.free(directory);
  }

  #check(): void {
    if (this.#cut !== undefined) throw this.#cut;
  }
}
