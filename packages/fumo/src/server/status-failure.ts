/** What a refused Replace or Exec means: SyncML status codes, never FUMO results (fumo.md §4.1, I-027). */
import type { Failure } from './outcome.ts';

/** Node missing, optional, not executable for ever, or no right: this mechanism is not available. */
const NOT_HERE: ReadonlySet<number> = new Set([404, 406, 425, 501]);
/** The object cannot go in-band to this device. */
const NOT_IN_BAND: ReadonlySet<number> = new Set([405, 411, 413, 415, 416]);
/** Busy, or impossible in the present state (fumo.md §4.3). */
const BUSY: ReadonlySet<number> = new Set([403, 405, 417, 418, 503]);

/** Done or accepted; 213 is a chunk on its way, 214 to 216 are ways of not having been executed. */
export function isGood(code: number): boolean {
  return code >= 200 && code < 213;
}

/** The Replace of PkgURL or PkgData was answered outside 2xx. */
export function replaceFailure(code: number, uri: string, inBand: boolean): Failure {
  const base = { code, kind: 'status' as const };
  if (NOT_HERE.has(code) || code === 405 || (inBand && NOT_IN_BAND.has(code))) {
    const reason = code === 425 ? 'permission-denied' : 'not-implemented';
    return { ...base, reason, retry: 'other-way', text: `the device refused to take ${uri} (${code})` };
  }
  if (code === 424) {
    return {
      ...base,
      reason: 'damaged-package',
      retry: 'retry',
      text: 'the device received another size (424)',
    };
  }
  return (
    common(code, uri) ?? {
      ...base,
      reason: 'client-error',
      retry: 'limited',
      text: `${uri} refused (${code})`,
    }
  );
}

/** The Exec was answered outside 2xx: nothing was started and no alert will come (F-068, F-073). */
export function execFailure(code: number, uri: string): Failure {
  if (NOT_HERE.has(code)) {
    const reason = code === 425 ? 'permission-denied' : 'not-implemented';
    return {
      code,
      kind: 'status',
      reason,
      retry: 'other-way',
      text: `the device cannot execute ${uri} (${code})`,
    };
  }
  if (code === 215 || code === 214 || code === 304) {
    return {
      code,
      kind: 'status',
      reason: 'user-cancelled',
      retry: 'user',
      text: `the user declined (${code})`,
    };
  }
  return (
    common(code, uri) ?? {
      code,
      kind: 'status',
      reason: 'client-error',
      retry: 'limited',
      text: `the device refused to execute ${uri} (${code})`,
    }
  );
}

function common(code: number, uri: string): Failure | undefined {
  const base = { code, kind: 'status' as const };
  if (BUSY.has(code)) {
    return {
      ...base,
      reason: 'busy',
      retry: 'retry',
      text: `the device is busy or not ready (${code} for ${uri})`,
    };
  }
  if (code === 414) {
    return {
      ...base,
      reason: 'bad-url',
      retry: 'never',
      text: `a URI is too long for the device (414 for ${uri})`,
    };
  }
  if (code === 420) {
    return { ...base, reason: 'no-room-for-package', retry: 'retry', text: 'the device is full (420)' };
  }
  return undefined;
}
