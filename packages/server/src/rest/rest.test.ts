import { generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceKey } from '@fumarole/dm/objects';
import { makePackage, type Signer } from '@fumarole/update-package/make';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagePorts } from '../artifacts/package-ports.ts';
import { type RunningServer, startServer } from '../server.ts';
import { updateDevice } from '../store/update-device.ts';

/** The API over a real socket, on the real composition with its embedded store. */

let folder: string;
let server: RunningServer;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fumarole-rest-'));
  server = await startServer({ dataDir: folder, listeners: [{ port: 0 }], logLevel: 'silent' });
  token = server.adminToken ?? '';
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are looked into
  readonly body: any;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const json =
    body === undefined || typeof body === 'string' || body instanceof Uint8Array
      ? {}
      : { 'content-type': 'application/json' };
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...json, ...headers },
    ...(body === undefined
      ? {}
      : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

const path = (id: string): string => `/devices/${encodeURIComponent(id)}`;
const refusal = (status: number, code: string): object => ({
  status,
  body: { error: { code, message: expect.any(String) } },
});

function publisher(): {
  readonly publicKey: Uint8Array;
  readonly make: (release: number) => Promise<Uint8Array>;
} {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const signer: Signer = {
    algorithm: 'ed25519',
    publicKey,
    sign: (message) => sign(null, message, pair.privateKey),
  };
  const make = (release: number): Promise<Uint8Array> =>
    makePackage(
      {
        name: `test ${release}`,
        version: `v${release}`,
        release,
        created: 1_700_000_000_000,
        constraints: { manufacturer: 'ACME', models: ['M1'] },
      },
      Buffer.alloc(50_000, release),
      signer,
      packagePorts.sha256,
    );
  return { publicKey, make };
}

describe('access', () => {
  it('asks for a token, and takes no other', async () => {
    for (const authorization of ['', 'Bearer ', 'Bearer nonsense', `Basic ${token}`, `Bearer ${token}x`]) {
      const answer = await ask('GET', '/devices', undefined, { authorization });
      expect(answer).toMatchObject(refusal(401, 'unauthorized'));
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
    expect(await ask('GET', '/status')).toMatchObject({ status: 200, body: { url: server.url } });
  });

  it('keeps no token in the store', async () => {
    expect(JSON.stringify(await server.store.tokens())).not.toContain(token);
  });

  it('answers what does not exist, or cannot be read, with a code', async () => {
    expect(await ask('GET', '/nothing')).toMatchObject(refusal(404, 'not-found'));
    expect(await ask('GET', '/devices?limit=0')).toMatchObject(refusal(400, 'bad-request'));
    expect(await ask('GET', '/devices?nonsense=1')).toMatchObject(refusal(400, 'bad-request'));
    expect(await ask('GET', '/devices?cursor=xx')).toMatchObject(refusal(400, 'bad-cursor'));
    const headers = { 'content-type': 'application/json' };
    expect(await ask('POST', '/devices', '{', headers)).toMatchObject(refusal(400, 'bad-request'));
    expect(await ask('POST', '/devices', '<x/>', { 'content-type': 'text/xml' })).toMatchObject(
      refusal(415, 'media-type'),
    );
    const large = JSON.stringify({ id: 'x'.repeat(300_000) });
    expect(await ask('POST', '/devices', large, headers)).toMatchObject(refusal(413, 'too-large'));
  });

  it('names the fields that are wrong', async () => {
    const { body } = await ask('POST', '/devices', { id: 'd', offer: 'sometimes', extra: 1 });
    expect(body.error.details.join(' ')).toMatch(/\/offer/);
  });
});

describe('devices', () => {
  it('are admitted once, with secrets that are shown only then', async () => {
    const made = await ask('POST', '/devices', {
      id: 'IMEI:1',
      manufacturer: 'ACME',
      model: 'M1',
      wake: 'udp:127.0.0.1:2948',
    });
    expect(made).toMatchObject({
      status: 201,
      body: { id: 'IMEI:1', credentials: { client: { secret: expect.any(String) } } },
    });
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect(await ask('POST', '/devices', { id: 'IMEI:1' })).toMatchObject(refusal(409, 'device-exists'));
    const shown = await ask('GET', path('IMEI:1'));
    expect(shown).toMatchObject({
      status: 200,
      body: { id: 'IMEI:1', manufacturer: 'ACME', wake: 'udp:127.0.0.1:2948' },
    });
    expect(JSON.stringify(shown.body)).not.toContain(made.body.credentials.client.secret);
    const rotated = await ask('POST', `${path('IMEI:1')}/credentials`, {});
    expect(rotated.body.credentials.client.secret).not.toBe(made.body.credentials.client.secret);
  });

  it('change policy, profile and wake address', async () => {
    await ask('POST', '/devices', { id: 'policy' });
    const changed = await ask('PATCH', path('policy'), { offer: 'manual', via: 'url', wake: 'udp:host:1' });
    expect(changed).toMatchObject({
      status: 200,
      body: { policy: { offer: 'manual', via: 'url' }, wake: 'udp:host:1' },
    });
    expect((await ask('PATCH', path('policy'), { wake: '' })).body.wake).toBeUndefined();
    expect(await ask('PATCH', path('policy'), {})).toMatchObject(refusal(400, 'bad-request'));
    expect(await ask('PATCH', path('nobody'), { offer: 'manual' })).toMatchObject(
      refusal(404, 'device-unknown'),
    );
    expect(await ask('PATCH', path('nobody'), { wake: '' })).toMatchObject(refusal(404, 'not-found'));
  });

  it('come in pages that together hold each once', async () => {
    for (let n = 0; n < 7; n += 1) await ask('POST', '/devices', { id: `page-${n}`, model: 'paged' });
    const ids: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const { body } = await ask('GET', `/devices?model=paged&limit=3${cursor}`);
      ids.push(...body.items.map(({ id }: { readonly id: string }) => id));
      next = body.next;
    }
    expect(ids.sort()).toEqual(Array.from({ length: 7 }, (_, n) => `page-${n}`));
  });

  it('are imported from CSV, each row for itself', async () => {
    const csv =
      'id,model,client_secret,offer\ncsv-1,M9,s3cret,manual\ncsv-2,M9,,sometimes\n,M9,,\ncsv-1,M9,,\n';
    const done = await ask('POST', '/devices/import', csv, { 'content-type': 'text/csv' });
    expect(done).toMatchObject({
      status: 200,
      body: {
        added: [{ id: 'csv-1', credentials: { client: { secret: 's3cret' } } }],
        refused: [
          { line: 3, id: 'csv-2', reason: expect.stringContaining('sometimes') },
          { line: 4, reason: 'no id' },
          { line: 5, id: 'csv-1' },
        ],
      },
    });
    expect(await ask('GET', path('csv-1'))).toMatchObject({
      body: { model: 'M9', policy: { offer: 'manual' } },
    });
    const odd = await ask('POST', '/devices/import', 'id,colour\nx,red\n', { 'content-type': 'text/csv' });
    expect(odd).toMatchObject(refusal(400, 'bad-csv'));
  });

  it('are forgotten', async () => {
    await ask('POST', '/devices', { id: 'gone' });
    expect((await ask('DELETE', path('gone'))).status).toBe(204);
    expect(await ask('GET', path('gone'))).toMatchObject(refusal(404, 'not-found'));
    expect(await ask('DELETE', path('gone'))).toMatchObject(refusal(404, 'not-found'));
  });

  it('leave quarantine by an operator’s word', async () => {
    await ask('POST', '/devices', { id: 'twin' });
    await server.fleet.quarantine('twin', 'two devices answer to this id');
    expect((await ask('GET', '/devices?quarantined=true')).body.items).toMatchObject([
      { id: 'twin', quarantined: true },
    ]);
    expect(await ask('POST', `${path('twin')}/release`, {})).toMatchObject({
      status: 200,
      body: { quarantined: false },
    });
  });

  it('say why, in a sentence and facts', async () => {
    const { status, body } = await ask('GET', `${path('IMEI:1')}/why`);
    expect({ status, why: typeof body.why, facts: body.facts.length > 0 }).toEqual({
      status: 200,
      why: 'string',
      facts: true,
    });
  });

  it('are woken at addresses that are some, as the order wishes, by the gateways that this server has', async () => {
    await ask('POST', '/devices', { id: 'phone', wake: 'tel:+491701234567' });
    expect((await ask('GET', path('phone'))).body.wake).toBe('tel:+491701234567');
    expect(await ask('POST', `${path('phone')}/wake`)).toMatchObject({
      status: 422,
      body: { error: { code: 'unprocessable', message: expect.stringContaining('no gateway') } },
    });
    expect(await ask('PATCH', path('phone'), { wake: 'udp:h:99999' })).toMatchObject(
      refusal(422, 'unprocessable'),
    );
    expect(await ask('PATCH', path('phone'), { wake: 'tel:0170' })).toMatchObject(
      refusal(400, 'bad-request'),
    );
    expect(await ask('POST', `${path('IMEI:1')}/wake`, { uiMode: 'loud' })).toMatchObject(
      refusal(400, 'bad-request'),
    );
    expect((await ask('POST', `${path('IMEI:1')}/wake`, { uiMode: 'interactive' })).status).toBe(202);
    expect((await ask('POST', `${path('IMEI:1')}/wake`)).status).toBe(202);
  });

  it('cannot be woken without an address', async () => {
    await ask('POST', '/devices', { id: 'unreachable' });
    expect(await ask('POST', `${path('unreachable')}/wake`, {})).toMatchObject(refusal(422, 'unprocessable'));
    expect(await ask('POST', `${path('nobody')}/wake`, {})).toMatchObject(refusal(404, 'not-found'));
    expect((await ask('POST', `${path('IMEI:1')}/wake`, {})).status).toBe(202);
  });
});

describe('tree commands', () => {
  it('are queued, and the wait ends when the device has answered', async () => {
    await ask('POST', '/devices', { id: 'tree' });
    const queued = await ask('POST', `${path('tree')}/commands`, { verb: 'get', uri: './DevDetail/FwV' });
    expect(queued).toMatchObject({ status: 202, body: { state: 'queued', verb: 'get' } });
    const one = `${path('tree')}/commands/${queued.body.id}`;
    const waiting = ask('GET', `${one}?wait=20`);
    await updateDevice(server.store, deviceKey('tree'), (row) => {
      if (row === undefined) return undefined;
      const commands = row.record.commands.map((command) => ({
        ...command,
        state: 'answered' as const,
        status: 200,
        results: [{ uri: './DevDetail/FwV', value: '1.2', format: 'chr' }],
        answeredAt: 5,
      }));
      const events = [{ at: 5, type: 'command', device: row.key, data: {} }];
      return { record: { ...row.record, commands }, columns: row.columns, timeline: [], events };
    });
    expect(await waiting).toMatchObject({
      status: 200,
      body: {
        state: 'answered',
        status: 200,
        statusText: '200 OK',
        results: [{ uri: './DevDetail/FwV', value: '1.2' }],
      },
    });
    expect((await ask('GET', `${path('tree')}/commands`)).body.items).toHaveLength(1);
    expect(await ask('GET', `${path('tree')}/commands/none`)).toMatchObject(refusal(404, 'not-found'));
  });

  it('are refused when no device could run them', async () => {
    const bad = { verb: 'set', uri: 'a//b' };
    expect((await ask('POST', `${path('tree')}/commands`, bad)).status).toBe(422);
    const none = { verb: 'get', uri: './A' };
    expect(await ask('POST', `${path('nobody')}/commands`, none)).toMatchObject(
      refusal(404, 'device-unknown'),
    );
  });
});

describe('packages', () => {
  const { publicKey, make } = publisher();
  const octets = { 'content-type': 'application/octet-stream' };

  it('are refused with the reason until their publisher is trusted, then taken, held, published, removed', async () => {
    const sealed = await make(1);
    const early = await ask('POST', '/packages', sealed, octets);
    expect(early).toMatchObject(refusal(422, 'package-refused'));
    expect(early.body.error.details.join()).toContain('keys add');
    const added = await ask('POST', '/publisher-keys', {
      name: 'me',
      publicKey: Buffer.from(publicKey).toString('base64'),
    });
    expect(added).toMatchObject({ status: 201, body: { name: 'me' } });
    const taken = await ask('POST', '/packages?publish=false', sealed, octets);
    expect(taken).toMatchObject({
      status: 201,
      body: {
        version: 'v1',
        release: 1,
        published: false,
        models: ['M1'],
        keyId: added.body.id,
        size: sealed.length,
      },
    });
    const one = `/packages/${taken.body.id.slice(0, 10)}`;
    expect(await ask('POST', `${one}/publish`, {})).toMatchObject({ status: 200, body: { published: true } });
    expect(await ask('PUT', '/packages?publish=false', sealed, octets)).toMatchObject({
      status: 201,
      body: { published: true },
    });
    expect(await ask('POST', `${one}/hold`, {})).toMatchObject({ body: { published: false } });
    expect((await ask('GET', '/packages')).body.items).toHaveLength(1);
    expect((await ask('GET', '/packages?model=other')).body.items).toHaveLength(0);
    const { id } = taken.body;
    const stored = join(folder, 'artifacts', id.slice(0, 2), id);
    expect(existsSync(stored)).toBe(true);
    expect((await ask('DELETE', one)).status).toBe(204);
    expect(existsSync(stored)).toBe(false);
    expect(await ask('GET', one)).toMatchObject(refusal(404, 'not-found'));
  });

  it('are refused when an octet is off, and nothing of them stays', async () => {
    const sealed = await make(2);
    sealed[sealed.length - 7] = (sealed.at(-7) ?? 0) ^ 1;
    expect(await ask('POST', '/packages', sealed, octets)).toMatchObject(refusal(422, 'package-refused'));
    expect(await ask('POST', '/packages', sealed.subarray(0, 100), octets)).toMatchObject(
      refusal(422, 'package-refused'),
    );
    expect((await ask('GET', '/packages')).body.items).toEqual([]);
    expect(await ask('POST', '/packages', '{}', { 'content-type': 'application/json' })).toMatchObject(
      refusal(415, 'media-type'),
    );
  });

  it('come only from keys that are keys', async () => {
    const add = (text: string): Promise<Answer> =>
      ask('POST', '/publisher-keys', { name: 'x', publicKey: text });
    expect(await add('AAAA')).toMatchObject(refusal(422, 'unprocessable'));
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect((await add(pem)).body.error.message).toContain('private key');
    expect(await add(Buffer.from(publicKey).toString('base64'))).toMatchObject(refusal(409, 'exists'));
    const [key] = (await ask('GET', '/publisher-keys')).body.items;
    expect((await ask('DELETE', `/publisher-keys/${key.id}`)).status).toBe(204);
    expect(await ask('DELETE', `/publisher-keys/${key.id}`)).toMatchObject(refusal(404, 'not-found'));
  });
});

describe('updates', () => {
  it('are asked for, listed, read and cancelled', async () => {
    await ask('POST', '/devices', { id: 'upd', manufacturer: 'ACME', model: 'M1' });
    const { publicKey, make } = publisher();
    await ask('POST', '/publisher-keys', { name: 'u', publicKey: Buffer.from(publicKey).toString('base64') });
    const sealed = await make(9);
    const pkg = await ask('POST', '/packages', sealed, { 'content-type': 'application/octet-stream' });
    const made = await ask('POST', '/updates', {
      device: 'upd',
      package: pkg.body.id,
      via: 'url',
      wake: true,
    });
    expect(made).toMatchObject({
      status: 201,
      body: { created: [{ device: 'upd', state: 'assigned' }], refused: [], notWoken: [{ device: 'upd' }] },
    });
    const { id } = made.body.created[0];
    expect((await ask('GET', '/updates?device=upd')).body.items).toMatchObject([{ id }]);
    expect((await ask('GET', '/updates?state=assigned')).body.items).toMatchObject([{ id }]);
    const one = `/updates/${encodeURIComponent(id)}`;
    expect(await ask('GET', one)).toMatchObject({ status: 200, body: { id, via: 'url' } });
    expect(await ask('POST', `${one}/cancel`, {})).toMatchObject({
      status: 200,
      body: { state: 'cancelled' },
    });
    expect(await ask('GET', '/updates/nonsense')).toMatchObject(refusal(404, 'not-found'));
    const timeline = await ask('GET', `${path('upd')}/timeline`);
    expect(timeline.body.items.length).toBeGreaterThan(0);
    const newest = await ask('GET', `${path('upd')}/timeline?order=newest&limit=1`);
    expect(newest.body.items[0].sequence).toBe(timeline.body.items.at(-1).sequence);
  });

  it('of one device are refused as a whole, of several one by one', async () => {
    expect(await ask('POST', '/updates', { device: 'nobody' })).toMatchObject(refusal(404, 'device-unknown'));
    const several = await ask('POST', '/updates', { devices: ['upd', 'nobody'] });
    expect(several).toMatchObject({
      status: 201,
      body: { refused: [{ device: 'nobody', code: 'device-unknown' }] },
    });
    expect(await ask('POST', '/updates', {})).toMatchObject(refusal(400, 'bad-request'));
    expect(await ask('POST', '/updates', { device: 'upd', package: 'ffff' })).toMatchObject(
      refusal(404, 'not-found'),
    );
  });
});

describe('the document', () => {
  it('is OpenAPI 3.1 and describes every route, each with a summary, a 200-class answer and the error answer', async () => {
    const document = (await ask('GET', '/docs/json', undefined, { authorization: '' })).body;
    expect(document.openapi).toMatch(/^3\.1\./);
    const operations = Object.entries<Record<string, Record<string, unknown>>>(document.paths).flatMap(
      ([route, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${route}`, operation })),
    );
    expect(operations.length).toBeGreaterThan(30);
    for (const { name, operation } of operations) {
      const codes = Object.keys(operation.responses as object);
      expect({ name, summary: typeof operation.summary }).toEqual({ name, summary: 'string' });
      expect({ name, ok: codes.some((code) => code.startsWith('2')), error: codes.includes('401') }).toEqual({
        name,
        ok: true,
        error: true,
      });
    }
    const ids = operations.map(({ operation }) => operation.operationId).filter((id) => id !== undefined);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, name] of JSON.stringify(Object.keys(document.paths)).matchAll(/\{(\w+)\}/g)) {
      expect(JSON.stringify(document.paths)).toContain(`"name":"${name}"`);
    }
  });

  it('has a page that anybody may read', async () => {
    const page = await fetch(`${server.url}/api/docs`);
    expect({ status: page.status, type: page.headers.get('content-type') }).toMatchObject({
      status: 200,
      type: expect.stringContaining('text/html'),
    });
    // A page whose scripts are elsewhere, or asked for by https where there is none, stays white.
    expect(page.headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
    const scripts = [...(await page.text()).matchAll(/<script src="([^"]+)"/g)].map(([, path]) => path);
    expect(scripts.length).toBeGreaterThan(2);
    for (const path of scripts) {
      expect((await fetch(new URL(`${path}`, `${server.url}/api/docs`))).status).toBe(200);
    }
  });
});

describe('events', () => {
  it('resumed with Last-Event-ID over HTTP, lose and repeat nothing', async () => {
    const first = await server.store.lastEventSequence();
    const add = (n: number): Promise<void> =>
      server.store.addEvents([{ at: n, type: 'test', device: 'ev', data: { n } }]);
    for (let n = 0; n < 5; n += 1) await add(n);
    const seen = await readEvents(first, 3);
    for (let n = 5; n < 9; n += 1) await add(n);
    const rest = await readEvents(seen.at(-1) ?? 0, 6);
    expect([...seen, ...rest]).toEqual(Array.from({ length: 9 }, (_, n) => first + n + 1));
  });
});

/** Ids of the next `count` events after `last`; then hangs up. */
async function readEvents(last: number, count: number): Promise<readonly number[]> {
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${token}`, 'last-event-id': String(last) };
  const response = await fetch(`${server.url}/api/events?type=test`, { headers, signal: gone.signal });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  let text = '';
  const ids = (): number[] =>
    [...text.matchAll(/^id: (\d+)\nevent: test\n.*\n\n/gm)].map(([, id]) => Number(id));
  for await (const piece of response.body ?? []) {
    text += Buffer.from(piece).toString();
    if (ids().length >= count) break;
  }
  gone.abort();
  return ids().slice(0, count);
}

describe('operations', () => {
  it('show that the process lives, is ready, and what it measured, without a token', async () => {
    const read = async (at: string): Promise<{ readonly status: number; readonly text: string }> => {
      const response = await fetch(`${server.url}${at}`);
      return { status: response.status, text: await response.text() };
    };
    expect(await read('/healthz')).toMatchObject({ status: 200 });
    expect(await read('/readyz')).toMatchObject({ status: 200 });
    renameSync(join(folder, 'artifacts'), join(folder, 'away'));
    expect(await read('/readyz')).toMatchObject({
      status: 503,
      text: expect.stringContaining('"artifacts"'),
    });
    renameSync(join(folder, 'away'), join(folder, 'artifacts'));
    const metrics = await read('/metrics');
    expect(metrics.text).toMatch(
      /fumarole_api_request_seconds_count\{route="\/api\/devices",method="POST",status="201"\} \d+/,
    );
    expect(metrics.text).toMatch(/fumarole_store_commit_batch_count [1-9]/);
    expect(metrics.text).toContain('nodejs_eventloop_lag_seconds');
  });
});
