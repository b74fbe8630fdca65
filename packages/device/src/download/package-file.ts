import { dirname } from 'node:path';
import type { Disk, DiskFile } from '../disk/disk.ts';

/** The staging file of a download: octets count only once they are synced. */
export class PackageFile {
  readonly #file: DiskFile;
  #length: number;

  private constructor(file: DiskFile, length: number) {
    this.#file = file;
    this.#length = length;
  }

  /** Opens it at the persisted offset; what lies behind it was never counted. Fewer octets than that: from 0. */
  static async open(disk: Disk, path: string, offset: number): Promise<PackageFile> {
    const file = await disk.open(path);
    try {
      const size = await file.size();
      const length = size < offset ? 0 : offset;
      if (size !== length) await file.truncate(length);
      // The file may be new: what is synced in it counts only with its name.
      if (length === 0) await disk.syncDirectory(dirname(path));
      return new PackageFile(file, length);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get length(): number {
    return this.#length;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#file.write(this.#length, bytes);
    this.#length += bytes.length;
  }

  async restart(): Promise<void> {
    await this.#file.truncate(0);
    this.#length = 0;
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
