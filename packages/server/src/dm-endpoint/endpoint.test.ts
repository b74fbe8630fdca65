import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { contentType, type Encoding } from '@fumarole/syncml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../server.ts';
import { type Api, admit, callApi, type EndpointWorld, endpointWorld } from '../testing/endpoint-world.ts';
import { post, ScriptedDevice, type ScriptedMessage } from '../testing/scripted-device.ts';
import { CALLER_SLOTS } from './limits.ts';

const world: EndpointWorld = endpointWorld();
let server: RunningServer;
let api: Api;
let count = 0;

beforeAll(async () => {
  server = await startServer(world.options({ bodyTimeoutMs: 200, maxMsgSize: 20_000 }));
  if (server.adminToken === undefined) throw new Error('no token at the first start');
  api = { url: server.url, token: server.adminToken };
});
afterAll(async () => {
  await server.close();
  world.dispose();
});

const newDevice = (encoding: Encoding = 'wbxml', scheme: 'md5' | 'mac' = 'mac', gets = 2) => {
  count += 1;
  return admit(api, `urn:test:${count}`, { encoding, scheme, gets });
};

describe.each(['wbxml', 'xml'] as const)('a session in %s', (encoding) => {
  it.each([
    ['md5', 212],
    ['mac', 200],
  ] as const)('R-002 P-115 P-113 P-005: with %s runs to its end, in the encoding it was asked in, without cookies', async (scheme, code) => {
    const device = await newDevice(encoding, scheme);
    let answer = await device.login();
    expect(answer.code).toBe(code);
    expect(answer.headers.get('content-type')).toBe(contentType(encoding, 'dm'));
    expect(answer.headers.get('set-cookie')).toBeNull();
    let messages = 1;
    while (answer.commands.length > 0 && messages < 40) {
      answer = await device.send(device.reply(answer));
      messages += 1;
      expect(answer.code).toBe(200);
    }
    expect(messages).toBeGreaterThan(1);
    expect(answer.commands).toEqual([]);
  });

  it('P-111: answers carry Content-Length and are never chunked nor cached', async () => {
    const answer = await (await newDevice(encoding)).login();
    expect(Number(answer.headers.get('content-length'))).toBe(answer.octets.length);
    expect(answer.headers.get('transfer-encoding')).toBeNull();
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('P-016: the last message again gets the stored response, octet for octet; nothing runs twice', async () => {
    const device = await newDevice(encoding);
    const opened = await device.login();
    const message = device.reply(opened);
    const [first, again] = [await device.send(message), await post(message, encoding)];
    expect(Buffer.from(again.octets).equals(first.octets)).toBe(true);
    expect(again.headers.get('x-syncml-hmac')).toBe(first.headers.get('x-syncml-hmac'));
  });
});

it('I-001: takes the media types without .dm and answers in kind', async () => {
  const device = await newDevice('xml');
  const message = device.packageOne();
  const type = 'application/vnd.syncml+xml; charset="UTF-8"';
  const answer = await post({ ...message, headers: { ...message.headers, 'content-type': type } }, 'xml');
  expect(answer.headers.get('content-type')).toBe('application/vnd.syncml+xml');
});

it('P-111: takes a chunked request body', async () => {
  const device = await newDevice();
  const { url, headers, body } = device.packageOne();
  const response = await fetch(url, {
    method: 'POST',
    headers,
    duplex: 'half',
    body: new ReadableStream({
      start(controller) {
        controller.enqueue(body.subarray(0, 10));
        controller.enqueue(body.subarray(10));
        controller.close();
      },
    }),
  });
  expect(response.status).toBe(200);
});

describe('P-110: the transport refuses', () => {
  const ask = async (init: RequestInit) => (await fetch(`${server.url}/dm`, init)).status;
  const headers = { 'content-type': 'application/vnd.syncml.dm+xml' };

  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('%s with 405', async (method) => {
    const response = await fetch(`${server.url}/dm`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
  it.each(['text/xml', 'application/vnd.syncml.dm+json', ''])('the type "%s" with 415', async (type) => {
    expect(await ask({ method: 'POST', headers: { 'content-type': type }, body: '<SyncML/>' })).toBe(415);
  });
  it('a compressed body with 415', async () => {
    expect(
      await ask({ method: 'POST', headers: { ...headers, 'content-encoding': 'gzip' }, body: 'x' }),
    ).toBe(415);
  });
  it('an announced or actual oversize with 413', async () => {
    expect(await ask({ method: 'POST', headers, body: 'x'.repeat(40_000) })).toBe(413);
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(Buffer.alloc(8192, 'x')),
    });
    const outcome = await ask({
      method: 'POST',
      headers,
      duplex: 'half',
      body: endless,
    } as RequestInit).catch(() => 413);
    expect(outcome).toBe(413);
  });
  it.each([
    '',
    'garbage',
    '<SyncML>',
    '<NotSyncML/>',
    '<!DOCTYPE a [<!ENTITY b "c">]><SyncML>&b;</SyncML>',
  ])('%j with 400', async (body) => {
    expect(await ask({ method: 'POST', headers, body })).toBe(400);
  });
  it('a body that does not arrive with 408, and goes on serving', async () => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST /dm HTTP/1.1\r\nhost: x\r\ncontent-type: application/vnd.syncml.dm+xml\r\ncontent-length: 100\r\n\r\n<Sync',
    );
    let text = '';
    for await (const piece of socket) text += piece;
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect((await (await newDevice()).login()).code).toBe(200);
  });
});

describe('who is let in', () => {
  it('P-083: an unknown device is refused exactly like a wrong secret, of whatever scheme devices have', async () => {
    const talk = async (id: string, encoding: Encoding) => {
      const credentials = { client: { scheme: 'mac', name: id, secret: 'wrong' } } as const;
      const device = new ScriptedDevice({ id, credentials, url: `${server.url}/dm`, encoding });
      const seen: unknown[] = [];
      for (let i = 0; i < 5; i += 1) {
        const answer = await device.send(device.packageOne());
        const shape = Buffer.from(answer.octets)
          .toString()
          .replaceAll(id, 'ID')
          .replace(/<Cred>.*<\/Cred>/g, 'CRED')
          .replace(/<NextNonce[^>]*>[^<]+/g, 'NONCE')
          .replace(/\?s=[\w-]+/g, 'TOKEN');
        seen.push(shape, [...answer.headers.keys()].sort());
      }
      return JSON.stringify(seen);
    };
    const known = [await newDevice('xml', 'mac'), await newDevice('xml', 'md5')];
    const ids = [count - 1, count].map((number) => `urn:test:${number}`);
    const refusals: string[] = [];
    for (const id of ids) refusals.push(await talk(id, 'xml'));
    expect(new Set(refusals).size).toBe(2);
    const met = new Set<string>();
    const again = new Map<string, string>();
    // One in 2^23 that a scheme is not met.
    for (let i = 0; i < 24; i += 1) {
      const stranger = `urn:stranger:${i}`;
      const seen = await talk(stranger, 'xml');
      expect(refusals).toContain(seen);
      met.add(seen);
      again.set(stranger, seen);
    }
    expect(met.size).toBe(2);
    for (const [stranger, seen] of [...again].slice(0, 3)) expect(await talk(stranger, 'xml')).toBe(seen);
    for (const device of known) expect([200, 212]).toContain((await device.login()).code);
    const devices = await callApi<{ items: { id: string }[] }>(api, 'GET', '/devices?limit=500');
    expect(devices.items.filter(({ id }) => id.startsWith('urn:stranger'))).toEqual([]);
  });

  it('P-112: a later message without the token of RespURI, or with a made-up one, is refused and ends nothing', async () => {
    const device = await newDevice('wbxml', 'md5');
    const opened = await device.login();
    const honest = device.reply(opened);
    for (const token of ['', `?s=${'A'.repeat(22)}`]) {
      // Over a connection of its own: the session's connection may stand for the token.
      const forged: ScriptedMessage = { ...honest, url: `${server.url}/dm${token}` };
      const refused = await post(forged, 'wbxml', undefined, true);
      expect([refused.code, refused.commands]).toEqual([401, []]);
    }
    const answer = await device.send(honest);
    expect(answer.code).toBe(200);
    expect(answer.commands).not.toEqual([]);
  });

  it.each([
    ['no credentials', {}],
    ['a wrong digest', { 'x-syncml-hmac': 'algorithm=MD5, username="x", mac=AAAAAAAAAAAAAAAAAAAAAA==' }],
  ])('P-017: a first message with %s in a device’s name ends nothing, whatever its SessionID', async (_, hmac) => {
    const device = await newDevice('wbxml', 'mac', 3);
    let answer = await device.login();
    const intruder = new ScriptedDevice({
      id: `urn:test:${count}`,
      credentials: { client: { scheme: 'none', name: 'x', secret: 'x' } },
      url: `${server.url}/dm`,
      encoding: 'wbxml',
    });
    const intrude = async (session: string) => {
      intruder.begin(session);
      const message = intruder.packageOne();
      const forged = { ...message, headers: { ...message.headers, ...hmac } };
      expect((await post(forged, 'wbxml', undefined, true)).code).toBeGreaterThanOrEqual(401);
    };
    for (let i = 0; answer.commands.length > 0 && i < 20; i += 1) {
      await intrude('1');
      await intrude(`F${i}`);
      answer = await device.send(device.reply(answer));
      expect(answer.code).toBe(200);
    }
    const { state } = (
      await callApi<{ items: { state: string }[] }>(api, 'GET', `/devices/urn:test:${count}/commands`)
    ).items[0] ?? { state: 'none' };
    expect(state).toBe('failed');
  });

  it('P-017: a challenged caller that proves itself replaces the open session; its challenge counts once', async () => {
    const device = await newDevice('wbxml', 'mac', 3);
    const opened = await device.login();
    const old = device.reply(opened);
    const again = new ScriptedDevice({ ...device.options });
    again.begin('2');
    again.nonce = 'bm90LXRoZS1vbmU=';
    expect((await again.send(again.packageOne())).code).toBe(401);
    const proof = again.packageOne();
    const taken = await again.send(proof);
    expect([taken.code, taken.commands.length > 0]).toEqual([200, true]);
    expect((await post(old, 'wbxml', undefined, true)).code).not.toBe(200);
    const answer = await again.send(again.reply(taken));
    expect(answer.code).toBe(200);
    expect((await post(proof, 'wbxml', undefined, true)).code).not.toBe(200);
  });

  it('P-017: callers in a device’s name are bounded, however many sessions they begin', async () => {
    const device = await newDevice('wbxml', 'mac');
    device.nonce = 'bm90LXRoZS1vbmU=';
    for (let session = 0; session < 100; session += 1) {
      device.begin(`S${session}`);
      await post(device.packageOne(), 'wbxml', undefined, true);
    }
    const db = new DatabaseSync(join(world.dataDir, 'truth.db'), { readOnly: true });
    const { n } = {
      ...db.prepare('SELECT count(*) AS n FROM callers WHERE key = ?').get(`URN:TEST:${count}`),
    };
    db.close();
    expect(n).toBeGreaterThan(1);
    expect(n).toBeLessThanOrEqual(CALLER_SLOTS);
  });

  it('an intruder with the SessionID of a device that is being challenged: the device gets in all the same', async () => {
    const device = await newDevice('wbxml', 'mac', 1);
    const { url } = device;
    device.nonce = 'bm90LXRoZS1vbmU=';
    expect((await device.send(device.packageOne())).code).toBe(401);
    const intruder = new ScriptedDevice({ ...device.options, url, encoding: 'wbxml' });
    intruder.nonce = 'YW5vdGhlci1vbmU=';
    expect((await post(intruder.packageOne({ mark: 'xx' }), 'wbxml', undefined, true)).code).toBe(401);
    const codes = [await device.send(device.packageOne()), await device.send(device.packageOne())];
    expect(codes.map(({ code }) => code)).toContain(200);
  });

  it('P-087: a message replayed after its session went on runs nothing', async () => {
    const device = await newDevice();
    const opened = await device.login();
    const second = device.reply(opened);
    const answer = await device.send(second);
    await device.send(device.reply(answer));
    const replayed = await post(second, 'wbxml');
    expect(replayed.commands.filter(({ kind }) => kind !== 'Alert')).toEqual([]);
    expect(replayed.code).not.toBe(200);
  });
});
