import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DownloadProgress } from '@fumarole/fumo/device';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { imageOf, QUICK } from '../../test/bench.ts';
import { type Handler, WebServer } from '../../test/web-server.ts';
import { nodeDisk } from '../disk/node-disk.ts';
import type { DownloadResult } from './downloader.ts';
import { HttpDownloads } from './http-downloads.ts';
import { MultipartReader, multipartOf } from './multipart.ts';

const PACKAGE = imageOf('package', 300_000);
const BOUNDARY = 'a.b=c';

let web: WebServer;
let dir: string;
let progress: DownloadProgress | undefined;
beforeEach(async () => {
  web = await WebServer.open();
  web.on('/n', (_, response) => void response.writeHead(200).end());
  dir = await mkdtemp(join(tmpdir(), 'fumarole-combined-'));
  progress = undefined;
});
afterEach(async () => {
  await web.close();
  await rm(dir, { recursive: true });
});

async function download(): Promise<DownloadResult> {
  const downloads = new HttpDownloads({
    disk: nodeDisk,
    options: {},
    timing: QUICK,
    room: async () => 10_000_000,
    simulation: { simulate: {}, cut: async () => {} },
    emit: () => {},
    now: Date.now,
    userAgent: 'test',
  });
  try {
    return await downloads.run({
      root: './X',
      url: `${web.url}/c`,
      path: join(dir, 'download-1'),
      progress,
      record: async (next) => {
        progress = next;
      },
      check: async () => undefined,
      signal: new AbortController().signal,
    });
  } finally {
    downloads.close();
  }
}

const descriptorOf = (objectURI: string, size = PACKAGE.length): string =>
  `<media xmlns="http://www.openmobilealliance.org/xmlns/dd"><type>application/octet-stream</type><size>${size}</size>` +
  `<objectURI>${objectURI}</objectURI><installNotifyURI>${web.url}/n</installNotifyURI></media>`;

type Part = readonly [headers: string, body: Uint8Array | string];
const DD = 'Content-Type: application/vnd.oma.dd+xml';
const OBJECT = 'Content-Type: application/octet-stream\r\nContent-ID: <fw@example>';

function multipart(parts: readonly Part[], end = `\r\n--${BOUNDARY}--\r\n`): Buffer {
  const octets = parts.flatMap(([headers, body]) => [
    Buffer.from(`\r\n--${BOUNDARY}\r\n${headers}\r\n\r\n`),
    Buffer.from(body),
  ]);
  return Buffer.concat([...octets, Buffer.from(end)]).subarray(2);
}

/** Sends the octets in pieces that cut boundaries in two. */
function serve(
  octets: Buffer,
  type = `multipart/related; boundary="${BOUNDARY}"; type="application/vnd.oma.dd+xml"`,
): Handler {
  return (_, response) => {
    response.writeHead(200, { 'Content-Type': type });
    for (let at = 0; at < octets.length; at += 997) response.write(octets.subarray(at, at + 997));
    response.end();
  };
}
const reports = () => web.seen('/n').map(({ body }) => body);

it('D-025: descriptor and object in one answer: stored, 900 once', async () => {
  web.on(
    '/c',
    serve(
      multipart([
        [DD, descriptorOf('cid:fw%40example')],
        [OBJECT, PACKAGE],
      ]),
    ),
  );
  expect(await download()).toEqual({ kind: 'stored', size: PACKAGE.length });
  expect(Buffer.from(await readFile(join(dir, 'download-1'))).equals(PACKAGE)).toBe(true);
  expect(reports()).toEqual(['900 Success']);
  expect(web.seen('/c')).toHaveLength(1);
});

it('D-025: the object may be named by its address', async () => {
  const object = 'Content-Type: application/octet-stream\r\nContent-Location: /p.bin';
  web.on(
    '/c',
    serve(
      multipart([
        [DD, descriptorOf('p.bin')],
        [object, PACKAGE],
      ]),
    ),
  );
  expect(await download()).toMatchObject({ kind: 'stored' });
});

