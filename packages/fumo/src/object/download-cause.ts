/** Why a download failed → FUMO result and DLOTA report (dlota.md §8.4, D-068). */
import type { DlotaCode } from './dlota.ts';

export interface DownloadOutcome {
  /** FUMO result code of the alert. */
  readonly result: number;
  /** Status of the install-notify report. */
  readonly report: DlotaCode;
  /** The download is tried again within its budget before this is reported. */
  readonly retried: boolean;
  readonly text: string;
}

const outcome = (result: number, report: DlotaCode, text: string, retried = false): DownloadOutcome => ({
  result,
  report,
  retried,
  text,
});

export type DownloadCause =
  | 'bad-url'
  | 'name-not-resolved'
  | 'connection-refused'
  | 'time-out'
  | 'over-time'
  | 'connection-lost'
  | 'client-certificate-refused'
  | 'tls'
  | 'too-many-redirects'
  | 'redirect-of-first-url'
  | 'range-refused-twice'
  | 'encoded-content'
  | 'no-room'
  | 'size-mismatch'
  | 'type-not-acceptable'
  | 'type-mismatch'
  | 'hash-mismatch'
  | 'bad-signature'
  | 'wrong-device'
  | 'user-stopped'
  | 'device-stopped'
  | 'descriptor-invalid'
  | 'descriptor-version'
  | 'other';

/** One row per cause; HTTP statuses have their own function. */
export const DOWNLOAD_CAUSES: Readonly<Record<DownloadCause, DownloadOutcome>> = {
  'bad-url': outcome(411, 954, 'URL empty, unparsable, or its scheme not supported'),
  'name-not-resolved': outcome(412, 903, 'name not resolvable', true),
  'connection-refused': outcome(412, 903, 'connection refused, host or network unreachable', true),
  'time-out': outcome(407, 903, 'connect or idle time-out', true),
  'over-time': outcome(407, 903, 'the download as a whole took longer than the device allows'),
  'connection-lost': outcome(503, 903, 'connection reset or closed early', true),
  'client-certificate-refused': outcome(406, 954, 'client certificate refused'),
  tls: outcome(503, 954, 'TLS handshake or certificate failure'),
  'too-many-redirects': outcome(500, 954, 'too many or illegal redirects'),
  'redirect-of-first-url': outcome(411, 954, 'the first URL leads nowhere by redirects'),
  'range-refused-twice': outcome(500, 954, '416 twice'),
  'encoded-content': outcome(500, 954, 'Content-Encoding other than identity'),
  'no-room': outcome(501, 901, 'announced length larger than free storage, or the write failed: full'),
  'size-mismatch': outcome(402, 905, 'announced or received length differs from size'),
  'type-not-acceptable': outcome(405, 953, 'media type not acceptable to the device'),
  'type-mismatch': outcome(402, 905, 'media type of the response contradicts the descriptor'),
  'hash-mismatch': outcome(402, 905, 'hash mismatch'),
  'bad-signature': outcome(404, 953, 'signature wrong'),
  'wrong-device': outcome(403, 953, 'package for another device or base version'),
  'user-stopped': outcome(401, 902, 'the user declined or stopped'),
  'device-stopped': outcome(400, 952, 'the device stopped and will not resume'),
  'descriptor-invalid': outcome(409, 906, 'download descriptor invalid'),
  'descriptor-version': outcome(409, 951, 'download descriptor of another major version'),
  other: outcome(409, 952, 'anything else'),
};

const HTTP_RETRIED: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Outcome of an HTTP status that is neither the object nor a redirect that is followed. */
export function downloadOutcomeOfHttp(status: number): DownloadOutcome {
  return outcome(...httpCodes(status), `HTTP status ${status}`, HTTP_RETRIED.has(status));
}

function httpCodes(status: number): readonly [number, DlotaCode] {
  switch (status) {
    case 408:
    case 504:
      return [407, 903];
    case 400:
    case 414:
    case 404:
    case 410:
      return [411, 954];
    case 401:
    case 403:
    case 407:
      return [406, 954];
    case 429:
    case 503:
      return [412, 954];
    default:
      return [500, 954];
  }
}
