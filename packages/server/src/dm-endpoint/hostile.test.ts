/** Whatever is thrown at the endpoint: a clear error, memory bounded, and the next honest device is served. */
import { connect } from 'node:net';
import type { Encoding } from '@fumarole/syncml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, admit, type EndpointWorld, endpointWorld } from '../testing/endpoint-world.ts';
import { post, type ScriptedMessage } from '../testing/scripted-device.ts';
import { type ServerProcess, spawnServer } from '../testing/server-process.ts';

const MEGABYTE = 1024 * 1024;
/** Statuses that are an answer, not a mistake of ours. */
const CLEAR: readonly number[] = [200, 400, 408, 413, 415];
let world: EndpointWorld;
let server: ServerProcess;
let api: Api;
let count = 0;

beforeAll(async () => {
  world = endpointWorld();
  server = await spawnServer(world.options({ bodyTimeoutMs: 300, maxMsgSize: 100_000 }));
  api = { url: server.url, token: server.token ?? '' };
});
afterAll(async () => {
  await server.kill();
  world.dispose();
});

const newDevice = (encoding: Encoding) => {
  count += 1;
  return admit(api, `urn:test:h${count}`, { encoding, scheme: 'mac', gets: 1 });
};

async function status(
  { url, headers }: Pick<ScriptedMessage, 'url' | 'headers'>,
  body: Uint8Array,
): Promise<number> {
  const response = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
  await response.arrayBuffer();
  return response.status;
}

async function stillServes(): Promise<void> {
  const device = await newDevice('wbxml');
  expect((await device.login()).code).toBe(200);
}

describe.each(['wbxml', 'xml'] as const)('a damaged message in %s', (encoding) => {
  it('truncated anywhere gets a clear answer', { timeout: 60_000 }, async () => {
    const device = await newDevice(encoding);
    const message = device.packageOne();
    const step = encoding === 'xml' ? 7 : 1;
    for (let end = 0; end < message.body.length; end += step) {
      expect(await status(message, message.body.subarray(0, end))).toBe(400);
    }
    await stillServes();
  });

  it('with a bit flipped anywhere gets a clear answer and is not taken for the device’s', {
    timeout: 60_000,
  }, async () => {
    const device = await newDevice(encoding);
    const message = device.packageOne();
    const step = encoding === 'xml' ? 11 : 2;
    for (let at = 0; at < message.body.length; at += step) {
      const body = Uint8Array.from(message.body);
      body[at] = (body[at] ?? 0) ^ (1 << (at % 8));
      const forged = { ...message, body };
      const answer = await post(forged, encoding).catch((error: unknown) => String(error));
      if (typeof answer === 'string') expect(answer).toMatch(/^Error: HTTP (?:400|415): |DecodeError/);
      else expect([400, 401, 407, 505, 513]).toContain(answer.code);
    }
    await stillServes();
  });
});

describe('a hostile document', () => {
  const xml = { 'content-type': 'application/vnd.syncml.dm+xml' };
  const wbxml = { 'content-type': 'application/vnd.syncml.dm+wbxml' };
  const deep = (levels: number): string => `${'<a>'.repeat(levels)}${'</a>'.repeat(levels)}`;
  const bomb = `<!DOCTYPE a [<!ENTITY a "${'x'.repeat(100)}">${'bcdefgh'
    .split('')
    .map((name, i) => `<!ENTITY ${name} "${`&${'abcdefg'[i]};`.repeat(10)}">`)
    .join('')}]><SyncML><SyncHdr><VerDTD>&h;</VerDTD></SyncHdr></SyncML>`;
  const head = [0x03, 0x01, 0x6a, 0x00];

  it.each([
    ['elements 30,000 deep', xml, Buffer.from(`<SyncML>${deep(14_000)}</SyncML>`)],
    ['an entity bomb', xml, Buffer.from(bomb)],
    [
      'an outside entity',
      xml,
      Buffer.from('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><SyncML>&b;</SyncML>'),
    ],
    [
      '20,000 attributes',
      xml,
      Buffer.from(`<SyncML ${Array.from({ length: 8_000 }, (_, i) => `a${i}="1"`).join(' ')}/>`),
    ],
    ['100,000 elements', xml, Buffer.from(`<SyncML>${'<a/>'.repeat(24_000)}</SyncML>`)],
    ['octets that are no UTF-8', xml, Buffer.from([0x3c, 0xff, 0xfe, 0x00, 0xc0, 0x80])],
    ['NUL alone', xml, Buffer.alloc(50_000)],
    ['WBXML elements without end', wbxml, Buffer.from([...head, ...Array(90_000).fill(0x6d)])],
    ['an OPAQUE of 4 GB', wbxml, Buffer.from([...head, 0x6d, 0xc3, 0x8f, 0xff, 0xff, 0xff, 0x7f, 0x41])],
    ['a string table of 4 GB', wbxml, Buffer.from([0x03, 0x01, 0x6a, 0x8f, 0xff, 0xff, 0xff, 0x7f])],
    ['an endless length', wbxml, Buffer.from([...head, 0x6d, 0xc3, ...Array(1_000).fill(0xff)])],
    ['a reference beyond the string table', wbxml, Buffer.from([...head, 0x6d, 0x83, 0x7f, 0x01])],
  ])('%s is refused with 400', async (_name, headers, body) => {
    expect(await status({ url: `${server.url}/dm`, headers }, body)).toBe(400);
    await stillServes();
  });
});

it('many slow bodies do not keep others from being served', async () => {
  const { port } = new URL(server.url);
  const head =
    'POST /dm HTTP/1.1\r\nhost: x\r\ncontent-type: application/vnd.syncml.dm+xml\r\ncontent-length: 90000\r\n\r\n<';
  const sockets = Array.from({ length: 100 }, () => connect(Number(port), '127.0.0.1'));
  for (const socket of sockets) socket.on('error', () => undefined).write(head);
  await stillServes();
  const answers = await Promise.all(
    sockets.map(async (socket) => {
      let text = '';
      for await (const piece of socket) text += piece;
      return text.slice(0, 12);
    }),
  );
  expect(new Set(answers)).toEqual(new Set(['HTTP/1.1 408']));
});

it('memory stays bounded under a flood of refused messages and unknown devices', {
  timeout: 120_000,
}, async () => {
  const device = await newDevice('wbxml');
  const headers = { 'content-type': 'application/vnd.syncml.dm+wbxml' };
  const big = Buffer.alloc(100_000, 0x6d);
  const flood = async (rounds: number): Promise<void> => {
    for (let i = 0; i < rounds; i += 1) {
      const strangers = Array.from({ length: 20 }, (_, j) => {
        const message = device.packageOne();
        device.msgID = 0;
        const text = Buffer.from(message.body).toString('latin1');
        const id = `urn:test:h${count}`;
        const other = `${id.slice(0, -4)}${String(i * 20 + j).padStart(4, '0')}`.slice(0, id.length);
        return status(message, Buffer.from(text.replaceAll(id, other), 'latin1'));
      });
      const codes = await Promise.all([...strangers, status({ url: `${server.url}/dm`, headers }, big)]);
      for (const code of codes) expect(CLEAR).toContain(code);
    }
  };
  await flood(40);
  const before = await server.memory();
  await flood(80);
  expect((await server.memory()) - before).toBeLessThan(100 * MEGABYTE);
  await stillServes();
});
