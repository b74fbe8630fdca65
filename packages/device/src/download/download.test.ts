import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DownloadProgress } from '@fumarole/fumo/device';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageOf, QUICK } from '../../test/bench.ts';
import { file, type Handler, WebServer } from '../../test/web-server.ts';
import type { Disk } from '../disk/disk.ts';
import { nodeDisk } from '../disk/node-disk.ts';
import type { DownloadOptions, Timing } from '../options.ts';
import type { Simulate } from '../simulate.ts';
import type { DownloadResult } from './downloader.ts';
import { HttpDownloads } from './http-downloads.ts';

const PACKAGE = imageOf('package', 700_000);
const OTHER = imageOf('other', 700_000);

let web: WebServer;
let dir: string;
let path: string;
let progress: DownloadProgress | undefined;
let records: DownloadProgress[];
beforeEach(async () => {
  web = await WebServer.open();
  dir = await mkdtemp(join(tmpdir(), 'fumarole-download-'));
  path = join(dir, 'download-1');
  progress = undefined;
  records = [];
});
afterEach(async () => {
  await web.close();
  await rm(dir, { recursive: true });
});

interface More {
  readonly options?: DownloadOptions;
  readonly timing?: Partial<Timing>;
  readonly simulate?: Simulate;
  readonly room?: number;
  readonly refused?: readonly ({ code: number; reason: string } | undefined)[];
  readonly signal?: AbortSignal;
  readonly disk?: Disk;
}

/** The real disk, on which only so many octets find room. */
function fullAfter(octets: number): Disk {
  return {
    ...nodeDisk,
    open: async (name) => {
      const opened = await nodeDisk.open(name);
      return {
        ...opened,
        write: async (offset, bytes) => {
          if (offset + bytes.length > octets) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
          await opened.write(offset, bytes);
        },
      };
    },
  };
}

async function download(url: string, more: More = {}): Promise<DownloadResult> {
  const downloads = new HttpDownloads({
    disk: more.disk ?? nodeDisk,
    options: more.options ?? {},
    timing: { ...QUICK, connectMs: 150, idleMs: 150, ...more.timing },
    room: async () => more.room ?? 10_000_000,
    simulation: { simulate: more.simulate ?? {}, cut: async () => {} },
    emit: () => {},
    now: Date.now,
    userAgent: 'test',
  });
  const refusals = [...(more.refused ?? [])];
  try {
    return await downloads.run({
      root: './X',
      url,
      path,
      progress,
      record: async (next) => {
        progress = next;
        records.push(next);
      },
      check: async () => refusals.shift(),
      signal: more.signal ?? new AbortController().signal,
    });
  } finally {
    downloads.close();
  }
}

const stored = async () => Buffer.from(await readFile(path)).equals(PACKAGE);
const answer =
  (status: number, headers: Record<string, string> = {}, body = ''): Handler =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

function descriptor(fields: Readonly<Record<string, string | number>>, extra = ''): Handler {
  const body = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  const xml = `<media xmlns="http://www.openmobilealliance.org/xmlns/dd">${body.join('')}${extra}</media>`;
  return answer(200, { 'Content-Type': 'application/vnd.oma.dd+xml' }, xml);
}

/** A descriptor with a report for the package, and its object. */
function described(object: Handler, more: Readonly<Record<string, string | number>> = {}): string {
  const objectURI = web.on('/p', object);
  const installNotifyURI = web.on('/n', answer(200));
  return web.on(
    '/dd',
    descriptor({
      type: 'application/octet-stream',
      size: PACKAGE.length,
      objectURI,
      installNotifyURI,
      ...more,
    }),
  );
}

const reports = () => web.seen('/n').map(({ method, body }) => `${method} ${body}`);

