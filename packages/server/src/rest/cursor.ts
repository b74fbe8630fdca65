import { RestError } from './rest-error.ts';

/** Opaque text of the place where a page ended; `listing` keeps one listing's cursor out of another. */
export function encodeCursor(listing: string, position: string): string {
  return Buffer.from(`${listing}\n${position}`, 'utf8').toString('base64url');
}

/** The place of a cursor, undefined without one; throws RestError `bad-cursor`. */
export function decodeCursor(listing: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!text.startsWith(`${listing}\n`)) throw new RestError('bad-cursor');
  return text.slice(listing.length + 1);
}
