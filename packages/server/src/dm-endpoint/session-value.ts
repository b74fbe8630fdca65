import type { ServerSession } from '@fumarole/dm/server';
import type { Instant } from '@fumarole/fumo/server';
import type { SessionRow } from '../store/port.ts';

/** Versions of the session value that this server can go on with (design, idea 1). */
const READABLE: ReadonlySet<number> = new Set([1]);

/**
 * The session that a message may continue: undefined when there is none, it was silent too long, or its value is
 * from a version that cannot be read; it is then planned anew.
 */
export function continuable(
  row: SessionRow | undefined,
  now: Instant,
  idleMs: number,
): ServerSession | undefined {
  if (row === undefined || now - row.updatedAt > idleMs) return undefined;
  const value = JSON.parse(row.value) as ServerSession;
  return READABLE.has(value.version) ? value : undefined;
}
