import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceKey } from '@fumarole/dm/objects';
import type { ServerEvent } from '@fumarole/dm/server';
import {
  type DeviceRecord,
  lastsUnchanged,
  type PackageRecord,
  type SessionView,
} from '@fumarole/fumo/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SPOOL_BOUNDS } from '../artifacts/limits.ts';
import { Spool } from '../artifacts/spool.ts';
import { deviceColumns } from '../store/device-columns.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite/open-store.ts';
import { createFleet } from './create-fleet.ts';
import type { Consultation, Fleet } from './fleet.ts';
import { MAX_NOTIFY_REPORTS } from './limits.ts';

const ID = 'IMEI:490154203237518';
const ROOT = './FwUpdate/FwPkg1';

let folder: string;
let store: Store;
let fleet: Fleet;
let now: number;
let woken: string[];
let octet: number;
let sessions: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fumarole-fleet-'));
  store = openSqliteStore(folder);
  [now, octet, sessions, woken] = [1_000_000, 0, 0, []];
  fleet = await newFleet();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function newFleet(): Promise<Fleet> {
  return createFleet({
    store,
    urls: {
      package: (device, attempt) => `https://dl.example.net/d/${device}/${attempt}`,
      descriptor: (device, attempt) => `https://dl.example.net/dd/${device}/${attempt}`,
    },
    values: await Spool.open(join(folder, 'spool'), SPOOL_BOUNDS, now),
    wake: {
      wake: async (key) => {
        woken.push(key);
        return 'queued';
      },
      arrived: async () => undefined,
    },
    now: () => now,
    random: (octets) => Uint8Array.from({ length: octets }, () => (octet = (octet + 1) % 256)),
    planner: { silentMs: 1000, retryBaseMs: 100, downloadLimitMs: 100_000 },
  });
}

const pkg = (more: Partial<PackageRecord> = {}): PackageRecord => ({
  id: 'a'.repeat(64),
  name: 'M-100 firmware',
  version: '1.1.0',
  release: 2,
  size: 20_000,
  contentType: 'application/octet-stream',
  published: true,
  manufacturer: 'Acme',
  models: ['M-100'],
  hardware: [],
  fromVersions: ['1.0.0'],
  allowDowngrade: false,
  securityFloor: 0,
  addedAt: 0,
  ...more,
});

const NODES: Record<string, string> = {
  './DevDetail/FwV': '1.0.0',
  './DevDetail/SwV': 's',
  './DevDetail/HwV': 'h',
  './DevDetail/LrgObj': 'false',
  [`${ROOT}/State`]: '10',
};

/** What a device with DownloadAndUpdate answers. */
function answers({ commands }: Consultation): readonly ServerEvent[] {
  return commands.flatMap((command): readonly ServerEvent[] => {
    const { key, kind } = command;
    const uri = 'uri' in command ? command.uri : '';
    if (kind !== 'get') {
      return [{ kind: 'status', key, cmd: kind, code: kind === 'exec' ? 202 : 200 }];
    }
    const items =
      uri === '.?list=Struct'
        ? [
            { uri: ROOT, type: 'urn:oma:mo:oma-fumo:1.0', data: '' },
            { uri: `${ROOT}/State`, data: '' },
            { uri: `${ROOT}/DownloadAndUpdate`, data: '' },
          ]
        : [{ uri, data: NODES[uri] ?? '' }];
    return [
      { kind: 'status', key, cmd: kind, code: 200 },
      { kind: 'results', key, items },
    ];
  });
}

const everything = (consultation: Consultation): { sent: string[]; unsendable: []; events: [] } => ({
  sent: consultation.commands.map(({ key }) => key),
  unsendable: [],
  events: [],
});

