import { describe, expect, it } from 'vitest';
import { evaluateDue } from './due.ts';
import type { PlannerConfig } from './plan-types.ts';
import { Bench, fumoScript, ROOT, resultAlert, somePackage } from './scripted-device.fixture.ts';

const HOUR = 3_600_000;
const accepted = (config: Partial<PlannerConfig> = {}): Bench => {
  const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage()], config);
  bench.session();
  return bench;
};
const report = (bench: Bench, code: string): void => {
  bench.session([resultAlert('downloadandupdate', code, { correlator: bench.correlator })]);
};
const state = (bench: Bench): string | undefined => bench.device.update?.state;

describe('proof by version', () => {
  it('F-129 S-052: 2xx with the old version is flagged, read again, and confirmed when it changes', () => {
    const bench = accepted();
    report(bench, '200');
    expect(bench.device.update).toMatchObject({ state: 'unverified', reason: 'version-unchanged' });
    bench.session();
    expect(state(bench)).toBe('unverified');
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.session();
    expect(state(bench)).toBe('confirmed');
  });

  it('F-129: unverified for too long: nothing more is asked for its sake, nothing new offered by itself', () => {
    const bench = accepted({ maxUnverifiedContacts: 2 });
    report(bench, '200');
    for (let contact = 0; contact < 4; contact += 1) bench.session();
    expect(bench.session()).toEqual([]);
    expect(bench.device.why).toContain('never shown it');
    expect(bench.device.dueAt).toBe(undefined);
  });

  it('installed, and the base version in a later session: rolled back', () => {
    const bench = accepted();
    bench.open([resultAlert('downloadandupdate', '200', { correlator: bench.correlator })]);
    expect(state(bench)).toBe('installed');
    bench.session();
    expect(bench.device.update).toMatchObject({ state: 'rolled-back', reason: 'rolled-back' });
  });

  it('confirmed, then an older version: regressed, and not offered again by itself', () => {
    const bench = accepted();
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    report(bench, '200');
    expect(state(bench)).toBe('confirmed');
    bench.nodes['./DevDetail/FwV'] = '1.0.0';
    bench.now += 2 * HOUR;
    bench.session();
    expect(state(bench)).toBe('regressed');
    expect(bench.sent.filter(({ kind }) => kind === 'exec')).toHaveLength(1);
  });

  it('a version that comes and goes: confirmed once, regressed once', () => {
    const bench = accepted();
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    report(bench, '200');
    for (const version of ['1.0.0', '1.1.0', '1.0.0', '1.1.0']) {
      bench.nodes['./DevDetail/FwV'] = version;
      bench.now += 2 * HOUR;
      bench.session();
    }
    expect(state(bench)).toBe('regressed');
    const told = bench.log.filter(({ kind }) => kind === 'update').map(({ data }) => data?.state);
    expect(told.filter((one) => one === 'confirmed')).toHaveLength(1);
    expect(told.filter((one) => one === 'regressed')).toHaveLength(1);
  });

  it('another version than from and to: superseded', () => {
    const bench = accepted();
    bench.nodes['./DevDetail/FwV'] = '7.7';
    report(bench, '200');
    expect(state(bench)).toBe('superseded');
  });

  it('already there when the device is asked: not needed, no Exec', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage({ fromVersions: [] })]);
    bench.open();
    bench.round(bench.answers());
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    const { device } = bench;
    expect(device.update?.state).toBe('assigned');
    bench.session();
    expect(state(bench)).toBe('not-needed');
    expect(bench.sent.some(({ kind }) => kind === 'exec')).toBe(false);
  });

  it('a success reported in the session of its Exec proves nothing before the next contact', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage()]);
    bench.open();
    while (bench.last?.commands.some(({ kind }) => kind === 'exec') !== true) bench.round(bench.answers());
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.round([
      ...bench.answers(),
      resultAlert('downloadandupdate', '200', { correlator: bench.correlator }),
    ]);
    for (let round = 0; round < 5 && (bench.last?.commands.length ?? 0) > 0; round += 1)
      bench.round(bench.answers());
    expect(state(bench)).toBe('installed');
    bench.session();
    expect(state(bench)).toBe('confirmed');
  });

  it('a package that reads like what runs is never offered: nothing could prove it', () => {
    const same = somePackage({ fromVersions: ['1.0.0'], version: '1.0.0', release: 3 });
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [same]);
    bench.session();
    expect(bench.device.update).toBe(undefined);
    expect(bench.device.why).toContain('already runs');
  });

  it('I-022: no alert ever, but the version shows it: confirmed, and a late alert is counted once', () => {
    const bench = accepted();
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.nodes[`${ROOT}/State`] = '100';
    bench.session();
    expect(state(bench)).toBe('confirmed');
    report(bench, '200');
    expect(state(bench)).toBe('confirmed');
    expect(bench.device.update?.attempts).toHaveLength(1);
    expect(bench.device.update?.attempts[0]).toMatchObject({ result: 200, deduced: false });
  });
});

