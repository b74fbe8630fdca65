import type { ServerAccount } from '@fumarole/dm/server';
import type { CredentialRow, CredentialWrite } from '../store/port.ts';
import type { Seal } from './seal.ts';

/** Opened accounts kept in memory: they are there anyway while a session runs. */
const MAX_OPEN = 2_000;

interface Opened {
  /** The whole sealed value: an altered or older row never meets a kept account. */
  readonly sealed: Uint8Array;
  readonly account: ServerAccount;
}

/** Credentials between the store, where they are sealed, and the session, where they are plain. */
export class AccountVault {
  readonly #seal: Seal;
  readonly #opened = new Map<string, Opened>();

  constructor(seal: Seal) {
    this.#seal = seal;
  }

  /** Throws AccessError `unsealable`. */
  open(row: CredentialRow): ServerAccount {
    const kept = this.#opened.get(row.key);
    if (kept !== undefined && Buffer.compare(kept.sealed, row.sealed) === 0) return kept.account;
    const account = JSON.parse(this.#seal.open(row, placeOf(row.key))) as ServerAccount;
    this.#keep(row.key, { sealed: row.sealed, account });
    return account;
  }

  /** `expected`: version of the row that was read, 0 for a new one. */
  close(key: string, account: ServerAccount, expected: number): CredentialWrite {
    const { keyId, sealed } = this.#seal.seal(JSON.stringify(account), placeOf(key));
    this.#keep(key, { sealed, account });
    return { key, expected, keyId, sealed };
  }

  #keep(key: string, opened: Opened): void {
    this.#opened.delete(key);
    this.#opened.set(key, opened);
    const [oldest] = this.#opened.keys();
    if (this.#opened.size > MAX_OPEN && oldest !== undefined) this.#opened.delete(oldest);
  }
}

function placeOf(key: string): string {
  return `credentials\0sealed\0${key}`;
}
