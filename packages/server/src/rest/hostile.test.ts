/** Whatever is thrown at the REST API and the downloads: a clear error, nothing read that is not theirs, still serving. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, callApi, type EndpointWorld, endpointWorld } from '../testing/endpoint-world.ts';
import { type ServerProcess, spawnServer } from '../testing/server-process.ts';
import { MAX_JSON_BODY_BYTES } from './limits.ts';

const MEGABYTE = 1024 * 1024;
let world: EndpointWorld;
let server: ServerProcess;
let api: Api;

beforeAll(async () => {
  world = endpointWorld();
  server = await spawnServer(world.options());
  api = { url: server.url, token: server.token ?? '' };
  await callApi(api, 'POST', '/devices', { id: 'A' });
});
afterAll(async () => {
  await server.kill();
  world.dispose();
});

const stillServes = () =>
  expect(callApi(api, 'GET', '/devices')).resolves.toMatchObject({ items: [{ id: 'A' }] });

/** The request line and headers as they are, without a client that tidies them up. */
async function raw(head: string, body: Uint8Array | string = '', bearer = api.token): Promise<string> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  const authorization = bearer === '' ? '' : `authorization: Bearer ${bearer}\r\n`;
  socket.write(`${head}\r\nhost: x\r\n${authorization}connection: close\r\n`);
  socket.write(typeof body === 'string' ? `\r\n${body}` : Buffer.concat([Buffer.from('\r\n'), body]));
  let text = '';
  try {
    for await (const piece of socket) text += piece.toString('latin1');
  } catch {
    // Reset while we still wrote: what was answered counts.
  }
  return text;
}
const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);

async function send(method: string, path: string, body: string | Buffer, type = 'application/json') {
  const response = await fetch(`${api.url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${api.token}`, 'content-type': type },
    body,
  });
  const text = await response.text();
  return { status: response.status, code: (JSON.parse(text) as { error?: { code: string } }).error?.code };
}

describe('bodies', () => {
  it.each([
    ['no JSON', '{"id":'],
    ['nothing', ''],
    ['octets that are no text', Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d])],
    ['lists 100,000 deep', '['.repeat(100_000)],
    ['objects 20,000 deep', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
    ['a prototype', '{"id":"B","__proto__":{"admin":true}}'],
    ['a constructor', '{"id":"B","constructor":{"prototype":{"admin":true}}}'],
    ['a number for a name', '{"id":12}'],
    ['a name of 300 characters', JSON.stringify({ id: 'x'.repeat(300) })],
    ['a field that nobody knows', '{"id":"B","role":"admin"}'],
    ['an address that is none', '{"id":"B","wake":"file:///etc/passwd"}'],
    ['null', 'null'],
  ])('%s are refused with 400 and a code', async (_, body) => {
    expect(await send('POST', '/devices', body)).toEqual({ status: 400, code: 'bad-request' });
    await stillServes();
  });

  it('of another type are refused with 415', async () => {
    expect(await send('POST', '/devices', '<a/>', 'text/xml')).toEqual({ status: 415, code: 'media-type' });
  });

  it('beyond the limit are refused with 413, announced or not', async () => {
    const big = `{"id":"${'x'.repeat(MAX_JSON_BODY_BYTES)}"}`;
    expect(await send('POST', '/devices', big)).toEqual({ status: 413, code: 'too-large' });
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const head = 'POST /api/devices HTTP/1.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked';
    expect([413, 0]).toContain(statusOf(await raw(head, chunk.repeat(40))));
    await stillServes();
  });

  it('without a token are not read at all', async () => {
    const head =
      'POST /api/packages HTTP/1.1\r\ncontent-type: application/octet-stream\r\ncontent-length: 1000000000';
    const before = await server.memory();
    expect(statusOf(await raw(head, 'x'.repeat(1000), ''))).toBe(401);
    expect((await server.memory()) - before).toBeLessThan(50 * MEGABYTE);
  });

  it('that stop coming keep nobody else waiting', async () => {
    const { port } = new URL(api.url);
    const head = `POST /api/devices HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.token}\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{`;
    const sockets = Array.from({ length: 300 }, () => connect(Number(port), '127.0.0.1'));
    for (const socket of sockets) socket.on('error', () => undefined).write(head);
    await stillServes();
    for (const socket of sockets) socket.destroy();
  });

  it.each([
    ['a quote without end', 'id\n"A'],
    ['a column that nobody knows', 'id,shell\nA,rm'],
    ['no header', ''],
    ['a line without end', `id\n${'x'.repeat(100_000)}`],
  ])('of lists with %s are refused', async (_, csv) => {
    const { status } = await send('POST', '/devices/import', csv, 'text/csv');
    expect([400, 422]).toContain(status);
    await stillServes();
  });
});

