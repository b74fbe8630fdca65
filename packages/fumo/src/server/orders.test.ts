import type { ServerEvent } from '@fumarole/dm/server';
import { describe, expect, it } from 'vitest';
import type { QueuedCommand } from './device-record.ts';
import { emptyUpdate } from './empty-update.ts';
import { treeCommandOf } from './learn-answer.ts';
import { Bench, fumoScript, ROOT, resultAlert, somePackage } from './scripted-device.fixture.ts';
import { settle } from './settle.ts';
import type { Update } from './update.ts';

const order = (bench: Bench, more: Partial<Update> = {}): void => {
  const update = { ...emptyUpdate(bench.ctx, 'api', 'auto', 'auto'), provisional: true, ...more };
  bench.device = { ...bench.device, policy: { offer: 'manual', via: 'auto', operation: 'auto' }, update };
};

describe('an operator’s order', () => {
  it('D1: the package is chosen from what the device says now', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage({ published: true })]);
    order(bench);
    bench.session();
    expect(bench.device.update).toMatchObject({ state: 'downloading', askedBy: 'api', toVersion: '1.1.0' });
    expect(bench.device.update?.provisional).toBe(undefined);
  });

  it('A3 F-009: DevInfo fits two packages, DevDetail decides', () => {
    const two = [
      somePackage({ id: 'b'.repeat(64), hardware: ['h2'], version: '9.0' }),
      somePackage({ id: 'c'.repeat(64), hardware: ['h1'] }),
    ];
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), two);
    order(bench);
    bench.session();
    expect(bench.device.update?.packageId).toBe('c'.repeat(64));
  });

  it('nothing fits: the update ends, and says why', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage({ fromVersions: ['0.1'] })]);
    order(bench);
    bench.session();
    expect(bench.device.update).toMatchObject({ state: 'failed' });
    expect(bench.log.some(({ text }) => text.includes('needs 0.1'))).toBe(true);
  });

  it('a withdrawn package ends an order that has not begun', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage()]);
    order(bench, { provisional: undefined, packageId: 'gone', toVersion: '3', fromVersion: '1.0.0' });
    bench.session();
    expect(bench.device.update?.state).toBe('superseded');
  });
});

describe('flow C1: the device holds a package', () => {
  const held = (nodes: Record<string, string>): Bench => {
    const children = ['Update', 'Update/PkgData', 'PkgVersion', 'PkgName'];
    const bench = new Bench(fumoScript(children, { nodes: { [`${ROOT}/State`]: '50', ...nodes } }), [
      somePackage(),
    ]);
    order(bench, { operation: 'update-only' });
    return bench;
  };

  it('C1 F-016: Exec Update only; what the device calls it is the target', () => {
    const bench = held({ [`${ROOT}/PkgVersion`]: '5.0', [`${ROOT}/PkgName`]: 'held' });
    bench.session();
    const written = bench.sent.filter(({ kind }) => kind === 'replace');
    expect(written).toEqual([]);
    expect(bench.sent.at(-1)).toMatchObject({ kind: 'exec', uri: `${ROOT}/Update` });
    expect(bench.device.update).toMatchObject({ toVersion: '5.0', packageName: 'held' });
    bench.nodes['./DevDetail/FwV'] = '5.0';
    bench.nodes[`${ROOT}/State`] = '100';
    bench.session([resultAlert('update', '200', { correlator: bench.correlator })]);
    expect(bench.device.update?.state).toBe('confirmed');
  });

  it('C1: a package of unknown version: installed, but unprovable', () => {
    const bench = held({});
    bench.session();
    expect(bench.sent.at(-1)).toMatchObject({ kind: 'exec', uri: `${ROOT}/Update` });
    bench.nodes['./DevDetail/FwV'] = '5.0';
    bench.session([resultAlert('update', '200', { correlator: bench.correlator })]);
    expect(bench.device.update?.state).toBe('unprovable');
  });

  it('C1: nothing held: no Exec', () => {
    const bench = held({ [`${ROOT}/State`]: '10', [`${ROOT}/PkgVersion`]: '5.0' });
    bench.session();
    expect(bench.sent.some(({ kind }) => kind === 'exec')).toBe(false);
    expect(bench.device.update).toMatchObject({ state: 'failed', reason: 'no-delivery-method' });
  });
});

