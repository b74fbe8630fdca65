import type { LastingFacts } from '@fumarole/fumo/server';
import { RECORD_CACHE_CHARACTERS } from './limits.ts';

interface Kept {
  readonly serial: number;
  readonly version: number;
  readonly record: LastingFacts;
  readonly characters: number;
}

/** What lasts in the records of the devices heard last, parsed; an entry counts only for the row and version it was read at. */
export class RecordCache {
  readonly #kept = new Map<string, Kept>();
  #characters = 0;

  get(key: string, serial: number, version: number): LastingFacts | undefined {
    const found = this.#kept.get(key);
    return found?.version === version && found.serial === serial ? found.record : undefined;
  }

  put(key: string, serial: number, version: number, record: LastingFacts, characters: number): void {
    this.drop(key);
    this.#kept.set(key, { serial, version, record, characters });
    this.#characters += characters;
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= RECORD_CACHE_CHARACTERS) break;
      this.drop(oldest);
    }
  }

  /** After a roll-back: what was put meanwhile never happened. */
  clear(): void {
    this.#kept.clear();
    this.#characters = 0;
  }

  drop(key: string): void {
    const found = this.#kept.get(key);
    if (found === undefined) return;
    this.#kept.delete(key);
    this.#characters -= found.characters;
  }
}
