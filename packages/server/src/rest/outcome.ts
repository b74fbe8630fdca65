import { decodeCursor, encodeCursor } from './cursor.ts';
import { DEFAULT_PAGE } from './limits.ts';
import { RestError } from './rest-error.ts';
import type { PageQuery } from './schema.ts';

/** Where a listing goes on, and how far; `after` is what the page before ended with. */
export interface PageRequest {
  readonly after: string | undefined;
  readonly limit: number;
}

export interface PageAnswer<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** What was looked up; throws RestError `not-found` when there is none. */
export function found<T>(value: T | undefined, what: string, id: string): T {
  if (value === undefined) throw new RestError('not-found', `There is no ${what} ${id}.`);
  return value;
}

/** Where a listing shall go on; throws RestError `bad-cursor`. */
export function pageRequest(listing: string, { cursor, limit }: PageQuery): PageRequest {
  return { after: decodeCursor(listing, cursor), limit: limit ?? DEFAULT_PAGE };
}

/**
 * A page as answered. `rows` holds one more than asked for when there is a next page; `position` names the place of a
 * row in the listing.
 */
export function presentPage<T, U>(
  listing: string,
  rows: readonly T[],
  limit: number,
  position: (row: T) => string,
  present: (row: T) => U,
): PageAnswer<U> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const items = kept.map(present);
  return rows.length > limit && last !== undefined
    ? { items, next: encodeCursor(listing, position(last)) }
    : { items };
}
