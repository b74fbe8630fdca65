/** Why a download stopped, with the row of dlota.md §8.4 that applies. */
import {
  DOWNLOAD_CAUSES,
  type DownloadCause,
  type DownloadOutcome,
  downloadOutcomeOfHttp,
} from '@fumarole/fumo/object';
import { HttpTimeout } from '../client/http-connection.ts';
import { messageOf, systemCode } from '../device-error.ts';

export class DownloadFailure extends Error {
  readonly outcome: DownloadOutcome;
  /** What a 429 or 503 asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(outcome: DownloadOutcome, detail?: string, retryAfterMs?: number) {
    super(detail === undefined ? outcome.text : `${outcome.text}: ${detail}`);
    this.name = 'DownloadFailure';
    this.outcome = outcome;
    this.retryAfterMs = retryAfterMs;
  }
}

export function failure(cause: DownloadCause, detail?: string): DownloadFailure {
  return new DownloadFailure(DOWNLOAD_CAUSES[cause], detail);
}

export function httpFailure(status: number, retryAfterMs?: number): DownloadFailure {
  return new DownloadFailure(downloadOutcomeOfHttp(status), undefined, retryAfterMs);
}

/** The row of whatever Node threw; undefined when it is not about the network or the disk. */
export function failureOf(error: unknown): DownloadFailure | undefined {
  if (error instanceof DownloadFailure) return error;
  if (error instanceof HttpTimeout) return failure('time-out', error.message);
  const code = systemCode(error);
  const cause = code === undefined ? undefined : causeOf(code, messageOf(error));
  return cause === undefined ? undefined : failure(cause, messageOf(error));
}

const CAUSES: Readonly<Record<string, DownloadCause>> = {
  ENOTFOUND: 'name-not-resolved',
  EAI_AGAIN: 'name-not-resolved',
  ECONNREFUSED: 'connection-refused',
  EHOSTUNREACH: 'connection-refused',
  ENETUNREACH: 'connection-refused',
  EADDRNOTAVAIL: 'connection-refused',
  ENETDOWN: 'connection-refused',
  ETIMEDOUT: 'time-out',
  ECONNRESET: 'connection-lost',
  ECONNABORTED: 'connection-lost',
  EPIPE: 'connection-lost',
  ENOSPC: 'no-room',
  EDQUOT: 'no-room',
  EPROTO: 'tls',
  ERR_INVALID_URL: 'bad-url',
};

/** Codes of OpenSSL and of Node's certificate checks. */
const CLIENT_CERTIFICATE =
  /ALERT_(BAD_CERTIFICATE|CERTIFICATE_REQUIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED)/;
const TLS =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|ERR_OSSL)/;

/** The same alerts by number (RFC 8446 §6), where Node has only EPROTO for them: all about a certificate, and access_denied. */
const CLIENT_CERTIFICATE_ALERT = /SSL alert number (?:4[2-9]|116)\b/;

function causeOf(code: string, message: string): DownloadCause | undefined {
  if (CLIENT_CERTIFICATE.test(code)) return 'client-certificate-refused';
  if (code === 'EPROTO' && CLIENT_CERTIFICATE_ALERT.test(message)) return 'client-certificate-refused';
  if (TLS.test(code)) return 'tls';
  // llhttp: what came is no HTTP, or broke off in the middle of it.
  if (code.startsWith('HPE_')) return 'connection-lost';
  return CAUSES[code];
}