describe('plain download', () => {
  it('stores what the URL gives, asking for identity', async () => {
    expect(await download(web.on('/p', file(PACKAGE)))).toEqual({ kind: 'stored', size: PACKAGE.length });
    expect(await stored()).toBe(true);
    expect(web.requests[0]?.headers).toMatchObject({ 'accept-encoding': 'identity' });
    expect(web.requests[0]?.headers.accept).toContain('application/vnd.oma.dd+xml');
  });

  it('D-056 D-062 D-069: resumes from the persisted offset with If-Range, no octet doubled or lost', async () => {
    const url = web.on('/p', file(PACKAGE, { breaks: [300_000, 200_000] }));
    expect(await download(url)).toMatchObject({ kind: 'stored' });
    expect(await stored()).toBe(true);
    expect(web.requests.map(({ ifRange }) => ifRange)).toEqual([undefined, '"v1"', '"v1"']);
    // exactly what was persisted before each request (what a reset connection still held is asked for again)
    const persisted = new Set(records.map(({ received }) => `bytes=${received}-`));
    expect(web.requests.slice(1).filter(({ range = '' }) => persisted.has(range))).toHaveLength(2);
    expect(web.requests.map(({ range }) => range)).not.toContain('bytes=0-');
  });

  it('D-062: a restart goes on from the persisted offset, whatever lies behind it in the file', async () => {
    await writeFile(path, Buffer.concat([PACKAGE.subarray(0, 262_144), imageOf('torn', 50_000)]));
    progress = { received: 262_144, total: PACKAGE.length, etag: '"v1"', tries: 0 };
    expect(await download(web.on('/p', file(PACKAGE)))).toMatchObject({ kind: 'stored' });
    expect(await stored()).toBe(true);
    expect(web.requests[0]?.range).toBe('bytes=262144-');
  });

  it('a file shorter than the persisted offset is not trusted', async () => {
    await writeFile(path, PACKAGE.subarray(0, 1000));
    progress = { received: 262_144, total: PACKAGE.length, etag: '"v1"', tries: 0 };
    expect(await download(web.on('/p', file(PACKAGE)))).toMatchObject({ kind: 'stored' });
    expect(web.requests[0]?.range).toBeUndefined();
    expect(await stored()).toBe(true);
  });

  it('D-057 D-063: the package changed between tries: the new one, never a mixture', async () => {
    const first = file(OTHER, { etag: '"v0"', breaks: [300_000] });
    const second = file(PACKAGE);
    let asked = 0;
    const url = web.on('/p', (request, response) => {
      asked += 1;
      (asked === 1 ? first : second)(request, response);
    });
    expect(await download(url)).toMatchObject({ kind: 'stored' });
    expect(await stored()).toBe(true);
  });

  it('D-058: a 206 with another start is not appended', async () => {
    const whole = file(PACKAGE, { breaks: [300_000] });
    const url = web.on('/p', (request, response) => {
      if (request.headers.range === undefined) return whole(request, response);
      response
        .writeHead(206, { 'Content-Range': `bytes 0-9/${PACKAGE.length}`, 'Content-Length': 10 })
        .end('0123456789');
      return undefined;
    });
    expect(await download(url, { timing: { downloadTries: 9 } })).toMatchObject({ kind: 'stored' });
    expect(await stored()).toBe(true);
  });

  it('D-059: 416 with total = offset is complete', async () => {
    await writeFile(path, PACKAGE);
    progress = { received: PACKAGE.length, etag: '"v1"', tries: 0 };
    expect(await download(web.on('/p', file(PACKAGE)))).toEqual({ kind: 'stored', size: PACKAGE.length });
    expect(web.requests).toHaveLength(1);
  });

  it('D-060: a second 416 → 500', async () => {
    const url = web.on('/p', answer(416, { 'Content-Range': 'bytes */5' }));
    await writeFile(path, PACKAGE.subarray(0, 9));
    progress = { received: 9, etag: '"v1"', tries: 0 };
    expect(await download(url, { timing: { downloadTries: 9 } })).toMatchObject({
      kind: 'failed',
      code: 500,
    });
    expect(web.requests).toHaveLength(2);
  });

  it('D-061: without a validator it begins anew', async () => {
    const url = web.on('/p', (request, response) => {
      response.writeHead(200, { 'Content-Length': PACKAGE.length });
      if (web.requests.length > 1) return response.end(PACKAGE);
      return response.write(PACKAGE.subarray(0, 300_000), () => setImmediate(() => request.socket.destroy()));
    });
    expect(await download(url)).toMatchObject({ kind: 'stored' });
    expect(web.requests.map(({ range }) => range)).toEqual([undefined, undefined]);
    expect(await stored()).toBe(true);
  });

  it('D-070: a Content-Encoding other than identity is refused', async () => {
    const url = web.on('/p', answer(200, { 'Content-Encoding': 'gzip' }, 'x'));
    expect(await download(url)).toMatchObject({ kind: 'failed', code: 500 });
  });

  it('D-026 D-028: the type of the answer decides, not the extension', async () => {
    const url = web.on('/looks-like.dd', file(PACKAGE));
    expect(await download(url)).toMatchObject({ kind: 'stored' });
  });

  it('a hash mismatch after a resumed transfer is fetched once more from 0', async () => {
    const url = web.on('/p', file(PACKAGE, { breaks: [300_000] }));
    const refused = [{ code: 402, reason: 'damaged' }];
    expect(await download(url, { refused })).toMatchObject({ kind: 'stored' });
    expect(web.requests.map(({ range }) => range !== undefined)).toEqual([false, true, false]);
  });

  it('once more and no more: what is damaged again is given up, however often the line broke', async () => {
    const url = web.on('/p', file(PACKAGE, { breaks: Array.from({ length: 9 }, () => 300_000) }));
    const refused = Array.from({ length: 5 }, () => ({ code: 402, reason: 'damaged' }));
    expect(await download(url, { refused })).toMatchObject({ kind: 'failed', code: 402 });
    expect(web.requests.filter(({ range }) => range === undefined)).toHaveLength(2);
  });
});

