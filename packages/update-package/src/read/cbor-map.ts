import { decode, encode } from 'cborg';
import { toHex } from './hex.ts';
import { MAX_LIST_ENTRIES, MAX_TEXT_BYTES } from './limits.ts';
import { PackageError, PackageErrorCode } from './refusal.ts';
import { utf8Length } from './utf8.ts';

const STRICT = {
  strict: true,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowBigInt: false,
  allowNaN: false,
  allowInfinity: false,
};

/** One CBOR item in the deterministic form (RFC 8949 §4.2.1), nothing behind it; throws {@link PackageError}. */
export function decodeDeterministic(octets: Uint8Array, what: string): unknown {
  let value: unknown;
  try {
    value = decode(octets, STRICT);
    const again = hasPlainKeys(value) ? encode(value) : new Uint8Array();
    if (again.length === octets.length && again.every((octet, i) => octet === octets[i])) return value;
  } catch (cause) {
    throw Object.assign(malformed(`${what} is not CBOR in the deterministic form`), { cause });
  }
  throw malformed(`${what} is not in the deterministic form of CBOR`);
}

/** Keys of other kinds have no place in our maps, and the encoder would write a warning to the console. */
function hasPlainKeys(value: unknown): boolean {
  if (value instanceof Map) {
    return [...value].every(
      ([key, one]) => (typeof key === 'number' || typeof key === 'string') && hasPlainKeys(one),
    );
  }
  return !Array.isArray(value) || value.every(hasPlainKeys);
}

/** Typed access to a decoded map with integer keys; every miss names what was expected. */
export class CborMap {
  readonly #entries: ReadonlyMap<unknown, unknown>;
  readonly #what: string;

  constructor(value: unknown, what: string, known: Readonly<Record<string, number>>) {
    if (!(value instanceof Map)) throw malformed(`${what} is not a map`);
    this.#entries = value;
    this.#what = what;
    const numbers = Object.values(known);
    for (const key of value.keys()) {
      if (typeof key !== 'number') throw malformed(`${what} has a key that is no integer`);
      if (key < 0 && !numbers.includes(key)) {
        throw new PackageError(
          PackageErrorCode.unsupported,
          `${what} has the critical key ${key}, unknown to this reader`,
        );
      }
    }
  }

  has(key: number): boolean {
    return this.#entries.has(key);
  }

  uint(key: number, name: string, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#entries.get(key);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw malformed(`${this.#what}: ${name} is no unsigned integer`);
    }
    if (value > max) throw new PackageError(PackageErrorCode.limit, `${this.#what}: ${name} is above ${max}`);
    return value;
  }

  flag(key: number, name: string): boolean {
    const value = this.#entries.get(key);
    if (value !== undefined && typeof value !== 'boolean')
      throw malformed(`${this.#what}: ${name} is no boolean`);
    return value ?? false;
  }

  text(key: number, name: string): string {
    return text(this.#entries.get(key), `${this.#what}: ${name}`, MAX_TEXT_BYTES);
  }

  texts(key: number, name: string): readonly string[] {
    const found = this.list(key, name, MAX_LIST_ENTRIES);
    return found.map((value) => text(value, `${this.#what}: ${name}`, MAX_TEXT_BYTES));
  }

  octets(key: number, name: string): Uint8Array {
    const value = this.#entries.get(key);
    if (!(value instanceof Uint8Array)) throw malformed(`${this.#what}: ${name} is no byte string`);
    return value;
  }

  /** A SHA-256, as lower-case hex. */
  hash(key: number, name: string): string {
    const octets = this.octets(key, name);
    if (octets.length !== 32) throw malformed(`${this.#what}: ${name} has not 32 octets`);
    return toHex(octets);
  }

  /** At least one entry. */
  list(key: number, name: string, max: number): readonly unknown[] {
    const value: unknown = this.#entries.get(key);
    if (!Array.isArray(value) || value.length === 0)
      throw malformed(`${this.#what}: ${name} is no list with entries`);
    if (value.length > max)
      throw new PackageError(PackageErrorCode.limit, `${this.#what}: more than ${max} ${name}`);
    return value;
  }

  get(key: number): unknown {
    return this.#entries.get(key);
  }
}

/** A text of 1 to `max` UTF-8 octets without control characters. */
export function text(value: unknown, what: string, max: number): string {
  if (typeof value !== 'string' || value === '') throw malformed(`${what} is no text`);
  if (utf8Length(value) > max)
    throw new PackageError(PackageErrorCode.limit, `${what} has more than ${max} octets`);
  return value;
}

export function malformed(reason: string): PackageError {
  return new PackageError(PackageErrorCode.malformed, reason);
}
