import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDescriptor } from '@fumarole/fumo/object';
import type { PackageRecord } from '@fumarole/fumo/server';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DiskArtifacts } from '../artifacts/disk-artifacts.ts';
import type { ArtifactStore } from '../artifacts/port.ts';
import { putArtifact } from '../artifacts/put.ts';
import type { DownloadDeps } from './deps.ts';
import { NOTIFY_GRACE_MS, URL_LIFE_MS, URL_STEP_MS } from './limits.ts';
import { registerDownloads } from './register-downloads.ts';
import { createDownloadUrls, type DownloadUrls } from './url-maker.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const key = randomBytes(32);
const octets = Buffer.from(Uint8Array.from({ length: 700_001 }, (_, i) => (i * 13 + (i >> 8)) & 0xff));

let folder: string;
let artifacts: ArtifactStore;
let record: PackageRecord;
let app: FastifyInstance;
let base: string;
let now: number;
let urls: DownloadUrls;

beforeEach(async () => {
  now = NOW;
  folder = await mkdtemp(join(tmpdir(), 'fumarole-downloads-'));
  artifacts = await DiskArtifacts.open(folder, 0);
  record = recordOf((await putArtifact(artifacts, [octets], 1e9)).sha256, octets.length);
  urls = createDownloadUrls({ publicUrl: () => base, key, now: () => now });
});
afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

async function serve(changes: Partial<DownloadDeps> = {}): Promise<void> {
  app = Fastify();
  const deps: DownloadDeps = {
    artifacts,
    urls,
    key,
    package: async (sha256) => (sha256 === record.id ? record : undefined),
    now: () => now,
    ...changes,
  };
  await registerDownloads(app, deps);
  base = await app.listen({ port: 0, host: '127.0.0.1' });
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function call(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    const request = httpRequest(url, rest, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('error', reject);
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) });
      });
    });
    request.once('error', reject);
    request.end(body);
  });
}

const packageUrl = (): string => urls.package('IMEI:1', 'a1', record);
const notifyUrl = (): string =>
  urls.notifyOf({ deviceId: 'IMEI:1', attemptId: 'a1', sha256: record.id, expires: NOW + URL_LIFE_MS });

function shown({ headers }: Reply): IncomingHttpHeaders {
  const { date, connection, 'keep-alive': _, ...rest } = headers;
  return rest;
}

