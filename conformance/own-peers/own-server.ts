import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckResult, conformServer, type Scheme } from '@fumarole/conform';
import type { ApiProvisioned } from '@fumarole/server';
import type { Encoding } from '@fumarole/syncml';
import { MANUFACTURER, newTestPublisher } from '@fumarole/testkit';
import { Child } from './child.ts';

export interface ServerTrial {
  readonly scheme: Scheme;
  readonly encodings: readonly Encoding[];
  readonly fault?: string;
  readonly only?: readonly string[];
  /** The server has an update for the device. */
  readonly update?: boolean;
}

const DEVICE = 'urn:conform:1';
const MODEL = 'C1';
const IMAGE_BYTES = 60_000;
const ANSWER_MS = 10_000;

/** Our server, with a fault in it or none, looked at over the wire. */
export async function tryServer(trial: ServerTrial): Promise<readonly CheckResult[]> {
  const { scheme, encodings, fault, only, update = false } = trial;
  const dataDir = await mkdtemp(join(tmpdir(), 'fumarole-conform-'));
  const options = {
    dataDir,
    listeners: [{ port: 0 }],
    logLevel: 'silent',
    offer: update ? 'automatic' : 'manual',
  };
  const child = new Child('packages/server/src/testing/serve-child.ts', options, fault);
  try {
    // The other end is this repository.
    const { url, token } = (await child.next()) as { url: string; token: string };
    if (update) await publish(url, token);
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
      devInfo: { DevId: DEVICE, Man: MANUFACTURER, Mod: MODEL, DmV: '1.2', Lang: 'en' },
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

/** A package for the device that is played, long enough for many pieces. */
async function publish(url: string, token: string): Promise<void> {
  const publisher = newTestPublisher();
  const publicKey = Buffer.from(publisher.publicKey).toString('base64');
  await post(url, token, '/publisher-keys', { name: 'publisher', publicKey });
  const image = randomBytes(IMAGE_BYTES);
  const octets = await publisher.make({ image, version: '2.0', release: 2, models: [MODEL] });
  const response = await fetch(`${url}/api/packages?publish=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: Buffer.from(octets),
  });
  if (!response.ok) throw new Error(`/packages: HTTP ${response.status} ${await response.text()}`);
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