it('D-025: what broke off is asked for as a whole', async () => {
  const octets = multipart([
    [DD, descriptorOf('cid:fw@example')],
    [OBJECT, PACKAGE],
  ]);
  let asked = 0;
  const whole = serve(octets);
  web.on('/c', (request, response) => {
    asked += 1;
    if (asked > 1) return whole(request, response);
    response.writeHead(200, { 'Content-Type': `multipart/related; boundary="${BOUNDARY}"` });
    response.write(octets.subarray(0, 200_000), () => setImmediate(() => response.destroy()));
  });
  expect(await download()).toMatchObject({ kind: 'stored' });
  expect(Buffer.from(await readFile(join(dir, 'download-1'))).equals(PACKAGE)).toBe(true);
  expect(web.seen('/c').map(({ range }) => range)).toEqual([undefined, undefined]);
  expect(reports()).toEqual(['900 Success']);
});

it.each<[string, () => Handler, readonly string[]]>([
  [
    'another multipart',
    () => serve(multipart([[OBJECT, PACKAGE]]), `multipart/mixed; boundary="${BOUNDARY}"`),
    [],
  ],
  ['no boundary', () => serve(multipart([[OBJECT, PACKAGE]]), 'multipart/related'), []],
  [
    'an object first',
    () =>
      serve(
        multipart([
          [OBJECT, PACKAGE],
          [DD, descriptorOf('cid:fw@example')],
        ]),
      ),
    [],
  ],
  ['no object', () => serve(multipart([[DD, descriptorOf('cid:fw@example')]])), ['906 Invalid descriptor']],
  [
    'another object than the descriptor means',
    () =>
      serve(
        multipart([
          [DD, descriptorOf('cid:other')],
          [OBJECT, PACKAGE],
        ]),
      ),
    ['906 Invalid descriptor'],
  ],
  [
    'two objects',
    () =>
      serve(
        multipart([
          [DD, descriptorOf('cid:fw@example')],
          [OBJECT, PACKAGE],
          [OBJECT, 'x'],
        ]),
      ),
    ['906 Invalid descriptor'],
  ],
  ['no part at all', () => serve(Buffer.from('x'.repeat(100_000))), []],
  ['a header without end', () => serve(multipart([[`X: ${'y'.repeat(100_000)}`, '']])), []],
])('D-025: %s → 906', async (_, handler, told) => {
  web.on('/c', handler());
  expect(await download()).toMatchObject({ kind: 'failed', code: 409 });
  expect(reports()).toEqual(told);
  expect(web.seen('/c')).toHaveLength(1);
});

it('D-025 D-030: an object that is longer than its descriptor says → 905', async () => {
  web.on(
    '/c',
    serve(
      multipart([
        [DD, descriptorOf('cid:fw@example', 1000)],
        [OBJECT, PACKAGE],
      ]),
    ),
  );
  expect(await download()).toMatchObject({ kind: 'failed', code: 402 });
  expect(reports()).toEqual(['905 Attribute mismatch']);
});

it('D-025: without the last boundary the connection was lost', async () => {
  web.on(
    '/c',
    serve(
      multipart(
        [
          [DD, descriptorOf('cid:fw@example')],
          [OBJECT, PACKAGE],
        ],
        '',
      ),
    ),
  );
  expect(await download()).toMatchObject({ kind: 'failed', code: 503 });
  expect(web.seen('/c')).toHaveLength(QUICK.downloadTries);
});

it('a media type of blanks takes no time (found by fuzzing)', () => {
  const started = process.cpuUsage();
  expect(multipartOf(`multipart/related; boundary=${' '.repeat(100_000)}x"x`)).toBe('other');
  expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
});

it('too much behind the last boundary is refused, however it comes (found by fuzzing)', async () => {
  const octets = Buffer.concat([Buffer.from('--b\r\n\r\nx\r\n--b--\r\n'), Buffer.alloc(200_000)]);
  for (const pieces of [[octets], [octets.subarray(0, 12), octets.subarray(12, 50), octets.subarray(50)]]) {
    const reader = new MultipartReader(flow(pieces), 'b');
    const body = (await reader.next())?.body ?? flow([]);
    let text = '';
    for await (const octets of body) text += Buffer.from(octets).toString();
    expect(text).toBe('x');
    expect(await reader.next()).toBeUndefined();
    await expect(reader.end()).rejects.toThrow();
  }
});

async function* flow(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
