/** SessionID text of a trigger's session id: upper-case hex, no leading zeros (N-020). */
export function formatSessionId(sessionId: number): string {
  return sessionId.toString(16).toUpperCase();
}

/**
 * Does this SessionID mean this session id? As a hex number: case and leading zeros do not count; with `swapped` also the two octets
 * in the wrong order, as one client sends them (N-043).
 */
export function matchesSessionId(
  text: string,
  sessionId: number,
  options: { readonly swapped?: boolean } = {},
): boolean {
  const hex = /^0*([0-9A-Fa-f]{1,4})$/.exec(text.trim())?.[1];
  if (hex === undefined) return false;
  const value = Number.parseInt(hex, 16);
  const swapped = ((value & 0xff) << 8) | (value >> 8);
  return value === sessionId || (options.swapped === true && swapped === sessionId);
}
