/** Status codes of SyncML, with the meaning that DM gives them (DM 1.2 §6 of the representation). FUMO result codes are another number space. */
export const StatusCode = {
  InProgress: 101,
  OK: 200,
  ItemAdded: 201,
  AcceptedForProcessing: 202,
  NonAuthoritativeResponse: 203,
  NoContent: 204,
  ResetContent: 205,
  PartialContent: 206,
  ConflictResolvedWithMerge: 207,
  ConflictResolvedWithClientWins: 208,
  ConflictResolvedWithDuplicate: 209,
  DeleteWithoutArchive: 210,
  ItemNotDeleted: 211,
  AuthenticationAccepted: 212,
  ChunkedItemAccepted: 213,
  OperationCancelled: 214,
  NotExecuted: 215,
  AtomicRollBackOK: 216,
  MultipleChoices: 300,
  MovedPermanently: 301,
  Found: 302,
  SeeOther: 303,
  NotModified: 304,
  UseProxy: 305,
  BadRequest: 400,
  InvalidCredentials: 401,
  PaymentNeeded: 402,
  Forbidden: 403,
  NotFound: 404,
  CommandNotAllowed: 405,
  OptionalFeatureNotSupported: 406,
  MissingCredentials: 407,
  RequestTimeout: 408,
  Conflict: 409,
  Gone: 410,
  SizeRequired: 411,
  IncompleteCommand: 412,
  RequestEntityTooLarge: 413,
  URITooLong: 414,
  UnsupportedMediaType: 415,
  RequestedSizeTooBig: 416,
  RetryLater: 417,
  AlreadyExists: 418,
  ConflictResolvedWithServerData: 419,
  DeviceFull: 420,
  UnknownSearchGrammar: 421,
  BadCGI: 422,
  SoftDeleteConflict: 423,
  SizeMismatch: 424,
  PermissionDenied: 425,
  PartialItemNotAccepted: 426,
  ItemNotEmpty: 427,
  MoveFailed: 428,
  CommandFailed: 500,
  CommandNotImplemented: 501,
  BadGateway: 502,
  ServiceUnavailable: 503,
  GatewayTimeout: 504,
  DTDVersionNotSupported: 505,
  ProcessingError: 506,
  AtomicFailed: 507,
  RefreshRequired: 508,
  DataStoreFailure: 510,
  ServerFailure: 511,
  SynchronizationFailed: 512,
  ProtocolVersionNotSupported: 513,
  OperationCancelledBeforeProcessing: 514,
  AtomicRollBackFailed: 516,
  AtomicResponseTooLarge: 517,
} as const;
export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode];

/** One status code: what people read about it. */
export interface StatusRow {
  readonly code: number;
  readonly name: string;
  /** Meaning in DM; empty where DM gives none and only the class counts. */
  readonly meaning: string;
}

