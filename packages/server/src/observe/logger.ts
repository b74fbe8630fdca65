import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** What must never reach a log line, wherever it appears in what is logged. */
const SECRET_PATHS: readonly string[] = [
  'req.headers.authorization',
  'req.headers["x-syncml-hmac"]',
  'req.headers.cookie',
  '*.secret',
  '*.password',
  '*.token',
  '*.nonce',
];
/** Paths whose last segment is itself the right to fetch something: download, descriptor and notify URLs. */
const CAPABILITY_PATH = /^\/(d|dd|n)\/[^?/]+/;

/** Structured logs, one JSON object per line; secrets and signed URLs are left out. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { service: 'fumarole' },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: [...SECRET_PATHS], censor: '[redacted]' },
    serializers: { req: requestFacts },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** The path of a request with its capability token and query removed. */
export function loggablePath(url: string): string {
  const [path = ''] = url.split('?', 1);
  return path.replace(CAPABILITY_PATH, '/$1/[redacted]');
}

interface LoggedRequest {
  readonly method?: string;
  readonly url?: string;
  readonly ip?: string;
}

function requestFacts(request: LoggedRequest): Readonly<Record<string, string | undefined>> {
  return { method: request.method, path: loggablePath(request.url ?? ''), peer: request.ip };
}
