import { join } from 'node:path';
import { SAFE_SERVER_ID_CHARACTERS } from '@fumarole/dm/notification';
import { ConfigError } from './config-error.ts';
import { MAX_CONCURRENT } from './dm-endpoint/limits.ts';
import {
  DUE_INTERVAL_MS,
  MAX_MSG_SIZE,
  MAX_OBJ_SIZE,
  SESSION_IDLE_MS,
  STOP_GRACE_MS,
  TRACE_MAX_AGE_MS,
  TRACE_MAX_BYTES,
  TRACE_MAX_ROWS,
} from './limits.ts';
import type { LogLevel } from './observe/logger.ts';
import type { ListenerOptions, ServerOptions } from './options.ts';
import { readSettings, settingsIn, within } from './settings.ts';
import type { TraceBounds } from './store/trace-port.ts';
import type { WakeOptions } from './wake/options.ts';

/** Server options, complete and checked. */
export interface ServerConfig {
  readonly dataDir: string;
  readonly listeners: readonly Required<Pick<ListenerOptions, 'host' | 'port'>>[];
  readonly tls: readonly ListenerOptions['tls'][];
  readonly publicUrl: string | undefined;
  readonly trustedProxies: readonly string[];
  readonly serverId: string;
  readonly enrol: 'closed' | 'open';
  readonly keyFile: string;
  readonly logLevel: LogLevel;
  readonly logFile: string | undefined;
  readonly offer: 'automatic' | 'on-request' | 'manual';
  readonly maxMsgSize: number;
  readonly maxObjSize: number;
  readonly sessionIdleMs: number;
  readonly traces: TraceBounds;
  readonly wake: WakeOptions;
  /** What would hardly be meant, for the operator. */
  readonly warnings: readonly string[];
  readonly dueIntervalMs: number;
  readonly planner: NonNullable<ServerOptions['planner']>;
  readonly dm11: boolean;
  readonly plainSchemes: readonly ('basic' | 'md5' | 'mac')[];
  readonly stopGraceMs: number;
  readonly bodyTimeoutMs: number | undefined;
  readonly maxConcurrentMessages: number;
}

/** One octet holds the length of the identifier in package 0. */
const MAX_SERVER_ID = 255;

/** Checks the options and fills in the defaults. Throws ConfigError. */
export function serverConfig(options: ServerOptions): ServerConfig {
  const { dataDir, listeners = [{}] } = options;
  if (dataDir === '') throw new ConfigError('dataDir', 'a folder is expected');
  if (listeners.length === 0) throw new ConfigError('listeners', 'at least one is expected');
  const set = readSettings(settingsIn(options));
  return {
    dataDir,
    listeners: listeners.map(({ host = '127.0.0.1', port = 8080 }) => ({
      host,
      port: within('listeners.port', port, [0, 65_535]),
    })),
    tls: listeners.map(({ tls }) => tls),
    publicUrl: options.publicUrl === undefined ? undefined : baseUrl(options.publicUrl),
    trustedProxies: options.trustedProxies ?? [],
    serverId: serverId(options.serverId ?? 'fumarole'),
    enrol: options.enrol ?? 'closed',
    keyFile: options.keyFile ?? join(dataDir, 'seal.key'),
    logLevel: options.logLevel ?? 'info',
    logFile: options.logFile,
    offer: options.offer ?? 'automatic',
    maxMsgSize: within('maxMsgSize', options.maxMsgSize ?? MAX_MSG_SIZE, [1024, 16 * 1024 * 1024]),
    maxObjSize: within('maxObjSize', options.maxObjSize ?? MAX_OBJ_SIZE, [1024, 1024 * 1024 * 1024]),
    dm11: options.dm11 ?? true,
    plainSchemes: options.plainSchemes ?? [],
    planner: set.planner ?? {},
    wake: set.wake ?? {},
    warnings: warningsOf(options),
    traces: {
      maxAgeMs: set.traces?.maxAgeMs ?? TRACE_MAX_AGE_MS,
      maxRows: set.traces?.maxRows ?? TRACE_MAX_ROWS,
      maxBytes: set.traces?.maxBytes ?? TRACE_MAX_BYTES,
    },
    dueIntervalMs: set.dueIntervalMs ?? DUE_INTERVAL_MS,
    sessionIdleMs: set.sessionIdleMs ?? SESSION_IDLE_MS,
    bodyTimeoutMs: set.bodyTimeoutMs,
    stopGraceMs: set.stopGraceMs ?? STOP_GRACE_MS,
    maxConcurrentMessages: set.maxConcurrentMessages ?? MAX_CONCURRENT,
  };
}

function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new ConfigError('publicUrl', `an http or https URL without query is expected, not ${text}`);
  }
  return text.replace(/\/+$/, '');
}

/** N-045: nothing is wrong with it, and a widely deployed engine drops it. */
function warningsOf({ serverId = '' }: ServerOptions): readonly string[] {
  return serverId.length <= SAFE_SERVER_ID_CHARACTERS
    ? []
    : [
        `serverId: some devices drop package 0 of a server whose identifier is longer than ${SAFE_SERVER_ID_CHARACTERS} characters`,
      ];
}

function serverId(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text) && text.length <= MAX_SERVER_ID && !text.includes(':')) return text;
  throw new ConfigError('serverId', `1 to ${MAX_SERVER_ID} printable characters without ':' are expected`);
}