/** A whole session, each message committed as the endpoint does it. */
async function session(first: readonly ServerEvent[] = []): Promise<DeviceRecord> {
  sessions += 1;
  now += 10;
  const view: SessionView = { key: `s${sessions}`, encoding: 'wbxml', scheme: 'md5', weak: false };
  let events: readonly ServerEvent[] = [
    { kind: 'opened', trigger: 1201, source: ID, sessionID: '1', verProto: 'DM/1.2', maxMsgSize: 5000 },
    {
      kind: 'dev-info',
      items: [
        { uri: './DevInfo/Man', value: 'Acme' },
        { uri: './DevInfo/Mod', value: 'M-100' },
      ],
    },
    ...first,
  ];
  for (let round = 0; round < 30; round += 1) {
    const key = deviceKey(ID);
    const row = await store.device(key);
    const before = row?.record ?? fleet.newDevice({ id: ID }, now);
    const consultation = await fleet.consult(before, view, events, 'commands', now);
    const { device, timeline } = fleet.settled(consultation, everything(consultation));
    const { version } = await store.loadForMessage(key);
    await store.commitMessage({
      session: {
        key,
        expected: version,
        id: 's',
        token: 't',
        updatedAt: now,
        value: '{}',
        response: { status: 200, headers: {}, parts: [] },
      },
      device: {
        key,
        expected: row?.version ?? 0,
        record: device,
        columns: deviceColumns(device),
        contactOnly: row !== undefined && lastsUnchanged(row.record, device),
      },
      timeline: timeline.map((entry) => ({ key, id: ID, entry })),
      events: [],
    });
    if (consultation.commands.length === 0) break;
    events = answers(consultation);
  }
  return fleet.device(ID);
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? String(error);
const refused = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no refusal', codeOf);

describe('a device and a published package', () => {
  it('F-001 F-004: the device is read, offered the package, and its timeline and events tell it', async () => {
    await fleet.addPackage(pkg());
    const device = await session();
    expect(device.update).toMatchObject({ state: 'downloading', toVersion: '1.1.0' });
    expect(device.update?.attempts[0]?.url).toContain(`/d/${ID}/${device.update?.id}.1`);
    const timeline = await store.timeline(deviceKey(ID), { limit: 100 });
    expect(timeline.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['contact', 'facts', 'update', 'attempt']),
    );
    const events = await store.events({ after: 0, limit: 100 });
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['update.assigned', 'update.offered', 'update.downloading']),
    );
  });

  it('what another process publishes is seen, what it withdraws is no longer offered', async () => {
    await session();
    const other = await newFleet();
    await other.addPackage(pkg());
    now += 1000;
    expect((await session()).update?.state).toBe('downloading');
    expect(await refused(other.removePackage(pkg().id))).toBe('package-in-use');
    await other.addPackage(pkg({ id: 'b'.repeat(64), version: '0.9', release: 1 }));
    await other.removePackage('b'.repeat(64));
    now += 1000;
    expect((await fleet.packages()).map(({ id }) => id)).toEqual([pkg().id]);
  });

  it('unpublished packages are not offered; publishing offers them', async () => {
    await fleet.addPackage(pkg({ published: false }));
    expect((await session()).update).toBe(undefined);
    expect(await fleet.publishPackage(pkg().id, true)).toMatchObject({ published: true });
    expect((await session()).update?.state).toBe('downloading');
    expect(await refused(fleet.publishPackage('none', true))).toBe('package-unknown');
    expect(await refused(fleet.removePackage('none'))).toBe('package-unknown');
  });

  it('a turn that is no proof of anything teaches nothing', async () => {
    const before = fleet.newDevice({ id: ID }, now);
    const view: SessionView = { key: 's', encoding: 'xml', scheme: 'none', weak: true };
    const events: readonly ServerEvent[] = [{ kind: 'authentication-failed', reason: 'missing', count: 0 }];
    for (const turn of ['challenge', 'refused', 'retry'] as const) {
      expect((await fleet.consult(before, view, events, turn, now)).device).toBe(before);
    }
  });

  it('F-117: a request in a message that is not the last of its package is answered 202', async () => {
    const before = fleet.newDevice({ id: ID }, now);
    const view: SessionView = { key: 's', encoding: 'xml', scheme: 'md5', weak: false };
    const type = 'org.openmobilealliance.dm.firmwareupdate.userrequest';
    const alert: ServerEvent = { kind: 'generic-alert', cmdID: '4', item: 0, type, data: '', complete: true };
    const answer = await fleet.consult(before, view, [alert], 'continue', now);
    expect([...answer.alertStatus]).toEqual([['4#0', 202]]);
    expect(answer.device.request?.by).toBe('user');
  });
});