describe('D-064: redirects', () => {
  const chain = (length: number): string => {
    for (let at = 0; at < length; at += 1) web.on(`/r${at}`, answer(302, { Location: `/r${at + 1}` }));
    web.on(`/r${length}`, file(PACKAGE));
    return `${web.url}/r0`;
  };
  it('five are followed', async () => {
    expect(await download(chain(5))).toMatchObject({ kind: 'stored' });
  });
  it('the sixth is not', async () => {
    expect(await download(chain(6))).toMatchObject({ kind: 'failed', code: 411 });
  });
  it('credentials are not sent to another origin', async () => {
    const other = await WebServer.open();
    const secret = other.on(
      '/p',
      answer(401, { 'WWW-Authenticate': 'Digest realm="r", nonce="n", qop="auth"' }),
    );
    const url = web.on('/r', answer(302, { Location: secret }));
    expect(await download(url, { options: { username: 'u', password: 'p' } })).toMatchObject({ code: 406 });
    expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
    await other.close();
  });
});

describe('D-066 D-067: authentication', () => {
  const options = { username: 'Mufasa', password: 'Circle, of "Life"' };
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');

  it('Digest works', async () => {
    const serve = file(PACKAGE);
    const url = web.on('/p?q=1', (request, response) => {
      const given = request.headers.authorization;
      if (given === undefined) {
        response
          .writeHead(401, {
            'WWW-Authenticate':
              'Basic realm="b", Digest realm="r", nonce="n1", qop="auth,auth-int", opaque="o"',
          })
          .end();
        return;
      }
      const part = (name: string) => new RegExp(`${name}="?([^",]+)"?`).exec(given)?.[1];
      const ha1 = md5(`Mufasa:r:${options.password}`);
      const right = md5(`${ha1}:n1:${part('nc')}:${part('cnonce')}:auth:${md5('GET:/p?q=1')}`);
      if (part(' response') === right && part('opaque') === 'o') serve(request, response);
      else response.writeHead(403).end();
    });
    expect(await download(url, { options })).toMatchObject({ kind: 'stored' });
  });
  it('wrong credentials → 406, after one try with them', async () => {
    const url = web.on('/p', answer(401, { 'WWW-Authenticate': 'Digest realm="r", nonce="n"' }));
    expect(await download(url, { options })).toMatchObject({ code: 406 });
    expect(web.requests).toHaveLength(2);
  });
  it('Basic is not given outside TLS', async () => {
    const url = web.on('/p', answer(401, { 'WWW-Authenticate': 'Basic realm="r"' }));
    expect(await download(url, { options })).toMatchObject({ code: 406 });
    expect(web.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
  });
});

describe('D-068: each row of the table, as result and as report', () => {
  const cut: Handler = (request, response) => {
    response.writeHead(200, {
      'Content-Length': PACKAGE.length,
      ETag: '"e"',
      'Content-Type': 'application/octet-stream',
    });
    response.write('abc', () => setImmediate(() => request.socket.destroy()));
  };
  const silent: Handler = () => {};
  const length = (octets: number): Handler => file(PACKAGE.subarray(0, octets));

  describe('D-039 D-040 D-045: of an object with a descriptor', () => {
    it.each<[string, () => Handler, number, number, number, More?]>([
      ['D-031 D-035: cut off again and again', () => cut, 503, 903, 3],
      ['silence', () => silent, 407, 903, 3],
      ['HTTP 408', () => answer(408), 407, 903, 3],
      ['HTTP 504', () => answer(504), 407, 903, 3],
      ['HTTP 400', () => answer(400), 411, 954, 1],
      ['HTTP 414', () => answer(414), 411, 954, 1],
      ['D-067: HTTP 401', () => answer(401), 406, 954, 1],
      ['HTTP 407', () => answer(407), 406, 954, 1],
      ['HTTP 403', () => answer(403), 406, 954, 1],
      ['D-034: HTTP 404', () => answer(404), 411, 954, 1],
      ['HTTP 410', () => answer(410), 411, 954, 1],
      ['HTTP 405', () => answer(405), 500, 954, 1],
      ['HTTP 451', () => answer(451), 500, 954, 1],
      ['HTTP 429', () => answer(429), 412, 954, 3],
      ['HTTP 500', () => answer(500), 500, 954, 3],
      ['HTTP 501', () => answer(501), 500, 954, 1],
      ['HTTP 502', () => answer(502), 500, 954, 3],
      ['HTTP 503', () => answer(503), 412, 954, 3],
      ['an endless redirect', () => answer(302, { Location: '/p' }), 500, 954, 6],
      ['no Location', () => answer(302), 500, 954, 1],
      ['D-030: longer than size', () => file(imageOf('long', PACKAGE.length + 1)), 402, 905, 1],
      ['D-031: shorter than size', () => length(500), 402, 905, 1],
      [
        'D-032: another type than the descriptor says',
        () => file(PACKAGE, { type: 'text/html' }),
        402,
        905,
        1,
      ],
      ['D-024: a descriptor again', () => descriptor({ type: 'a/b', size: 1, objectURI: 'x' }), 409, 906, 1],
      [
        'hash or size in the package',
        () => file(PACKAGE),
        402,
        905,
        1,
        { refused: [{ code: 402, reason: '' }] },
      ],
      ['signature', () => file(PACKAGE), 404, 953, 1, { refused: [{ code: 404, reason: '' }] }],
      ['wrong device', () => file(PACKAGE), 403, 953, 1, { refused: [{ code: 403, reason: '' }] }],
      [
        'D-036: the user stops (simulated)',
        () => file(PACKAGE),
        401,
        902,
        1,
        { simulate: { refuseUser: 'download' } },
      ],
      [
        'D-037: the device stops (simulated)',
        () => file(PACKAGE),
        400,
        952,
        1,
        { simulate: { abortDownload: true } },
      ],
    ])('%s', async (_, handler, code, report, requests, more) => {
      expect(await download(described(handler()), more)).toMatchObject({ kind: 'failed', code });
      expect(reports()).toEqual([expect.stringMatching(new RegExp(`^POST ${report} [A-Z]`))]);
      expect(web.seen('/p')).toHaveLength(requests);
    });
  });

  it.each([
    ['', 411],
    ['not a url', 411],
    ['ftp://127.0.0.1/p', 411],
    ['http://no-such-host.invalid/p', 412],
    ['http://127.0.0.1:1/p', 412],
  ])('F-106 F-107: URL %j → %i', async (url, code) => {
    expect(await download(url)).toMatchObject({ kind: 'failed', code });
  });

  it('a server that speaks no TLS → 503', async () => {
    expect(await download(web.url.replace('http:', 'https:'))).toMatchObject({ kind: 'failed', code: 503 });
    expect(web.requests).toEqual([]);
  });

  it('F-102: a body that trickles without ever being idle ends with 407 when the whole time is over', async () => {
    const trickles = web.on('/p', (_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/octet-stream', ETag: '"v"' });
      const more = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(more));
    });
    const timing = { downloadMs: 300, idleMs: 20_000 };
    expect(await download(trickles, { timing })).toMatchObject({
      code: 407,
      reason: expect.stringContaining('as a whole'),
    });
    expect(web.seen('/p')).toHaveLength(1);
    expect(records.at(-1)?.received).toBeGreaterThan(0);
  });

  it('F-102: what was spent before a restart counts, pauses between tries too', async () => {
    const url = web.on('/p', (_, response) => void response.writeHead(503, { 'Retry-After': '30' }).end());
    const timing = { downloadMs: 20_000, retryAfterMaxMs: 60_000 };
    progress = { received: 0, tries: 0, spentMs: 19_900 };
    expect(await download(url, { timing })).toMatchObject({
      code: 407,
      reason: expect.stringContaining('as a whole'),
    });
    expect(web.seen('/p')).toHaveLength(1);
    expect(records.at(-1)?.spentMs).toBeGreaterThanOrEqual(19_900);
  });

  it('F-102: a server that takes the connection and says nothing → 407', async () => {
    const mute: Server = createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const address = mute.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    expect(await download(`http://127.0.0.1:${port}/p`, { timing: { downloadTries: 1 } })).toMatchObject({
      code: 407,
    });
    mute.close();
  });

  it('F-100: a media type that the device does not take → 405', async () => {
    const url = web.on('/p', file(PACKAGE, { type: 'text/html' }));
    expect(await download(url)).toMatchObject({ kind: 'failed', code: 405 });
  });

  it('F-109: larger than the room → 501', async () => {
    expect(await download(web.on('/p', file(PACKAGE)), { room: 1000 })).toMatchObject({
      kind: 'failed',
      code: 501,
    });
  });
});

