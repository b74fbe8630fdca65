import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newDevice } from '@fumarole/fumo/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite/open-store.ts';
import type { DeliveryReport, WakeChannel } from './channel.ts';
import { createPushDesk, type PushDeskDeps } from './push-desk.ts';
import { WakeError } from './wake-error.ts';

const PUSH = { contentType: '', applicationId: '', body: new Uint8Array(), pdu: new Uint8Array() };
let folder: string;
let store: Store;
let now = 1_000_000;
let counted: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fumarole-push-'));
  store = openSqliteStore(folder);
  counted = [];
  const record = newDevice({ id: 'D' }, 'manual', now);
  const device = { key: 'D', expected: 0, record, columns: { quarantined: false } };
  await store.commitDevice({ device, timeline: [], events: [] });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

function desk(more: Partial<WakeChannel> = {}, of: Partial<PushDeskDeps> = {}) {
  const channel: WakeChannel = {
    name: 'smpp',
    patience: 'store-and-forward',
    reaches: (address) => address.startsWith('tel:'),
    send: async () => ({ references: ['smpp:1', 'smpp:2'] }),
    close: async () => undefined,
    ...more,
  };
  const measure = {
    pushed: (name: string, outcome: string) => void counted.push(`${name} ${outcome}`),
    reported: (name: string, state: string) => void counted.push(`${name} ${state}`),
  };
  return createPushDesk({
    store,
    channels: [channel],
    now: () => now,
    measure,
    lookupsMs: [0, 20, 200],
    ...of,
  });
}
const lines = async () =>
  (await store.timeline('D', { limit: 100 })).map(({ kind, text }) => `${kind}: ${text}`);
const report = (reference: string, state: DeliveryReport['state']) => ({
  reference,
  state,
  text: 'so it says',
});

it('a report reaches the device whose push it is about, by any of its names, once', async () => {
  const pushes = desk();
  await pushes.send('D', 'tel:+4917', PUSH, 'package 0');
  expect(await pushes.report(report('smpp:1', 'pending'))).toBe(true);
  expect(await pushes.report(report('smpp:01', 'delivered'), ['smpp:1'])).toBe(true);
  expect(await pushes.report(report('smpp:1', 'failed'))).toBe(false);
  expect(await pushes.report(report('smpp:2', 'failed'))).toBe(true);
  expect(await lines()).toEqual([
    'wake: package 0 left for tel:+4917',
    'wake: part 1 of 2 of package 0 was delivered: so it says',
    'wake: part 2 of 2 of package 0 was not delivered: so it says',
  ]);
  expect(counted).toEqual(['smpp sent', 'smpp pending', 'smpp delivered', 'smpp unknown', 'smpp failed']);
  await pushes.close();
});

it('a report that overtakes the push it is about waits for it', async () => {
  const pushes = desk();
  const early = pushes.report(report('smpp:1', 'delivered'));
  await pushes.send('D', 'tel:+4917', PUSH, 'package 0');
  expect(await early).toBe(true);
  expect(await lines()).toContain('wake: part 1 of 2 of package 0 was delivered: so it says');
  await pushes.close();
});

it('any process of the data folder takes the report', async () => {
  const pushes = desk();
  await pushes.send('D', 'tel:+4917', PUSH, 'package 0');
  const other = openSqliteStore(folder);
  expect(await desk({}, { store: other }).report(report('smpp:2', 'delivered'))).toBe(true);
  await Promise.all([pushes.close(), other.close()]);
});

it('reports of nobody’s push change nothing, and a flood of them is not looked up', async () => {
  const pushes = desk();
  const flood = Array.from({ length: 300 }, (_, at) => pushes.report(report(`smpp:x${at}`, 'delivered')));
  expect(new Set(await Promise.all(flood))).toEqual(new Set([false]));
  expect(counted).toHaveLength(256);
  expect(await lines()).toEqual([]);
  await pushes.close();
});

it('a push that did not leave is counted by its code, and leaves nothing behind', async () => {
  const pushes = desk({
    send: async () => {
      throw new WakeError('refused', 'no');
    },
  });
  await expect(pushes.send('D', 'tel:+4917', PUSH, 'package 0')).rejects.toMatchObject({ code: 'refused' });
  await expect(pushes.send('D', 'udp:h:1', PUSH, 'package 0')).rejects.toMatchObject({ code: 'bad-address' });
  expect(counted).toEqual(['smpp refused']);
  expect(await lines()).toEqual([]);
  await pushes.close();
});

it('what is never reported is forgotten', async () => {
  const pushes = desk();
  await pushes.send('D', 'tel:+4917', PUSH, 'package 0');
  now += 48 * 3_600_000;
  expect(await pushes.runDue()).toBe(2);
  expect(await store.work('delivery', 'smpp:1')).toBeUndefined();
  await pushes.close();
});

it('a gateway that does not report is asked, with pauses that grow, until it knows', async () => {
  const answers: (DeliveryReport | undefined | Error)[] = [
    undefined,
    new Error('down'),
    report('smpp:1', 'pending'),
    report('smpp:1', 'delivered'),
  ];
  let asked = 0;
  const pushes = desk(
    {
      send: async () => ({ references: ['smpp:1'] }),
      ask: async () => {
        asked += 1;
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    { askMs: [10, 20, 30, 40] },
  );
  await pushes.send('D', 'tel:+4917', PUSH, 'package 0');
  for (const [at, wait] of [10, 20, 30, 40].entries()) {
    now += wait - 1;
    expect(await pushes.runDue()).toBe(0);
    now += 1;
    expect(await pushes.runDue()).toBe(1);
    expect(asked).toBe(at + 1);
  }
  expect((await lines()).at(-1)).toBe('wake: package 0 was delivered: so it says');
  expect(await store.work('delivery', 'smpp:1')).toBeUndefined();
  await pushes.close();
});