describe('one DevId, two devices', () => {
  it('another manufacturer or model under the same id: quarantined, nothing is offered or believed', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage()]);
    bench.session();
    bench.session();
    const twin = new Bench(fumoScript(['DownloadAndUpdate'], { man: 'Other' }), [somePackage()]);
    twin.device = { ...bench.device, update: undefined };
    twin.now = bench.now;
    twin.session();
    expect(twin.device).toMatchObject({
      manufacturer: 'Acme',
      quarantine: { reason: expect.stringContaining('Other') },
    });
    expect(twin.sent).toEqual([]);
    expect(twin.device.why).toContain('quarantine');
  });
});

describe('cancelling', () => {
  it('takes effect when the download has ended: no Exec Update', () => {
    const bench = new Bench(fumoScript(['Download', 'Update']), [somePackage()]);
    bench.session();
    const { update } = bench.device;
    bench.device = { ...bench.device, update: { ...(update as Update), cancelAskedAt: bench.now } };
    bench.nodes[`${ROOT}/State`] = '50';
    bench.session([resultAlert('download', '200', { correlator: bench.correlator })]);
    expect(bench.device.update?.state).toBe('cancelled');
    expect(bench.sent.filter(({ kind }) => kind === 'exec')).toHaveLength(1);
  });
});

