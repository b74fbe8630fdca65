import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decodeBase64 } from '@fumarole/dm/auth';
import { encodePush, encodeSms, encodeTrigger, parsePush, type Trigger } from '@fumarole/dm/notification';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench } from '../../test/bench.ts';
import { DmServer, inTurn } from '../../test/dm-server.ts';
import { digests } from '../client/host-ports.ts';
import type { DeviceHandle } from '../handle.ts';
import type { PolicyOptions } from '../options.ts';
import type { Question } from '../ui/question.ts';
import type { Reply } from '../ui/user-interaction.ts';

let bench: Bench;
let dm: DmServer;
let device: DeviceHandle;
let asked: Question[];
const schedule = { wakePort: 0, wakeHost: '127.0.0.1', httpPushPort: 0 };
beforeEach(async () => {
  bench = await Bench.open();
  dm = await DmServer.open();
  asked = [];
  await bench.create({ accounts: [dm.account], schedule });
  device = await bench.start();
});
afterEach(async () => {
  await bench.close();
  await dm.close();
});

function package0(sessionId: number, nonce: Uint8Array, more: Partial<Trigger> = {}): Uint8Array {
  const key = { a: dm.serverAccount.server?.a ?? '', nonce };
  const trigger = {
    uiMode: 'background',
    initiator: 'server',
    sessionId,
    serverId: 'bench',
    ...more,
  } as const;
  return encodePush(encodeTrigger(trigger, key, digests));
}

/** Something to say: a session that the server ends at once has no message that could hand over a nonce. */
const oneGet = () => inTurn([{ kind: 'get', key: 'k', uri: './DevInfo/Man' }]);
const serverNonce = () => decodeBase64(dm.serverAccount.server?.nonce ?? '') ?? new Uint8Array();

/** Sends a datagram and waits for what the device makes of it. */
async function wake(datagram: Uint8Array): Promise<boolean> {
  const before = bench.events.length;
  const socket = createSocket('udp4');
  socket.send(datagram, device.status().wakePort ?? 0, '127.0.0.1', () => socket.close());
  const event = await bench.event((one) => one.kind === 'wake' && bench.events.indexOf(one, before) >= 0);
  return event.kind === 'wake' && event.accepted;
}

const sessions = () =>
  bench.events.flatMap((event) =>
    event.kind === 'session' && event.phase === 'opened' ? [`${event.sessionID} ${event.trigger}`] : [],
  );

it('F-022 N-020 N-023: a right package 0 opens a session with its id in hex and Alert 1200; a repeat opens none', async () => {
  await device.poke();
  const first = package0(0x15, serverNonce());
  expect(await wake(first)).toBe(true);
  await device.whenIdle();
  expect(sessions()).toEqual([expect.stringMatching(/ 1201$/), '15 1200']);
  expect(dm.events).toContainEqual(
    expect.objectContaining({ kind: 'opened', trigger: 1200, sessionID: '15' }),
  );
  expect(await wake(first)).toBe(false);
  expect(sessions()).toHaveLength(2);
});

it.each<[string, () => Uint8Array]>([
  ['N-021: an unknown server', () => package0(7, serverNonce(), { serverId: 'stranger' })],
  [
    'N-022: a wrong nonce',
    () => package0(7, new TextEncoder().encode('another nonce'), { uiMode: 'interactive' }),
  ],
  [
    'N-022: a turned octet',
    () => package0(7, serverNonce()).map((octet, at) => (at === 12 ? octet ^ 1 : octet)),
  ],
  ['rubbish', () => new Uint8Array(40)],
  ['nothing', () => new Uint8Array()],
  ['a jumbo', () => new Uint8Array(9000)],
])('%s opens nothing', async (_, datagram) => {
  await device.poke();
  const [events, requests] = [bench.events.length, dm.requests];
  expect(await wake(datagram())).toBe(false);
  await device.whenIdle();
  expect(bench.events.slice(events).map(({ kind }) => kind)).toEqual(['wake']);
  expect(dm.requests).toBe(requests);
});