const rows: readonly StatusRow[] = [
  { code: 101, name: 'In progress', meaning: 'still running; the final Status comes later' },
  {
    code: 200,
    name: 'OK',
    meaning: 'executed; user confirmation answered yes; SyncHdr accepted for this message only',
  },
  { code: 201, name: 'Item added', meaning: '' },
  {
    code: 202,
    name: 'Accepted for processing',
    meaning: 'asynchronous Exec or Alert accepted; the result comes later as Alert 1226',
  },
  { code: 203, name: 'Non-authoritative response', meaning: '' },
  { code: 204, name: 'No content', meaning: 'executed, no data' },
  { code: 205, name: 'Reset content', meaning: '' },
  { code: 206, name: 'Partial content', meaning: '' },
  { code: 207, name: 'Conflict resolved with merge', meaning: '' },
  { code: 208, name: "Conflict resolved with client's command winning", meaning: '' },
  { code: 209, name: 'Conflict resolved with duplicate', meaning: '' },
  { code: 210, name: 'Delete without archive', meaning: '' },
  { code: 211, name: 'Item not deleted', meaning: '' },
  {
    code: 212,
    name: 'Authentication accepted',
    meaning: 'SyncHdr only: the sender is authenticated for the rest of the session',
  },
  {
    code: 213,
    name: 'Chunked item accepted and buffered',
    meaning: 'each chunk of a large object but the last',
  },
  { code: 214, name: 'Operation cancelled', meaning: 'the user cancelled the interaction' },
  {
    code: 215,
    name: 'Not executed',
    meaning: 'skipped after a user refusal, or inside an aborted Sequence or Atomic',
  },
  { code: 216, name: 'Atomic roll back OK', meaning: 'command inside a failed Atomic, undone' },
  { code: 300, name: 'Multiple choices', meaning: '' },
  { code: 301, name: 'Moved permanently', meaning: '' },
  { code: 302, name: 'Found', meaning: '' },
  { code: 303, name: 'See other', meaning: '' },
  { code: 304, name: 'Not modified', meaning: 'user confirmation answered no' },
  { code: 305, name: 'Use proxy', meaning: '' },
  { code: 400, name: 'Bad request', meaning: 'malformed command' },
  { code: 401, name: 'Invalid credentials', meaning: 'wrong credentials; on a command: rights insufficient' },
  { code: 402, name: 'Payment needed', meaning: '' },
  { code: 403, name: 'Forbidden', meaning: 'refused for a reason other than access rights' },
  { code: 404, name: 'Not found', meaning: 'the target node does not exist' },
  {
    code: 405,
    name: 'Command not allowed',
    meaning: 'not permitted on this node: AccessType, permanent node, root, below a leaf',
  },
  {
    code: 406,
    name: 'Optional feature not supported',
    meaning: 'command or alert not implemented by this peer',
  },
  { code: 407, name: 'Missing credentials', meaning: 'no credentials given' },
  { code: 408, name: 'Request timeout', meaning: 'the user did not react in time' },
  { code: 409, name: 'Conflict', meaning: '' },
  { code: 410, name: 'Gone', meaning: '' },
  { code: 411, name: 'Size required', meaning: 'the object needs a Size' },
  { code: 412, name: 'Incomplete command', meaning: 'parameters missing' },
  { code: 413, name: 'Request entity too large', meaning: 'value larger than the recipient takes' },
  { code: 414, name: 'URI too long', meaning: "URI, segment or number of segments over the device's limits" },
  {
    code: 415,
    name: 'Unsupported media type or format',
    meaning: 'Type or Format unknown, TNDS unsupported, unknown Generic Alert type',
  },
  {
    code: 416,
    name: 'Requested size too big',
    meaning: 'object size refused; user alert the device cannot display',
  },
  { code: 417, name: 'Retry later', meaning: 'temporarily busy; RespURI may name where and when' },
  {
    code: 418,
    name: 'Already exists',
    meaning: 'the target of an Add exists; a rename collides with a sibling',
  },
  { code: 419, name: 'Conflict resolved with server data', meaning: '' },
  { code: 420, name: 'Device full', meaning: 'no storage' },
  { code: 421, name: 'Unknown search grammar', meaning: '' },
  { code: 422, name: 'Bad CGI script', meaning: '' },
  { code: 423, name: 'Soft-delete conflict', meaning: '' },
  { code: 424, name: 'Size mismatch', meaning: 'the reassembled length differs from Size' },
  { code: 425, name: 'Permission denied', meaning: "the server's ACL is insufficient" },
  { code: 426, name: 'Partial item not accepted', meaning: '' },
  { code: 427, name: 'Item not empty', meaning: '' },
  { code: 428, name: 'Move failed', meaning: '' },
  { code: 500, name: 'Command failed', meaning: 'any other failure; nested Atomic, or Get inside Atomic' },
  { code: 501, name: 'Command not implemented', meaning: 'unknown command' },
  { code: 502, name: 'Bad gateway', meaning: '' },
  {
    code: 503,
    name: 'Service unavailable',
    meaning: 'overload or maintenance; RespURI may name where and when',
  },
  { code: 504, name: 'Gateway timeout', meaning: '' },
  {
    code: 505,
    name: 'DTD version not supported',
    meaning: 'VerDTD refused; Item/Data lists the supported versions',
  },
  { code: 506, name: 'Processing error', meaning: 'application error while processing' },
  { code: 507, name: 'Atomic failed', meaning: 'Status of the Atomic itself when a child failed' },
  { code: 508, name: 'Refresh required', meaning: '' },
  { code: 510, name: 'Data store failure', meaning: 'storage error during the command' },
  { code: 511, name: 'Server failure', meaning: 'severe; the server cannot go on' },
  { code: 512, name: 'Synchronization failed', meaning: '' },
  {
    code: 513,
    name: 'Protocol version not supported',
    meaning: 'VerProto refused; Item/Data lists the supported versions',
  },
  { code: 514, name: 'Operation cancelled', meaning: 'cancelled before it was processed' },
  {
    code: 516,
    name: 'Atomic roll back failed',
    meaning: 'command inside a failed Atomic could not be undone',
  },
  {
    code: 517,
    name: 'Atomic response too large to fit',
    meaning: 'the Statuses of the Atomic do not fit one message',
  },
];

export const STATUS_ROWS: ReadonlyMap<number, StatusRow> = new Map(rows.map((row) => [row.code, row]));

export type StatusClass = 'informational' | 'success' | 'redirect' | 'originator' | 'recipient';

const CLASSES: readonly StatusClass[] = ['informational', 'success', 'redirect', 'originator', 'recipient'];

/** Whose business a code is, by its first digit; an unknown code counts by its class, one outside 100–599 as the recipient's failure. */
export function statusClass(code: number): StatusClass {
  return CLASSES[Math.floor(code / 100) - 1] ?? 'recipient';
}

/** The code as understood: itself when known, x00 of its class otherwise. */
export function understoodStatus(code: number): number {
  if (STATUS_ROWS.has(code)) {
    return code;
  }
  const hundreds = Math.floor(code / 100);
  return hundreds === 1
    ? StatusCode.InProgress
    : hundreds >= 2 && hundreds <= 5
      ? hundreds * 100
      : StatusCode.CommandFailed;
}