describe('operators', () => {
  it('admit a device once, with a policy; a wrong id or profile is refused', async () => {
    const record = await fleet.provision({ id: ID, profile: 'netcomm', policy: { offer: 'manual' } });
    expect(record.policy).toMatchObject({ offer: 'manual', profile: 'netcomm' });
    expect(await refused(fleet.provision({ id: ID }))).toBe('device-exists');
    expect(await refused(fleet.provision({ id: 'x', profile: 'none' }))).toBe('command-invalid');
    expect(await refused(fleet.provision({ id: ' ' }))).toBe('command-invalid');
    expect(await refused(fleet.device('other'))).toBe('device-unknown');
    expect((await fleet.setPolicy(ID, { offer: 'automatic', profile: undefined })).policy).toEqual({
      offer: 'automatic',
      via: 'auto',
      operation: 'auto',
    });
  });

  it('S-005: IMEI with check digit or without is the same device', async () => {
    await fleet.provision({ id: ID });
    expect((await fleet.device('imei:49015420323751')).id).toBe(ID);
  });

  it('D1: order an update, woken; the device gets it though its policy is manual', async () => {
    await fleet.provision({ id: ID, policy: { offer: 'manual' } });
    await fleet.addPackage(pkg());
    expect((await session()).update).toBe(undefined);
    const update = await fleet.requestUpdate({ device: ID, wake: true });
    expect(update).toMatchObject({ state: 'assigned', askedBy: 'api', toVersion: '1.1.0' });
    expect(woken).toEqual([deviceKey(ID)]);
    const device = await session();
    expect(device.update).toMatchObject({ id: update.id, state: 'downloading' });
    expect(await refused(fleet.requestUpdate({ device: ID }))).toBe('update-open');
    expect(await refused(fleet.cancelUpdate(ID))).toBe('update-too-late');
  });

  it('an order for a device that was never seen waits for its facts', async () => {
    await fleet.provision({ id: ID, policy: { offer: 'manual' } });
    await fleet.addPackage(pkg());
    const update = await fleet.requestUpdate({ device: ID, package: pkg().id });
    expect(update.toVersion).toBe(undefined);
    expect((await session()).update).toMatchObject({
      id: update.id,
      state: 'downloading',
      toVersion: '1.1.0',
    });
  });

  it('an order that cannot be is refused with its reason', async () => {
    await fleet.addPackage(pkg({ models: ['other'] }));
    await session();
    const order = fleet.requestUpdate({ device: ID, package: pkg().id });
    await expect(order).rejects.toMatchObject({
      code: 'package-unfit',
      message: 'made for model other, the device is M-100',
    });
    expect(await refused(fleet.requestUpdate({ device: ID, package: 'none' }))).toBe('package-unknown');
    expect(await refused(fleet.requestUpdate({ device: 'nobody' }))).toBe('device-unknown');
  });

  it('cancel what has not begun; it is not offered again by itself', async () => {
    await fleet.addPackage(pkg());
    await session();
    await fleet.setPolicy(ID, { offer: 'manual' });
    const key = deviceKey(ID);
    const row = await store.device(key);
    if (row?.record.update === undefined) throw new Error('no update');
    const record: DeviceRecord = {
      ...row.record,
      update: { ...row.record.update, state: 'assigned', attempts: [] },
    };
    await store.commitDevice({
      device: { key, expected: row.version, record, columns: deviceColumns(record) },
      timeline: [],
      events: [],
    });
    expect(await fleet.cancelUpdate(ID)).toMatchObject({
      state: 'cancelled',
      reason: 'cancelled-by-operator',
    });
    expect(await refused(fleet.cancelUpdate(ID))).toBe('update-none');
    await fleet.setPolicy(ID, { offer: 'automatic' });
    const device = await session();
    expect(device.update?.state).toBe('cancelled');
    expect(device.why).toContain('held until an operator asks');
  });

  it('queue single tree commands, within bounds, answered at the next contact', async () => {
    await fleet.provision({ id: ID });
    const command = await fleet.queueCommand(ID, { verb: 'get', uri: './DevDetail/FwV' });
    expect(command.state).toBe('queued');
    const device = await session();
    expect(device.commands[0]).toMatchObject({ id: command.id, state: 'answered', status: 200 });
    for (const uri of [
      '/DevInfo',
      './a b',
      './a/../b',
      './././a',
      '',
      `./${'x'.repeat(300)}`,
      './a?drop=1',
    ]) {
      expect(await refused(fleet.queueCommand(ID, { verb: 'get', uri }))).toBe('command-invalid');
    }
    const long = { verb: 'set', uri: './a', value: 'x'.repeat(8192) } as const;
    for (let index = 0; index < 4; index += 1) await fleet.queueCommand(ID, long);
    expect(await refused(fleet.queueCommand(ID, long))).toBe('command-limit');
    for (let index = 0; index < 28; index += 1) await fleet.queueCommand(ID, { verb: 'get', uri: './a' });
    expect(await refused(fleet.queueCommand(ID, { verb: 'get', uri: './a' }))).toBe('command-limit');
  });

  it('quarantine stops everything until it is cleared', async () => {
    await fleet.addPackage(pkg());
    await session();
    await fleet.quarantine(ID, 'two devices');
    const row = await store.device(deviceKey(ID));
    expect(row?.columns).toMatchObject({ quarantined: true, nextDue: undefined });
    expect(await refused(fleet.requestUpdate({ device: ID }))).toBe('device-quarantined');
    expect((await session()).why).toContain('quarantine');
    await fleet.clearQuarantine(ID);
    expect((await session()).quarantine).toBe(undefined);
  });

  it('are told what the next contact will bring when a package came after the last one', async () => {
    await session();
    expect((await fleet.why(ID)).why).not.toContain('→');
    await fleet.addPackage(pkg());
    expect((await fleet.why(ID)).why).toMatch(/^at its next contact 1\.0\.0 → 1\.1\.0: /);
    await session();
    expect((await fleet.why(ID)).why).not.toContain('next contact');
  });

  it('are told why, with the facts and each rejected package', async () => {
    await fleet.addPackage(pkg());
    await fleet.addPackage(pkg({ id: 'b'.repeat(64), name: 'other', hardware: ['h9'] }));
    await session();
    const { why, facts } = await fleet.why(ID);
    expect(why).toContain('1.0.0 → 1.1.0');
    const named = Object.fromEntries(facts.map(({ name, value }) => [name, value]));
    expect(named).toMatchObject({
      device: 'Acme M-100',
      runs: '1.0.0',
      [ROOT]: expect.stringContaining('DownloadAndUpdate'),
      'not other 1.1.0': 'made for hardware h9, the device has h',
    });
    expect(named.delivery).toContain('DownloadAndUpdate by URL');
  });
});

