import { readFileSync } from 'node:fs';
import type { RunningServer, ServerOptions, ServerSettings } from '@fumarole/server';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { DEFAULT_DATA, recordedServer, writeClientConfig } from '../client-config.ts';
import { gather, jsonCommand, outputOf, wholeNumber } from '../context.ts';
import { withGatewayPasswords } from '../gateway-passwords.ts';
import { type CommonTls, parseListeners, TLS_VERSIONS } from '../listen-option.ts';
import { printJson } from '../output.ts';
import { stopSignal } from '../stop-signal.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const DAY_MS = 86_400_000;
const MEGABYTE = 1_000_000;
/** A server on this machine answers its health check well within this. */
const PROBE_MS = 1000;

interface ServeOptions extends CommonTls {
  readonly data: string;
  readonly listen: readonly string[];
  readonly publicUrl?: string;
  readonly trustProxy?: readonly string[];
  readonly serverId?: string;
  readonly enrol: 'closed' | 'open';
  readonly offer: 'automatic' | 'on-request' | 'manual';
  readonly plainSchemes?: readonly string[];
  readonly keyFile?: string;
  readonly dm11: boolean;
  readonly maxMsgSize?: number;
  readonly maxObjSize?: number;
  readonly sessionIdle?: number;
  readonly traceDays?: number;
  readonly traceMegabytes?: number;
  readonly logLevel: string;
  readonly logFile?: string;
  readonly stopGrace?: number;
  readonly config?: string;
}

/** `fumarole serve`: the server, until SIGINT or SIGTERM. */
export function registerServe(program: Command): void {
  const serve = jsonCommand(program, 'serve', 'run the DM server on its embedded store');
  network(serve);
  policy(serve);
  limits(serve);
  serve.action(async (options: ServeOptions, command: Command) => {
    const { readSettings, startServer } = await import('@fumarole/server');
    const settings = options.config === undefined ? {} : settingsOf(options.config, readSettings);
    const server = await startServer(serverOptions(options, settings));
    const config = writeClientConfig(
      options.data,
      await commandsUrl(options.data, server),
      server.adminToken,
    );
    const output = outputOf(command);
    for (const warning of server.warnings) output.warn(`${warning}\n`);
    if (output.json) {
      printJson(output, { url: server.url, token: server.adminToken, pid: process.pid });
    } else {
      output.write(
        `Fumarole at ${server.url}\n  API documentation  ${server.url}/api/docs\n  data               ${options.data}\n`,
      );
      if (server.adminToken !== undefined) {
        output.write(
          `  token              ${server.adminToken}\n                     shown once; kept for the commands here in ${options.data}/client.json\n`,
        );
      } else if (!config) {
        output.warn('  No token is kept here; give --token to the other commands.\n');
      }
    }
    await stopSignal();
    output.warn('Stopping …\n');
    await server.close();
  });
}

/**
 * Where the other commands on this machine ask: another server of this data folder that still answers, else a plain
 * listener on loopback (a public name need not let the API in), else the public address.
 */
async function commandsUrl(data: string, { url, urls }: RunningServer): Promise<string> {
  const before = recordedServer(data);
  if (before !== undefined && !urls.includes(before) && (await isUp(before))) return before;
  return urls.find((own) => /^http:\/\/(127\.|\[::1\]|localhost)/.test(own)) ?? url;
}

async function isUp(server: string): Promise<boolean> {
  try {
    return (await fetch(`${server}/healthz`, { signal: AbortSignal.timeout(PROBE_MS) })).ok;
  } catch {
    return false; // gone: its place is taken
  }
}

function network(serve: Command): void {
  serve
    .addOption(
      new Option('--data <folder>', 'where everything is kept').default(DEFAULT_DATA).env('FUMAROLE_DATA'),
    )
    .option(
      '--listen <[host:]port>',
      'address to listen on; repeat for several. Of its own: ,tls-min=VERSION ,tls-cert=FILE ,tls-key=FILE ,plain',
      gather,
      undefined,
    )
    .option('--tls-cert <file>', 'certificate chain (PEM): serve HTTPS on every address')
    .option('--tls-key <file>', 'its private key (PEM)')
    .addOption(
      new Option('--tls-min <version>', 'oldest TLS version taken').choices(TLS_VERSIONS).default('TLSv1.2'),
    )
    .option('--tls-client-ca <file>', 'authorities of client certificates (PEM)')
    .option('--public-url <url>', 'how devices reach this server, when not by its own address', absoluteUrl)
    .option(
      '--trust-proxy <addresses>',
      'proxies whose X-Forwarded headers are believed (loopback, CIDR …)',
      gather,
    )
    .option('--server-id <id>', 'ServerID announced to devices');
}

