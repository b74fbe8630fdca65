export type StoreErrorCode =
  | 'newer-schema'
  | 'older-schema'
  | 'not-a-store'
  | 'busy'
  | 'contended'
  | 'closed'
  | 'damaged-row'
  | 'failed';

/** The stable codes of the store; one row each for docs/errors.md. */
export const STORE_ERRORS: Readonly<
  Record<StoreErrorCode, { readonly meaning: string; readonly remedy: string }>
> = {
  'newer-schema': {
    meaning: 'The data folder was written by a newer Fumarole.',
    remedy: 'Run that version or a newer one; or restore a backup made by this version.',
  },
  'older-schema': {
    meaning: 'The data folder was written by a Fumarole before the first release.',
    remedy: 'Start with an empty data folder, and add devices and packages again.',
  },
  'not-a-store': {
    meaning: 'The file is not a Fumarole store.',
    remedy: 'Point --data at the right folder, or restore a backup.',
  },
  busy: {
    meaning: 'Another process held the store longer than the wait limit.',
    remedy: 'Look for a stuck process or a backup tool that locks the file.',
  },
  contended: {
    meaning: 'A device kept changing while it was being changed.',
    remedy: 'Try again; if it repeats, look for a device that reports without pause.',
  },
  closed: { meaning: 'The store is closed.', remedy: 'The server is stopping; ask again after its restart.' },
  'damaged-row': {
    meaning: 'A stored value cannot be read.',
    remedy: 'Restore a backup; the message names the row.',
  },
  failed: {
    meaning: 'The database refused.',
    remedy: 'The cause has its words: often a full or read-only disk.',
  },
};

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message?: string, cause?: unknown) {
    super(message ?? STORE_ERRORS[code].meaning, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}
