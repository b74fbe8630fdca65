/** The endpoint under load, while it stops, with two devices of one id, and with operators at work at the same time. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Item } from '@fumarole/syncml';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ServerOptions } from '../options.ts';
import { type Api, admit, callApi, type EndpointWorld, endpointWorld } from '../testing/endpoint-world.ts';
import { post, type ScriptedDevice, type ScriptedMessage } from '../testing/scripted-device.ts';
import { type ServerProcess, spawnServer } from '../testing/server-process.ts';

let world: EndpointWorld;
let server: ServerProcess;
let api: Api;

beforeEach(() => {
  world = endpointWorld();
});
afterEach(async () => {
  await server.kill();
  world.dispose();
});

async function start(over: Partial<ServerOptions> = {}): Promise<void> {
  server = await spawnServer(world.options(over));
  api = { url: server.url, token: server.token ?? '' };
}

/** Sends the message but for its last octets; `finish` sends those and reads the answer. */
async function begun({ url, headers, body }: ScriptedMessage) {
  const { hostname, port, pathname, search } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const lines = Object.entries({ host: 'x', ...headers, 'content-length': body.length });
  const head = `POST ${pathname}${search} HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`;
  const written = once(socket, 'drain').catch(() => undefined);
  if (socket.write(Buffer.concat([Buffer.from(head), body.subarray(0, -5)]))) socket.emit('drain');
  await written;
  return async (): Promise<string> => {
    socket.end(body.subarray(-5));
    let text = '';
    for await (const piece of socket) text += piece.toString('latin1');
    return text;
  };
}

it('SIGTERM: what is under way is finished and durable, nothing new is taken, the exit code is 0', async () => {
  await start({ stopGraceMs: 10_000 });
  const device = await admit(api, 'A', { scheme: 'mac', encoding: 'xml', gets: 1 });
  const finish = await begun(device.packageOne());
  // The server has the head of the request once it answers another one sent after it.
  await callApi(api, 'GET', '/status');
  const stopped = server.stop();
  await expect
    .poll(
      () =>
        fetch(`${api.url}/healthz`).then(
          () => 'open',
          () => 'closed',
        ),
      { timeout: 5_000 },
    )
    .toBe('closed');
  const answer = await finish();
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toContain('<SyncML');
  expect(await stopped).toBe(0);
  const { token } = api;
  await start();
  expect(await callApi({ ...api, token }, 'GET', '/devices/A')).toMatchObject({ contacts: 1 });
});

it('SIGTERM: what does not end within the grace is cut', async () => {
  await start({ stopGraceMs: 100 });
  const device = await admit(api, 'A', { scheme: 'mac', encoding: 'wbxml' });
  const finish = await begun(device.packageOne());
  await callApi(api, 'GET', '/status');
  expect(await server.stop()).toBe(0);
  expect(await finish().catch(() => '')).toBe('');
});

it('more messages at once than are worked on: 503 with Retry-After for some, and the next is served', async () => {
  await start({ maxConcurrentMessages: 1 });
  const devices = await Promise.all(
    Array.from({ length: 40 }, (_, i) => admit(api, `D${i}`, { scheme: 'mac', encoding: 'wbxml' })),
  );
  const codes = await Promise.all(
    devices.map(async (device) => {
      const { url, headers, body } = device.packageOne();
      const response = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
      await response.arrayBuffer();
      expect(response.headers.get('retry-after')).toBe(response.status === 503 ? '30' : null);
      return response.status;
    }),
  );
  expect(new Set(codes)).toEqual(new Set([200, 503]));
  const [device] = devices;
  device?.begin('2');
  expect((await device?.login())?.code).toBe(200);
});

