import { describe, expect, it } from 'vitest';
import { Bench, fumoScript, ROOT, resultAlert, type Script, somePackage } from './scripted-device.fixture.ts';

const combined = (more: Partial<Script> = {}): Script => fumoScript(['DownloadAndUpdate'], more);
const execs = (bench: Bench): readonly string[] =>
  bench.sent.flatMap((command) => (command.kind === 'exec' ? [command.uri.replace(ROOT, 'X')] : []));
const DLU = `exec ${ROOT}/DownloadAndUpdate`;

describe('Status of the Exec', () => {
  it.each([
    [202, 'downloading'],
    [200, 'downloading'],
  ])('I-025 F-063 F-064: %i is the beginning, the alert is awaited', (code, state) => {
    const bench = new Bench(combined({ status: { [DLU]: code } }), [somePackage()]);
    bench.session();
    expect(bench.device.update?.state).toBe(state);
    expect(bench.device.update?.attempts[0]).toMatchObject({ state: 'accepted', status: code });
  });

  it.each([
    [403, 'busy'],
    [405, 'busy'],
    [417, 'busy'],
    [503, 'busy'],
    [500, 'client-error'],
  ])('F-073: after %i the State is read and a new attempt is scheduled', (code, reason) => {
    const bench = new Bench(combined({ status: { [DLU]: code } }), [somePackage()]);
    const commands = bench.session();
    expect(commands.at(-1)).toMatchObject({ kind: 'get', uri: `${ROOT}/State` });
    expect(bench.device.update).toMatchObject({
      state: 'assigned',
      reason,
      rawCode: code,
      rawKind: 'status',
    });
    expect(bench.device.update?.retryAt).toBeGreaterThan(bench.now);
    expect(bench.device.dueAt).toBe(bench.device.update?.retryAt);
    bench.session();
    expect(execs(bench)).toHaveLength(1);
  });

  it('F-073: while State says busy no new attempt is made, whatever the time', () => {
    const bench = new Bench(combined({ status: { [DLU]: 405 } }), [somePackage()]);
    bench.session();
    bench.nodes[`${ROOT}/State`] = '30';
    bench.now += 10 * 3_600_000;
    bench.session();
    expect(execs(bench)).toHaveLength(1);
    expect(bench.device.why).toContain('busy');
    bench.nodes[`${ROOT}/State`] = '10';
    bench.session();
    expect(execs(bench)).toHaveLength(2);
  });

  it.each([404, 406, 425, 501])('F-036: %i is remembered and another way taken at once', (code) => {
    const script = fumoScript(['DownloadAndUpdate', 'Download', 'Update'], { status: { [DLU]: code } });
    const bench = new Bench(script, [somePackage()]);
    bench.session();
    expect(execs(bench)).toEqual(['X/DownloadAndUpdate', 'X/Download']);
    expect(bench.device.unsupported[DLU]).toBe(code);
    expect(bench.device.update).toMatchObject({ state: 'downloading', failures: 0 });
  });

  it('a refused confirmation (215) is the user’s no', () => {
    const bench = new Bench(combined({ status: { [DLU]: 215 } }), [somePackage()]);
    bench.session();
    expect(bench.device.update).toMatchObject({ state: 'refused', reason: 'user-cancelled' });
  });
});

