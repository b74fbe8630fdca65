/** Range and If-Range of RFC 9110 §14, as far as dlota.md §8.1 wants it. */

export type ByteRange =
  /** No range, one that is malformed, or several: the whole object (D-054). */
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  /** Nothing of the object is in the range: 416 (D-053). */
  | { readonly kind: 'unsatisfiable' };

const WHOLE: ByteRange = { kind: 'whole' };
const UNSATISFIABLE: ByteRange = { kind: 'unsatisfiable' };
/** At most more digits than any size has. White space in one place only each: two that touch cost its square. */
const SINGLE = /^\s*bytes\s*=\s*(?:(\d{1,20})\s*)?-\s*(?:(\d{1,20})\s*)?$/i;

export function parseRange(header: string | undefined, size: number): ByteRange {
  const [, from = '', to = ''] = SINGLE.exec(header ?? '') ?? [];
  if (from === '') return to === '' ? WHOLE : suffix(Number(to), size);
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return WHOLE;
  return first >= size ? UNSATISFIABLE : { kind: 'part', first, last };
}

function suffix(length: number, size: number): ByteRange {
  if (length === 0 || size === 0) return UNSATISFIABLE;
  return { kind: 'part', first: Math.max(0, size - length), last: size - 1 };
}

/** Whether If-Range lets the range stand: the same strong tag, or exactly the same date (D-055). */
export function rangeStands(ifRange: string | undefined, etag: string, lastModified: string): boolean {
  if (ifRange === undefined) return true;
  const value = ifRange.trim();
  return value === etag || value === lastModified;
}