it('N-024: another package 0 while its session runs is handled after it, never beside it', async () => {
  await device.poke();
  const nonce = serverNonce();
  let second: Promise<boolean> | undefined;
  dm.intercept = () => {
    second ??= wake(package0(0x22, nonce));
    return false;
  };
  expect(await wake(package0(0x21, nonce))).toBe(true);
  await bench.event(
    (event) => event.kind === 'session' && event.phase === 'opened' && event.sessionID === '21',
  );
  await expect.poll(() => second).toBeDefined();
  await second;
  await device.whenIdle();
  const phases = bench.events.flatMap((event) => (event.kind === 'session' ? [event.phase] : []));
  expect(phases).toEqual(phases.map((_, index) => (index % 2 === 0 ? 'opened' : 'ended')));
  expect(sessions().slice(1)).toEqual(['21 1200', ...((await second) ? ['22 1200'] : [])]);
});

/** Another device in place of the usual one. */
async function restart(policy: PolicyOptions, answer?: () => Promise<Reply>): Promise<void> {
  await bench.close();
  bench = await Bench.open(
    answer === undefined
      ? {}
      : {
          prompter: {
            ask: (question) => {
              asked.push(question);
              return answer();
            },
          },
        },
  );
  await bench.create({ accounts: [dm.account], schedule, policy });
  device = await bench.start();
}

describe('ui-mode', () => {
  it('N-025: interactive asks first; a refusal ends it, and its repeat asks nobody again', async () => {
    let word: Reply = { kind: 'no' };
    await restart({}, async () => word);
    await device.poke();
    const refused = package0(0x51, serverNonce(), { uiMode: 'interactive' });
    expect(await wake(refused)).toBe(false);
    expect(await wake(refused)).toBe(false);
    await device.whenIdle();
    expect(sessions()).toHaveLength(1);
    expect(asked.map(({ kind, text }) => [kind, text])).toEqual([
      ['confirm', 'bench wants to manage this device now. Connect to it?'],
    ]);
    word = { kind: 'yes' };
    const wanted = { uiMode: 'interactive', initiator: 'client' } as const;
    expect(await wake(package0(0x52, serverNonce(), wanted))).toBe(true);
    await device.whenIdle();
    expect(sessions().slice(1)).toEqual(['52 1200']);
    expect(asked[1]?.text).toMatch(/as you asked for/);
  });

  it('N-025: informative shows and waits for nobody; background and none are silent', async () => {
    await restart({}, () => new Promise(() => undefined));
    await device.poke();
    for (const [sessionId, uiMode] of [
      [0x61, 'none'],
      [0x62, 'background'],
      [0x63, 'informative'],
    ] as const) {
      expect(await wake(package0(sessionId, serverNonce(), { uiMode }))).toBe(true);
      await device.whenIdle();
    }
    expect(sessions().slice(1)).toEqual(['61 1200', '62 1200', '63 1200']);
    expect(asked.map(({ kind, text }) => [kind, text])).toEqual([
      ['display', 'bench manages this device now.'],
    ]);
  });

  it('while the user is asked, another one is dropped and silent ones go through', async () => {
    let decide: (reply: Reply) => void = () => undefined;
    await restart({}, () => new Promise((resolve) => (decide = resolve)));
    await device.poke();
    const nonce = serverNonce();
    const first = wake(package0(0x71, nonce, { uiMode: 'interactive' }));
    await expect.poll(() => asked).toHaveLength(1);
    await wake(package0(0x72, nonce, { uiMode: 'interactive' }));
    expect(bench.events.at(-1)).toMatchObject({ reason: 'the user is being asked already' });
    expect(asked).toHaveLength(1);
    decide({ kind: 'yes' });
    await first;
    await device.whenIdle();
    expect(sessions().slice(1)).toEqual(['71 1200']);
  });

  it.each([
    [undefined, true],
    ['no', false],
  ] as const)('without anybody there, the policy (%s) decides', async (session, accepted) => {
    await restart(session === undefined ? {} : { consent: { session } });
    await device.poke();
    expect(await wake(package0(0x53, serverNonce(), { uiMode: 'interactive' }))).toBe(accepted);
  });
});

