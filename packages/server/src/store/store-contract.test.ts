/** What every implementation of the store must do; each is a row at the end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceRecord, PackageRecord } from '@fumarole/fumo/server';
import { afterEach, describe, expect, it } from 'vitest';
import type { DeviceWrite, MessageCommit, MessageDeviceWrite, SessionWrite, Store } from './port.ts';
import { openSqliteStore } from './sqlite/open-store.ts';
import type { TracedExchange } from './trace-port.ts';
import { updateDevice } from './update-device.ts';

interface StoreUnderTest {
  /** A store on empty ground. */
  open(): Promise<Store>;
  /** Another opening of the ground that the last `open` was on: what another process sees. */
  again(): Promise<Store>;
  dispose(): Promise<void>;
}

const record = (id: string, note = ''): DeviceRecord => ({
  version: 1,
  id,
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
  why: note,
});

const deviceWrite = (key: string, expected: number, over: Partial<DeviceWrite> = {}): DeviceWrite => ({
  key,
  expected,
  record: record(key, `v${expected + 1}`),
  columns: { quarantined: false },
  ...over,
});

const messageDevice = (
  key: string,
  expected: number,
  over: Partial<MessageDeviceWrite> = {},
): MessageDeviceWrite => ({ ...deviceWrite(key, expected), contactOnly: false, ...over });

const sessionWrite = (key: string, expected: number, over: Partial<SessionWrite> = {}): SessionWrite => ({
  key,
  expected,
  id: 's1',
  token: 'tok',
  updatedAt: 60_000,
  value: `{"n":${expected}}`,
  response: {
    status: 200,
    headers: { 'content-type': 'x/y' },
    parts: [
      { kind: 'octets', octets: Uint8Array.of(1, 2, 3, expected) },
      { kind: 'blob', sha256: 'ab', offset: 5, length: 7, base64: true },
      { kind: 'octets', octets: Uint8Array.of(9) },
    ],
  },
  ...over,
});

const message = (over: Partial<MessageCommit> & Pick<MessageCommit, 'session'>): MessageCommit => ({
  timeline: [],
  events: [],
  ...over,
});

const pkg = (id: string): PackageRecord => ({
  id,
  name: 'p',
  version: '2',
  release: 2,
  size: 10,
  contentType: 'application/octet-stream',
  published: true,
  manufacturer: '*',
  models: ['m'],
  hardware: [],
  fromVersions: [],
  allowDowngrade: false,
  securityFloor: 0,
  addedAt: 5,
});

