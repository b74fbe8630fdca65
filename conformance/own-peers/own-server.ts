import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckResult, conformServer, type Scheme } from '@fumarole/conform';
import type { ApiProvisioned } from '@fumarole/server';
import type { Encoding } from '@fumarole/syncml';
import { Child } from './child.ts';

export interface ServerTrial {
  readonly scheme: Scheme;
  readonly encodings: readonly Encoding[];
  readonly fault?: string;
  readonly only?: readonly string[];
}

const DEVICE = 'urn:conform:1';
const ANSWER_MS = 10_000;

/** Our server, with a fault in it or none, looked at over the wire. */
export async function tryServer({
  scheme,
  encodings,
  fault,
  only,
}: ServerTrial): Promise<readonly CheckResult[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fumarole-conform-'));
  const options = { dataDir, listeners: [{ port: 0 }], logLevel: 'silent', offer: 'manual' };
  const child = new Child('packages/server/src/testing/serve-child.ts', options, fault);
  try {
    // The other end is this repository.
    const { url, token } = (await child.next()) as { url: string; token: string };
    const serverScheme = scheme === 'basic' ? 'md5' : scheme;
    const { credentials } = await post<ApiProvisioned>(url, token, '/devices', {
      id: DEVICE,
      clientScheme: scheme,
      serverScheme,
    });
    const target = {
      url: `${url}/dm`,
      device: DEVICE,
      account: credentials.client,
      ...(credentials.server === undefined ? {} : { server: credentials.server }),
      devInfo: { DevId: DEVICE, Man: 'Conform', Mod: 'C1', DmV: '1.2', Lang: 'en' },
      timeoutMs: ANSWER_MS,
      provoke: async () => {
        const path = `/devices/${encodeURIComponent(DEVICE)}/commands`;
        await post(url, token, path, { verb: 'get', uri: './DevDetail/FwV' });
      },
    };
    return await conformServer(target, { encodings, ...(only === undefined ? {} : { only }) });
  } finally {
    await child.end();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function post<T>(url: string, token: string, path: string, json: unknown): Promise<T> {
  const response = await fetch(`${url}/api${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(json),
  });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
  return response.json() as Promise<T>;
}