describe('paths', () => {
  it.each([
    '/api/devices/..%2f..%2f..%2fetc%2fpasswd',
    '/api/packages/..%2f..%2ftruth.db',
    '/api/packages/%2e%2e%2f%2e%2e%2fseal.key',
    '/api/devices/A/commands/..%2f..%2fseal.key/value',
    '/api/docs/static/..%2f..%2f..%2f..%2fpackage.json',
    '/api/docs/static/../../../../../../etc/passwd',
    '/api/docs/static/%2e%2e/%2e%2e/%2e%2e/package.json',
    '/d/..%2f..%2fseal.key',
    '/d/../seal.key',
    '/dd/%00',
    '//etc/passwd',
    '/../../etc/passwd',
    '/api/devices/%',
    '/api/devices/%ff%fe',
    `/api/devices/${'x'.repeat(4000)}`,
    '/api/devices?cursor=..%2f..',
    '/api/devices?limit=1e9',
    '/api/devices?limit=1&limit=2',
    '/api/devices?search[$ne]=1',
    '/api/devices/A/timeline?before=-1',
  ])('%s leads nowhere', async (path) => {
    const text = await raw(`GET ${path} HTTP/1.1`);
    expect([301, 302, 400, 403, 404, 405, 414]).toContain(statusOf(text));
    expect(text).not.toMatch(/root:|"dependencies"|SQLite format/);
    await stillServes();
  });

  it('a search is text, not a pattern', async () => {
    for (const search of ['%', '_', "' OR 1=1 --", '\\']) {
      const found = await callApi(api, 'GET', `/devices?search=${encodeURIComponent(search)}`);
      expect(found).toEqual({ items: [] });
    }
  });
});

describe('requests that are none', () => {
  it.each([
    ['noise', '\u0001\u0002\u0003'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6'],
    ['two lengths', 'POST /dm HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6'],
    ['length and chunks', 'POST /dm HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked'],
    ['a header of 40 kB', `GET /api/devices HTTP/1.1\r\nx-big: ${'x'.repeat(40_000)}`],
    ['a header with a turn of line in it', 'GET /api/devices HTTP/1.1\r\nx-a: b\r\n c: d\u0000'],
  ])('%s: 400 or 431, or the connection ends', async (_, head) => {
    expect([0, 400, 431]).toContain(statusOf(await raw(head)));
    await stillServes();
  });

  it('tokens: none that is not exactly right', async () => {
    for (const token of ['', ' ', 'x', `${api.token} `.repeat(2), `${api.token}x`, api.token.toUpperCase()]) {
      const response = await fetch(`${api.url}/api/devices`, {
        headers: { authorization: `Bearer ${token}x` },
      });
      expect(response.status).toBe(401);
    }
    const folded = await raw(`GET /api/devices HTTP/1.1\r\nauthorization: Bearer nobody`);
    expect([400, 401]).toContain(statusOf(folded));
  });
});

describe('the stream of events', () => {
  it.each([
    '-1',
    'x',
    '1e99',
    '99999999999999999999',
    '../..',
  ])('a place "%s" that cannot be is refused or begins at the end', async (id) => {
    const controller = new AbortController();
    const response = await fetch(`${api.url}/api/events`, {
      headers: { authorization: `Bearer ${api.token}`, 'last-event-id': id },
      signal: controller.signal,
    });
    expect([200, 400]).toContain(response.status);
    controller.abort();
    await stillServes();
  });
});
