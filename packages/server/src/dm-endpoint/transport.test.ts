/** Which way a message came, and what that allows: TLS, client certificates, loopback, proxies, exceptions. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { TestAuthority } from '@fumarole/testkit/certificates';
import { makePackage } from '@fumarole/update-package/make';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagePorts } from '../artifacts/package-ports.ts';
import type { ServerOptions, TlsOptions } from '../options.ts';
import type { ApiAuthScheme } from '../rest/api.ts';
import { type RunningServer, startServer } from '../server.ts';
import { type Api, admit, callApi, type EndpointWorld, endpointWorld } from '../testing/endpoint-world.ts';
import { type ReverseProxy, reverseProxy } from '../testing/reverse-proxy.ts';
import {
  answerOf,
  post,
  type ScriptedAnswer,
  type ScriptedDevice,
  type ScriptedMessage,
} from '../testing/scripted-device.ts';

let world: EndpointWorld;
let servers: RunningServer[];
let proxies: ReverseProxy[];
beforeEach(() => {
  world = endpointWorld();
  [servers, proxies] = [[], []];
});
afterEach(async () => {
  await Promise.all([...servers, ...proxies].map((one) => one.close()));
  world.dispose();
});

async function start(over: Partial<ServerOptions>): Promise<{ server: RunningServer; api: Api }> {
  const server = await startServer(world.options({ listeners: [{ port: 0 }], ...over }));
  servers.push(server);
  return { server, api: { url: server.urls[0] ?? '', token: server.adminToken ?? '' } };
}

function file(name: string, text: string): string {
  const path = join(world.dataDir, name);
  writeFileSync(path, text);
  return path;
}

function tlsOf(authority: TestAuthority, name = 'server'): TlsOptions {
  const { cert, key } = authority.issue({ name });
  return { certFile: file(`${name}.crt`, cert), keyFile: file(`${name}.pem`, key) };
}

/** Posts over TLS with a client certificate, or none. */
async function postTls(
  message: ScriptedMessage,
  base: string,
  authority: TestAuthority,
  client: { readonly cert?: string; readonly key?: string; readonly minVersion?: 'TLSv1.3' } = {},
): Promise<ScriptedAnswer> {
  const agent = new Agent({ ca: authority.cert, ...client });
  const { pathname, search } = new URL(message.url);
  return new Promise((resolve, reject) => {
    const sending = request(
      new URL(pathname + search, base),
      { method: 'POST', headers: message.headers, agent },
      (response) => {
        buffer(response)
          .then((octets) => answerOf(response.statusCode ?? 0, new Headers(), octets, 'wbxml'))
          .then(resolve, reject)
          .finally(() => agent.destroy());
      },
    );
    sending.on('error', reject);
    sending.end(message.body);
  });
}

describe('TLS client certificates', () => {
  const setUp = async (scheme: ApiAuthScheme) => {
    const authority = new TestAuthority();
    const clientCaFile = file('ca.crt', authority.cert);
    const tls = { ...tlsOf(authority), clientCaFile };
    const { server, api } = await start({ listeners: [{ port: 0 }, { port: 0, tls }] });
    const device = await admit(api, 'IMEI:1', { scheme, encoding: 'wbxml', gets: 1 });
    const send = async (client: object): Promise<ScriptedAnswer> =>
      device.receive(await postTls(device.packageOne(), server.urls[1] ?? '', authority, client));
    return { authority, server, device, send };
  };

  it('P-120: open the session of the device that they name, without credentials', async () => {
    const { authority, server, device, send } = await setUp('transport');
    const mine = authority.issue({ name: 'IMEI:1' });
    const answer = await send(mine);
    expect([answer.code, answer.commands.length > 0]).toEqual([200, true]);
    const next = await postTls(device.reply(answer), server.urls[1] ?? '', authority, mine);
    expect(next.code).toBe(200);
    expect((await server.store.device('IMEI:1'))?.record.weak).toBe(false);
  });

  it('P-120: of another device open nothing, not even with right credentials', async () => {
    const { authority, server, device, send } = await setUp('mac');
    const other = await send(authority.issue({ name: 'IMEI:2' }));
    expect([other.code, other.commands]).toEqual([401, []]);
    device.begin('2');
    expect((await device.send(device.packageOne(), server.urls[0])).code).toBe(200);
  });

  it('P-120: that nobody vouches for, or none at all, prove nothing', async () => {
    const { device, send } = await setUp('transport');
    expect((await send(new TestAuthority('stranger').issue({ name: 'IMEI:1' }))).code).toBe(401);
    device.begin('2');
    expect((await send({})).code).toBe(401);
  });
});

