import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CliError } from './cli-error.ts';

/** Where a server keeps its data unless told otherwise; relative to the working directory. */
export const DEFAULT_DATA: string = '.fumarole';
const FILE_NAME = 'client.json';
/** The file is ours and tiny: more is somebody else's. */
const MAX_CONFIG_BYTES = 64 * 1024;

/** How to reach a server. */
export interface ClientConfig {
  readonly server: string;
  readonly token: string;
}

/** What flags, environment and files may say about the server. */
export interface ConfigSources {
  readonly server?: string;
  readonly token?: string;
  readonly data?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
}

/**
 * Writes how to reach the local server beside its data, readable by its owner alone, so that the other commands find it.
 * Without a token (a later start) the one already there is kept; false when there is none to keep.
 */
export function writeClientConfig(data: string, server: string, token?: string): boolean {
  const file = join(data, FILE_NAME);
  const kept = token ?? readConfig(file)?.token;
  if (kept === undefined) return false;
  mkdirSync(data, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ server, token: kept }, null, 2)}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return true;
}

/** The server that the file beside this data names, if there is one. */
export function recordedServer(data: string): string | undefined {
  return readConfig(join(data, FILE_NAME))?.server;
}

/**
 * Flags win over FUMAROLE_SERVER and FUMAROLE_TOKEN, these over the file that `serve` left in the data directory
 * (`--data`, FUMAROLE_DATA, or `.fumarole` here or in a directory above). A token from a file is only sent to the
 * server of the same file. Throws CliError `no-server`.
 */
export function findClientConfig(sources: ConfigSources): ClientConfig {
  const { environment } = sources;
  const server = sources.server ?? environment.FUMAROLE_SERVER;
  const token = sources.token ?? environment.FUMAROLE_TOKEN;
  const file = configFile(sources);
  if (server === undefined) {
    if (file === undefined) throw new CliError('no-server');
    return { server: file.server, token: token ?? file.token };
  }
  if (!URL.canParse(server)) throw new CliError('usage', `--server: not a URL: ${server}`);
  if (token !== undefined) return { server, token };
  if (file !== undefined && sameOrigin(file.server, server)) return { server, token: file.token };
  throw new CliError('no-server', `No token for ${server}.`);
}

function configFile(sources: ConfigSources): ClientConfig | undefined {
  const data = sources.data ?? sources.environment.FUMAROLE_DATA;
  if (data !== undefined) return readConfig(join(resolve(sources.directory, data), FILE_NAME));
  for (let here = resolve(sources.directory); ; here = dirname(here)) {
    const found = readConfig(join(here, DEFAULT_DATA, FILE_NAME));
    if (found !== undefined || here === dirname(here)) return found;
  }
}

function readConfig(file: string): ClientConfig | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined; // not there, or not ours to read: the same as no local server
  }
  if (text.length > MAX_CONFIG_BYTES) throw new CliError('file', `${file}: not a client configuration`);
  return parseConfig(file, text);
}

function parseConfig(file: string, text: string): ClientConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError('file', `${file}: not JSON`, [], cause);
  }
  const { server, token } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (typeof server !== 'string' || typeof token !== 'string' || !URL.canParse(server)) {
    throw new CliError('file', `${file}: must hold "server" and "token"`);
  }
  return { server, token };
}

function sameOrigin(a: string, b: string): boolean {
  return new URL(a).origin === new URL(b).origin;
}
