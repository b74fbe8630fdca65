/** Large objects from device to server: never whole in memory, in a session row or in the device's record. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Encoding, Status } from '@fumarole/syncml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../store/sqlite/open-store.ts';
import { type Api, admit, callApi, type EndpointWorld, endpointWorld } from '../testing/endpoint-world.ts';
import { post, type ScriptedAnswer, type ScriptedDevice } from '../testing/scripted-device.ts';
import { type ServerProcess, spawnServer } from '../testing/server-process.ts';

const ID = 'urn:test:L';
const URI = './Vendor/Log';
const MEGABYTE = 1024 * 1024;

let world: EndpointWorld;
let server: ServerProcess;
let api: Api;
let command: string;

beforeEach(async () => {
  world = endpointWorld();
  server = await spawnServer(world.options());
  api = { url: server.url, token: server.token ?? '' };
});
afterEach(async () => {
  await server.kill();
  world.dispose();
});

interface Answer {
  readonly state: string;
  readonly truncated?: boolean;
  readonly results?: readonly { readonly value?: string; readonly size?: number; readonly sha256?: string }[];
}
const base = `/devices/${encodeURIComponent(ID)}/commands`;
const answerOf = (): Promise<Answer> => callApi(api, 'GET', `${base}/${command}`);
const fetchValue = (query = ''): Promise<Response> =>
  fetch(`${api.url}/api${base}/${command}/value${query}`, {
    headers: { authorization: `Bearer ${api.token}` },
  });
const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');
const noise = (octets: number): Buffer => {
  const value = Buffer.alloc(octets);
  for (let i = 0, x = 7; i < octets; i += 1) value[i] = x = ((x * 1103515245 + 12345) % 2147483648) >> 8;
  return value;
};

async function asked(encoding: Encoding): Promise<{ device: ScriptedDevice; answer: ScriptedAnswer }> {
  const device = await admit(api, ID, { scheme: 'mac', encoding });
  const queued = await callApi<{ id: string }>(api, 'POST', base, { verb: 'get', uri: URI });
  command = queued.id;
  return { device, answer: await device.login() };
}

/** Messages that carry the value in pieces; the first also the Status of the Get. */
function* pieces(
  answer: ScriptedAnswer,
  value: Buffer,
  encoding: Encoding,
  pieceBytes: number,
): Generator<{ body: (last: ScriptedAnswer) => readonly Command[]; final: boolean }> {
  const get = answer.commands.find(({ kind }) => kind === 'Get');
  const MsgRef = answer.message.hdr.MsgID;
  const CmdRef = get?.CmdID ?? '';
  const carried = encoding === 'xml' ? Buffer.from(value.toString('base64')) : value;
  const Format = encoding === 'xml' ? 'b64' : 'bin';
  for (let at = 0; at < carried.length; at += pieceBytes) {
    const final = at + pieceBytes >= carried.length;
    const Data = carried.subarray(at, at + pieceBytes);
    const Meta = at === 0 ? { Format, Size: carried.length } : { Format };
    const item = {
      Source: { LocURI: URI },
      Meta,
      Data: encoding === 'xml' ? Data.toString() : Data,
      ...(final ? {} : { MoreData: true as const }),
    };
    yield {
      final,
      body: (last) => [
        status(last.message.hdr.MsgID, '0', 'SyncHdr', 1),
        ...(at === 0 ? [status(MsgRef, CmdRef, 'Get', 2)] : []),
        { kind: 'Results', CmdID: '9', MsgRef, CmdRef, items: [item] },
      ],
    };
  }
}

function status(MsgRef: number, CmdRef: string, Cmd: string, id: number): Status {
  const refs = { TargetRef: [], SourceRef: [], items: [] };
  return { kind: 'Status', CmdID: String(id), MsgRef, CmdRef, Cmd, Data: 200, ...refs };
}

const codeOf = (answer: ScriptedAnswer, cmd: string): number | undefined => {
  const found = answer.message.body.find((c) => c.kind === 'Status' && c.Cmd === cmd);
  return found?.kind === 'Status' ? found.Data : undefined;
};

describe.each(['wbxml', 'xml'] as const)('a value above every message in %s', (encoding) => {
  it('P-066: arrives piece by piece and is fetched whole; record and session hold length and hash', {
    timeout: 60_000,
  }, async () => {
    const value = noise(300_000);
    let { device, answer } = await asked(encoding);
    for (const { body, final } of pieces(answer, value, encoding, 40_000)) {
      answer = await device.send(device.next(body(answer), final));
      expect(answer.code).toBe(200);
      if (!final) {
        expect(codeOf(answer, 'Results')).toBe(213);
        expect(answer.message.final).toBe(false);
        expect((await fetchValue()).status).toBe(404);
      }
    }
    const { state, truncated, results } = await answerOf();
    expect({ state, truncated }).toEqual({ state: 'answered', truncated: undefined });
    expect(results).toMatchObject([{ size: value.length, sha256: sha256(value) }]);
    expect(results?.[0]?.value).toBeUndefined();
    const fetched = await fetchValue();
    expect(fetched.headers.get('content-type')).toBe('application/octet-stream');
    expect(fetched.headers.get('content-length')).toBe(String(value.length));
    expect(Buffer.from(await fetched.arrayBuffer()).equals(value)).toBe(true);
    const store = openSqliteStore(world.dataDir);
    expect((await store.session('URN:TEST:L'))?.value.length).toBeLessThan(8 * 1024);
    expect(JSON.stringify((await store.device('URN:TEST:L'))?.record).length).toBeLessThan(16 * 1024);
    await store.close();
  });
});

