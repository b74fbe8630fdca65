/** TLS with real certificates over real sockets: DM sessions and downloads. */
import { createServer, type Server as NetServer } from 'node:net';
import { TestAuthority } from '@fumarole/testkit/certificates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench, NEW_IMAGE, ROOT } from '../test/bench.ts';
import { DmServer, inTurn } from '../test/dm-server.ts';
import { HAS_OPENSSL, opensslServer } from '../test/openssl-server.ts';
import { file, WebServer } from '../test/web-server.ts';
import type { AccountOptions, DeviceOptions } from './options.ts';

const authority = new TestAuthority();
const stranger = new TestAuthority('Somebody else');
const good = authority.issue({ name: 'server' });
const hub = authority.issue({ name: 'hub' });
const DAY_MS = 86_400_000;

const untrustworthy = [
  ['of an unknown authority', stranger.issue({ name: 'server' })],
  ['that has expired', authority.issue({ name: 'server', notAfter: new Date(Date.now() - DAY_MS) })],
  ['with another name', authority.issue({ name: 'server', hosts: ['dm.example.com', '127.0.0.2'] })],
] as const;

let bench: Bench;
let dm: DmServer;
let web: WebServer | undefined;
beforeEach(async () => {
  bench = await Bench.open();
  web = undefined;
});
afterEach(async () => {
  await bench.close();
  await dm.close();
  await web?.close();
});

/** The account of the server, with the one authority that it trusts. */
function pinned(more: AccountOptions['tls'] = {}): AccountOptions {
  return { ...dm.account, tls: { ca: authority.cert, ...more } };
}

describe('DM over TLS', () => {
  it('P-119: a session with the server of the pinned authority', async () => {
    dm = await DmServer.open('md5', good);
    await bench.create({ accounts: [pinned()] });
    const device = await bench.start();
    expect(await device.poke()).toMatchObject({ outcome: 'ended' });
    expect(dm.events).toContainEqual(expect.objectContaining({ kind: 'authenticated' }));
  });

  it.each(
    untrustworthy,
  )('P-119: nothing is sent to a server with a certificate %s', async (_, certificate) => {
    dm = await DmServer.open('md5', certificate);
    await bench.create({ accounts: [pinned()] });
    const device = await bench.start();
    expect(await device.poke()).toMatchObject({
      outcome: 'failed',
      reason: expect.stringMatching(/certificate/i),
    });
    expect(dm.requests).toBe(0);
  });

  it('P-119: without a pinned authority only those of the system count', async () => {
    dm = await DmServer.open('md5', good);
    await bench.create({ accounts: [dm.account] });
    expect(await (await bench.start()).poke()).toMatchObject({ outcome: 'failed' });
    expect(dm.requests).toBe(0);
  });

  it('P-120: the certificate of the device opens a server that asks for one, and none does not', async () => {
    const asks = { ...good, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    dm = await DmServer.open('md5', asks);
    await bench.create({ accounts: [pinned(hub)] });
    expect(await (await bench.start()).poke()).toMatchObject({ outcome: 'ended' });
    const other = await Bench.open();
    await other.create({ accounts: [pinned()] });
    const before = dm.requests;
    expect(await (await other.start()).poke()).toMatchObject({ outcome: 'failed' });
    expect(dm.requests).toBe(before);
    await other.close();
  });

  it('P-116: a redirect from https to http is refused, even where http is allowed', async () => {
    dm = await DmServer.open('md5', good);
    web = await WebServer.open();
    dm.intercept = (_, response) => {
      response.writeHead(307, { Location: `${web?.url}/dm` }).end();
      return true;
    };
    await bench.create({ accounts: [{ ...pinned(), allowHttp: true }] });
    const device = await bench.start();
    expect(await device.poke()).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('from https to http'),
    });
    expect(web.requests).toEqual([]);
  });

  it('a server that never ends the handshake is left after the time to connect', async () => {
    dm = await DmServer.open('md5', good);
    const mute: NetServer = createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const at = mute.address();
    const port = at !== null && typeof at === 'object' ? at.port : 0;
    await bench.create({
      accounts: [{ ...pinned(), url: `https://127.0.0.1:${port}/dm` }],
      timing: { connectMs: 50, messageTries: 1 },
    });
    expect(await (await bench.start()).poke()).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('no connection in time'),
    });
    mute.close();
  });
});

