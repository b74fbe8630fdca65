import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountDigest } from '@fumarole/dm/auth';
import { parsePush, parseTrigger, verifyTrigger } from '@fumarole/dm/notification';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AccountVault } from '../access/account-vault.ts';
import { digests } from '../access/digests.ts';
import { Seal } from '../access/seal.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite/open-store.ts';
import { udpChannel } from './udp-channel.ts';
import { createWakeService } from './wake-service.ts';

const NONCE = Buffer.from('SrvNonce-0000001');
const A = accountDigest(digests, 'srv', 'password');
let folder: string;
let store: Store;
let vault: AccountVault;
let phone: Socket;
let now = 1_000_000;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fumarole-wake-'));
  store = openSqliteStore(folder);
  vault = new AccountVault(Seal.open(join(folder, 'seal.key')));
  phone = createSocket('udp4');
  phone.bind(0, '127.0.0.1');
  await once(phone, 'listening');
  await admit('D', `udp:127.0.0.1:${(phone.address() as AddressInfo).port}`);
});
afterEach(async () => {
  phone.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

async function admit(key: string, wake: string): Promise<void> {
  const record = {
    version: 1,
    id: key,
    createdAt: 1,
    contacts: 0,
    nodes: {},
    roots: [],
    discovery: { state: 'open' },
    unsupported: {},
    policy: { offer: 'automatic', via: 'auto', operation: 'auto' },
    history: [],
    commands: [],
    weak: false,
    why: '',
    wake,
  } as const;
  const account = {
    serverId: 'srv',
    client: { required: 'mac', allowed: [], name: key, a: A },
    server: { scheme: 'mac', name: 'srv', a: A, nonce: NONCE.toString('base64') },
  } as const;
  await store.commitDevice({
    device: { key, expected: 0, record, columns: { quarantined: false } },
    credentials: vault.close(key, account, 0),
    timeline: [],
    events: [],
  });
}

const service = () =>
  createWakeService({
    store,
    vault,
    channels: [udpChannel()],
    now: () => now,
    repeatMs: [10, 20],
    resyncMs: [30],
    onError: (error) => {
      throw error;
    },
  });

async function nextTrigger() {
  const [datagram] = (await once(phone, 'message')) as [Buffer];
  const trigger = parseTrigger(parsePush(datagram) ?? new Uint8Array());
  if (trigger === undefined) throw new Error('no package 0');
  return trigger;
}

const proof = (trigger: Awaited<ReturnType<typeof nextTrigger>>) =>
  verifyTrigger(trigger, { a: A, nonce: NONCE }, digests, { resync: true });

it('sends package 0 at once, repeats it with the same session id, then resynchronises, then gives up', async () => {
  const wakes = service();
  const first = nextTrigger();
  expect(await wakes.wake('D')).toBe('queued');
  const { sessionId, serverId } = await first;
  expect([serverId, proof(await first)]).toEqual(['srv', 'nonce']);
  now += 9;
  expect(await wakes.runDue()).toBe(0);
  for (const [pause, kind] of [
    [1, 'nonce'],
    [20, 'resync-octets'],
  ] as const) {
    now += pause;
    const next = nextTrigger();
    expect(await wakes.runDue()).toBe(1);
    const trigger = await next;
    expect([trigger.sessionId, proof(trigger)]).toEqual([sessionId, kind]);
  }
  const row = await store.credentials('D');
  expect(row && vault.open(row).client.resyncUntil).toBeGreaterThan(now);
  now += 30;
  await wakes.runDue();
  expect(await store.work('wake', 'D')).toBeUndefined();
  await wakes.close();
});

it('sends nothing more once the device is there', async () => {
  const wakes = service();
  const first = nextTrigger();
  await wakes.wake('D');
  await first;
  await wakes.arrived('D');
  now += 1_000;
  expect(await wakes.runDue()).toBe(0);
  await wakes.close();
});

it('of two processes one sends a due wake', async () => {
  const wakes = service();
  const first = nextTrigger();
  await wakes.wake('D');
  await first;
  now += 10;
  const other = openSqliteStore(folder);
  const others = createWakeService({
    store: other,
    vault,
    channels: [udpChannel()],
    now: () => now,
    onError: () => undefined,
  });
  const counts = await Promise.all([wakes.runDue(), others.runDue()]);
  expect(counts[0] + counts[1]).toBe(1);
  await Promise.all([wakes.close(), others.close(), other.close()]);
});

it('says why a device cannot be woken', async () => {
  const wakes = service();
  await admit('far', '');
  expect(await Promise.all([wakes.wake('nobody'), wakes.wake('far')])).toEqual(['unknown', 'no-address']);
  await wakes.close();
});