function storeContract(name: string, make: () => StoreUnderTest): void {
  describe(name, () => {
    let ground: StoreUnderTest | undefined;
    const fresh = async (): Promise<Store> => {
      ground = make();
      return ground.open();
    };
    const second = async (): Promise<Store> => {
      if (ground === undefined) throw new Error('open first');
      return ground.again();
    };
    afterEach(async () => ground?.dispose());

    it('keeps what a message changes, all together', async () => {
      const store = await fresh();
      const outcome = await store.commitMessage(
        message({
          session: sessionWrite('D', 0),
          device: messageDevice('D', 0),
          credentials: { key: 'D', keyId: 'k', sealed: Uint8Array.of(7), nonces: '{}' },
          timeline: [{ key: 'D', id: 'd', entry: { at: 3, kind: 'contact', text: 'hello', data: { n: 1 } } }],
          events: [{ at: 3, type: 'x', device: 'D', data: { a: 1 } }],
        }),
      );
      expect(outcome).toBe('committed');
      const other = await second();
      const loaded = await other.loadForMessage('D');
      expect(loaded.device?.record.why).toBe('v1');
      expect(loaded.credentials?.sealed).toEqual(Uint8Array.of(7));
      expect(loaded.session).toMatchObject({ version: 1, token: 'tok', value: '{"n":0}' });
      expect(await other.timeline('D', { limit: 10 })).toMatchObject([{ text: 'hello', data: { n: 1 } }]);
      expect(await other.events({ after: 0, limit: 10 })).toMatchObject([
        { type: 'contact', at: 3, device: 'D', data: { device: 'd', text: 'hello', n: 1 } },
        { type: 'x', data: { a: 1 } },
      ]);
    });

    it('gives a stored response back octet for octet, for its version alone', async () => {
      const store = await fresh();
      await store.commitMessage(message({ session: sessionWrite('D', 0) }));
      const response = await store.storedResponse('D', 1);
      expect(response).toEqual({
        ...sessionWrite('D', 0).response,
        parts: [
          { kind: 'octets', octets: Buffer.from([1, 2, 3, 0]) },
          { kind: 'blob', sha256: 'ab', offset: 5, length: 7, base64: true },
          { kind: 'octets', octets: Buffer.from([9]) },
        ],
      });
      await store.commitMessage(message({ session: sessionWrite('D', 1) }));
      expect(await store.storedResponse('D', 1)).toBeUndefined();
      expect((await store.storedResponse('D', 2))?.parts[0]).toEqual({
        kind: 'octets',
        octets: Buffer.from([1, 2, 3, 1]),
      });
    });

    it.each([
      ['session', { session: sessionWrite('D', 0), device: messageDevice('D', 1) }],
      ['device', { session: sessionWrite('D', 1), device: messageDevice('D', 0) }],
      [
        'device, of which it has nothing lasting to tell,',
        { session: sessionWrite('D', 1), device: messageDevice('D', 0, { contactOnly: true }) },
      ],
    ])('writes nothing of a message whose %s moved on', async (_what, change) => {
      const store = await fresh();
      await store.commitMessage(message({ session: sessionWrite('D', 0), device: messageDevice('D', 0) }));
      const entry = { at: 3, kind: 'contact', text: 'lost' } as const;
      expect(
        await store.commitMessage(message({ ...change, timeline: [{ key: 'D', id: 'd', entry }] })),
      ).toBe('conflict');
      const loaded = await store.loadForMessage('D');
      expect([loaded.session?.version, loaded.device?.version]).toEqual([1, 1]);
      expect(await store.timeline('D', { limit: 10 })).toEqual([]);
    });

    it('lets exactly one of many writers of a version through, whichever process they are in', async () => {
      const stores = [await fresh(), await second()];
      const rounds = 20;
      for (let round = 0; round < rounds; round += 1) {
        const writes = Array.from({ length: 8 }, (_, i) =>
          stores[i % 2]?.commitMessage(message({ session: sessionWrite('D', round) })),
        );
        const outcomes = await Promise.all(writes);
        expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
      }
      expect((await stores[1]?.session('D'))?.version).toBe(rounds);
    });

    it('loses no change when many change one device at once', async () => {
      const stores = [await fresh(), await second()];
      await stores[0]?.commitDevice({ device: deviceWrite('D', 0), timeline: [], events: [] });
      const bump = (store: Store | undefined) =>
        store === undefined
          ? undefined
          : updateDevice(store, 'D', (row) =>
              row === undefined
                ? undefined
                : {
                    record: { ...row.record, why: `${row.record.why}+` },
                    columns: row.columns,
                    timeline: [],
                    events: [],
                  },
            );
      await Promise.all(Array.from({ length: 12 }, (_, i) => bump(stores[i % 2])));
      expect((await stores[0]?.device('D'))?.record.why).toBe(`v1${'+'.repeat(12)}`);
    });

    it('sees the newest record that another process wrote', async () => {
      const store = await fresh();
      const other = await second();
      await store.commitDevice({ device: deviceWrite('D', 0), timeline: [], events: [] });
      expect((await other.device('D'))?.record.why).toBe('v1');
      await other.commitDevice({ device: deviceWrite('D', 1), timeline: [], events: [] });
      expect((await store.device('D'))?.record.why).toBe('v2');
      await other.removeDevice('D', 2);
      await other.commitDevice({
        device: deviceWrite('D', 0, { record: record('D', 'born again') }),
        timeline: [],
        events: [],
      });
      expect((await store.loadForMessage('D')).device?.record.why).toBe('born again');
    });

    it('lists by filter, page by page, and counts by state', async () => {
      const store = await fresh();
      for (const [key, state, model] of [
        ['A', 'confirmed', 'm1'],
        ['B', undefined, 'm1'],
        ['C_', 'confirmed', 'm2'],
      ] as const) {
        await store.commitDevice({
          device: deviceWrite(key, 0, { columns: { quarantined: false, state, model } }),
          timeline: [],
          events: [],
        });
      }
      const keys = async (filter: Parameters<Store['devices']>[0], after?: string, limit = 10) =>
        (await store.devices(filter, { after, limit })).map(({ key }) => key);
      expect(await keys({})).toEqual(['A', 'B', 'C_']);
      expect(await keys({}, 'A', 1)).toEqual(['B']);
      expect(await keys({ state: 'confirmed' })).toEqual(['A', 'C_']);
      expect(await keys({ model: 'm1', state: 'confirmed' })).toEqual(['A']);
      expect(await keys({ search: '_' })).toEqual(['C_']);
      expect(await keys({ quarantined: true })).toEqual([]);
      expect(Object.fromEntries(await store.deviceCounts())).toEqual({ confirmed: 2, '': 1 });
      await store.commitDevice({ device: deviceWrite('A', 1), timeline: [], events: [] });
      await store.removeDevice('B', 1);
      expect(Object.fromEntries(await store.deviceCounts())).toEqual({ confirmed: 1, '': 1 });
    });

    it('gives due devices to one claimer until the lease ends or they are written', async () => {
      const store = await fresh();
      const other = await second();
      for (const [key, nextDue] of [
        ['A', 10],
        ['B', 5],
        ['C', 50],
      ] as const) {
        await store.commitDevice({
          device: deviceWrite(key, 0, { columns: { quarantined: false, nextDue } }),
          timeline: [],
          events: [],
        });
      }
      const claim = async (from: Store, now: number) =>
        (await from.claimDueDevices(now, 10, 100)).map(({ key }) => key);
      expect(await claim(store, 20)).toEqual(['B', 'A']);
      expect(await claim(other, 20)).toEqual([]);
      await store.commitDevice({
        device: deviceWrite('A', 1, { columns: { quarantined: false } }),
        timeline: [],
        events: [],
      });
      expect(await claim(other, 121)).toEqual(['B', 'C']);
    });

    it('claims work once, and an old claim cannot end newer work', async () => {
      const store = await fresh();
      await store.putWork({ kind: 'wake', key: 'D', dueAt: 5, payload: '1' });
      const [claimed] = await store.claimWork('wake', 10, 10, 100);
      expect(claimed?.payload).toBe('1');
      expect(await store.claimWork('wake', 10, 10, 100)).toEqual([]);
      await store.removeWork('wake', 'D');
      await store.putWork({ kind: 'wake', key: 'D', dueAt: 6, payload: '2' });
      if (claimed === undefined) throw new Error('nothing claimed');
      expect(await store.finishWork(claimed)).toBe('conflict');
      const [again] = await store.claimWork('wake', 10, 10, 100);
      if (again === undefined) throw new Error('nothing claimed');
      expect(await store.finishWork(again, { dueAt: 500, payload: '3' })).toBe('committed');
      expect(await store.work('wake', 'D')).toMatchObject({ dueAt: 500, payload: '3' });
    });

    it('knows of work for a device that it has at hand, whoever asked for it', async () => {
      const store = await fresh();
      const other = await second();
      for (const asked of [store, other]) {
        const { version } = await store.loadForMessage('W');
        await store.commitMessage(message({ session: sessionWrite('W', version) }));
        expect(await store.work('wake', 'W')).toBeUndefined();
        await asked.putWork({ kind: 'wake', key: 'W', dueAt: 5, payload: 'p' });
        await new Promise((resolve) => setImmediate(resolve));
        expect(await store.work('wake', 'W')).toMatchObject({ payload: 'p' });
        await store.removeWork('wake', 'W');
        expect(await store.work('wake', 'W')).toBeUndefined();
        await store.loadForMessage('W');
      }
    });

    describe('callers', () => {
      const caller = (slot: number, expected: number, over: Partial<SessionWrite> = {}) => ({
        ...sessionWrite('D', expected, over),
        slot,
      });

      it('P-017: have slots beside the session, each with its version and response', async () => {
        const store = await fresh();
        await store.commitMessage(message({ session: sessionWrite('D', 0) }));
        expect(await store.putCaller(caller(3, 0, { id: 'c3' }))).toBe('committed');
        expect(await store.putCaller(caller(3, 0))).toBe('conflict');
        expect(await store.putCaller(caller(3, 1, { id: 'again' }))).toBe('committed');
        expect(await store.caller('D', 3)).toMatchObject({ id: 'again', version: 2, value: '{"n":1}' });
        expect(await store.caller('D', 4)).toBeUndefined();
        expect(await store.callerResponse('D', 3, 2)).toMatchObject({ status: 200 });
        expect(await store.callerResponse('D', 3, 1)).toBeUndefined();
        expect(await store.session('D')).toMatchObject({ id: 's1', version: 1 });
      });

      it('P-017: one takes the place of the session, once', async () => {
        const store = await fresh();
        await store.putCaller(caller(3, 0));
        const take = (expected: number) =>
          store.commitMessage(
            message({ session: sessionWrite('D', expected), caller: { slot: 3, expected: 1 } }),
          );
        expect(await take(0)).toBe('committed');
        expect(await store.caller('D', 3)).toBeUndefined();
        expect(await take(1)).toBe('conflict');
      });

      it('expire, and go with their device', async () => {
        const store = await fresh();
        await store.commitDevice({ device: deviceWrite('D', 0), timeline: [], events: [] });
        await store.putCaller(caller(1, 0, { updatedAt: 1000 }));
        await store.putCaller(caller(2, 0, { updatedAt: 3000 }));
        await store.expireSessions(2000);
        expect([await store.caller('D', 1), (await store.caller('D', 2))?.version]).toEqual([undefined, 1]);
        await store.removeDevice('D', 1);
        expect(await store.caller('D', 2)).toBeUndefined();
      });
    });

    it('P-021: expires old sessions; nonces and the last contact stay, and who has one in hand loses it', async () => {
      const store = await fresh();
      const minute = 60_000;
      for (const [key, at] of [
        ['old', 1],
        ['new', 10],
      ] as const) {
        const credentials = { key, keyId: 'k', sealed: Uint8Array.of(7), nonces: `"${key}"` };
        const device = messageDevice(key, 0, { record: { ...record(key), contacts: 3, lastSeen: 9 } });
        await store.commitMessage(
          message({ session: sessionWrite(key, 0, { updatedAt: at * minute }), device, credentials }),
        );
      }
      expect(await store.openSessions(5 * minute)).toBe(1);
      await store.expireSessions(5 * minute);
      const left = await Promise.all(['old', 'new'].map((key) => store.session(key)));
      expect(left.map((row) => row?.key)).toEqual([undefined, 'new']);
      const loaded = await store.loadForMessage('old');
      expect(loaded.session).toBeUndefined();
      expect(loaded.credentials).toMatchObject({ nonces: '"old"' });
      expect(loaded.device?.record).toMatchObject({ contacts: 3, lastSeen: 9 });
      expect(await store.storedResponse('old', 1)).toBeUndefined();
      expect(await store.commitMessage(message({ session: sessionWrite('old', 1) }))).toBe('conflict');
      expect(await store.commitMessage(message({ session: sessionWrite('old', loaded.version) }))).toBe(
        'committed',
      );
    });

    it('keeps what each contact changes apart from what lasts in a record', async () => {
      const store = await fresh();
      const other = await second();
      const at = (contacts: number) => ({ ...record('D', 'v1'), contacts });
      await store.commitMessage(
        message({ session: sessionWrite('D', 0), device: messageDevice('D', 0, { record: at(1) }) }),
      );
      const contactOnly = messageDevice('D', 1, { record: at(2), contactOnly: true });
      await store.commitMessage(message({ session: sessionWrite('D', 1), device: contactOnly }));
      expect(await other.device('D')).toMatchObject({ version: 1, record: { contacts: 2, why: 'v1' } });
      // Somebody who has read the record before the contact changes what lasts, and nothing of the contact is lost.
      const stale = deviceWrite('D', 1, { record: { ...at(1), why: 'changed' } });
      expect(await other.commitDevice({ device: stale, timeline: [], events: [] })).toBe('committed');
      for (const one of [store, other]) {
        expect(await one.device('D')).toMatchObject({ version: 2, record: { contacts: 2, why: 'changed' } });
        expect((await one.loadForMessage('D')).device?.record).toMatchObject({ contacts: 2, why: 'changed' });
        expect((await one.devices({}, { limit: 1 }))[0]?.record).toMatchObject({
          contacts: 2,
          why: 'changed',
        });
      }
    });

    it('lets a nonce be used by one of a message and a writer of credentials', async () => {
      const store = await fresh();
      const write = { key: 'D', expected: 0, keyId: 'k', sealed: Uint8Array.of(1), nonces: '"a"' };
      await store.putCredentials(write);
      const { version } = await store.loadForMessage('D');
      const used = message({ session: sessionWrite('D', version), nonces: '"b"' });
      const outcomes = [
        await store.commitMessage(used),
        await store.putCredentials({ ...write, expected: version, sealed: Uint8Array.of(2) }),
      ];
      expect(outcomes).toEqual(['committed', 'conflict']);
      expect(await store.credentials('D')).toMatchObject({ nonces: '"b"', sealed: Uint8Array.of(1) });
      const other = await second();
      const now = (await other.loadForMessage('D')).version;
      await other.putCredentials({ ...write, expected: now, nonces: '"c"' });
      expect(await store.commitMessage(message({ session: sessionWrite('D', now), nonces: '"d"' }))).toBe(
        'conflict',
      );
      expect((await store.loadForMessage('D')).credentials?.nonces).toBe('"c"');
    });

    it('tells of events after they are there, and never gives a sequence twice', async () => {
      const store = await fresh();
      let told = 0;
      const stop = store.onEvents(() => {
        told += 1;
      });
      await store.addEvents([
        { at: 1, type: 'a', data: 1 },
        { at: 2, type: 'b', data: 2 },
      ]);
      stop();
      await store.pruneHistory({ eventsBefore: 100, timelineBefore: 100 });
      await store.addEvents([{ at: 3, type: 'c', data: null }]);
      expect(told).toBe(1);
      expect((await store.events({ after: 0, limit: 10 })).map(({ sequence }) => sequence)).toEqual([2, 3]);
      expect(await store.lastEventSequence()).toBe(3);
    });

    it('removes old history of both kinds, however much there is, and nothing else', async () => {
      const store = await fresh();
      const many = Array.from({ length: 1_200 }, (_, i) => ({ at: i, type: 'a', data: i }));
      await store.addEvents(many);
      const lines = Array.from({ length: 3 }, (_, at) => ({
        key: 'D',
        id: 'd',
        entry: { at: at * 100, kind: 'contact' as const, text: `line ${at}` },
      }));
      await store.commitMessage(message({ session: sessionWrite('D', 0), timeline: lines }));
      await store.pruneHistory({ eventsBefore: 1_100, timelineBefore: 150 });
      const left = (await store.events({ after: 0, limit: 1_000 })).filter(({ type }) => type === 'a');
      expect(left.map(({ at }) => at)).toEqual(Array.from({ length: 100 }, (_, i) => 1_100 + i));
      expect((await store.timeline('D', { limit: 10 })).map(({ text }) => text)).toEqual(['line 2']);
    });

    it('keeps packages, keys, tokens, settings and reports', async () => {
      const store = await fresh();
      const before = await store.packagesVersion();
      expect(await store.putPackage({ record: pkg('p1'), document: '{}' }, 0)).toBe('committed');
      expect(await store.putPackage({ record: pkg('p1'), document: '{}' }, 0)).toBe('conflict');
      expect(await store.package('p1')).toEqual({ record: pkg('p1'), document: '{}', version: 1 });
      expect(await store.packagesVersion()).toBeGreaterThan(before);
      expect(await store.removePackage('p1')).toBe(true);
      await store.putPublisherKey({ id: 'k', name: 'n', publicKey: 'x', addedAt: 1 });
      expect(await store.publisherKeys()).toHaveLength(1);
      const token = { id: 't', name: 'n', role: 'admin', hash: 'h', createdAt: 1 };
      await store.putToken(token);
      expect(await store.tokenByHash('h')).toEqual(token);
      expect(await Promise.all([store.settingOnce('s', '1'), store.settingOnce('s', '2')])).toEqual([
        '1',
        '1',
      ]);
      await store.addInstallReport({ key: 'D', attempt: 'a', at: 1, code: 900, text: '900 Success' });
      expect(await store.installReports('D')).toMatchObject([{ code: 900 }]);
      expect(await store.installReports('D', 'b')).toEqual([]);
    });

    it('keeps one description for each model, and counts its changes', async () => {
      const store = await fresh();
      const before = await store.descriptionsVersion();
      const summary = { id: 'd1', roots: [], largeObjects: true };
      const row = { id: 'm1', manufacturer: 'Acme', model: 'M-1', summary, addedAt: 1 };
      await store.putDescription(row, Uint8Array.of(1, 2));
      expect(await store.descriptions()).toEqual([row]);
      await store.putDescription({ ...row, addedAt: 2 }, Uint8Array.of(3));
      expect(await store.descriptions()).toEqual([{ ...row, addedAt: 2 }]);
      expect(await store.descriptionDocument('m1')).toEqual(Uint8Array.of(3));
      expect(await store.descriptionDocument('m2')).toBeUndefined();
      expect(await store.descriptionsVersion()).toBeGreaterThan(before);
      const known = await store.descriptionsVersion();
      expect([await store.removeDescription('m1'), await store.removeDescription('m1')]).toEqual([
        true,
        false,
      ]);
      expect(await store.descriptionsVersion()).toBeGreaterThan(known);
      expect(await store.descriptions()).toEqual([]);
    });

    it('finds the credentials that another key sealed', async () => {
      const store = await fresh();
      for (const [key, keyId] of [
        ['A', 'old'],
        ['B', 'new'],
        ['C', 'old'],
      ] as const) {
        await store.putCredentials({ key, expected: 0, keyId, sealed: Uint8Array.of(1), nonces: '{}' });
      }
      const rows = await store.credentialsNotSealedWith('new', { limit: 10 });
      expect(rows.map(({ key }) => key)).toEqual(['A', 'C']);
      const write = { key: 'A', expected: 0, keyId: 'new', sealed: Uint8Array.of(2), nonces: '{}' };
      expect(await store.putCredentials(write)).toBe('conflict');
      expect(await store.putCredentials({ ...write, expected: 1 })).toBe('committed');
    });

    describe('traces', () => {
      const exchange = (session: string, at: number, over: Partial<TracedExchange> = {}): TracedExchange => ({
        session,
        key: 'D',
        stranger: false,
        encoding: 'xml',
        request: { at, bytes: 10, message: '{}' },
        response: { at, bytes: 11, message: '{}', status: 200 },
        ...over,
      });
      const bounds = { maxAgeMs: 1000, maxRows: 1000, maxBytes: 1_000_000 };

      it('are kept within age, count and size', async () => {
        const store = await fresh();
        const listed = async () => (await store.traces.sessions({ limit: 10 })).map(({ id }) => id);
        store.traces.add(() => exchange('s1', 1));
        store.traces.add(() => exchange('s1', 2));
        store.traces.add(() => exchange('s2', 3));
        const sessions = await store.traces.sessions({ limit: 10 });
        expect(sessions.map(({ id, messages }) => [id, messages])).toEqual([
          ['s2', 2],
          ['s1', 4],
        ]);
        expect(await store.traces.sessions({ limit: 10, before: 's2' })).toHaveLength(1);
        expect(await store.traces.messages('s1')).toMatchObject([
          { from: 'device', at: 1, bytes: 10 },
          { from: 'server', at: 1, bytes: 11, status: 200 },
          { from: 'device', at: 2 },
          { from: 'server', at: 2 },
        ]);
        await store.traces.prune({ ...bounds, maxRows: 3 }, 10);
        expect(await listed()).toEqual(['s2']);
        await store.traces.prune({ ...bounds, maxBytes: 100 }, 10);
        expect(await listed()).toEqual([]);
        store.traces.add(() => exchange('s3', 3));
        await store.traces.prune({ ...bounds, maxAgeMs: 1 }, 10);
        expect(await listed()).toEqual(['s3']);
        await store.traces.flush();
        await store.traces.prune({ ...bounds, maxAgeMs: 1 }, 10);
        expect(await listed()).toEqual([]);
      });

      it('of devices stay, whatever strangers say', async () => {
        const store = await fresh();
        store.traces.add(() => exchange('a', 1));
        // It was challenged first: both parts are one session.
        store.traces.add(() => exchange('b', 2, { stranger: true }));
        store.traces.add(() => exchange('b', 3));
        for (let i = 0; i < 700; i += 1) {
          store.traces.add(() => exchange(`c${i}`, 4, { stranger: true, key: 'E' }));
        }
        expect(await store.traces.session('b')).toMatchObject({ startedAt: 2, lastAt: 3, messages: 4 });
        await store.traces.prune(bounds, 10);
        const left = await store.traces.sessions({ limit: 1000 });
        expect(left.filter(({ key }) => key === 'D')).toMatchObject([{ id: 'b', messages: 2 }, { id: 'a' }]);
        expect(left.filter(({ key }) => key === 'E')).toHaveLength(50);
        expect(await store.traces.sessions({ key: 'D', limit: 10 })).toHaveLength(2);
        expect(await store.traces.messages('b')).toHaveLength(2);
      });
    });

    it('takes nothing after it was closed', async () => {
      const store = await fresh();
      await store.close();
      await expect(store.putSetting('a', 'b')).rejects.toMatchObject({ code: 'closed' });
    });
  });
}

storeContract('SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fumarole-store-'));
  const open: Store[] = [];
  const make = async (): Promise<Store> => {
    const store = openSqliteStore(folder);
    open.push(store);
    return store;
  };
  return {
    open: make,
    again: make,
    dispose: async () => {
      await Promise.all(open.map((store) => store.close()));
      rmSync(folder, { recursive: true });
    },
  };
});
