/** device.json, read once into a complete value; a field that is wrong is named. */
import { basename } from 'node:path';
import { parseUri } from '@fumarole/dm/tree';
import { DeviceError, messageOf } from './device-error.ts';
import type { Disk } from './disk/disk.ts';
import { readJson } from './disk/durable-file.ts';
import { layoutOf } from './layout.ts';
import { DEFAULT_TIMING, MAX_CONFIG_BYTES, MAX_NAME_CHARACTERS, MAX_URL_CHARACTERS } from './limits.ts';
import type { AccountOptions, CredentialOptions, DeviceConfig, Timing, TlsOptions } from './options.ts';
import { CUT_PHASES } from './simulate.ts';

/** @throws DeviceError `no-device`, `bad-config` */
export async function readConfig(disk: Disk, dir: string): Promise<DeviceConfig> {
  const path = layoutOf(dir).config;
  const value = await readJson(disk, path, MAX_CONFIG_BYTES).catch((error: unknown) => {
    throw new DeviceError('bad-config', `${path}: ${messageOf(error)}`, error);
  });
  if (value === undefined) throw new DeviceError('no-device', `${dir} holds no device`);
  return checkConfig(value);
}

export function nameOf(config: DeviceConfig, dir: string): string {
  return config.name ?? basename(dir);
}

export function timingOf(config: DeviceConfig): Timing {
  return { ...DEFAULT_TIMING, ...config.timing };
}

/** @throws DeviceError `bad-config` */
export function checkConfig(value: unknown): DeviceConfig {
  const config = record(value, 'the configuration');
  const identity = record(config.identity, 'identity');
  for (const field of ['devId', 'man', 'mod', 'hwV']) text(identity[field], `identity.${field}`);
  const accounts = list(config.accounts, 'accounts');
  const read = accounts.map((account, at) => readAccount(account, `accounts[${at}]`));
  if (new Set(read.map(({ serverId }) => serverId)).size < read.length) {
    throw bad('accounts', 'two have the same serverId'); // S-026
  }
  list(record(config.trust, 'trust').publishers, 'trust.publishers').forEach((key, at) => {
    if (!/^[0-9a-f]{64}$/i.test(String(key)))
      throw bad(`trust.publishers[${at}]`, '32 octets in hexadecimal are expected');
  });
  if (config.fumo !== undefined) list(config.fumo, 'fumo').forEach(checkRoot);
  checkBootstrap(config.bootstrap);
  const { folder } = config.smartcard === undefined ? {} : record(config.smartcard, 'smartcard');
  if (folder !== undefined) text(folder, 'smartcard.folder', MAX_URL_CHARACTERS);
  checkTiming(config.timing);
  checkSimulate(config.simulate);
  // Every field that the runtime relies on was looked at above; the rest is optional with checked use.
  return value as DeviceConfig;
}

/** An account as it is written in JSON. @throws DeviceError `bad-config` */
export function readAccount(value: unknown, field: string = 'account'): AccountOptions {
  const account = record(value, field);
  const url = text(account.url, `${field}.url`, MAX_URL_CHARACTERS);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw bad(`${field}.url`, 'an http(s) URL is expected');
  return {
    serverId: text(account.serverId, `${field}.serverId`),
    url,
    client: readCredential(account.client, `${field}.client`),
    ...given('server', account.server, (server) => readCredential(server, `${field}.server`)),
    ...given('authPref', account.authPref, (pref) => choice(pref, PREFERRED, `${field}.authPref`)),
    ...given('allowHttp', account.allowHttp, (allow) => choice(allow, [true, false], `${field}.allowHttp`)),
    ...given('tls', account.tls, (tls) => readTls(tls, `${field}.tls`)),
  };
}

const SCHEMES = ['none', 'basic', 'md5', 'mac', 'transport'] as const;
const PREFERRED = ['basic', 'md5', 'mac'] as const;
const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

function readCredential(value: unknown, field: string): CredentialOptions {
  const { scheme: told, name, secret, nonce } = record(value, field);
  const scheme = choice(told, SCHEMES, `${field}.scheme`);
  const free = scheme === 'none' || scheme === 'transport';
  const part = (value: unknown, of: string): string => (free && (value ?? '') === '' ? '' : text(value, of));
  return {
    scheme,
    name: part(name, `${field}.name`),
    secret: part(secret, `${field}.secret`),
    ...given('nonce', nonce === '' ? undefined : nonce, (octets) => text(octets, `${field}.nonce`)),
  };
}

