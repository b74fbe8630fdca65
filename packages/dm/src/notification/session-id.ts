/** SessionID text of a trigger's session id: upper-case hex, no leading zeros (N-020). */
export function formatSessionId(_sessionId: number): string {
  throw new Error('not yet');
}
/** Does this SessionID text mean this session id? Tolerant of case and leading zeros, of swapped octets when asked (N-043). */
export function matchesSessionId(
  _text: string,
  _sessionId: number,
  _options?: { readonly swapped?: boolean },
): boolean {
  throw new Error('not yet');
}