describe('descriptors', () => {
  it('F-014 D-003 D-042 D-043: object fetched, 900 once', async () => {
    expect(await download(described(file(PACKAGE)))).toEqual({ kind: 'stored', size: PACKAGE.length });
    expect(reports()).toEqual(['POST 900 Success']);
    expect(await stored()).toBe(true);
  });

  it('D-015: of several types one that the device takes is enough', async () => {
    const objectURI = web.on('/p', file(PACKAGE));
    const body = `<type>video/mp4</type><type>application/octet-stream</type><type>image/png</type><size>${PACKAGE.length}</size><objectURI>${objectURI}</objectURI>`;
    const xml = `<media xmlns="http://www.openmobilealliance.org/xmlns/dd">${body}</media>`;
    const url = web.on('/dd', answer(200, { 'Content-Type': 'application/vnd.oma.dd+xml' }, xml));
    expect(await download(url)).toMatchObject({ kind: 'stored' });
  });

  it('D-021: installParam is handed on unchanged', async () => {
    const installParam = 'updateFwV=A/B/C; MD5=00 ;x=&amp;y,priorityflag=none';
    expect(await download(described(file(PACKAGE), { installParam }))).toMatchObject({ kind: 'stored' });
    expect(progress?.descriptor?.installParam).toBe('updateFwV=A/B/C; MD5=00 ;x=&y,priorityflag=none');
  });

  it('D-022: nextURL is nothing that the device opens', async () => {
    const nextURL = web.on('/next', answer(200));
    expect(await download(described(file(PACKAGE), { nextURL }))).toMatchObject({ kind: 'stored' });
    expect([reports().length, web.seen('/next').length]).toEqual([1, 0]);
  });

  it('D-033: an object of type octet-stream is taken for whatever type the descriptor names', async () => {
    const options = { acceptTypes: ['application/x-firmware'] };
    const url = described(file(PACKAGE), { type: 'application/x-firmware' });
    expect(await download(url, { options })).toMatchObject({ kind: 'stored' });
    expect(reports()).toEqual(['POST 900 Success']);
  });

  it('D-038: a disk that is full in the middle → 501 and 901', async () => {
    expect(await download(described(file(PACKAGE)), { disk: fullAfter(300_000) })).toMatchObject({
      code: 501,
    });
    expect(reports()).toEqual([expect.stringMatching(/^POST 901 /)]);
    expect(web.seen('/p')).toHaveLength(1);
  });

  it('D-041: no report without installNotifyURI', async () => {
    const objectURI = web.on('/p', file(PACKAGE));
    const url = web.on(
      '/dd',
      descriptor({ type: 'application/octet-stream', size: PACKAGE.length, objectURI }),
    );
    expect(await download(url)).toMatchObject({ kind: 'stored' });
    expect(web.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('D-042 D-044: a report without an answer is tried three times in all, and changes nothing', async () => {
    const url = described(file(PACKAGE));
    web.on('/n', (request) => void request.socket.destroy());
    expect(await download(url)).toMatchObject({ kind: 'stored' });
    expect(reports()).toHaveLength(3);
  });

  it('D-043 D-044: a refused report is not repeated and changes nothing', async () => {
    const url = described(file(PACKAGE));
    web.on('/n', answer(500));
    expect(await download(url)).toMatchObject({ kind: 'stored' });
    expect(reports()).toHaveLength(1);
  });

  it('D-014: another major version → 951, the object is not asked for', async () => {
    expect(await download(described(file(PACKAGE), { DDVersion: '2.0' }))).toMatchObject({ code: 409 });
    expect(reports()).toEqual(['POST 951 Invalid DDVersion']);
    expect(web.seen('/p')).toEqual([]);
  });

  it('D-016: no type that the device takes → 953', async () => {
    expect(await download(described(file(PACKAGE), { type: 'video/mp4' }))).toMatchObject({ code: 405 });
    expect(reports()).toEqual(['POST 953 Non-Acceptable Content']);
    expect(web.seen('/p')).toEqual([]);
  });

  it('D-017: larger than the room → 901 before the object is asked for', async () => {
    expect(await download(described(file(PACKAGE)), { room: 1000 })).toMatchObject({ code: 501 });
    expect(reports()).toEqual(['POST 901 Insufficient memory']);
    expect(web.seen('/p')).toEqual([]);
  });

  it('D-011: a broken descriptor with a recognisable report address → 906', async () => {
    web.on('/n', answer(200));
    const broken = `<media><type>a/b</type><installNotifyURI>${web.url}/n</installNotifyURI>`;
    const url = web.on('/dd', answer(200, { 'Content-Type': 'application/vnd.oma.dd+xml' }, broken));
    expect(await download(url)).toMatchObject({ code: 409 });
    expect(reports()).toEqual(['POST 906 Invalid descriptor']);
  });

  it('D-019: a descriptor beyond the limit → 409', async () => {
    const url = web.on(
      '/dd',
      answer(200, { 'Content-Type': 'application/vnd.oma.dd+xml' }, 'x'.repeat(70_000)),
    );
    expect(await download(url)).toMatchObject({ code: 409 });
  });

  it('D-018: a DOCTYPE is refused and nothing it names is fetched', async () => {
    web.on('/evil', answer(200));
    const xml = `<!DOCTYPE media SYSTEM "${web.url}/evil"><media><type>a/b</type><size>1</size><objectURI>x</objectURI></media>`;
    const url = web.on('/dd', answer(200, { 'Content-Type': 'application/vnd.oma.dd+xml' }, xml));
    expect(await download(url)).toMatchObject({ code: 409 });
    expect(web.requests).toHaveLength(1);
  });

  it('D-027: a generic XML type with the root media is a descriptor', async () => {
    web.on('/p', file(PACKAGE));
    const xml = `<?xml version="1.0"?>\n<media><type>application/octet-stream</type><size>${PACKAGE.length}</size><objectURI>p</objectURI></media>`;
    const url = web.on('/dd', answer(200, { 'Content-Type': 'text/xml' }, xml));
    expect(await download(url)).toMatchObject({ kind: 'stored' }); // D-023: relative objectURI
  });

  it('D-023: a relative objectURI is resolved against the descriptor, after redirects', async () => {
    web.on('/a/b/object', file(PACKAGE));
    web.on(
      '/a/b/dd',
      descriptor({ type: 'application/octet-stream', size: PACKAGE.length, objectURI: 'object' }),
    );
    expect(await download(web.on('/dd', answer(307, { Location: '/a/b/dd' })))).toMatchObject({
      kind: 'stored',
    });
  });

  it('a restart goes on with the object, without the descriptor', async () => {
    const url = described(file(PACKAGE));
    await writeFile(path, PACKAGE.subarray(0, 300_000));
    progress = {
      received: 300_000,
      tries: 0,
      etag: '"v1"',
      total: PACKAGE.length,
      objectUrl: `${web.url}/p`,
      descriptor: {
        types: ['application/octet-stream'],
        size: PACKAGE.length,
        installNotifyURI: `${web.url}/n`,
      },
    };
    expect(await download(url)).toMatchObject({ kind: 'stored' });
    expect(web.requests.map(({ method, url: at }) => `${method} ${at}`)).toEqual(['GET /p', 'POST /n']);
  });

  it('a wrong sha256 of installParam → 402 and 905', async () => {
    const url = described(file(PACKAGE), { installParam: `sha256=${'0'.repeat(64)}` });
    expect(await download(url)).toMatchObject({ code: 402 });
    expect(reports()).toEqual(['POST 905 Attribute mismatch']);
  });
});

describe('D-069: tries', () => {
  it('Retry-After is honoured, up to its limit', async () => {
    let asked = 0;
    const serve = file(PACKAGE);
    const url = web.on('/p', (request, response) => {
      asked += 1;
      if (asked > 1) return serve(request, response);
      response.writeHead(503, { 'Retry-After': '3600' }).end();
      return undefined;
    });
    const before = Date.now();
    expect(await download(url, { timing: { retryAfterMaxMs: 60 } })).toMatchObject({ kind: 'stored' });
    expect(Date.now() - before).toBeGreaterThanOrEqual(55);
  });

  it('the counter survives a restart', async () => {
    progress = { received: 0, tries: 2 };
    expect(await download(web.on('/p', answer(503)))).toMatchObject({ code: 412 });
    expect(web.requests).toHaveLength(1);
  });

  it('real progress starts the counter anew', async () => {
    const url = web.on('/p', file(PACKAGE, { breaks: [180_000, 180_000, 180_000] }));
    expect(await download(url, { timing: { downloadTries: 2 } })).toMatchObject({ kind: 'stored' });
    expect(await stored()).toBe(true);
  });
});
