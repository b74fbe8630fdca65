/** Which triggers a device has taken, in a small file of its own: none starts a second session, after a restart neither (N-023, N-031). */
import type { Disk } from '../disk/disk.ts';
import { readJson, replaceJson } from '../disk/durable-file.ts';
import type { Emit } from '../emit.ts';
import { MAX_REMEMBERED_WAKES, MAX_STATE_FILE_BYTES } from '../limits.ts';

export interface TakenTrigger {
  readonly serverId: string;
  readonly sessionID: string;
  /** Of the trigger, base64: no two of them have the same by chance. */
  readonly digest: string;
}

interface Remembered {
  readonly version: 1;
  /** The oldest first. While its nonce stands, each could be sent again. */
  readonly taken: readonly TakenTrigger[];
}

export class WakeMemory {
  readonly #disk: Disk;
  readonly #path: string;
  #taken: readonly TakenTrigger[];
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(disk: Disk, path: string, taken: readonly TakenTrigger[]) {
    this.#disk = disk;
    this.#path = path;
    this.#taken = taken;
  }

  /** A damaged file is kept beside; the device goes on without it. */
  static async open(disk: Disk, path: string, emit: Emit): Promise<WakeMemory> {
    const stored = await readJson(disk, path, MAX_STATE_FILE_BYTES).catch(() => 'damaged');
    if (stored !== undefined && !isRemembered(stored)) {
      await disk.rename(path, `${path}.damaged`);
      emit({ kind: 'error', code: 'damaged', text: `${path} is damaged and kept as ${path}.damaged` });
      return new WakeMemory(disk, path, []);
    }
    return new WakeMemory(disk, path, stored?.taken ?? []);
  }

  /** Was this very trigger taken, or is it for the session that the server's last one was for (notification §1.3)? */
  knows({ serverId, sessionID, digest }: TakenTrigger): boolean {
    const last = this.#taken.findLast((one) => one.serverId === serverId);
    return last?.sessionID === sessionID || this.#taken.some((one) => one.digest === digest);
  }

  /** Known from now on; durable when it resolves. */
  note({ serverId, sessionID, digest }: TakenTrigger): Promise<void> {
    this.#taken = [...this.#taken, { serverId, sessionID, digest }].slice(-MAX_REMEMBERED_WAKES);
    const turn = this.#writing.then(() =>
      replaceJson(this.#disk, this.#path, { version: 1, taken: this.#taken } satisfies Remembered),
    );
    this.#writing = turn.catch(() => undefined);
    return turn;
  }
}

/** As `note` wrote it. */
function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const { version, taken } = value as Partial<Record<keyof Remembered, unknown>>;
  return version === 1 && Array.isArray(taken) && taken.every(isTaken);
}

function isTaken(value: unknown): value is TakenTrigger {
  if (typeof value !== 'object' || value === null) return false;
  const { serverId, sessionID, digest } = value as Partial<Record<keyof TakenTrigger, unknown>>;
  return [serverId, sessionID, digest].every((one) => typeof one === 'string');
}