describe('single tree commands', () => {
  const queued = (more: Partial<QueuedCommand>): QueuedCommand => ({
    id: 'c1',
    verb: 'get',
    uri: './DevDetail/FwV',
    state: 'queued',
    queuedAt: 0,
    ...more,
  });
  const run = (command: QueuedCommand, status: Record<string, number> = {}): Bench => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate'], { status }), []);
    bench.device = { ...bench.device, commands: [command] };
    bench.session();
    return bench;
  };

  it('are sent first and answered with Status and Results', () => {
    const bench = run(queued({}));
    expect(bench.sent[0]).toMatchObject({ kind: 'get', uri: './DevDetail/FwV' });
    expect(bench.device.commands[0]).toMatchObject({
      state: 'answered',
      status: 200,
      results: [{ uri: './DevDetail/FwV', value: '1.0.0' }],
    });
  });

  it.each([
    ['set', { value: 'x', format: 'chr' }, { kind: 'replace', data: 'x', format: 'chr' }],
    ['add', {}, { kind: 'add', data: '', format: 'node' }],
    ['delete', {}, { kind: 'delete' }],
    ['exec', { correlator: 'j' }, { kind: 'exec', correlator: 'j' }],
  ] as const)('I-013: %s', (verb, more, wire) => {
    const bench = run(queued({ verb, uri: './Vendor/x', ...more }));
    expect(bench.sent[0]).toMatchObject({ uri: './Vendor/x', ...wire });
  });

  it('a refusal is the answer', () => {
    const bench = run(queued({ verb: 'delete', uri: './Vendor' }), { 'delete ./Vendor': 405 });
    expect(bench.device.commands[0]).toMatchObject({ state: 'failed', status: 405 });
  });

  it('I-017: without an answer it is recorded and not repeated', () => {
    const bench = run(queued({ verb: 'exec', uri: './Vendor/x' }), { 'exec ./Vendor/x': 0 });
    bench.session();
    expect(bench.device.commands[0]).toMatchObject({ state: 'failed', status: 0 });
    expect(bench.sent.filter(({ kind }) => kind === 'exec')).toHaveLength(1);
  });

  it('the alert with its correlator ends an Exec, whatever its type', () => {
    const bench = run(queued({ verb: 'exec', uri: './test/execute', correlator: 'j-1' }));
    bench.open([resultAlert('update', 'all well', { correlator: 'j-1', type: 'org.example.done' })]);
    expect(bench.device.commands[0]?.result).toBe('all well');
    expect(bench.last?.alertStatus.get('2#0')).toBe(200);
  });

  it('P-066: a large value arrives in pieces and is kept as far as there is room', () => {
    const bench = new Bench(fumoScript([]), []);
    bench.device = { ...bench.device, commands: [queued({ uri: './Vendor/log' })] };
    bench.open();
    const key = bench.last?.commands[0]?.key ?? '';
    const piece = (offset: number, text: string, last: boolean): ServerEvent => ({
      kind: 'chunk',
      key,
      uri: './Vendor/log',
      offset,
      bytes: new TextEncoder().encode(text),
      size: 6,
      last,
    });
    bench.round([
      piece(0, 'abc', false),
      piece(3, 'def', true),
      { kind: 'status', key, cmd: 'Get', code: 200 },
    ]);
    expect(bench.device.commands[0]).toMatchObject({ results: [{ value: 'abcdef' }], state: 'answered' });
    expect(bench.device.commands[0]?.truncated).toBe(undefined);
    bench.round([piece(0, 'x'.repeat(9000), false), piece(9000, 'y', true)]);
    expect(bench.device.commands[0]?.results?.at(-1)?.value?.length).toBeLessThanOrEqual(8192);
  });

  it('a value kept elsewhere is known by length and hash; the same node again takes its place', () => {
    const bench = new Bench(fumoScript([]), []);
    bench.device = { ...bench.device, commands: [queued({ uri: './Vendor/log' })] };
    bench.open();
    const key = bench.last?.commands[0]?.key ?? '';
    expect(treeCommandOf(bench.device, key)).toBe(bench.device.commands[0]?.id);
    const value = { uri: './Vendor/log', size: 100_000, sha256: 'aa', format: 'bin' };
    bench.round([
      { kind: 'spooled', key, ...value, sha256: 'old' },
      { kind: 'spooled', key, ...value },
      { kind: 'status', key, cmd: 'Get', code: 200 },
    ]);
    expect(bench.device.commands[0]).toMatchObject({ results: [value], state: 'answered' });
    expect(bench.device.commands[0]?.results).toHaveLength(1);
  });

  it('no Exec of an update goes out beside them', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage()]);
    bench.device = { ...bench.device, commands: [queued({})] };
    bench.open();
    for (let round = 0; round < 20 && (bench.last?.commands.length ?? 0) > 0; round += 1) {
      const kinds = bench.last?.commands.map(({ kind }) => kind) ?? [];
      expect(kinds.includes('exec') && kinds.length > 1).toBe(false);
      bench.round(bench.answers());
    }
    expect(bench.device.update?.state).toBe('downloading');
  });
});

describe('what did not fit the message', () => {
  it('has not happened: the Exec leaves in the next one, once', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage()]);
    bench.open();
    while (bench.last?.commands.some(({ kind }) => kind === 'exec') !== true) bench.round(bench.answers());
    const keys = bench.last.commands.map(({ key }) => key);
    bench.device = settle(bench.device, keys, { sent: [], unsendable: [] }, bench.ctx).device;
    expect(bench.device.update?.attempts[0]?.state).toBe('written');
    bench.round([]);
    const again = bench.round([]);
    expect(
      [...bench.sent].filter(({ kind }) => kind === 'exec').length + again.commands.length,
    ).toBeGreaterThan(0);
    expect(bench.device.session?.pending).not.toHaveProperty(keys[0] ?? '');
  });

  it('S-054: a package that can never go in-band is not tried again', () => {
    const bench = new Bench(fumoScript(['Update']), [somePackage()]);
    bench.open();
    while (bench.last?.commands.every(({ kind }) => kind === 'get') === true) bench.round(bench.answers());
    const key = bench.last?.commands[0]?.key ?? '';
    const { device } = settle(bench.device, [key], { sent: [], unsendable: [{ key, code: 413 }] }, bench.ctx);
    expect(device.unsupported[`replace ${ROOT}/Update/PkgData`]).toBe(413);
    expect(device.update?.state).toBe('assigned');
  });
});
