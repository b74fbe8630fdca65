/** What a peer can do wrong in a well-formed message; one row per code, for `PeerError.code` and `docs/errors.md`. */
export const PEER_ERROR_CODES = {
  'header-too-long': 'a SessionID or LocURI of the SyncHdr is longer than the limit',
} as const;
export type PeerErrorCode = keyof typeof PEER_ERROR_CODES;

/** What our own caller can do wrong; one row per code, for `UsageError.code` and `docs/errors.md`. */
export const USAGE_ERROR_CODES = {
  'key-too-long': 'a command key is longer than the limit, or empty',
  'no-secret': 'the scheme auth-basic needs the secret of the account',
  'reply-without-step': 'reply was called for a session that has no message to answer',
  'unknown-work': 'an outcome names work that the session did not hand out',
  'no-server-message': 'answer was called before receive',
} as const;
export type UsageErrorCode = keyof typeof USAGE_ERROR_CODES;

/** A well-formed message breaks the protocol; `status` is the code that answers it. */
export class PeerError extends Error {
  override readonly name: string = 'PeerError';
  readonly code: PeerErrorCode;
  readonly status: number;

  constructor(code: PeerErrorCode, status: number, detail?: string) {
    super(detail === undefined ? PEER_ERROR_CODES[code] : `${PEER_ERROR_CODES[code]}: ${detail}`);
    this.code = code;
    this.status = status;
  }
}

/** Our caller is wrong. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
  readonly code: UsageErrorCode;

  constructor(code: UsageErrorCode, detail?: string) {
    super(detail === undefined ? USAGE_ERROR_CODES[code] : `${USAGE_ERROR_CODES[code]}: ${detail}`);
    this.code = code;
  }
}