describe('reports and due work', () => {
  it('D-048 D-047: an install-notify is recorded once, and decides nothing', async () => {
    await fleet.addPackage(pkg());
    const { update } = await session();
    const attempt = `${update?.id}.1`;
    await fleet.recordInstallNotify(ID, attempt, 900, 'Success');
    await fleet.recordInstallNotify(ID, attempt, 900, 'Success');
    await fleet.recordInstallNotify(ID, attempt, 461);
    expect(await store.installReports(deviceKey(ID), attempt)).toHaveLength(2);
    const device = await fleet.device(ID);
    expect(device.update).toMatchObject({ state: 'downloading', installNotify: { code: 461 } });
    const notes = (await store.timeline(deviceKey(ID), { limit: 100 })).filter(
      ({ kind }) => kind === 'notify',
    );
    expect(notes.map(({ text }) => text)).toEqual([
      'download report 900: Success',
      'download report 461: unknown report, taken as failure',
    ]);
  });

  it('a reporter that never runs out of codes fills no disk', async () => {
    await fleet.addPackage(pkg());
    const { update } = await session();
    const attempt = `${update?.id}.1`;
    for (let code = 900; code < 930; code += 1) await fleet.recordInstallNotify(ID, attempt, code);
    expect(await store.installReports(deviceKey(ID), attempt)).toHaveLength(MAX_NOTIFY_REPORTS);
  });

  it('F-130: what falls due is found by the index, once, and the device is woken', async () => {
    await fleet.addPackage(pkg());
    const device = await session();
    expect(device.dueAt).toBeGreaterThan(now);
    expect(await fleet.runDue(now, 10)).toBe(0);
    now += 5000;
    expect(await fleet.runDue(now, 10)).toBe(1);
    expect((await fleet.device(ID)).update?.state).toBe('silent');
    expect(woken).toEqual([deviceKey(ID)]);
    expect(await fleet.runDue(now, 10)).toBe(0);
    expect((await session()).update?.state).toBe('downloading');
  });

  it('two servers at the same due device: one of them', async () => {
    await fleet.addPackage(pkg());
    await session();
    now += 5000;
    const other = await newFleet();
    const counts = await Promise.all([fleet.runDue(now, 10), other.runDue(now, 10)]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
  });
});
