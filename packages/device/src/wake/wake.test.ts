import { createSocket } from 'node:dgram';
import { decodeBase64 } from '@fumarole/dm/auth';
import { encodePush, encodeTrigger, type Trigger } from '@fumarole/dm/notification';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Bench } from '../../test/bench.ts';
import { DmServer } from '../../test/dm-server.ts';
import { digests } from '../client/host-ports.ts';
import type { DeviceHandle } from '../handle.ts';

let bench: Bench;
let dm: DmServer;
let device: DeviceHandle;
beforeEach(async () => {
  bench = await Bench.open();
  dm = await DmServer.open();
  await bench.create({ accounts: [dm.account], schedule: { wakePort: 0, wakeHost: '127.0.0.1' } });
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

it('P-093: the resync nonce wakes too, and is good for that session', async () => {
  expect(await wake(package0(9, new Uint8Array(4)))).toBe(true);
  await device.whenIdle();
  expect(sessions()).toEqual(['9 1200']);
});