describe('resynchronisation', () => {
  const ASCII = new TextEncoder().encode('0x00000000');
  const ZERO = new Uint8Array(4);
  /** What the server keeps when it sends package 0 in this form. */
  const expectResync = (resyncSession: number) =>
    dm.change(({ client, ...account }) => ({
      ...account,
      client: { ...client, resyncUntil: Date.now() + 60_000, resyncSession },
    }));
  /** Both sides hold other nonces from now on. */
  const estrange = () =>
    dm.change(({ client, server, ...account }) => ({
      ...account,
      client: { ...client, nonce: 'bG9zdA==' },
      ...(server === undefined ? {} : { server: { ...server, nonce: 'bG9zdCB0b28=' } }),
    }));

  it.each([
    ['octets', ZERO],
    ['ascii', ASCII],
  ] as const)('N-027 N-028 N-029: in the form of %s, it heals both nonces in one session', async (_, nonce) => {
    await device.poke();
    estrange();
    dm.script = oneGet();
    expect(await wake(package0(0x81, serverNonce()))).toBe(false);
    expectResync(0x81);
    const from = dm.events.length;
    expect(await wake(package0(0x81, nonce))).toBe(true);
    await device.whenIdle();
    expect(sessions().slice(1)).toEqual(['81 1200']);
    // Accepted at its first message: no challenge was needed, on either side.
    expect(dm.events.slice(from)).toContainEqual(
      expect.objectContaining({ kind: 'opened', sessionID: '81' }),
    );
    expect(dm.events.slice(from).some(({ kind }) => kind === 'authentication-failed')).toBe(false);
    expect(dm.serverAccount.client.nonce).not.toBe('bG9zdA==');
    expect(dm.serverAccount.server?.nonce).not.toBe('bG9zdCB0b28=');
    expect(await wake(package0(0x82, serverNonce()))).toBe(true);
    await device.whenIdle();
    expect(sessions().slice(2)).toEqual(['82 1200']);
    expect(bench.events.filter(({ kind }) => kind === 'error')).toEqual([]);
  });

  it('N-027: a policy that says no takes it in neither form', async () => {
    await restart({ resync: 'refuse' });
    await device.poke();
    expect(await wake(package0(0x83, ZERO))).toBe(false);
    expect(await wake(package0(0x84, ASCII))).toBe(false);
    expect(sessions()).toHaveLength(1);
  });

  it('one after the other is too soon: it can be replayed by anybody', async () => {
    expect(await wake(package0(0x85, ZERO))).toBe(true);
    await device.whenIdle();
    expect(await wake(package0(0x86, ZERO))).toBe(false);
    expect(bench.events.at(-1)).toMatchObject({ reason: 'resynchronisation too soon after another' });
  });

  it('P-093: the resync nonce wakes too, and is good for that session', async () => {
    expect(await wake(package0(9, new Uint8Array(4)))).toBe(true);
    await device.whenIdle();
    expect(sessions()).toEqual(['9 1200']);
  });
});

describe('nonces', () => {
  it('N-030: a package 0 whose session did not come about leaves the nonce as it was', async () => {
    await device.poke();
    const before = serverNonce();
    dm.intercept = (_request, response) => {
      response.writeHead(404).end();
      return true;
    };
    expect(await wake(package0(0x91, before))).toBe(true);
    await device.whenIdle();
    dm.intercept = () => false;
    // A server that proves itself and ends at once gets no answer, so no other nonce either.
    expect(await wake(package0(0x92, before))).toBe(true);
    await device.whenIdle();
    expect(serverNonce()).toEqual(before);
    dm.script = oneGet();
    expect(await wake(package0(0x93, before))).toBe(true);
    await device.whenIdle();
    expect(sessions().slice(1)).toEqual(['91 1200', '92 1200', '93 1200']);
    expect(serverNonce()).not.toEqual(before);
  });

  it('N-031: one replayed later starts nothing, neither by its digest nor, after a restart, as a repeat', async () => {
    await device.poke();
    dm.script = oneGet();
    const first = package0(0x93, serverNonce());
    expect(await wake(first)).toBe(true);
    await device.whenIdle();
    expect(await wake(first)).toBe(false);
    expect(bench.events.at(-1)).toMatchObject({ reason: 'wrong digest' });
    dm.intercept = (_request, response) => {
      response.writeHead(404).end();
      return true;
    };
    const second = package0(0x94, serverNonce());
    expect(await wake(second)).toBe(true);
    await device.whenIdle();
    await device.stop();
    device = await bench.start();
    expect(await wake(second)).toBe(false);
    expect(bench.events.at(-1)).toMatchObject({ reason: 'a repeat' });
  });

  it.each([
    'md5',
    'mac',
  ] as const)('N-032: a session that package 0 started hands out a new server nonce (%s)', async (scheme) => {
    await dm.close();
    dm = await DmServer.open(scheme);
    await restart({});
    await device.poke();
    const before = serverNonce();
    dm.script = oneGet();
    expect(await wake(package0(0x95, before))).toBe(true);
    await device.whenIdle();
    expect(dm.valueOf('./DevInfo/Man')).toBe('Bench');
    expect(serverNonce()).not.toEqual(before);
    expect(await wake(package0(0x96, serverNonce()))).toBe(true);
  });
});

