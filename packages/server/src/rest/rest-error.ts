export type RestErrorCode =
  | 'bad-request'
  | 'bad-cursor'
  | 'bad-csv'
  | 'unauthorized'
  | 'not-found'
  | 'conflict'
  | 'exists'
  | 'too-large'
  | 'media-type'
  | 'package-refused'
  | 'unprocessable'
  | 'too-many-streams'
  | 'unavailable'
  | 'internal';

export interface RestErrorRow {
  /** HTTP status of the answer. */
  readonly status: number;
  readonly meaning: string;
  readonly remedy: string;
}

const row = (status: number, meaning: string, remedy: string): RestErrorRow => ({ status, meaning, remedy });

/** The stable error codes of the REST API; one row feeds answers and docs/errors.md. */
export const REST_ERRORS: Readonly<Record<RestErrorCode, RestErrorRow>> = {
  'bad-request': row(
    400,
    'The request is malformed.',
    'Compare it with `/api/docs`; `details` names the fields.',
  ),
  'bad-cursor': row(400, 'The cursor was not made by this listing.', 'Start again without `cursor`.'),
  'bad-csv': row(400, 'The CSV cannot be read.', 'The first row names the columns; `id` is required.'),
  unauthorized: row(401, 'No bearer token, or an unknown one.', 'Send `Authorization: Bearer TOKEN`.'),
  'not-found': row(404, 'There is no such thing.', 'List the collection to see what there is.'),
  conflict: row(409, 'Its present state does not allow this.', 'Read it again; the message names the state.'),
  exists: row(409, 'One of that name is there already.', 'Choose another name, or remove the first.'),
  'too-large': row(413, 'The body exceeds the limit.', 'Send less; `docs/api.md` lists the limits.'),
  'media-type': row(415, 'The content type is not taken here.', 'See `/api/docs` for the expected one.'),
  'package-refused': row(
    422,
    'The uploaded package was refused.',
    'The message names the reason: signature, trust, hash or constraints.',
  ),
  unprocessable: row(
    422,
    'Well-formed, but it cannot be done.',
    'The message says why; `fumarole why DEVICE` shows the facts.',
  ),
  'too-many-streams': row(429, 'Too many event streams are open.', 'Close one, or come back later.'),
  unavailable: row(503, 'The server is stopping or its store does not answer.', 'Try again in a moment.'),
  internal: row(500, 'The server made a mistake.', 'The log has the details under the request id.'),
};

/** A refusal that the REST API answers with the status of its code. */
export class RestError extends Error {
  readonly code: RestErrorCode;
  readonly details: readonly string[] | undefined;

  constructor(code: RestErrorCode, message?: string, details?: readonly string[], cause?: unknown) {
    super(message ?? REST_ERRORS[code].meaning, cause === undefined ? undefined : { cause });
    this.name = 'RestError';
    this.code = code;
    this.details = details;
  }

  get statusCode(): number {
    return REST_ERRORS[this.code].status;
  }
}