it('P-066: a value in one message, too large for a record, is spooled too; a small one is not', async () => {
  const { device, answer } = await asked('wbxml');
  const value = noise(20_000);
  for (const { body } of pieces(answer, value, 'wbxml', 30_000)) await device.send(device.next(body(answer)));
  expect((await answerOf()).results).toMatchObject([{ size: value.length, sha256: sha256(value) }]);
  expect(Buffer.from(await (await fetchValue()).arrayBuffer()).equals(value)).toBe(true);
  const small = await callApi<{ id: string }>(api, 'POST', base, { verb: 'get', uri: URI });
  command = small.id;
  device.begin('2');
  const next = await device.send(device.packageOne());
  const get = next.commands.find(({ kind }) => kind === 'Get');
  const MsgRef = next.message.hdr.MsgID;
  await device.send(
    device.next([
      status(MsgRef, '0', 'SyncHdr', 1),
      status(MsgRef, get?.CmdID ?? '', 'Get', 2),
      {
        kind: 'Results',
        CmdID: '3',
        MsgRef,
        CmdRef: get?.CmdID ?? '',
        items: [{ Source: { LocURI: URI }, Data: 'short' }],
      },
    ]),
  );
  expect((await answerOf()).results).toMatchObject([{ value: 'short' }]);
  expect(await (await fetchValue(`?uri=${encodeURIComponent(URI)}`)).text()).toBe('short');
  expect((await fetchValue('?uri=./other')).status).toBe(404);
  expect(readdirSync(join(world.dataDir, 'spool'))).toHaveLength(1);
});

it('P-064: a value above MaxObjSize is refused with 413, one without Size with 411; nothing is kept', async () => {
  await server.kill();
  server = await spawnServer({ ...world.options(), maxObjSize: 50_000 });
  api = { ...api, url: server.url };
  const { device, answer } = await asked('wbxml');
  expect(answer.message.hdr.Meta?.MaxObjSize).toBe(50_000);
  const [first] = pieces(answer, noise(60_000), 'wbxml', 10_000);
  const refused = await device.send(device.next(first?.body(answer) ?? [], false));
  expect(codeOf(refused, 'Results')).toBe(413);
  const unsized = (first?.body(refused) ?? []).map((one) =>
    one.kind === 'Results'
      ? { ...one, items: one.items.map((item) => ({ ...item, Meta: { Format: 'bin' } })) }
      : one,
  );
  expect(codeOf(await device.send(device.next(unsized, false)), 'Results')).toBe(411);
  expect(readdirSync(join(world.dataDir, 'spool'))).toEqual([]);
});

it('kill -9 between the pieces, and every piece twice: the value is whole and right', {
  timeout: 120_000,
}, async () => {
  const value = noise(200_000);
  let { device, answer } = await asked('wbxml');
  const port = Number(new URL(server.url).port);
  for (const { body, final } of pieces(answer, value, 'wbxml', 50_000)) {
    const message = device.next(body(answer), final);
    const first = await post(message, 'wbxml');
    await server.kill();
    server = await spawnServer(world.options({ listeners: [{ port }] }));
    answer = await device.send(message);
    expect(Buffer.from(answer.octets).equals(first.octets)).toBe(true);
  }
  expect((await answerOf()).results).toMatchObject([{ size: value.length, sha256: sha256(value) }]);
});

it('what an abort breaks off is dropped at once', async () => {
  const value = noise(90_000);
  const { device, answer } = await asked('wbxml');
  const [first] = pieces(answer, value, 'wbxml', 50_000);
  const open = await device.send(device.next(first?.body(answer) ?? [], false));
  expect(readdirSync(join(world.dataDir, 'spool'))).toHaveLength(1);
  const abort = { kind: 'Alert', CmdID: '2', Data: '1223', items: [] } as const;
  await device.send(device.next([status(open.message.hdr.MsgID, '0', 'SyncHdr', 1), abort]));
  expect(readdirSync(join(world.dataDir, 'spool'))).toEqual([]);
  expect((await fetchValue()).status).toBe(404);
});

it('memory of the server stays bounded while a value of 12 MB arrives', { timeout: 120_000 }, async () => {
  const value = noise(12 * MEGABYTE);
  let { device, answer } = await asked('wbxml');
  let [most, messages] = [0, 0];
  let before = 0;
  for (const { body, final } of pieces(answer, value, 'wbxml', 60_000)) {
    answer = await device.send(device.next(body(answer), final));
    messages += 1;
    if (messages === 20) before = await server.memory();
    if (messages > 20 && messages % 20 === 0) most = Math.max(most, await server.memory());
  }
  expect(most - before).toBeLessThan(40 * MEGABYTE);
  expect((await answerOf()).results).toMatchObject([{ size: value.length, sha256: sha256(value) }]);
});
