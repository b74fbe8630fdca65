import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { TestAuthority } from '@fumarole/testkit/certificates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startServer } from './server.ts';
import { admit, callApi, type EndpointWorld, endpointWorld } from './testing/endpoint-world.ts';
import { ScriptedDevice } from './testing/scripted-device.ts';
import { spawnServer } from './testing/server-process.ts';

let world: EndpointWorld;
beforeEach(() => {
  world = endpointWorld();
});
afterEach(() => world.dispose());

it('gives the admin token at the first start only, and keeps no copy of it', async () => {
  const first = await startServer(world.options());
  const token = first.adminToken ?? '';
  await first.close();
  const second = await startServer(world.options());
  expect(second.adminToken).toBeUndefined();
  const response = await fetch(`${second.url}/api/status`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  await second.close();
  const files = readdirSync(world.dataDir).filter((name) => /\.(db|key)/.test(name));
  expect(files.length).toBeGreaterThan(1);
  for (const name of files) expect(readFileSync(join(world.dataDir, name)).includes(token)).toBe(false);
});

it('keeps no device secret in the clear', async () => {
  const server = await startServer(world.options());
  const api = { url: server.url, token: server.adminToken ?? '' };
  const secret = 'a-secret-that-is-easy-to-find';
  await callApi(api, 'POST', '/devices', { id: 'A', clientScheme: 'md5', clientSecret: secret });
  await server.close();
  for (const name of readdirSync(world.dataDir).filter((file) => file.includes('.db'))) {
    expect(readFileSync(join(world.dataDir, name)).includes(secret)).toBe(false);
  }
});

it('admits unknown devices when the door is open, and only then', async () => {
  const unknown = (url: string) =>
    new ScriptedDevice({
      id: 'urn:test:new',
      credentials: { client: { scheme: 'none', name: 'x', secret: 'x' } },
      url: `${url}/dm`,
      encoding: 'xml',
    });
  const closed = await startServer(world.options());
  expect((await unknown(closed.url).login()).code).toBe(407);
  expect(await closed.store.device('URN:TEST:new')).toBeUndefined();
  await closed.close();
  const open = await startServer(world.options({ enrol: 'open' }));
  expect((await unknown(open.url).login()).code).toBe(200);
  expect((await open.store.device('URN:TEST:new'))?.record.manufacturer).toBe('Scripted');
  await open.close();
});

it('puts the public address into RespURI', async () => {
  const server = await startServer(world.options({ publicUrl: 'https://dm.example.com/fota/' }));
  const api = { url: server.urls[0] ?? '', token: server.adminToken ?? '' };
  const device = await admit(api, 'A', { scheme: 'mac', encoding: 'xml', gets: 1 });
  await device.login();
  expect(device.url).toMatch(/^https:\/\/dm\.example\.com\/fota\/dm\?s=[\w-]{22}$/);
  await server.close();
});

it('keeps every message, without credentials, nonces and tokens', async () => {
  const server = await startServer(world.options());
  const api = { url: server.url, token: server.adminToken ?? '' };
  const device = await admit(api, 'A', { scheme: 'md5', encoding: 'wbxml', gets: 1 });
  const answer = await device.login();
  await device.send(device.reply(answer));
  const [session] = await server.store.traces.sessions({ limit: 1 });
  const rows = await server.store.traces.messages(session?.id ?? '');
  expect(rows.map(({ from }) => from).slice(0, 4)).toEqual(['device', 'server', 'device', 'server']);
  const text = rows.map(({ message }) => message ?? 'undecoded').join('\n');
  expect(text).not.toContain('undecoded');
  expect(text).toContain('./DevInfo/Man');
  expect(text).not.toContain(device.nonce);
  expect(text).not.toContain(new URL(device.url).searchParams.get('s'));
  await server.close();
});

it('stops on SIGTERM, finishing what is under way, with exit code 0', async () => {
  const server = await spawnServer(world.options());
  expect(await server.stop()).toBe(0);
});

describe('over TLS', () => {
  const certificate = (name: string) => {
    const [keyFile, certFile] = [join(world.dataDir, `${name}.key`), join(world.dataDir, `${name}.crt`)];
    const { key, cert } = new TestAuthority().issue({ name });
    writeFileSync(keyFile, key);
    writeFileSync(certFile, cert);
    return { keyFile, certFile };
  };
  const code = (url: string, options: object): Promise<number | string> =>
    new Promise((resolve) => {
      request(`${url}/healthz`, { rejectUnauthorized: false, ...options }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
        .end();
    });

  it('serves from its minimum version on', async () => {
    const server = await startServer(
      world.options({ listeners: [{ port: 0, tls: { ...certificate('server'), minVersion: 'TLSv1.3' } }] }),
    );
    expect(server.url).toMatch(/^https:/);
    expect(await code(server.url, {})).toBe(200);
    expect(await code(server.url, { maxVersion: 'TLSv1.2' })).toMatch(/^E/);
    await server.close();
  });

  it('names the file that cannot be read', async () => {
    const tls = { certFile: '/nowhere', keyFile: '/nowhere' };
    await expect(startServer(world.options({ listeners: [{ port: 0, tls }] }))).rejects.toMatchObject({
      code: 'bad-option',
      option: 'tls.certFile',
    });
  });
});
