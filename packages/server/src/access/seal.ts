/**
 * Credentials at rest: AES-256-GCM under a key of their own for each row, derived from the key file, so that the
 * number of messages never comes near the limit of random nonces. Key id, table, column and row are associated data: a sealed
 * value is of no use in another place.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { AccessError } from './access-error.ts';
import { random } from './digests.ts';
import { openKeyFile, readKeyFile, type SealKey } from './key-file.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Row keys kept: deriving one costs more than sealing with it. */
const MAX_ROW_KEYS = 4_000;

export interface Sealed {
  readonly keyId: string;
  /** Nonce, ciphertext, tag. */
  readonly sealed: Uint8Array;
}

export class Seal {
  readonly #path: string;
  #keys: readonly SealKey[];
  readonly #rowKeys = new Map<string, KeyObject>();

  private constructor(path: string, keys: readonly SealKey[]) {
    this.#path = path;
    this.#keys = keys;
  }

  /** Opens the key file or makes it. Throws AccessError. */
  static open(path: string): Seal {
    return new Seal(path, openKeyFile(path));
  }

  /** Id of the key that seals now. */
  get keyId(): string {
    return this.#first().id;
  }

  /** Takes keys that were added to the file meanwhile. */
  reload(): void {
    this.#keys = readKeyFile(this.#path);
  }

  /** Seals a text for one place: `place` names table, column and row. */
  seal(text: string, place: string): Sealed {
    const key = this.#first();
    const nonce = random(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#rowKey(key, place), nonce);
    cipher.setAAD(associated(key.id, place));
    const head = cipher.update(text, 'utf8');
    const tail = cipher.final();
    return { keyId: key.id, sealed: Buffer.concat([nonce, head, tail, cipher.getAuthTag()]) };
  }

  /** Throws AccessError `unsealable`. */
  open({ keyId, sealed }: Sealed, place: string): string {
    const key = this.#find(keyId);
    try {
      const decipher = createDecipheriv(
        'aes-256-gcm',
        this.#rowKey(key, place),
        sealed.subarray(0, NONCE_BYTES),
      );
      decipher.setAAD(associated(keyId, place));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      return (
        decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch (error) {
      throw new AccessError(
        'unsealable',
        `the sealed value of ${JSON.stringify(place)} cannot be opened`,
        error,
      );
    }
  }

  /** 32 octets that only this key file can make, for a purpose: decoys, signed URLs. */
  derive(purpose: string): Buffer {
    const oldest = this.#keys.at(-1) ?? this.#first();
    return derive(oldest, `derive\0${purpose}`);
  }

  #rowKey(key: SealKey, place: string): KeyObject {
    const name = `${key.id}\0${place}`;
    const kept = this.#rowKeys.get(name);
    if (kept !== undefined) return kept;
    const made = createSecretKey(derive(key, `seal\0${place}`));
    if (this.#rowKeys.size >= MAX_ROW_KEYS) this.#rowKeys.clear();
    this.#rowKeys.set(name, made);
    return made;
  }

  #first(): SealKey {
    const [first] = this.#keys;
    if (first === undefined) throw new AccessError('key-file-damaged');
    return first;
  }

  #find(id: string): SealKey {
    const find = (): SealKey | undefined => this.#keys.find((key) => key.id === id);
    const found = find();
    if (found !== undefined) return found;
    // Another process may have added a key.
    this.reload();
    const added = find();
    if (added === undefined) throw new AccessError('unsealable', `the key ${id} is not in ${this.#path}`);
    return added;
  }
}

/** SHA-256 over key and hashed purpose: of fixed length, so that nothing can be appended. */
function derive(key: SealKey, purpose: string): Buffer {
  return hash('sha256', Buffer.concat([key.key, hash('sha256', purpose, 'buffer')]), 'buffer');
}

function associated(keyId: string, place: string): Buffer {
  return Buffer.from(`${keyId}\0${place}`, 'utf8');
}
