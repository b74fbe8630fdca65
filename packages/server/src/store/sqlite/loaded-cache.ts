import type { DeviceColumns, LoadedForMessage } from '../port.ts';
import type { Connection } from './connection.ts';
import { LOADED_CACHE_CHARACTERS } from './limits.ts';

/** All that one message needs to know of a device, and what its commit needs to know of the rows. */
export interface Loaded {
  readonly rows: LoadedForMessage;
  /** Of the device's row; 0 when there is none. */
  readonly serial: number;
  /** Of the row in `sessions`; 0 when there is none. */
  readonly number: number;
  /** The device's contact facts as they are written there. */
  readonly contact: string | undefined;
  /** A wake may be waiting for the device; false is certain. */
  readonly awaited: boolean;
}

/**
 * What this process loaded or committed last for each device. It counts only as long as no other connection has
 * committed anything (`PRAGMA data_version`); then all of it is forgotten, so that several processes share a store.
 */
export class LoadedCache {
  readonly #db: Connection;
  readonly #kept = new Map<string, Loaded>();
  #characters = 0;
  #dataVersion: unknown;
  #askedInThisTurn = false;

  constructor(db: Connection) {
    this.#db = db;
  }

  /** The same, asked at most once in a turn of the event loop: for what a commit will check again. */
  revalidateInTurn(): void {
    if (this.#askedInThisTurn) return;
    this.revalidate();
    this.#askedInThisTurn = true;
    setImmediate(() => {
      this.#askedInThisTurn = false;
    });
  }

  /** Asks whether another connection has committed; called before what is kept is relied upon. */
  revalidate(): void {
    const version = this.#db.value('PRAGMA data_version');
    if (version === this.#dataVersion) return;
    this.clear();
    this.#dataVersion = version;
  }

  get(key: string): Loaded | undefined {
    return this.#kept.get(key);
  }

  put(key: string, loaded: Loaded): void {
    this.drop(key);
    this.#kept.set(key, loaded);
    this.#characters += weight(loaded);
    if (this.#characters <= LOADED_CACHE_CHARACTERS) return;
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= LOADED_CACHE_CHARACTERS) break;
      this.drop(oldest);
    }
  }

  drop(key: string): void {
    const found = this.#kept.get(key);
    if (found === undefined) return;
    this.#kept.delete(key);
    this.#characters -= weight(found);
  }

  clear(): void {
    this.#kept.clear();
    this.#characters = 0;
  }
}

/** What an entry holds besides the record, which the cache of records counts. */
function weight({ rows, contact = '' }: Loaded): number {
  return 512 + (rows.session?.value.length ?? 0) + (rows.credentials?.sealed.length ?? 0) + contact.length;
}

/** Whether a row's indexed columns stay as they are: then only the record is written. */
export function sameColumns(a: DeviceColumns, b: DeviceColumns): boolean {
  return (
    a.manufacturer === b.manufacturer &&
    a.model === b.model &&
    a.firmware === b.firmware &&
    a.state === b.state &&
    a.quarantined === b.quarantined &&
    a.nextDue === b.nextDue
  );
}