function policy(serve: Command): void {
  serve
    .addOption(
      new Option('--enrol <who>', 'unknown devices: refused, or admitted')
        .choices(['closed', 'open'])
        .default('closed'),
    )
    .addOption(
      new Option('--offer <policy>', 'when packages are offered to devices without a policy of their own')
        .choices(['automatic', 'on-request', 'manual'])
        .default('automatic'),
    )
    .option(
      '--plain-schemes <schemes>',
      'authentication taken without TLS from beyond loopback (mac, md5, basic)',
      schemes,
    )
    .option('--no-dm11', 'refuse devices of DM 1.1')
    .option('--key-file <file>', 'key that seals credentials (default: seal.key in the data folder)');
}

function limits(serve: Command): void {
  serve
    .option('--max-msg-size <octets>', 'largest message taken', wholeNumber(1024, 16 * 1024 * 1024))
    .option('--max-obj-size <octets>', 'largest object taken', wholeNumber(1024, 1024 * 1024 * 1024))
    .option('--session-idle <seconds>', 'how long a session may be silent', wholeNumber(1, 86_400))
    .option('--trace-days <days>', 'how long messages are kept', wholeNumber(1, 3650))
    .option('--trace-megabytes <n>', 'how much of them is kept', wholeNumber(1, 1_000_000))
    .addOption(
      new Option('--log-level <level>', 'least severe log line written').choices(LOG_LEVELS).default('info'),
    )
    .option('--log-file <file>', 'where log lines are appended (default: standard error)')
    .option('--stop-grace <seconds>', 'time for open requests when stopping', wholeNumber(0, 600))
    .option(
      '--config <file>',
      'JSON of settings: waits and limits in milliseconds, gateways that wake devices by SMS',
    );
}

/** The settings of a file; the server says which there are. Throws CliError `file`, `usage`. */
function settingsOf(file: string, read: (value: unknown) => ServerSettings): ServerSettings {
  const value = withGatewayPasswords(readJson(file));
  try {
    return read(value);
  } catch (error) {
    throw new CliError('usage', `${file}: ${messageOf(error)}`, [], error);
  }
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError('file', `${file} cannot be read: ${messageOf(error)}`, [], error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError('usage', `${file} is no JSON: ${messageOf(error)}`, [], error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The server's options from those of the command line, which win over the settings; throws CliError `usage`. */
export function serverOptions(options: ServeOptions, settings: ServerSettings = {}): ServerOptions {
  return {
    ...settings,
    dataDir: options.data,
    listeners: parseListeners(options.listen ?? ['127.0.0.1:8080'], options),
    ...given('publicUrl', options.publicUrl),
    ...given('trustedProxies', options.trustProxy),
    ...given('serverId', options.serverId),
    ...given('keyFile', options.keyFile),
    ...given('plainSchemes', options.plainSchemes as ServerOptions['plainSchemes']),
    ...given('maxMsgSize', options.maxMsgSize),
    ...given('maxObjSize', options.maxObjSize),
    ...given('sessionIdleMs', thousandfold(options.sessionIdle)),
    ...given('stopGraceMs', thousandfold(options.stopGrace)),
    traces: {
      ...settings.traces,
      ...given('maxAgeMs', options.traceDays === undefined ? undefined : options.traceDays * DAY_MS),
      ...given(
        'maxBytes',
        options.traceMegabytes === undefined ? undefined : options.traceMegabytes * MEGABYTE,
      ),
    },
    dm11: options.dm11,
    enrol: options.enrol,
    offer: options.offer,
    logLevel: options.logLevel as NonNullable<ServerOptions['logLevel']>,
    ...given('logFile', options.logFile),
  };
}

function given<K extends string, V>(name: K, value: V | undefined): { readonly [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in K]: V });
}

function thousandfold(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function absoluteUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('an http or https URL is expected.');
}

function schemes(text: string, before: readonly string[] | undefined): readonly string[] {
  const all = gather(text, before);
  const odd = all.find((scheme) => !['mac', 'md5', 'basic'].includes(scheme));
  if (odd !== undefined) throw new InvalidArgumentError(`${odd} is none of mac, md5, basic.`);
  return all;
}
