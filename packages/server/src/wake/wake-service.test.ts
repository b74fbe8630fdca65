import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountDigest } from '@fumarole/dm/auth';
import { parsePush, parseTrigger, verifyTrigger } from '@fumarole/dm/notification';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AccountVault } from '../access/account-vault.ts';
import { digests } from '../access/digests.ts';
import { Seal } from '../access/seal.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite/open-store.ts';
import type { WakeChannel } from './channel.ts';
import { createPushDesk } from './push-desk.ts';
import { udpChannel } from './udp-channel.ts';
import { WakeError } from './wake-error.ts';
import { createWakeService } from './wake-service.ts';

const NONCE = Buffer.from('SrvNonce-0000001');
const A = accountDigest(digests, 'srv', 'password');
const measure = { pushed: () => undefined, reported: () => undefined };
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

async function admit(key: string, wake: string, profile?: string): Promise<void> {
  const record = {
    version: 1,
    id: key,
    createdAt: 1,
    contacts: 0,
    nodes: {},
    roots: [],
    discovery: { state: 'open' },
    unsupported: {},
    policy: { offer: 'automatic', via: 'auto', operation: 'auto', profile },
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
    timeline: [],
    events: [],
  });
  await store.putCredentials(vault.close(key, account, 0));
}

function service(of: Store = store, channels: readonly WakeChannel[] = [udpChannel()]) {
  const pushes = createPushDesk({ store: of, channels, now: () => now, measure });
  const onError = (error: unknown): void => {
    if (!(error instanceof WakeError)) throw error;
  };
  const wakes = createWakeService({
    store: of,
    vault,
    pushes,
    now: () => now,
    repeatMs: [10, 20],
    resyncMs: [30],
    onError,
  });
  const close = async (): Promise<void> => {
    await wakes.idle();
    await pushes.close();
  };
  return { ...wakes, close };
}

async function nextTrigger() {
  const [datagram] = (await once(phone, 'message')) as [Buffer];
  const trigger = parseTrigger(parsePush(datagram) ?? new Uint8Array());
  if (trigger === undefined) throw new Error('no package 0');
  return { ...trigger, octets: datagram };
}

const proof = (trigger: Awaited<ReturnType<typeof nextTrigger>>) =>
  verifyTrigger(trigger, { a: A, nonce: NONCE }, digests, { resync: true });
const lines = async (key = 'D') =>
  (await store.timeline(key, { limit: 100 })).map(({ kind, text }) => `${kind}: ${text}`);

it('N-041 N-042: package 0 at once, repeated octet by octet, then resynchronised, then given up and told', async () => {
  const wakes = service();
  const first = nextTrigger();
  expect(await wakes.wake('D')).toBe('queued');
  const { sessionId, serverId, octets } = await first;
  await wakes.idle();
  expect([serverId, proof(await first)]).toEqual(['srv', 'nonce']);
  now += 9;
  expect(await wakes.runDue()).toBe(0);
  for (const [wait, kind] of [
    [1, 'nonce'],
    [20, 'resync-octets'],
  ] as const) {
    now += wait;
    const next = nextTrigger();
    expect(await wakes.runDue()).toBe(1);
    const trigger = await next;
    await wakes.idle();
    expect([trigger.sessionId, proof(trigger)]).toEqual([sessionId, kind]);
    expect(trigger.octets.equals(octets)).toBe(kind === 'nonce');
  }
  const row = await store.credentials('D');
  const client = row && vault.open(row).client;
  expect(client?.resyncUntil).toBeGreaterThan(now);
  expect(client?.resyncSession).toBe(sessionId);
  now += 30;
  await wakes.runDue();
  await wakes.idle();
  expect(await store.work('wake', 'D')).toBeUndefined();
  expect(await lines()).toEqual([
    expect.stringMatching(/^wake: package 0, 1 of 3, left for udp:/),
    expect.stringMatching(/^wake: package 0, 2 of 3, left for udp:/),
    expect.stringMatching(/^wake: package 0 in the resynchronisation form, 3 of 3, left for udp:/),
    'warning: waking is given up: package 0 was sent 3 times and no session came',
  ]);
  await wakes.close();
});

it('a push whose process died before it left is sent again by another, as the same one', async () => {
  const dying = service(store, [{ ...udpChannel(), send: () => new Promise(() => undefined) }]);
  await dying.wake('D');
  await vi.waitFor(async () => expect((await store.work('wake', 'D'))?.payload).toContain('leaving'));
  const wakes = service();
  now += 10;
  expect(await wakes.runDue()).toBe(0);
  now += 90_000;
  const next = nextTrigger();
  expect(await wakes.runDue()).toBe(1);
  expect(proof(await next)).toBe('nonce');
  await wakes.idle();
  expect(await lines()).toEqual([expect.stringMatching(/^wake: package 0, 1 of 3, left for udp:/)]);
  now += 10;
  const again = nextTrigger();
  expect(await wakes.runDue()).toBe(1);
  expect((await again).octets.equals((await next).octets)).toBe(true);
  await wakes.close();
});