it('a thousand bodies that do not come keep nobody from being served', { timeout: 60_000 }, async () => {
  await start({ bodyTimeoutMs: 20_000, maxConcurrentMessages: 8 });
  const device = await admit(api, 'A', { scheme: 'mac', encoding: 'wbxml' });
  const { port } = new URL(server.url);
  const head =
    'POST /dm HTTP/1.1\r\nhost: x\r\ncontent-type: application/vnd.syncml.dm+xml\r\ncontent-length: 9000\r\n\r\n<';
  const sockets = Array.from({ length: 1_000 }, () => connect(Number(port), '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  for (const socket of sockets) socket.on('error', () => undefined).write(head);
  expect((await device.login()).code).toBe(200);
  for (const socket of sockets) socket.destroy();
});

/** A session whose DevInfo names this model. */
async function contact(device: ScriptedDevice, session: string, model: string) {
  device.begin(session);
  const info = { DevId: 'A', Man: 'Acme', Mod: model, DmV: '1.2', Lang: 'en' };
  const items: readonly Item[] = Object.entries(info).map(([leaf, Data]) => ({
    Source: { LocURI: `./DevInfo/${leaf}` },
    Data,
  }));
  const alert = { kind: 'Alert', CmdID: '1', Data: '1201', items: [] } as const;
  const first = await device.send(device.next([alert, { kind: 'Replace', CmdID: '2', items }]));
  let answer = first;
  for (let i = 0; answer.commands.length > 0 && i < 20; i += 1)
    answer = await device.send(device.reply(answer));
  return first;
}

it('two devices with one DevId: quarantined, shown with the reason, offered nothing, released by a person', async () => {
  await start();
  const device = await admit(api, 'A', { scheme: 'md5', encoding: 'wbxml' });
  await contact(device, '1', 'One');
  await contact(device, '2', 'One');
  await contact(device, '3', 'One');
  const { items: before } = await callApi<{ items: object[] }>(api, 'GET', '/devices?quarantined=true');
  expect(before).toEqual([]);
  const twin = await contact(device, '4', 'Two');
  expect([twin.code, twin.commands]).toEqual([expect.any(Number), []]);
  const { items } = await callApi<{ items: object[] }>(api, 'GET', '/devices?quarantined=true');
  expect(items).toMatchObject([{ id: 'A', quarantined: true, model: 'One' }]);
  const why = await callApi<{ why: string }>(api, 'GET', '/devices/A/why');
  expect(why.why).toMatch(/quarantine.*Acme Two.*Acme One.*two devices may use this id/);
  expect(await callApi(api, 'GET', '/devices/A')).toMatchObject({
    quarantineReason: expect.stringContaining('Two'),
  });
  await expect(callApi(api, 'POST', '/updates', { devices: ['A'] })).rejects.toThrow(/quarantine/);
  await callApi(api, 'POST', '/devices/A/commands', { verb: 'get', uri: './A' });
  await callApi(api, 'POST', '/devices/A/release', {});
  expect((await contact(device, '5', 'Two')).commands.length).toBeGreaterThan(0);
  expect(await callApi(api, 'GET', '/devices/A')).toMatchObject({ quarantined: false, model: 'Two' });
});

it('operators change a device while it speaks: no change and no answer is lost', {
  timeout: 60_000,
}, async () => {
  await start();
  const device = await admit(api, 'A', { scheme: 'mac', encoding: 'wbxml', gets: 4 });
  const orders = Array.from({ length: 20 }, (_, i) => i);
  const [answer] = await Promise.all([
    device.login(),
    ...orders.map((i) => callApi(api, 'POST', '/devices/A/commands', { verb: 'get', uri: `./More/${i}` })),
    callApi(api, 'PATCH', '/devices/A', { via: 'url' }),
  ]);
  let last = answer;
  for (let i = 0; last.commands.length > 0 && i < 60; i += 1) {
    const message = device.reply(last);
    // Each message twice at once: the loser repeats what the winner stored.
    const [one, other] = await Promise.all([device.send(message), post(message, 'wbxml', undefined, true)]);
    expect(Buffer.from(one.octets).equals(other.octets)).toBe(true);
    last = one;
  }
  const { items } = await callApi<{ items: { state: string; uri: string }[] }>(
    api,
    'GET',
    '/devices/A/commands?limit=100',
  );
  expect(items.filter(({ state }) => state === 'queued' || state === 'sent')).toEqual([]);
  expect(items.length).toBeGreaterThanOrEqual(16);
  expect(await callApi(api, 'GET', '/devices/A')).toMatchObject({ policy: { via: 'url' }, contacts: 1 });
});