describe('failures by class (F-113)', () => {
  it.each([
    '402',
    '407',
    '412',
    '500',
    '501',
    '503',
  ])('F-113: %s is retried with a growing pause, within the limit', (code) => {
    const bench = accepted({ maxFailures: 3, retryBaseMs: 1000, retryMaxMs: 1_000_000 });
    const pauses: number[] = [];
    for (let failure = 0; failure < 3; failure += 1) {
      report(bench, code);
      const retryAt = bench.device.update?.retryAt;
      if (retryAt !== undefined) {
        pauses.push(retryAt - bench.now);
        bench.now = retryAt;
        bench.session();
      }
    }
    expect(state(bench)).toBe('failed');
    expect(bench.device.update?.attempts).toHaveLength(3);
    expect(pauses[0]).toBeGreaterThanOrEqual(1000);
    expect(pauses[1]).toBeGreaterThanOrEqual(2000);
    expect(pauses[1]).toBeLessThanOrEqual(2500);
  });

  it.each(['400', '409'])('F-113: %s is retried once only', (code) => {
    const bench = accepted({ maxDoubtfulFailures: 2, retryBaseMs: 1000 });
    report(bench, code);
    expect(state(bench)).toBe('assigned');
    bench.now += 10_000;
    bench.session();
    report(bench, code);
    expect(state(bench)).toBe('failed');
  });

  it.each(['403', '404', '405', '408', '411', '410', '502'])('F-113: %s is final and held', (code) => {
    const bench = accepted();
    report(bench, code);
    expect(bench.device.update).toMatchObject({ state: 'failed', rawCode: Number(code) });
    bench.now += 100 * HOUR;
    bench.session();
    expect(bench.sent.filter(({ kind }) => kind === 'exec')).toHaveLength(1);
    expect(bench.device.why).toContain('held');
  });

  it('F-113 401: the user is asked again by policy, and then no more', () => {
    const bench = accepted({ maxRefusals: 2, askAgainMs: 24 * HOUR });
    report(bench, '401');
    expect(bench.device.update).toMatchObject({ state: 'refused', reason: 'user-cancelled' });
    bench.session();
    expect(state(bench)).toBe('refused');
    bench.now += 25 * HOUR;
    bench.session();
    expect(state(bench)).toBe('downloading');
    report(bench, '401');
    expect(bench.device.update).toMatchObject({ state: 'refused', refusals: 2 });
    expect(bench.device.update?.retryAt).toBe(undefined);
  });

  it('a damaged package is sent anew, not installed again', () => {
    const bench = new Bench(fumoScript(['Download', 'Update']), [somePackage()], { retryBaseMs: 1 });
    bench.session();
    bench.nodes[`${ROOT}/State`] = '50';
    bench.session([resultAlert('download', '200', { correlator: bench.correlator })]);
    bench.nodes[`${ROOT}/State`] = '70';
    bench.session([resultAlert('update', '402', { correlator: bench.correlator })]);
    bench.now += 1000;
    bench.session();
    expect(bench.sent.at(-1)).toMatchObject({ kind: 'exec', uri: `${ROOT}/Download` });
  });

  it('F-060: refused at the prompt with the package kept: asked again with Exec Update only', () => {
    const bench = new Bench(fumoScript(['Download', 'Update']), [somePackage()], { askAgainMs: 1000 });
    bench.session();
    bench.nodes[`${ROOT}/State`] = '50';
    bench.session([resultAlert('download', '200', { correlator: bench.correlator })]);
    bench.session([resultAlert('update', '401', { correlator: bench.correlator })]);
    bench.now += 2000;
    bench.session();
    expect(bench.sent.at(-1)).toMatchObject({ kind: 'exec', uri: `${ROOT}/Update` });
    expect(bench.sent.filter((c) => c.kind === 'exec' && c.uri.endsWith('/Download'))).toHaveLength(1);
  });
});