describe('the Replace before it', () => {
  it('F-132: refused, there is no Exec', () => {
    const replace = `replace ${ROOT}/DownloadAndUpdate/PkgURL`;
    const bench = new Bench(combined({ status: { [replace]: 404 } }), [somePackage()]);
    bench.session();
    expect(execs(bench)).toEqual([]);
    expect(bench.device.update).toMatchObject({ state: 'failed', reason: 'no-delivery-method' });
  });

  it('F-132: URL and Exec are never in one message by default', () => {
    const bench = new Bench(combined(), [somePackage()]);
    bench.open();
    let together = 0;
    for (let round = 0; round < 20 && (bench.last?.commands.length ?? 0) > 0; round += 1) {
      const kinds = bench.last?.commands.map(({ kind }) => kind) ?? [];
      together += kinds.includes('exec') && kinds.includes('replace') ? 1 : 0;
      bench.round(bench.answers());
    }
    expect([together, execs(bench).length]).toEqual([0, 1]);
  });

  it('F-042: PkgURL and PkgData are never set for one job', () => {
    const script = fumoScript(['Download', 'Update', 'DownloadAndUpdate']);
    const bench = new Bench(script, [somePackage()]);
    bench.session();
    const written = bench.sent.filter(({ kind }) => kind === 'replace').map((c) => ('uri' in c ? c.uri : ''));
    expect(written).toEqual([`${ROOT}/DownloadAndUpdate/PkgURL`]);
  });

  it('F-127: a transfer that broke off starts again later, as a new attempt', () => {
    const bench = new Bench(fumoScript(['Update'], { status: { [`replace ${ROOT}/Update/PkgData`]: 0 } }), [
      somePackage(),
    ]);
    bench.session();
    expect(bench.device.update).toMatchObject({ state: 'assigned', reason: 'network', failures: 1 });
    expect(execs(bench)).toEqual([]);
    bench.now += 3_600_000;
    bench.session();
    const replaced = bench.sent.filter(({ kind }) => kind === 'replace');
    expect(replaced).toHaveLength(2);
  });

  it('interop §1.6: a device that does not assemble chunks is never sent a large object again', () => {
    const bench = new Bench(fumoScript(['Update']), [somePackage()]);
    bench.open();
    while (bench.last?.commands.every(({ kind }) => kind === 'get') === true) bench.round(bench.answers());
    const key = bench.last?.commands[0]?.key ?? '';
    bench.round([{ kind: 'object-failed', key, reason: 'not-chunked', code: 200 }]);
    bench.round(bench.answers());
    expect(bench.device.update).toMatchObject({ state: 'failed', reason: 'no-delivery-method' });
    expect(execs(bench)).toEqual([]);
  });

  it('F-128: 420 to PkgData is retried later, State unchanged', () => {
    const status = { [`replace ${ROOT}/Update/PkgData`]: 420 };
    const bench = new Bench(fumoScript(['Update'], { status }), [somePackage()]);
    bench.session();
    expect(bench.device.update).toMatchObject({ state: 'assigned', reason: 'no-room-for-package' });
  });
});

describe('a lost Status (F-074)', () => {
  const lost = (): Bench => {
    const bench = new Bench(combined({ status: { [DLU]: 0 } }), [somePackage()]);
    bench.session();
    return bench;
  };

  it('F-074: the next thing asked is State, nothing is executed', () => {
    const bench = lost();
    const after = bench.sent.slice(bench.sent.findIndex(({ kind }) => kind === 'exec') + 1);
    expect(after.every(({ kind }) => kind === 'get')).toBe(true);
    expect(after.map((c) => ('uri' in c ? c.uri : ''))).toContain(`${ROOT}/State`);
  });

  it.each(['30', '40', '60'])('F-074: State %s shows that it runs: wait for its alert', (state) => {
    const bench = new Bench(combined({ status: { [DLU]: 0 } }), [somePackage()]);
    bench.open();
    while (bench.last?.commands.some(({ kind }) => kind === 'exec') !== true) bench.round(bench.answers());
    bench.nodes[`${ROOT}/State`] = state;
    bench.session();
    expect(bench.device.update?.attempts[0]?.state).toBe('accepted');
    expect(execs(bench)).toHaveLength(1);
  });

  it('F-074: State 10 shows that it never began: a new attempt after the pause', () => {
    const bench = lost();
    expect(bench.device.update?.attempts[0]?.state).toBe('abandoned');
    bench.now += 3_600_000;
    bench.session();
    expect(execs(bench)).toHaveLength(2);
    const correlators = bench.sent.flatMap((c) => (c.kind === 'exec' ? [c.correlator] : []));
    expect(new Set(correlators).size).toBe(2);
  });

  it('F-074: the alert of an Exec whose Status was lost counts', () => {
    const bench = new Bench(combined({ status: { [DLU]: 0 } }), [somePackage()]);
    bench.open();
    while (bench.last?.commands.some(({ kind }) => kind === 'exec') !== true) bench.round(bench.answers());
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.session([resultAlert('downloadandupdate', '200', { correlator: bench.correlator })]);
    expect(bench.device.update?.state).toBe('confirmed');
    expect(execs(bench)).toHaveLength(1);
  });
});

describe('correlators', () => {
  it('F-072: unique for each Exec and in the record before it leaves', () => {
    const bench = new Bench(fumoScript(['Download', 'Update']), [somePackage()]);
    bench.session();
    bench.nodes[`${ROOT}/State`] = '50';
    bench.session([resultAlert('download', '200', { correlator: bench.correlator })]);
    const sent = bench.sent.flatMap((c) => (c.kind === 'exec' ? [c.correlator] : []));
    expect(new Set(sent).size).toBe(2);
    expect(bench.device.update?.attempts.map(({ correlator }) => correlator)).toEqual(sent);
  });
});