function readTls(value: unknown, field: string): TlsOptions {
  const { ca, cert, key, minVersion } = record(value, field);
  const pem = (name: string) => (octets: unknown) => text(octets, `${field}.${name}`, MAX_CONFIG_BYTES);
  return {
    ...given('ca', ca, pem('ca')),
    ...given('cert', cert, pem('cert')),
    ...given('key', key, pem('key')),
    ...given('minVersion', minVersion, (version) => choice(version, TLS_VERSIONS, `${field}.minVersion`)),
  };
}

function given<K extends string, V>(
  name: K,
  value: unknown,
  read: (value: unknown) => V,
): { readonly [key in K]?: V } {
  const made: { [key in K]?: V } = {};
  if (value !== undefined) made[name] = read(value);
  return made;
}

function choice<T extends string | boolean>(value: unknown, choices: readonly T[], field: string): T {
  const chosen = choices.find((one) => one === value);
  if (chosen === undefined) throw bad(field, `one of ${choices.join(', ')} is expected`);
  return chosen;
}

/** F-002, F-131: some way to get a package, and some way to start an update. */
function checkRoot(value: unknown, at: number): void {
  const root = record(value, `fumo[${at}]`);
  const uri = text(root.uri, `fumo[${at}].uri`);
  const parsed = parseUri(uri);
  if (!uri.startsWith('./') || parsed.kind === 'fault' || parsed.selector !== undefined) {
    throw bad(`fumo[${at}].uri`, 'a node URI like ./FwUpdate/Main is expected');
  }
  if (root.update === false && root.downloadAndUpdate === false) {
    throw bad(`fumo[${at}]`, 'update or downloadAndUpdate must be there');
  }
  if (root.download === false && root.downloadAndUpdate === false && root.pkgData === false) {
    throw bad(`fumo[${at}]`, 'there is no way to get a package');
  }
}

const BOOTSTRAP_CHOICES: Readonly<Record<string, readonly string[]>> = {
  existing: ['refuse', 'ask', 'replace'],
  unproved: ['refuse', 'accept'],
  unresolved: ['drop', 'refuse'],
  contact: ['always', 'init'],
  firmware: ['first', 'every', 'none'],
};

function checkBootstrap(value: unknown): void {
  if (value === undefined) return;
  const bootstrap = record(value, 'bootstrap');
  for (const [name, choices] of Object.entries(BOOTSTRAP_CHOICES)) {
    const chosen = bootstrap[name];
    if (chosen !== undefined && !choices.some((choice) => choice === chosen))
      throw bad(`bootstrap.${name}`, `one of ${choices.join(', ')} is expected`);
  }
  for (const name of ['pin', 'networkId']) {
    if (bootstrap[name] !== undefined) text(bootstrap[name], `bootstrap.${name}`);
  }
}

function checkTiming(value: unknown): void {
  if (value === undefined) return;
  for (const [name, wait] of Object.entries(record(value, 'timing'))) {
    if (!(name in DEFAULT_TIMING)) throw bad(`timing.${name}`, 'there is no such wait');
    if (typeof wait !== 'number' || !Number.isFinite(wait) || wait < 0)
      throw bad(`timing.${name}`, 'a number of at least 0 is expected');
  }
}

function checkSimulate(value: unknown): void {
  if (value === undefined) return;
  const { powerCutAt } = record(value, 'simulate');
  if (powerCutAt !== undefined && !CUT_PHASES.some((phase) => phase === powerCutAt)) {
    throw bad('simulate.powerCutAt', `one of ${CUT_PHASES.join(', ')} is expected`);
  }
}

function record(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad(field, 'an object is expected');
  return { ...value };
}

function list(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw bad(field, 'a list is expected');
  return value;
}

function text(value: unknown, field: string, max = MAX_NAME_CHARACTERS): string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > max) {
    throw bad(field, `a text of 1 to ${max} characters is expected`);
  }
  return value;
}

function bad(field: string, what: string): DeviceError {
  return new DeviceError('bad-config', `${field}: ${what}`);
}
