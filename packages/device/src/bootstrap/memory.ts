/** What a device remembers of bootstrap documents, in a small file of its own: what it took or gave up, and whom it still has to contact. */
import type { Disk } from '../disk/disk.ts';
import { readJson, replaceJson } from '../disk/durable-file.ts';
import type { Emit } from '../emit.ts';
import { MAX_REMEMBERED_DOCUMENTS, MAX_STATE_FILE_BYTES } from '../limits.ts';

/** A document by its SHA-256. */
interface Seen {
  readonly sha256: string;
  /** `taken`: it became an account; `given-up`: too many wrong PINs; `tried`: some. */
  readonly outcome: 'taken' | 'given-up' | 'tried';
  readonly tries: number;
}

/** An account that is there because a smartcard lists it. */
export interface CardAccount {
  readonly serverId: string;
  readonly sha256: string;
}

interface Remembered {
  readonly version: 1;
  /** The oldest first. */
  readonly documents: readonly Seen[];
  readonly card: readonly CardAccount[];
  /** Servers of new accounts that no session was held with yet. */
  readonly toContact: readonly string[];
}

const NOTHING: Remembered = { version: 1, documents: [], card: [], toContact: [] };

export class BootstrapMemory {
  readonly #disk: Disk;
  readonly #path: string;
  #now: Remembered;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(disk: Disk, path: string, now: Remembered) {
    this.#disk = disk;
    this.#path = path;
    this.#now = now;
  }

  /** A damaged file is kept beside; the device goes on without it. */
  static async open(disk: Disk, path: string, emit: Emit): Promise<BootstrapMemory> {
    const stored = await readJson(disk, path, MAX_STATE_FILE_BYTES).catch(() => 'damaged');
    if (stored !== undefined && !isRemembered(stored)) {
      await disk.rename(path, `${path}.damaged`);
      emit({ kind: 'error', code: 'damaged', text: `${path} is damaged and kept as ${path}.damaged` });
      return new BootstrapMemory(disk, path, NOTHING);
    }
    return new BootstrapMemory(disk, path, stored ?? NOTHING);
  }

  get toContact(): readonly string[] {
    return this.#now.toContact;
  }

  get card(): readonly CardAccount[] {
    return this.#now.card;
  }

  seen(sha256: string): { readonly outcome: Seen['outcome'] | undefined; readonly tries: number } {
    const { outcome, tries = 0 } = this.#now.documents.find((one) => one.sha256 === sha256) ?? {};
    return { outcome, tries };
  }

  /** Durable when it resolves, as are all below. */
  async note(sha256: string, outcome: Seen['outcome'], tries: number): Promise<void> {
    await this.#change(({ documents }) => {
      const kept = [...documents.filter((one) => one.sha256 !== sha256), { sha256, outcome, tries }];
      // What was taken has a share of its own: a flood of others must not make room for a replay.
      const shares = [
        kept.filter((one) => one.outcome === 'taken'),
        kept.filter((one) => one.outcome !== 'taken'),
      ];
      return { documents: shares.flatMap((share) => share.slice(-MAX_REMEMBERED_DOCUMENTS)) };
    });
  }

  async owesContact(serverIds: readonly string[]): Promise<void> {
    await this.#change(({ toContact }) => ({ toContact: [...new Set([...toContact, ...serverIds])] }));
  }

  async contacted(serverId: string): Promise<void> {
    if (!this.#now.toContact.includes(serverId)) return;
    await this.#change(({ toContact }) => ({ toContact: toContact.filter((one) => one !== serverId) }));
  }

  async keepCard(card: readonly CardAccount[]): Promise<void> {
    await this.#change(() => ({ card }));
  }

  /** One write after the other, each from what the one before left. */
  #change(change: (now: Remembered) => Partial<Remembered>): Promise<void> {
    const turn = this.#writing.then(async () => {
      const next = { ...this.#now, ...change(this.#now) };
      await replaceJson(this.#disk, this.#path, next);
      this.#now = next;
    });
    this.#writing = turn.catch(() => undefined);
    return turn;
  }
}

/** As `#write` wrote it. */
function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const { version, documents, card, toContact } = value as Partial<Record<keyof Remembered, unknown>>;
  return version === 1 && [documents, card, toContact].every(Array.isArray);
}