const octetStream = (url: string) =>
  [
    { kind: 'replace', key: 'url', uri: `${ROOT}/Download/PkgURL`, format: 'chr', data: url },
    { kind: 'exec', key: 'exec', uri: `${ROOT}/Download`, correlator: 'c' },
  ] as const;

/** Lets the device download from this address; the result code that the server is told. */
async function downloaded(url: string, download: DeviceOptions['download']): Promise<string | undefined> {
  await bench.create({
    accounts: [dm.account],
    timing: { sessionRetryMs: 20, sessionRetryMaxMs: 40 },
    ...(download === undefined ? {} : { download }),
  });
  const device = await bench.start();
  dm.script = inTurn(octetStream(url), []);
  await device.poke();
  expect(dm.statusOf('exec')).toBe(202);
  await expect.poll(() => dm.alerts().length, { timeout: 5000 }).toBe(1);
  return String(dm.alerts()[0]?.data);
}

describe('downloads over TLS', () => {
  beforeEach(async () => {
    dm = await DmServer.open();
  });

  it('D-071: the package comes from the server of the pinned authority', async () => {
    web = await WebServer.open(good);
    const octets = await bench.publisher.make();
    expect(await downloaded(web.on('/p', file(octets)), { tls: { ca: authority.cert } })).toBe('200');
  });

  it.each(untrustworthy)('D-071: a certificate %s → 503, and nothing was asked', async (_, certificate) => {
    web = await WebServer.open(certificate);
    expect(await downloaded(web.on('/p', file(NEW_IMAGE)), { tls: { ca: authority.cert } })).toBe('503');
    expect(web.requests).toEqual([]);
  });

  it.skipIf(!HAS_OPENSSL).each(['-tls1_2', '-tls1_3'] as const)(
    'D-068: the certificate of the device is refused (%s) → 406',
    async (version) => {
      const server = await opensslServer(good, authority.cert, version);
      try {
        const tls = { ca: authority.cert, ...stranger.issue({ name: 'hub' }) };
        expect(await downloaded(server.url, { tls })).toBe('406');
      } finally {
        await server.close();
      }
    },
  );

  it('D-068: the server wants a certificate and the device has none → 406', async () => {
    web = await WebServer.open({ ...good, ca: authority.cert, requestCert: true, minVersion: 'TLSv1.3' });
    expect(await downloaded(web.on('/p', file(NEW_IMAGE)), { tls: { ca: authority.cert } })).toBe('406');
    expect(web.requests).toEqual([]);
  });

  it('D-068: a certificate that the server trusts is taken', async () => {
    web = await WebServer.open({ ...good, ca: authority.cert, requestCert: true, rejectUnauthorized: true });
    const octets = await bench.publisher.make();
    expect(await downloaded(web.on('/p', file(octets)), { tls: { ca: authority.cert, ...hub } })).toBe('200');
  });

  it('D-064: a redirect from https to http is refused', async () => {
    web = await WebServer.open(good);
    const plain = await WebServer.open();
    const url = web.on('/p', (_, response) => {
      response.writeHead(302, { Location: plain.on('/p', file(NEW_IMAGE)) }).end();
    });
    expect(await downloaded(url, { tls: { ca: authority.cert } })).toBe('500');
    expect(plain.requests).toEqual([]);
    await plain.close();
  });

  it('D-066: Basic is given inside TLS', async () => {
    web = await WebServer.open(good);
    const octets = await bench.publisher.make();
    const serve = file(octets);
    const wanted = `Basic ${Buffer.from('hub:s:e').toString('base64')}`;
    const url = web.on('/p', (request, response) => {
      if (request.headers.authorization === wanted) serve(request, response);
      else response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="packages"' }).end();
    });
    const credentials = { username: 'hub', password: 's:e', tls: { ca: authority.cert } };
    expect(await downloaded(url, credentials)).toBe('200');
    expect(web.requests.map(({ authorization }) => authorization)).toEqual([undefined, wanted]);
  });

  it('D-062: what broke off over TLS goes on where it was', async () => {
    web = await WebServer.open(good);
    const octets = await bench.publisher.make();
    const url = web.on('/p', file(octets, { breaks: [400_000] }));
    expect(await downloaded(url, { tls: { ca: authority.cert } })).toBe('200');
    expect(web.requests).toHaveLength(2);
    expect(web.requests[1]?.range).toMatch(/^bytes=[1-9]/);
  });
});
