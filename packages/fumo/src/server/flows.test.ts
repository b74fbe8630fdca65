import { describe, expect, it } from 'vitest';
import {
  Bench,
  fumoScript,
  ROOT,
  requestAlert,
  resultAlert,
  somePackage,
} from './scripted-device.fixture.ts';

const words = (commands: readonly { kind: string; uri?: string }[]): readonly string[] =>
  commands.map(({ kind, uri = '' }) => `${kind} ${uri.replace(ROOT, 'X')}`);

describe('flow A1: large object', () => {
  it('F-007 F-010 F-123 F-129: DevInfo, PkgData, Exec Update only after its 200, confirmed by FwV', () => {
    const bench = new Bench(fumoScript(['Update']), [somePackage()]);
    const first = bench.session();
    expect(words(first)).toEqual([
      'get ./DevDetail/FwV',
      'get ./DevDetail/SwV',
      'get ./DevDetail/HwV',
      'get ./DevDetail/LrgObj',
      'get .?list=Struct',
      'get X/Update',
      'get X/State',
      'replace X/Update/PkgData',
      'exec X/Update',
    ]);
    expect(bench.device.update?.state).toBe('installing');
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.nodes[`${ROOT}/State`] = '100';
    const second = bench.session([resultAlert('update', '200', { correlator: bench.correlator })]);
    expect(words(second)).toEqual(['get ./DevDetail/FwV']);
    expect(bench.device.update?.state).toBe('confirmed');
  });
});

describe('flow B1: PkgURL, then Exec Update in a later session', () => {
  it('F-012 F-016 F-132: the Exec follows the 200 of its URL, the Update follows the download', () => {
    const bench = new Bench(fumoScript(['Download', 'Update']), [somePackage()], {}, {});
    bench.device = { ...bench.device, policy: { offer: 'automatic', via: 'url', operation: 'auto' } };
    expect(words(bench.session()).slice(-4)).toEqual([
      'get X/Update',
      'get X/State',
      'replace X/Download/PkgURL',
      'exec X/Download',
    ]);
    const first = bench.correlator;
    bench.nodes[`${ROOT}/State`] = '50';
    const second = bench.session([resultAlert('download', '200', { correlator: first })]);
    expect(words(second)).toEqual(['get ./DevDetail/FwV', 'get X/State', 'exec X/Update']);
    expect(bench.correlator).not.toBe(first);
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.session([resultAlert('update', '200', { correlator: bench.correlator })]);
    expect(bench.device.update?.state).toBe('confirmed');
  });
});

describe('flow D1: DownloadAndUpdate', () => {
  it('F-018: one Exec, one result, confirmed', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate', 'Update', 'Download']), [somePackage()]);
    expect(words(bench.session()).slice(-2)).toEqual([
      'replace X/DownloadAndUpdate/PkgURL',
      'exec X/DownloadAndUpdate',
    ]);
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.session([resultAlert('downloadandupdate', '200', { correlator: bench.correlator })]);
    expect(bench.device.update?.state).toBe('confirmed');
  });
});

describe('flow E: requests', () => {
  it('F-019 F-117: a user request is answered 200 and leads to an update', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage()]);
    bench.device = { ...bench.device, policy: { offer: 'on-request', via: 'auto', operation: 'auto' } };
    expect(words(bench.session()).some((word) => word.startsWith('exec'))).toBe(false);
    const answer = bench.open([requestAlert('userrequest')]);
    expect(answer.alertStatus.get('2#0')).toBe(200);
    for (let round = 0; round < 9 && (bench.last?.commands.length ?? 0) > 0; round += 1) {
      bench.round(bench.answers());
    }
    expect(words(bench.sent)).toContain('exec X/DownloadAndUpdate');
    expect(bench.device.update?.askedBy).toBe('user');
  });
});