it('N-041: new work gets a new session id', async () => {
  const wakes = service();
  const ids = new Set<number>();
  for (let round = 0; round < 3; round += 1) {
    const next = nextTrigger();
    await wakes.wake('D');
    ids.add((await next).sessionId);
  }
  expect(ids.size).toBe(3);
  await wakes.close();
});

it('sends the form of the resynchronisation nonce that the family of the device knows', async () => {
  await store.removeDevice('D', 1);
  await admit('D', `udp:127.0.0.1:${(phone.address() as AddressInfo).port}`, 'libdmclient');
  const wakes = service();
  let next = nextTrigger();
  await wakes.wake('D');
  for (const wait of [10, 20]) {
    await next;
    await wakes.idle();
    now += wait;
    next = nextTrigger();
    await wakes.runDue();
  }
  expect(proof(await next)).toBe('resync-ascii');
  await wakes.close();
});

it('carries what the order says of user and initiator, and the standing wish is to run silently', async () => {
  const wakes = service();
  const told = [];
  for (const order of [
    {},
    { uiMode: 'interactive', initiator: 'client' },
    { uiMode: 'informative' },
  ] as const) {
    const next = nextTrigger();
    await wakes.wake('D', order);
    const { uiMode, initiator } = await next;
    told.push([uiMode, initiator]);
  }
  expect(told).toEqual([
    ['background', 'server'],
    ['interactive', 'client'],
    ['informative', 'server'],
  ]);
  await wakes.close();
});

it.each([
  ['as sent', (id: string) => id, true],
  ['in lower case with zeros', (id: string) => `0${id.toLowerCase()}`, true],
  ['with its octets turned around', (id: string) => id.padStart(4, '0').replace(/(..)(..)/, '$2$1'), true],
  ['of the device’s own', (id: string) => (id === '77' ? '78' : '77'), false],
] as const)('N-043 N-044: a session %s ends the wake, and the timeline tells which', async (_, say, answered) => {
  const wakes = service();
  const first = nextTrigger();
  await wakes.wake('D');
  const id = say((await first).sessionId.toString(16).toUpperCase());
  await wakes.idle();
  await wakes.arrived('D', id);
  now += 1_000;
  expect(await wakes.runDue()).toBe(0);
  expect((await lines()).at(-1)).toBe(
    answered
      ? `wake: session ${id} answers package 0`
      : `wake: session ${id} came by itself; package 0 is not sent again`,
  );
  await wakes.close();
});

it('of two processes one sends a due wake', async () => {
  const wakes = service();
  const first = nextTrigger();
  await wakes.wake('D');
  await first;
  await wakes.idle();
  now += 10;
  const other = openSqliteStore(folder);
  const others = service(other);
  const counts = await Promise.all([wakes.runDue(), others.runDue()]);
  expect(counts[0] + counts[1]).toBe(1);
  await Promise.all([wakes.close(), others.close()]);
  await other.close();
});

it('says why a device cannot be woken', async () => {
  const wakes = service();
  await admit('far', '');
  await admit('by phone', 'tel:+491701234567');
  const outcomes = await Promise.all(['nobody', 'far', 'by phone'].map((key) => wakes.wake(key)));
  expect(outcomes).toEqual(['unknown', 'no-address', 'no-channel']);
  await wakes.close();
});

it('what did not leave is sent again soon and does not count; what never can is given up at once', async () => {
  const sent: string[] = [];
  let fault: WakeError | undefined = new WakeError('no-connection', 'no gateway');
  const channel: WakeChannel = {
    name: 'smpp',
    patience: 'store-and-forward',
    reaches: (address) => address.startsWith('tel:'),
    send: async (address) => {
      if (fault !== undefined) throw fault;
      sent.push(address);
      return { references: [] };
    },
    close: async () => undefined,
  };
  await admit('P', 'tel:+491701234567');
  const wakes = service(store, [channel]);
  await wakes.wake('P');
  await wakes.idle();
  now += 9_999;
  expect(await wakes.runDue()).toBe(0);
  now += 1;
  expect(await wakes.runDue()).toBe(1);
  await wakes.idle();
  fault = undefined;
  now += 20_000;
  await wakes.runDue();
  await wakes.idle();
  expect(sent).toEqual(['tel:+491701234567']);
  expect(JSON.parse((await store.work('wake', 'P'))?.payload ?? '')).toMatchObject({ sent: 1, unsent: 0 });
  fault = new WakeError('refused', 'no such number');
  await wakes.wake('P');
  await wakes.idle();
  expect(await store.work('wake', 'P')).toBeUndefined();
  expect((await lines('P')).at(-1)).toBe(
    'warning: waking is given up: package 0 cannot be sent: no such number',
  );
  await wakes.close();
});
