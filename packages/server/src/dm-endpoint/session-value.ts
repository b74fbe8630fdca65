import type { ServerSession } from '@fumarole/dm/server';
import type { Instant } from '@fumarole/fumo/server';
import type { SessionRow } from '../store/port.ts';

/** Versions of the session value that this server can go on with (design, idea 1). */
const READABLE: ReadonlySet<number> = new Set([1]);

/** Sessions kept as values; the texts of more are read again. */
const MAX_KEPT = 4_000;

/** Texts of sessions and their values: what was written a moment ago need not be read again. */
export class SessionValues {
  readonly #kept = new Map<string, { readonly text: string; readonly value: ServerSession }>();

  /** The value of a row's text, which is our own. */
  read(key: string, text: string): ServerSession {
    const kept = this.#kept.get(key);
    return kept?.text === text ? kept.value : (JSON.parse(text) as ServerSession);
  }

  /** The text of a value. */
  write(key: string, value: ServerSession): string {
    const text = JSON.stringify(value);
    this.#kept.delete(key);
    this.#kept.set(key, { text, value });
    if (this.#kept.size > MAX_KEPT) {
      const [oldest = key] = this.#kept.keys();
      this.#kept.delete(oldest);
    }
    return text;
  }
}

/**
 * The session that a message may continue: undefined when there is none, it was silent too long, or its value is
 * from a version that cannot be read; it is then planned anew.
 */
export function continuable(
  row: SessionRow | undefined,
  now: Instant,
  idleMs: number,
  values: SessionValues,
): ServerSession | undefined {
  if (row === undefined || now - row.updatedAt > idleMs) return undefined;
  const value = values.read(row.key, row.value);
  return READABLE.has(value.version) ? value : undefined;
}
