import { describe, expect, it } from 'vitest';
import {
  Bench,
  fumoScript,
  ROOT,
  requestAlert,
  resultAlert,
  somePackage,
} from './scripted-device.fixture.ts';

/** A device that has accepted DownloadAndUpdate. */
const accepted = (): Bench => {
  const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage()]);
  bench.session();
  expect(bench.device.update?.state).toBe('downloading');
  return bench;
};
const answer = (bench: Bench): number | undefined => bench.last?.alertStatus.get('2#0');

describe('matching', () => {
  it.each([
    ['by correlator', {}, true],
    ['the root as source', { source: ROOT }, false],
    ['F-092: the operation node', { source: `${ROOT}/DownloadAndUpdate` }, false],
    ['I-021: the PkgURL', { source: `${ROOT}/DownloadAndUpdate/PkgURL` }, false],
    ['I-021: another place, but the only open operation', { source: './DevDetail/Ext/SystemUpdate' }, false],
    [
      'F-092: a padded type with prefix',
      { type: 'Reversed-Domain-Name: org.openmobilealliance.firmwareupdate.downloadandupdate ' },
      false,
    ],
  ])('F-091: %s', (_title, more, correlated) => {
    const bench = accepted();
    const correlator = correlated ? { correlator: bench.correlator } : {};
    bench.open([resultAlert('downloadandupdate', '410', { ...more, ...correlator })]);
    expect(bench.device.update).toMatchObject({ state: 'failed', rawCode: 410, rawKind: 'result' });
    expect(answer(bench)).toBe(200);
  });

  it('I-021: the package URL as source', () => {
    const bench = accepted();
    const source = bench.device.update?.attempts[0]?.url ?? '';
    bench.open([resultAlert('downloadandupdate', '200', { source })]);
    expect(bench.device.update?.state).toBe('installed');
  });

  it('F-090: an unknown correlator is acknowledged and logged, nothing changes', () => {
    const bench = accepted();
    bench.open([resultAlert('downloadandupdate', '410', { correlator: 'job-of-before' })]);
    expect(answer(bench)).toBe(200);
    expect(bench.device.update?.state).toBe('downloading');
    expect(bench.log.some(({ text }) => text.includes('unknown correlator'))).toBe(true);
  });

  it('F-089 P-040: a repeated alert is acknowledged and counted once', () => {
    const bench = accepted();
    const alert = resultAlert('downloadandupdate', '503', { correlator: bench.correlator });
    bench.open([alert]);
    expect(bench.device.update).toMatchObject({ failures: 1 });
    bench.open([alert]);
    bench.open([alert]);
    expect(answer(bench)).toBe(200);
    expect(bench.device.update).toMatchObject({ failures: 1 });
    expect(bench.log.filter(({ text }) => text.includes('already counted'))).toHaveLength(2);
  });

  it('F-089: repeated without a correlator, too', () => {
    const bench = accepted();
    const alert = resultAlert('downloadandupdate', '503');
    bench.open([alert]);
    bench.open([alert]);
    expect(bench.device.update).toMatchObject({ failures: 1 });
  });

  it('F-094: two alerts in one message get their own handling', () => {
    const bench = accepted();
    const unknown = { ...resultAlert('update', '200', { correlator: 'x' }), cmdID: '3' };
    bench.open([resultAlert('downloadandupdate', '403', { correlator: bench.correlator }), unknown]);
    expect(bench.last?.alertStatus.get('2#0')).toBe(200);
    expect(bench.last?.alertStatus.get('3#0')).toBe(200);
    expect(bench.device.update?.reason).toBe('wrong-device');
  });

  it('P-039: a result without a number is 412; a foreign type is left to the session', () => {
    const bench = accepted();
    bench.open([resultAlert('downloadandupdate', 'done')]);
    expect(answer(bench)).toBe(412);
    bench.open([resultAlert('downloadandupdate', '200', { type: 'org.wi-fi.hotspot2dot0.x' })]);
    expect(answer(bench)).toBe(undefined);
    expect(bench.device.update?.state).toBe('downloading');
  });

  it('F-093 D-075: 952 with text is read as the device having aborted', () => {
    const bench = accepted();
    bench.open([resultAlert('downloadandupdate', '952 file error', { correlator: bench.correlator })]);
    expect(bench.device.update).toMatchObject({ reason: 'client-error', rawCode: 952, state: 'assigned' });
  });

  it('fumo.md §10: 255 is a successful download', () => {
    const bench = new Bench(fumoScript(['Download', 'Update']), [somePackage()]);
    bench.session();
    bench.open([resultAlert('download', '255', { correlator: bench.correlator })]);
    expect(bench.device.update?.state).toBe('downloaded');
  });
});

describe('flow C2: the device installs by itself', () => {
  it('F-017: its alert without correlator ends the update that was downloaded', () => {
    const bench = new Bench(fumoScript(['Download', 'Update']), [somePackage()]);
    bench.session();
    bench.nodes[`${ROOT}/State`] = '50';
    bench.open([resultAlert('download', '200', { correlator: bench.correlator })]);
    expect(bench.device.update?.state).toBe('downloaded');
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.nodes[`${ROOT}/State`] = '100';
    bench.session([resultAlert('update', '200')]);
    expect(bench.device.update?.state).toBe('confirmed');
    expect(bench.sent.filter(({ kind }) => kind === 'exec')).toHaveLength(1);
  });
});