describe('a package', () => {
  it('D-051: comes with exact length, strong tag, date and ranges; HEAD says the same', async () => {
    await serve();
    const got = await call(packageUrl());
    expect(got.status).toBe(200);
    expect(got.body.equals(octets)).toBe(true);
    expect(shown(got)).toEqual({
      'content-type': 'application/octet-stream',
      'content-length': String(octets.length),
      'accept-ranges': 'bytes',
      etag: `"${record.id}"`,
      'last-modified': expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} .* GMT$/),
      'cache-control': 'private, no-transform',
    });
    const head = await call(packageUrl(), { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(shown(head)).toEqual(shown(got));
    expect(head.body.length).toBe(0);
  });

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=20000-', 20_000, 700_000],
    ['bytes=5-99', 5, 99],
    ['bytes=699999-9999999', 699_999, 700_000],
    ['bytes=-10', 699_991, 700_000],
    ['bytes=-9999999', 0, 700_000],
    ['Bytes = 3 - 7', 3, 7],
  ])('D-052: the range %s is octets %i to %i', async (range, first, last) => {
    await serve();
    const got = await call(packageUrl(), { headers: { range } });
    expect(got.status).toBe(206);
    expect(got.headers['content-range']).toBe(`bytes ${first}-${last}/700001`);
    expect(got.headers['content-length']).toBe(String(last - first + 1));
    expect(got.headers.etag).toBe(`"${record.id}"`);
    expect(got.body.equals(octets.subarray(first, last + 1))).toBe(true);
  });

  it.each([
    'bytes=700001-',
    'bytes=700001-800000',
    'bytes=-0',
    'bytes=99999999999999999999-',
  ])('D-053: the range %s is beyond the end: 416', async (range) => {
    await serve();
    const got = await call(packageUrl(), { headers: { range } });
    expect(got.status).toBe(416);
    expect(got.headers['content-range']).toBe('bytes */700001');
  });

  it.each([
    'bytes=',
    'bytes=-',
    'bytes=9-5',
    'bytes=a-b',
    'octets=1-2',
    'bytes 1-2',
    'bytes=0-1,5-9',
    'bytes=1-2;x',
  ])('D-054: %s is no single range: the whole', async (range) => {
    await serve();
    const got = await call(packageUrl(), { headers: { range } });
    expect([got.status, got.body.length]).toEqual([200, octets.length]);
    expect(got.headers['content-range']).toBeUndefined();
  });

  it('D-055: If-Range lets the range stand for the same strong tag or date, and for nothing else', async () => {
    await serve();
    const date = (await call(packageUrl(), { method: 'HEAD' })).headers['last-modified'] ?? '';
    const statusFor = async (ifRange: string, range = 'bytes=20000-'): Promise<number> =>
      (await call(packageUrl(), { headers: { range, 'if-range': ifRange } })).status;
    expect(await statusFor(`"${record.id}"`)).toBe(206);
    expect(await statusFor(date)).toBe(206);
    expect(await statusFor(`W/"${record.id}"`)).toBe(200);
    expect(await statusFor('"other"')).toBe(200);
    expect(await statusFor('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(200);
    expect(await statusFor('"other"', 'bytes=700001-')).toBe(200);
    expect(await statusFor(`"${record.id}"`, 'bytes=700001-')).toBe(416);
  });

  it('D-065: is never a redirect, with a slash more or a query', async () => {
    await serve();
    const descriptor = urls.descriptor('IMEI:1', 'a1', record);
    for (const url of [
      packageUrl(),
      `${packageUrl()}?x=1`,
      `${packageUrl()}/`,
      descriptor,
      `${descriptor}/`,
    ]) {
      const { status, headers } = await call(url);
      expect(status < 300 || status >= 400).toBe(true);
      expect(headers.location).toBeUndefined();
    }
  });

  it('D-072: new content has a new URL and tag; the same content keeps its URL for a while', async () => {
    await serve();
    const before = { url: packageUrl(), tag: (await call(packageUrl())).headers.etag };
    const changed = Buffer.concat([octets, Buffer.alloc(1)]);
    now += 60_000;
    expect(packageUrl()).toBe(before.url);
    record = recordOf((await putArtifact(artifacts, [changed], 1e9)).sha256, changed.length);
    expect(packageUrl()).not.toBe(before.url);
    expect((await call(packageUrl())).headers.etag).not.toBe(before.tag);
  });

  it('is refused with 403 when any character of its URL was changed, or the URL is for another use', async () => {
    await serve();
    const url = packageUrl();
    const start = `${base}/d/`.length;
    for (let at = start; at < url.length; at += 5) {
      const forged = url.slice(0, at) + (url[at] === 'A' ? 'B' : 'A') + url.slice(at + 1);
      expect((await call(forged)).status).toBe(403);
    }
    expect((await call(urls.descriptor('IMEI:1', 'a1', record).replace('/dd/', '/d/'))).status).toBe(403);
    expect((await call(`${base}/d/${'x'.repeat(5000)}`)).status).toBe(403);
    expect((await call(`${base}/d/`)).status).toBe(403);
  });

  it('is gone (410) once its URL has expired, and not before', async () => {
    await serve();
    const url = packageUrl();
    now += URL_LIFE_MS - 1;
    expect((await call(url)).status).toBe(200);
    now += URL_STEP_MS + 1;
    const got = await call(url);
    expect([got.status, got.body.toString()]).toEqual([410, expect.stringContaining('expired')]);
  });

  it('is 404 when it was removed', async () => {
    await serve();
    const url = packageUrl();
    await artifacts.delete(record.id);
    expect((await call(url)).status).toBe(404);
  });

  it('is not for other methods', async () => {
    await serve();
    const got = await call(packageUrl(), { method: 'POST', body: 'x' });
    expect([got.status, got.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('asks for name and password when the server is told to', async () => {
    const admits = (name: string, password: string, deviceId: string): boolean =>
      name === 'n' && password === 'p:w' && deviceId === 'IMEI:1';
    await serve({ basic: { realm: 'fw', admits } });
    const withText = (text: string) => ({
      headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` },
    });
    const asked = await call(packageUrl());
    expect([asked.status, asked.headers['www-authenticate']]).toEqual([
      401,
      'Basic realm="fw", charset="UTF-8"',
    ]);
    expect((await call(packageUrl(), withText('n:wrong'))).status).toBe(401);
    expect((await call(packageUrl(), withText('n:p:w'))).status).toBe(200);
  });

  it('URLs have at most 255 characters for usual names', () => {
    base = 'https://firmware.example.com/devices/v1';
    const deviceId = `urn:uuid:${'0'.repeat(36)}-and-15-more`;
    for (const url of [
      urls.package(deviceId, 'a'.repeat(36), record),
      urls.descriptor(deviceId, 'a'.repeat(36), record),
    ]) {
      expect(url.length).toBeLessThanOrEqual(255);
    }
    app = Fastify();
  });
});

describe('many and slow devices', () => {
  it('all get the right octets at once', async () => {
    await serve();
    const got = await Promise.all(
      Array.from({ length: 20 }, (_, i) => call(packageUrl(), { headers: { range: `bytes=${i}-` } })),
    );
    for (const [i, { body }] of got.entries()) expect(body.equals(octets.subarray(i))).toBe(true);
  });

  it('beyond the limit are told to come back, until one is done', async () => {
    await serve({ limits: { maxDownloads: 1 }, artifacts: await bigArtifacts() });
    const slow = await stalledReader(packageUrl());
    const turned = await call(packageUrl(), { headers: { range: 'bytes=0-0' } });
    expect([turned.status, turned.headers['retry-after']]).toEqual([503, '30']);
    slow.destroy();
    await vi.waitFor(async () => {
      expect((await call(packageUrl(), { headers: { range: 'bytes=0-0' } })).status).toBe(206);
    });
  });

  it('that take nothing are cut off', async () => {
    const ended = vi.fn();
    await serve({ limits: { stallMs: 50 }, hooks: { onProgress: ended }, artifacts: await bigArtifacts() });
    const slow = await stalledReader(packageUrl());
    await vi.waitFor(() => expect(ended).toHaveBeenCalled());
    const closed = new Promise((resolve) => slow.once('close', resolve));
    slow.on('error', () => undefined).resume();
    await closed;
    expect(slow.bytesRead).toBeLessThan(record.size);
  });

  it('are followed: progress is throttled, ends with what was sent, and counts from the start of the package', async () => {
    const seen: unknown[] = [];
    const onProgress = (...told: readonly unknown[]): number => seen.push(told);
    await serve({ hooks: { onProgress }, limits: { progressMs: 1000 } });
    await call(packageUrl());
    await vi.waitFor(() => expect(seen).toEqual([['IMEI:1', 'a1', octets.length, octets.length]]));
    await call(packageUrl(), { headers: { range: 'bytes=100-199' } });
    await vi.waitFor(() => expect(seen.at(-1)).toEqual(['IMEI:1', 'a1', 200, octets.length]));
    expect(seen.length).toBe(2);
  });

  it('see a broken connection, never a short body, when the store fails midway', async () => {
    const errors: unknown[] = [];
    const failing: ArtifactStore = {
      stage: (maxBytes) => artifacts.stage(maxBytes),
      stat: (sha256) => artifacts.stat(sha256),
      readRange: (ref) => artifacts.readRange(ref),
      list: () => artifacts.list(),
      delete: (sha256) => artifacts.delete(sha256),
      open: async function* () {
        yield octets.subarray(0, 1000);
        throw new Error('disk');
      },
    };
    await serve({ artifacts: failing, onError: (error) => errors.push(error) });
    await expect(call(packageUrl())).rejects.toThrow();
    expect(errors).toEqual([expect.objectContaining({ message: 'disk' })]);
  });
});

describe('a descriptor', () => {
  it('D-001 D-002: has its media type, namespace and true content, and leads to the package', async () => {
    record = { ...record, name: 'Lamp & <Shade>', manufacturer: 'Acme & Sons' };
    await serve();
    const got = await call(urls.descriptor('IMEI:1', 'a1', record));
    expect(got.status).toBe(200);
    expect(got.headers['content-type']).toBe('application/vnd.oma.dd+xml');
    expect(got.headers['content-length']).toBe(String(got.body.length));
    expect(got.body.toString()).toContain('xmlns="http://www.openmobilealliance.org/xmlns/dd"');
    const reading = parseDescriptor(got.body);
    if (reading.kind !== 'descriptor') throw new Error(reading.reason);
    const { descriptor } = reading;
    expect(descriptor).toMatchObject({
      type: ['application/octet-stream'],
      size: octets.length,
      name: 'Lamp & <Shade>',
      vendor: 'Acme & Sons',
      objectURI: packageUrl(),
    });
    const object = await call(descriptor.objectURI);
    expect(object.headers['content-type']).toBe(descriptor.type[0]);
    expect(object.body.length).toBe(descriptor.size);
    const report = await call(descriptor.installNotifyURI ?? '', { method: 'POST', body: '900 Success' });
    expect(report.status).toBe(200);
  });

  it('is refused when forged, gone when expired, 404 when the package was removed', async () => {
    await serve();
    const url = urls.descriptor('IMEI:1', 'a1', record);
    expect((await call(packageUrl().replace('/d/', '/dd/'))).status).toBe(403);
    record = { ...record, id: 'ff'.repeat(32) };
    expect((await call(url)).status).toBe(404);
    now += URL_LIFE_MS + URL_STEP_MS;
    expect((await call(url)).status).toBe(410);
  });
});

describe('an install-notify', () => {
  let seen: (readonly unknown[])[];
  const hooks = {
    onNotify: async (...told: readonly unknown[]) => {
      seen.push(told);
    },
  };
  const post = (body: string | Buffer, headers: Record<string, string> = {}): Promise<Reply> =>
    call(notifyUrl(), { method: 'POST', body, headers });

  beforeEach(async () => {
    seen = [];
    await serve({ hooks });
  });

  it.each([
    ['900 Success', 900, 'Success'],
    ['900 Success \n\r', 900, 'Success'],
    ['901 insufficient memory', 901, 'insufficient memory'],
    ['952 Device aborted', 952, 'Device aborted'],
    ['  902   User Canceled\r\n', 902, 'User Canceled'],
    ['900', 900, ''],
    ['Status: 906 Invalid descriptor', 906, 'Invalid descriptor'],
  ])('D-046: %j is code %i', async (body, code, text) => {
    expect((await post(body)).status).toBe(200);
    expect(seen).toEqual([['IMEI:1', 'a1', code, text]]);
  });

  it.each([
    'text/plain',
    'application/octet-stream',
    'text/plain; charset=x-nothing',
    'nonsense',
    'application/json',
  ])('D-046: content type %s does not matter', async (type) => {
    expect((await post('900 Success', { 'content-type': type })).status).toBe(200);
    expect(seen.length).toBe(1);
  });

  it('D-047: 900 with a number is a success, codes that nobody defined come through', async () => {
    await post('900 123.4');
    await post('461 policy');
    expect(seen.map(([, , code, text]) => [code, text])).toEqual([
      [900, '123.4'],
      [461, 'policy'],
    ]);
  });

  it('D-048: repeats are taken; unknown token 404, no number 400, over 4 KiB 413, GET 405', async () => {
    expect([(await post('900 Success')).status, (await post('900 Success')).status]).toEqual([200, 200]);
    const taken = seen.length;
    expect((await call(`${base}/n/unknown`, { method: 'POST', body: '900' })).status).toBe(404);
    expect((await call(packageUrl().replace('/d/', '/n/'), { method: 'POST', body: '900' })).status).toBe(
      404,
    );
    expect((await post('')).status).toBe(400);
    expect((await post('Success')).status).toBe(400);
    expect((await post('1'.repeat(30))).status).toBe(400);
    expect((await post(`900 ${'x'.repeat(5000)}`)).status).toBe(413);
    const got = await call(notifyUrl());
    expect([got.status, got.headers.allow]).toEqual([405, 'POST']);
    expect(seen.length).toBe(taken);
  });

  it('D-049: is answered 200 with an empty body', async () => {
    const got = await post('900 Success');
    expect([got.status, got.body.length, got.headers['content-length']]).toEqual([200, 0, '0']);
  });

  it('is taken long after the download link has expired, but not for ever', async () => {
    now += URL_LIFE_MS + 1;
    expect((await post('900 Success')).status).toBe(200);
    const url = notifyUrl();
    now += NOTIFY_GRACE_MS;
    expect((await call(url, { method: 'POST', body: '900' })).status).toBe(404);
  });

  it('whose body does not come is given up', async () => {
    await app.close();
    await serve({ hooks, limits: { notifyBodyMs: 30 } });
    const { port } = app.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST ${new URL(notifyUrl()).pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n900`,
    );
    const answer = await new Promise<string>((resolve) =>
      socket.once('data', (piece) => resolve(piece.toString())),
    );
    expect(answer).toContain('408');
    socket.destroy();
    expect(seen).toEqual([]);
  });
});

function recordOf(id: string, size: number): PackageRecord {
  return {
    id,
    name: 'Lamp',
    version: '2.0',
    release: 2,
    size,
    contentType: 'application/octet-stream',
    published: true,
    manufacturer: 'Acme',
    models: ['L1'],
    hardware: [],
    fromVersions: [],
    allowDowngrade: false,
    securityFloor: 0,
    addedAt: NOW,
  };
}

/** More than the buffers of two sockets hold, without a disk. */
async function bigArtifacts(): Promise<ArtifactStore> {
  const piece = Buffer.alloc(256 * 1024);
  const size = 64 * 1024 * 1024;
  const sha256 = createHash('sha256').update('big').digest('hex');
  record = recordOf(sha256, size);
  return {
    stage: (maxBytes) => artifacts.stage(maxBytes),
    stat: async () => ({ sha256, size, storedAt: NOW }),
    readRange: async ({ length }) => Buffer.alloc(length),
    list: () => artifacts.list(),
    delete: async () => false,
    open: async function* ({ length }) {
      for (let left = length; left > 0; left -= piece.length)
        yield piece.subarray(0, Math.min(left, piece.length));
    },
  };
}

/** A connection that has asked for the whole and reads no further than the head. */
function stalledReader(url: string): Promise<ReturnType<typeof connect>> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return new Promise((resolve) => {
    socket.once('data', () => {
      socket.pause();
      resolve(socket);
    });
  });
}
