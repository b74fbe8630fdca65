import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { ConfigError } from '../config-error.ts';

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
/** Paths whose last segment is itself the right to fetch something: download, descriptor and notify URLs; or to report on pushes. */
const CAPABILITY_PATH = /^\/(d|dd|n|pap)\/[^?/]+/;

const STANDARD_ERROR = 2;

/** Structured logs, one JSON object per line; secrets and signed URLs are left out. */
export function createLogger(level: LogLevel, destination: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { service: 'fumarole' },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: [...SECRET_PATHS], censor: '[redacted]' },
    serializers: { req: requestFacts },
  };
  return pino(options, destination);
}

/** Standard error, or a file that lines are appended to. Throws ConfigError when it cannot be opened. */
export function logDestination(file?: string): DestinationStream {
  if (file === undefined) return outlives(pino.destination({ dest: STANDARD_ERROR, sync: true }));
  try {
    // Reports nothing to others: log lines name devices.
    return outlives(pino.destination({ dest: file, sync: true, append: true, mkdir: true, mode: 0o640 }));
  } catch (error) {
    throw new ConfigError('logFile', `${file} cannot be opened: ${messageOf(error)}`);
  }
}

type Destination = ReturnType<typeof pino.destination>;

/** A full disk, or a reader that has gone, must not stop the server. */
function outlives(destination: Destination): Destination {
  return destination.on('error', () => {});
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
