/** The protocol core on both ends of a socket: whole sessions, lost answers, lost nonces. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Encoding } from '@fumarole/syncml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiProvisioned } from '../rest/api.ts';
import { type RunningServer, startServer } from '../server.ts';
import { CoreDevice, type CoreDeviceOptions } from '../testing/core-device.ts';
import { type Api, callApi, type EndpointWorld, endpointWorld } from '../testing/endpoint-world.ts';
import { PREVIOUS_NONCE_REST_MS } from './limits.ts';

const world: EndpointWorld = endpointWorld();
let server: RunningServer;
let api: Api;
let count = 0;

beforeAll(async () => {
  server = await startServer(world.options());
  api = { url: server.url, token: server.adminToken ?? '' };
});
afterAll(async () => {
  await server.close();
  world.dispose();
});

const VALUES = {
  './Vendor/Name': 'Core',
  './Vendor/Big': Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) % 251),
};

async function newDevice(
  scheme: 'basic' | 'md5' | 'mac',
  encoding: Encoding,
  over: Partial<CoreDeviceOptions> = {},
): Promise<CoreDevice> {
  count += 1;
  const id = `urn:core:${count}`;
  const serverScheme = scheme === 'basic' ? 'md5' : scheme;
  const order = { id, clientScheme: scheme, serverScheme };
  const { credentials } = await callApi<ApiProvisioned>(api, 'POST', '/devices', order);
  return new CoreDevice({ id, credentials, url: `${api.url}/dm`, encoding, values: VALUES, ...over });
}

const commandsOf = (device: CoreDevice): string =>
  `/devices/${encodeURIComponent(device.options.id)}/commands`;
const ask = (device: CoreDevice, uri: string): Promise<{ id: string }> =>
  callApi(api, 'POST', commandsOf(device), { verb: 'get', uri });
const answered = (
  device: CoreDevice,
  { id }: { id: string },
): Promise<{ state: string; results?: object[] }> => callApi(api, 'GET', `${commandsOf(device)}/${id}`);
const contacts = async (device: CoreDevice): Promise<number> =>
  (await callApi<{ contacts: number }>(api, 'GET', `/devices/${encodeURIComponent(device.options.id)}`))
    .contacts;

describe.each(['wbxml', 'xml'] as const)('both cores in %s', (encoding) => {
  it.each([
    'basic',
    'md5',
    'mac',
  ] as const)('P-080 P-090: prove themselves to each other with %s and end the session politely', async (scheme) => {
    const device = await newDevice(scheme, encoding);
    const name = await ask(device, './Vendor/Name');
    expect(await device.session()).toBe('done');
    expect(device.headers.at(-1)).toBe(200);
    expect(await answered(device, name)).toMatchObject({ state: 'answered', results: [{ value: 'Core' }] });
    // A second session with the nonces of the first: no challenge.
    expect(await device.session()).toBe('done');
    expect(device.headers[0]).toBe(scheme === 'mac' ? 200 : 212);
  });

  it.each([
    'md5',
    'mac',
  ] as const)('P-024 P-016: every answer lost once with %s: the same octets, the same answer, everything once', async (scheme) => {
    const device = await newDevice(scheme, encoding);
    const [name, big] = [await ask(device, './Vendor/Name'), await ask(device, './Vendor/Big')];
    expect(await device.session(() => 'lost')).toBe('done');
    expect(await answered(device, name)).toMatchObject({ results: [{ value: 'Core' }] });
    const sha256 = createHash('sha256').update(VALUES['./Vendor/Big']).digest('hex');
    expect(await answered(device, big)).toMatchObject({ results: [{ size: 70_000, sha256 }] });
    expect(await contacts(device)).toBe(1);
  });

  it('P-068: a device that takes small messages gets no other', async () => {
    const device = await newDevice('mac', encoding, { maxMsgSize: 1500 });
    const asked = await Promise.all(Array.from({ length: 10 }, () => ask(device, './Vendor/Name')));
    const sizes: number[] = [];
    const post = device.post.bind(device);
    device.post = async (out) => {
      const posted = await post(out);
      sizes.push(posted.octets.length);
      return posted;
    };
    expect(await device.session()).toBe('done');
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1500);
    for (const one of asked) expect(await answered(device, one)).toMatchObject({ state: 'answered' });
  });
});

/** Makes every session as old as the rest of a previous nonce. */
function rested(): void {
  const db = new DatabaseSync(join(world.dataDir, 'truth.db'));
  db.exec(`UPDATE sessions SET updated_at = updated_at - ${PREVIOUS_NONCE_REST_MS}`);
  db.close();
}

describe('P-092: the answer with the new nonce was lost and the device began anew', () => {
  /** The account as it was before a session: what a device has that never saw the answer. */
  const forgetful = async (scheme: 'md5' | 'mac') => {
    const device = await newDevice(scheme, 'wbxml');
    await device.session();
    const before = device.account;
    const lost = new Error('lost');
    const { post } = device;
    device.post = async (out) => {
      await post.call(device, out);
      throw lost;
    };
    await expect(device.session()).rejects.toBe(lost);
    device.post = post;
    device.account = before;
    return device;
  };

  it.each([
    'md5',
    'mac',
  ] as const)('with %s: the previous nonce opens one session once its rest is over', async (scheme) => {
    const device = await forgetful(scheme);
    rested();
    const before = device.account;
    expect(await device.session()).toBe('done');
    expect(device.headers[0]).toBe(scheme === 'mac' ? 200 : 212);
    // Once: the same nonce again is challenged.
    device.account = before;
    rested();
    expect(await device.session()).toBe('done');
    expect(device.headers[0]).toBe(401);
  });

  it.each([
    'md5',
    'mac',
  ] as const)('with %s: within the rest it is challenged, and gets in by the challenge', async (scheme) => {
    const device = await forgetful(scheme);
    expect(await device.session()).toBe('done');
    expect(device.headers[0]).toBe(401);
  });
});
