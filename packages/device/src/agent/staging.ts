/** The files of packages: arriving, complete, and thrown away as soon as no fact names them any more. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { AgentFacts } from '@fumarole/fumo/device';
import type { Disk, DiskFile } from '../disk/disk.ts';
import type { Simulate } from '../simulate.ts';

export class Staging {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #limit: number;
  readonly #noSpace: boolean;
  /** Files being written for which there is no fact yet. */
  readonly #arriving = new Set<string>();

  constructor(disk: Disk, directory: string, limitBytes: number | undefined, simulate: Simulate) {
    this.#disk = disk;
    this.#directory = directory;
    this.#limit = limitBytes ?? Number.POSITIVE_INFINITY;
    this.#noSpace = simulate.noSpace === 'package';
  }

  path(file: string): string {
    return join(this.#directory, file);
  }

  /** The file an alternate download goes to; its name outlives a restart. */
  downloadFile(operation: number): string {
    return `download-${operation}`;
  }

  /** Octets that another package may have. */
  async room(): Promise<number> {
    if (this.#noSpace) return 0;
    const free = await this.#disk.free(this.#directory);
    if (this.#limit === Number.POSITIVE_INFINITY) return free;
    return Math.max(0, Math.min(free, this.#limit - (await this.#used())));
  }

  /** A new, empty file for a package that arrives through DM. */
  async openIncoming(): Promise<{ readonly name: string; readonly file: DiskFile }> {
    const name = `incoming-${randomBytes(6).toString('hex')}`;
    this.#arriving.add(name);
    return { name, file: await this.#disk.open(this.path(name)) };
  }

  /** The file is complete and synced: its name becomes durable too. */
  async settle(): Promise<void> {
    await this.#disk.syncDirectory(this.#directory);
  }

  /** A fact names the file now, or it is not wanted. */
  async release(name: string, keep: boolean): Promise<void> {
    this.#arriving.delete(name);
    if (!keep) await this.#disk.remove(this.path(name));
  }

  /** Removes every file that no fact names. */
  async collect(facts: AgentFacts): Promise<void> {
    const named = new Set<string>(this.#arriving);
    for (const { held, operation } of Object.values(facts.roots)) {
      if (held !== undefined) named.add(held.file);
      if (operation !== undefined) named.add(this.downloadFile(operation.id));
    }
    for (const name of await this.#disk.list(this.#directory)) {
      if (!named.has(name)) await this.#disk.remove(this.path(name));
    }
  }

  async #used(): Promise<number> {
    let used = 0;
    for (const name of await this.#disk.list(this.#directory)) {
      const file = await this.#disk.open(this.path(name));
      used += await file.size();
      await file.close();
    }
    return used;
  }
}