describe('bearers', () => {
  it('N-055: the vector T1 on UDP, with the port that was asked for', async () => {
    await bench.close();
    bench = await Bench.open();
    const server = { scheme: 'md5', name: 'com.example.dm', secret: 'srv-Pa55-0001' } as const;
    const nonce = Buffer.from('SrvNonce-0000001').toString('base64');
    const account = { ...dm.account, serverId: 'com.example.dm', server: { ...server, nonce } };
    const free = createSocket('udp4').bind(0, '127.0.0.1');
    await once(free, 'listening');
    const wakePort = free.address().port;
    free.close();
    await bench.create({ accounts: [account], schedule: { wakePort, wakeHost: '127.0.0.1' } });
    device = await bench.start();
    expect(device.status().wakePort).toBe(wakePort);
    const T1 = '010603C4AF875211F9915482E027F079660B6FFAC89202D80000002A7F0E636F6D2E6578616D706C652E646D';
    expect(await wake(Buffer.from(T1, 'hex'))).toBe(true);
    expect(sessions()).toEqual(['2A7F 1200']);
  });

  it('SMS: whole, in parts in any order, as PDU, and nothing for other ports', async () => {
    await device.poke();
    const [only = new Uint8Array()] = encodeSms(package0(0xa1, serverNonce()), 1);
    expect(device.receiveSms(only, 'user-data')).toBe('taken');
    await bench.event((one) => one.kind === 'wake' && one.accepted);
    await device.whenIdle();
    const long = package0(0xa2, serverNonce(), { vendorBody: new Uint8Array(300) });
    const parts = encodeSms(long, 2).map((userData) =>
      Buffer.concat([
        Buffer.from('00440C91947110325476000462118221436500', 'hex'),
        Buffer.of(userData.length),
        userData,
      ]),
    );
    expect(parts.toReversed().map((pdu) => device.receiveSms(pdu))).toEqual(['waiting', 'waiting', 'taken']);
    await bench.event((one) => one.kind === 'wake' && one.reason === 'session A2');
    await device.whenIdle();
    expect(sessions().slice(1)).toEqual(['A1 1200', 'A2 1200']);
    const other = only.slice();
    other[3] = 0x0c;
    expect(() => device.receiveSms(other, 'user-data')).toThrow(expect.objectContaining({ code: 'refused' }));
    expect(() => device.receiveSms(Uint8Array.of(1, 2, 3))).toThrow(/no SMS with port numbers/);
  });

  async function post(body: Uint8Array, headers: Readonly<Record<string, string>>, method = 'POST') {
    const url = `http://127.0.0.1:${device.status().httpPushPort}/push`;
    const response = await fetch(url, {
      method,
      headers,
      ...(method === 'POST' ? { body: Buffer.from(body) } : {}),
    });
    return { status: response.status, body: await response.text() };
  }

  it('N-056: HTTP push is answered without a body, whatever becomes of it', async () => {
    await device.poke();
    const headers = {
      'content-type': 'application/vnd.syncml.notification',
      'x-wap-application-id': 'x-wap-application:syncml.dm',
    };
    const message = parsePush(package0(0xb1, serverNonce())) ?? new Uint8Array();
    expect(await post(message, { ...headers, 'content-type': 'text/plain' })).toEqual({
      status: 204,
      body: '',
    });
    expect(await post(message, { ...headers, 'x-wap-application-id': 'x-wap-application:*' })).toMatchObject({
      status: 204,
    });
    expect(await post(message.subarray(1), headers)).toEqual({ status: 204, body: '' });
    expect(sessions()).toHaveLength(1);
    expect(await post(message, headers)).toEqual({ status: 204, body: '' });
    await bench.event((one) => one.kind === 'wake' && one.accepted);
    await device.whenIdle();
    expect(sessions().slice(1)).toEqual(['B1 1200']);
    expect(await post(message, headers, 'GET')).toMatchObject({ status: 405 });
    expect(await post(new Uint8Array(40_000), headers).catch(() => ({ status: 413 }))).toMatchObject({
      status: 413,
    });
  });
});