describe('flow D2: the device downloads and updates by itself', () => {
  it('F-017: an update of its own, confirmed by the version that one of our packages makes', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage()]);
    bench.device = { ...bench.device, policy: { offer: 'manual', via: 'auto', operation: 'auto' } };
    bench.session();
    expect(bench.device.update).toBe(undefined);
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.session([resultAlert('downloadandupdate', '200')]);
    expect(bench.device.update).toMatchObject({ state: 'confirmed', askedBy: 'device', toVersion: '1.1.0' });
    bench.session([resultAlert('downloadandupdate', '200')]);
    expect(bench.device.history).toEqual([]);
    expect(bench.sent.some(({ kind }) => kind === 'exec')).toBe(false);
  });

  it.each([
    ['410', { state: 'failed', reason: 'update-failed' }],
    ['503', { state: 'failed', reason: 'network' }],
    ['401', { state: 'refused', reason: 'user-cancelled' }],
  ])('F-089: a failure of its own, %s, is recorded once and never tried again by us', (code, outcome) => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), []);
    bench.session([resultAlert('downloadandupdate', code)]);
    bench.session([resultAlert('downloadandupdate', code)]);
    expect(bench.device).toMatchObject({
      update: { ...outcome, askedBy: 'device' },
      history: [],
    });
    expect(bench.device.update?.retryAt).toBeUndefined();
    bench.now += 7 * 24 * 3_600_000;
    bench.session();
    expect(bench.device.update).toMatchObject(outcome);
    expect(bench.sent.some(({ kind }) => kind === 'exec')).toBe(false);
  });

  it('F-090: a result with a correlator that is not known, and one of a download, are logged only', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), []);
    bench.session([resultAlert('downloadandupdate', '410', { correlator: 'lost' })]);
    bench.session([resultAlert('download', '503')]);
    expect(bench.device.update).toBe(undefined);
    expect(bench.log.filter(({ kind }) => kind === 'alert')).toHaveLength(2);
  });
});

describe('requests', () => {
  it.each(['0', '200', 'aGVsbG8=', ''])('F-120 I-023: Data %j of a request is never a result', (data) => {
    const bench = accepted();
    bench.open([requestAlert('devicerequest', data)]);
    expect(bench.device.update?.attempts[0]?.result).toBe(undefined);
    expect(bench.device.update?.state).toBe('downloading');
  });

  it('F-117: 202 when nothing fits', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), []);
    bench.open([requestAlert('devicerequest')]);
    expect(answer(bench)).toBe(202);
  });

  it('F-119 I-015: a user without update is told so, and the session ends', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), []);
    bench.session();
    const sent = bench.session([requestAlert('userrequest')]);
    expect(sent).toMatchObject([{ kind: 'alert', code: 1100, items: ['MINDT=10', expect.any(String)] }]);
    expect(bench.last?.commands).toEqual([]);
  });

  it('F-119: a device that asks for itself is shown nothing', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), []);
    bench.session();
    expect(bench.session([requestAlert('devicerequest')])).toEqual([]);
  });

  it.each(['A', 'B'])('F-118: without a Source every root is looked at: only %s can be updated', (usable) => {
    const list = ['A', 'B'].flatMap((name) => [
      { uri: `./Fw/${name}`, type: 'urn:oma:mo:oma-fumo:1.0' },
      { uri: `./Fw/${name}/State` },
      ...(name === usable ? [{ uri: `./Fw/${name}/DownloadAndUpdate` }] : []),
    ]);
    const nodes = { './Fw/A/State': '10', './Fw/B/State': '10' };
    const bench = new Bench(fumoScript([], { list, nodes }), [somePackage()]);
    bench.device = { ...bench.device, policy: { offer: 'on-request', via: 'auto', operation: 'auto' } };
    bench.session();
    bench.session([requestAlert('userrequest')]);
    expect(bench.sent.at(-1)).toMatchObject({ kind: 'exec', uri: `./Fw/${usable}/DownloadAndUpdate` });
  });

  it('F-118: with a Source only that root is used', () => {
    const list = ['A', 'B'].flatMap((name) => [
      { uri: `./Fw/${name}`, type: 'urn:oma:mo:oma-fumo:1.0' },
      { uri: `./Fw/${name}/State` },
      { uri: `./Fw/${name}/DownloadAndUpdate` },
    ]);
    const nodes = { './Fw/A/State': '10', './Fw/B/State': '10' };
    const bench = new Bench(fumoScript([], { list, nodes }), [somePackage()]);
    bench.device = { ...bench.device, policy: { offer: 'on-request', via: 'auto', operation: 'auto' } };
    bench.session();
    bench.session([{ ...requestAlert('userrequest'), source: './Fw/B' } as never]);
    expect(bench.sent.at(-1)).toMatchObject({ kind: 'exec', uri: './Fw/B/DownloadAndUpdate' });
  });

  it.each([
    ['E1', 'auto', 'auto', `${ROOT}/DownloadAndUpdate`],
    ['E2 F-020', 'auto', 'download-then-update', `${ROOT}/Download`],
    ['E3 F-021', 'pkgdata', 'auto', `${ROOT}/Update`],
  ] as const)('%s: a request continues as the policy says', (_flow, via, operation, uri) => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate', 'Download', 'Update']), [somePackage()]);
    bench.device = { ...bench.device, policy: { offer: 'on-request', via, operation } };
    bench.session([requestAlert('devicerequest')]);
    expect(bench.sent.at(-1)).toMatchObject({ kind: 'exec', uri });
    expect(bench.device.update?.askedBy).toBe('device');
  });

  it('a manual policy lets nobody but an operator ask', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage()]);
    bench.device = { ...bench.device, policy: { offer: 'manual', via: 'auto', operation: 'auto' } };
    bench.session([requestAlert('userrequest')]);
    expect(bench.device.update).toBe(undefined);
    expect(bench.device.why).toContain('manual');
  });
});
