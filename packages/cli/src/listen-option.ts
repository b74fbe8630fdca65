import type { ListenerOptions } from '@fumarole/server';
import { CliError } from './cli-error.ts';

export const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
type TlsVersion = (typeof TLS_VERSIONS)[number];

/** TLS for every address that says nothing else. */
export interface CommonTls {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsMin?: TlsVersion;
  readonly tlsClientCa?: string;
}

interface Listed {
  readonly address: string;
  readonly own: Map<string, string>;
}

const OWN = ['tls-min', 'tls-cert', 'tls-key', 'tls-client-ca', 'plain'] as const;

/**
 * Addresses, each followed by what is its own: `0.0.0.0:8443`, `tls-min=TLSv1`, `127.0.0.1:8080`, `plain`. So an old
 * TLS version is open on one address, by explicit choice, and on no other. Throws CliError `usage`.
 */
export function parseListeners(parts: readonly string[], common: CommonTls): readonly ListenerOptions[] {
  const listed: Listed[] = [];
  for (const part of parts) {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    const last = listed.at(-1);
    if (!OWN.some((one) => one === name)) listed.push({ address: part, own: new Map() });
    else if (last === undefined) throw new CliError('usage', `--listen: "${part}" follows no address.`);
    else last.own.set(name, value);
  }
  return listed.map(({ address, own }) => ({ ...parseAddress(address), ...tlsOf(own, common) }));
}

/** `8080`, `0.0.0.0:8080`, `[::1]:8080`. */
export function parseAddress(text: string): { readonly host?: string; readonly port: number } {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535)
    throw new CliError('usage', `--listen: "${text}" is not [host:]port.`);
  const host = bracketed ?? plain;
  return host === undefined ? { port } : { host, port };
}

function tlsOf(own: ReadonlyMap<string, string>, common: CommonTls): Pick<ListenerOptions, 'tls'> {
  const certFile = own.get('tls-cert') ?? common.tlsCert;
  const keyFile = own.get('tls-key') ?? common.tlsKey;
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new CliError('usage', '--tls-cert and --tls-key go together.');
  const minVersion = versionOf(own.get('tls-min')) ?? common.tlsMin;
  if (certFile === undefined || keyFile === undefined || own.has('plain')) {
    if (own.has('tls-min')) throw new CliError('usage', '--listen: tls-min needs --tls-cert and --tls-key.');
    return {};
  }
  const clientCaFile = own.get('tls-client-ca') ?? common.tlsClientCa;
  return {
    tls: {
      certFile,
      keyFile,
      ...(minVersion === undefined ? {} : { minVersion }),
      ...(clientCaFile === undefined ? {} : { clientCaFile }),
    },
  };
}

function versionOf(text: string | undefined): TlsVersion | undefined {
  const version = TLS_VERSIONS.find((one) => one === text);
  if (text !== undefined && version === undefined)
    throw new CliError('usage', `--listen: tls-min is one of ${TLS_VERSIONS.join(', ')}.`);
  return version;
}