describe('the oldest TLS version', () => {
  it('is each listener’s own', async () => {
    const authority = new TestAuthority();
    const tls = tlsOf(authority);
    const { server } = await start({
      listeners: [
        { port: 0, tls: { ...tls, minVersion: 'TLSv1' } },
        { port: 0, tls },
        { port: 0, tls: { ...tls, minVersion: 'TLSv1.3' } },
      ],
    });
    const speaks = (url: string | undefined, version: 'TLSv1' | 'TLSv1.2'): Promise<boolean> =>
      new Promise((resolve) => {
        const options = {
          ca: authority.cert,
          agent: false,
          minVersion: version,
          maxVersion: version,
          ciphers: 'DEFAULT@SECLEVEL=0',
        };
        request(`${url}/healthz`, options, (response) => {
          response.resume();
          resolve(response.statusCode === 200);
        })
          .on('error', () => resolve(false))
          .end();
      });
    const [legacy, usual, strict] = server.urls;
    expect(await Promise.all([legacy, usual, strict].map((url) => speaks(url, 'TLSv1')))).toEqual([
      true,
      false,
      false,
    ]);
    expect(await Promise.all([legacy, usual, strict].map((url) => speaks(url, 'TLSv1.2')))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

/** A server behind a trusted proxy, which says that the device is far away and how it came. */
async function behind(over: Partial<ServerOptions>, headers: Record<string, string>) {
  const proxy = await reverseProxy('/fota');
  proxies.push(proxy);
  const { server, api } = await start({ publicUrl: proxy.url, ...over });
  proxy.target = server.urls[0] ?? '';
  proxy.headers = headers;
  return { proxy, server, api };
}
const FAR = { 'x-forwarded-for': '203.0.113.9' };
const TRUST = { trustedProxies: ['loopback'] };
const through = async (api: Api, proxy: ReverseProxy, scheme: 'md5' | 'mac' | 'basic') => {
  const id = `urn:${scheme}:${Math.random()}`;
  const device = await admit(api, id, { scheme, encoding: 'wbxml', gets: 1 });
  device.url = `${proxy.url}/dm`;
  device.begin('1', device.url);
  return { id, device };
};
const code = async (device: ScriptedDevice): Promise<number | undefined> => (await device.login()).code;

describe('without TLS', () => {
  it('from afar only auth-MAC is taken, and what others say is not believed', async () => {
    const { api, proxy } = await behind(TRUST, FAR);
    expect(await code((await through(api, proxy, 'mac')).device)).toBe(200);
    const { id, device } = await through(api, proxy, 'md5');
    expect(await code(device)).toBe(401);
    const detail = await callApi<{ contacts: number; manufacturer?: string }>(api, 'GET', `/devices/${id}`);
    expect([detail.contacts, detail.manufacturer]).toEqual([0, undefined]);
  });

  it('a device may be excepted, by the operator’s word; what it says is marked weak', async () => {
    const { api, proxy } = await behind(TRUST, FAR);
    const { id, device } = await through(api, proxy, 'md5');
    expect(await code(device)).toBe(401);
    await callApi(api, 'PATCH', `/devices/${id}`, { plainSchemes: ['md5'] });
    device.begin('2', device.url);
    expect(await code(device)).toBe(212);
    expect(await callApi(api, 'GET', `/devices/${id}`)).toMatchObject({
      weak: true,
      policy: { plainSchemes: ['md5'] },
    });
    const { device: other } = await through(api, proxy, 'md5');
    expect(await code(other)).toBe(401);
    await callApi(api, 'PATCH', `/devices/${id}`, { plainSchemes: [] });
    device.begin('3', device.url);
    expect(await code(device)).toBe(401);
  });

  it('or all devices, by an option', async () => {
    const { api, proxy } = await behind({ ...TRUST, plainSchemes: ['md5'] }, FAR);
    expect(await code((await through(api, proxy, 'md5')).device)).toBe(212);
  });

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
  it.skipIf(outside === undefined)(
    'an address of this machine that is no loopback counts as afar',
    async () => {
      const { server, api } = await start({ listeners: [{ port: 0, host: '0.0.0.0' }] });
      const base = `http://${outside}:${new URL(server.urls[0] ?? '').port}`;
      const near = await admit(api, 'A', { scheme: 'md5', encoding: 'wbxml' });
      expect((await near.login(`${api.url}`)).code).toBe(212);
      const far = await admit(api, 'B', { scheme: 'md5', encoding: 'wbxml' });
      expect((await far.login(base)).code).toBe(401);
    },
  );
});

describe('what a proxy says', () => {
  it('X-Forwarded-Proto of a trusted one makes the way a protected one', async () => {
    const { api, proxy } = await behind(TRUST, { ...FAR, 'x-forwarded-proto': 'https' });
    expect(await code((await through(api, proxy, 'md5')).device)).toBe(212);
  });

  it.each([
    { ...FAR, 'x-forwarded-proto': 'https' },
    { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' },
  ])('of anybody else is not believed, and makes nobody local: %j', async (headers) => {
    const { api, proxy } = await behind({ trustedProxies: ['192.0.2.0/24'] }, headers);
    expect(await code((await through(api, proxy, 'md5')).device)).toBe(401);
  });

  it('a client’s own X-Forwarded-For before the proxy’s is not believed', async () => {
    const { api, proxy } = await behind(TRUST, { 'x-forwarded-for': '127.0.0.1, 203.0.113.9' });
    expect(await code((await through(api, proxy, 'md5')).device)).toBe(401);
  });

  it('a connection through it never stands for the token: devices share it', async () => {
    const { api, proxy } = await behind(TRUST, FAR);
    const { device } = await through(api, proxy, 'mac');
    const answer = await device.login();
    const honest = device.reply(answer);
    const bare = { ...honest, url: `${proxy.url}/dm`, headers: { ...honest.headers, 'x-syncml-hmac': '' } };
    expect((await post(bare, 'wbxml')).code).toBe(401);
    expect((await device.send(honest)).code).toBe(200);
  });
});

describe('behind a proxy with a path of its own', () => {
  it('RespURI, package, descriptor and report URLs have the public address, whatever Host says, and work', async () => {
    const { api, server, proxy } = await behind(TRUST, {
      ...FAR,
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    });
    expect(server.url).toBe(proxy.url);
    const { id, device } = await through(api, proxy, 'mac');
    const answer = await device.login();
    expect(answer.message.hdr.RespURI).toMatch(new RegExp(`^${proxy.url}/dm\\?s=`));
    expect((await device.send(device.reply(answer))).code).toBe(200);

    const sha256 = await upload(api);
    const link = (descriptor: boolean): Promise<{ url: string }> =>
      callApi(api, 'POST', `/packages/${sha256}/links`, { device: id, descriptor });
    const { url } = await link(false);
    expect(url.startsWith(`${proxy.url}/d/`)).toBe(true);
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBeGreaterThan(20_000);
    const descriptor = await (await fetch((await link(true)).url)).text();
    const uris = [...descriptor.matchAll(/<(objectURI|installNotifyURI)>([^<]+)</g)].map(
      (match) => match[2] ?? '',
    );
    expect(uris).toHaveLength(2);
    for (const uri of uris) expect(uri.startsWith(`${proxy.url}/`)).toBe(true);
    expect((await fetch(uris[0] ?? '', { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(uris[1] ?? '', { method: 'POST', body: '900 Success' })).status).toBe(200);
    expect(await callApi(api, 'GET', '/status')).toMatchObject({ url: proxy.url });
  });
});

async function upload(api: Api): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  await callApi(api, 'POST', '/publisher-keys', { name: 'k', publicKey: raw.toString('base64') });
  const sealed = await makePackage(
    { name: 'p', version: 'v1', release: 1, created: 1, constraints: { manufacturer: 'A', models: ['M'] } },
    Buffer.alloc(20_000, 1),
    { algorithm: 'ed25519', publicKey: raw, sign: (message) => sign(null, message, privateKey) },
    packagePorts.sha256,
  );
  const response = await fetch(`${api.url}/api/packages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/octet-stream' },
    body: sealed,
  });
  return ((await response.json()) as { id: string }).id;
}