describe('time (F-130)', () => {
  const limits = { downloadLimitMs: 1000, updateLimitMs: 1000, graceMs: 500 };

  it('F-130: past the limit the device is notified once, and without a contact the stage has timed out', () => {
    const bench = accepted(limits);
    expect(bench.device.dueAt).toBeGreaterThan(bench.now);
    bench.now = bench.device.dueAt ?? 0;
    const first = evaluateDue(bench.device, bench.ctx);
    expect(first).toMatchObject({ wake: true, device: { update: { state: 'downloading' } } });
    bench.now = first.device.dueAt ?? 0;
    const second = evaluateDue(first.device, bench.ctx);
    expect(second).toMatchObject({
      wake: false,
      device: { update: { state: 'timed-out', reason: 'stage-time-out' } },
    });
    expect(second.device.dueAt).toBe(undefined);
  });

  it('F-130: notified and still busy: extended once, then over', () => {
    const bench = accepted(limits);
    bench.nodes[`${ROOT}/State`] = '30';
    bench.now += 3000;
    bench.session();
    expect(bench.device.update).toMatchObject({ state: 'downloading', extensions: 1 });
    bench.now += 3000;
    bench.session();
    expect(state(bench)).toBe('timed-out');
  });

  it('F-130 I-022: State ended without an alert: taken at its word in the second contact', () => {
    const bench = new Bench(fumoScript(['Download', 'Update']), [somePackage()]);
    bench.session();
    bench.nodes[`${ROOT}/State`] = '50';
    bench.session();
    expect(state(bench)).toBe('downloading');
    bench.session();
    expect(bench.sent.at(-1)).toMatchObject({ kind: 'exec', uri: `${ROOT}/Update` });
    expect(bench.device.update?.attempts[0]).toMatchObject({ state: 'succeeded', deduced: true });
  });

  it('the truth comes late: a timed-out update that the device shows is confirmed', () => {
    const bench = accepted(limits);
    bench.nodes[`${ROOT}/State`] = '60';
    bench.now += 3000;
    bench.session();
    bench.now += 3000;
    bench.session();
    expect(state(bench)).toBe('timed-out');
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.now += 2 * HOUR;
    report(bench, '200');
    expect(state(bench)).toBe('confirmed');
  });

  it('no contact at all: silent, and heard of again', () => {
    const bench = accepted({ silentMs: 10_000, downloadLimitMs: HOUR });
    bench.now += 20_000;
    const { device } = evaluateDue(bench.device, bench.ctx);
    expect(device.update).toMatchObject({ state: 'silent', beforeSilence: 'downloading' });
    bench.device = device;
    bench.open();
    expect(state(bench)).toBe('downloading');
  });

  it('the retry falls due by itself and wakes the device', () => {
    const bench = accepted({ retryBaseMs: 1000 });
    report(bench, '503');
    bench.now = bench.device.dueAt ?? 0;
    expect(evaluateDue(bench.device, bench.ctx)).toMatchObject({
      wake: true,
      device: { update: { state: 'assigned' } },
    });
  });
});

describe('stepping stones', () => {
  it('from → via → to, each confirmed, without another request', () => {
    const via = somePackage({ id: 'b'.repeat(64), version: '1.1.0', release: 2, fromVersions: ['1.0.0'] });
    const to = somePackage({ id: 'c'.repeat(64), version: '2.0.0', release: 3, fromVersions: ['1.1.0'] });
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [via, to]);
    bench.session();
    expect(bench.device.update).toMatchObject({ toVersion: '1.1.0', onTheWayTo: '2.0.0' });
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    report(bench, '200');
    expect(bench.device.update).toMatchObject({ toVersion: '2.0.0', state: 'downloading' });
    expect(bench.device.history[0]).toMatchObject({ toVersion: '1.1.0', state: 'confirmed' });
    bench.nodes['./DevDetail/FwV'] = '2.0.0';
    report(bench, '200');
    expect(bench.device.update).toMatchObject({ toVersion: '2.0.0', state: 'confirmed' });
  });
});

describe('F-081: the reason behind a 410', () => {
  const leaf = `${ROOT}/Ext/LastResult`;
  const failing = (children: readonly string[], text?: string): Bench => {
    const nodes: Record<string, string> = text === undefined ? {} : { [leaf]: text };
    const bench = new Bench(fumoScript(['DownloadAndUpdate', ...children], { nodes }), [somePackage()]);
    bench.session();
    report(bench, '410');
    return bench;
  };
  const asked = (bench: Bench): number =>
    bench.sent.filter((command) => command.kind === 'get' && command.uri === leaf).length;

  it('the device says in Ext/LastResult that it rolled back: the server does too', () => {
    const bench = failing(['Ext'], '410 rolled back: the new image did not start');
    expect(bench.device.update).toMatchObject({ state: 'rolled-back', reason: 'rolled-back', rawCode: 410 });
    expect(bench.log.some(({ text }) => text.includes('did not start'))).toBe(true);
    bench.session();
    expect(asked(bench)).toBe(1);
  });

  it.each([
    ['another reason', ['Ext'], '410 the slot cannot be written', 1],
    ['another result', ['Ext'], '200 rolled back', 1],
    ['no such leaf', ['Ext'], undefined, 1],
    ['no extensions', [], '410 rolled back', 0],
  ])('%s: failed, and asked at most once', (_, children, text, times) => {
    const bench = failing(children, text);
    bench.session();
    expect(bench.device.update).toMatchObject({ state: 'failed', reason: 'update-failed', rawCode: 410 });
    expect(asked(bench)).toBe(times);
  });

  it('only after a 410', () => {
    const bench = new Bench(
      fumoScript(['DownloadAndUpdate', 'Ext'], { nodes: { [leaf]: '410 rolled back' } }),
      [somePackage()],
    );
    bench.session();
    report(bench, '403');
    expect(asked(bench)).toBe(0);
    expect(state(bench)).toBe('failed');
  });
});
