export type AccessErrorCode = 'key-file-missing' | 'key-file-damaged' | 'unsealable';

/** Stable codes with their rows for docs/errors.md. */
export const ACCESS_ERRORS: Readonly<
  Record<AccessErrorCode, { readonly meaning: string; readonly remedy: string }>
> = {
  'key-file-missing': {
    meaning: 'The key that opens the stored credentials is not there.',
    remedy: 'Restore seal.key from the backup, or give its path with --key-file.',
  },
  'key-file-damaged': { meaning: 'The key file cannot be read.', remedy: 'Restore it from the backup.' },
  unsealable: {
    meaning: 'Stored credentials cannot be opened: another key, another row, or altered.',
    remedy: 'Restore the key file that belongs to this store.',
  },
};

export class AccessError extends Error {
  readonly code: AccessErrorCode;

  constructor(code: AccessErrorCode, message?: string, cause?: unknown) {
    super(message ?? ACCESS_ERRORS[code].meaning, cause === undefined ? undefined : { cause });
    this.name = 'AccessError';
    this.code = code;
  }
}
