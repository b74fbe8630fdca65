/** What the tests of the endpoint share: a data folder, devices admitted through the REST API, tree commands queued. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Encoding } from '@fumarole/syncml';
import type { ServerOptions } from '../options.ts';
import type { ApiAuthScheme, ApiProvisioned } from '../rest/api.ts';
import { ScriptedDevice } from './scripted-device.ts';

export interface EndpointWorld {
  readonly dataDir: string;
  /** Options of a quiet server on a free port of this machine. */
  options(over?: Partial<ServerOptions>): ServerOptions;
  dispose(): void;
}

export function endpointWorld(): EndpointWorld {
  const dataDir = mkdtempSync(join(tmpdir(), 'fumarole-endpoint-'));
  return {
    dataDir,
    options: (over = {}) => ({
      dataDir,
      listeners: [{ port: 0 }],
      logLevel: 'silent',
      offer: 'manual',
      stopGraceMs: 200,
      ...over,
    }),
    dispose: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

export interface Api {
  readonly url: string;
  readonly token: string;
}

export async function callApi<T>(
  { url, token }: Api,
  method: string,
  path: string,
  json?: unknown,
): Promise<T> {
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json() as Promise<T>;
}

/** Admits a device and queues this many Gets for it, so that its session has as many things to say. */
export async function admit(
  api: Api,
  id: string,
  how: { readonly scheme: ApiAuthScheme; readonly encoding: Encoding; readonly gets?: number },
): Promise<ScriptedDevice> {
  const { credentials } = await callApi<ApiProvisioned>(api, 'POST', '/devices', {
    id,
    clientScheme: how.scheme,
    serverScheme: how.scheme === 'basic' ? 'md5' : how.scheme,
  });
  for (let i = 0; i < (how.gets ?? 0); i += 1) {
    await callApi(api, 'POST', `/devices/${encodeURIComponent(id)}/commands`, {
      verb: 'get',
      uri: `./Test/${i}`,
    });
  }
  return new ScriptedDevice({ id, credentials, url: `${api.url}/dm`, encoding: how.encoding });
}
