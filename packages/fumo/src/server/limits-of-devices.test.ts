import { describe, expect, it } from 'vitest';
import type { QueuedCommand } from './device-record.ts';
import { DEFAULT_PLANNER_CONFIG } from './limits.ts';
import { profileOf } from './profiles/profile-of.ts';
import { wireProfile } from './profiles/wire-profile.ts';
import {
  Bench,
  fumoScript,
  ROOT,
  requestAlert,
  resultAlert,
  somePackage,
} from './scripted-device.fixture.ts';
import { textFor } from './text-for.ts';

const urisOf = (bench: Bench): readonly string[] =>
  bench.sent.flatMap((command) => ('uri' in command ? [command.uri] : []));

function queued(bench: Bench, uri: string): void {
  const command: QueuedCommand = { id: 'c1', verb: 'get', uri, state: 'queued', queuedAt: 0 };
  bench.device = { ...bench.device, commands: [command] };
}

describe('S-014: the length of a URI', () => {
  const limits = (depth: string, total: string, segment: string) => ({
    './DevDetail/URI/MaxDepth': depth,
    './DevDetail/URI/MaxTotLen': total,
    './DevDetail/URI/MaxSegLen': segment,
  });

  it.each([
    ['7 segments, 6 are taken', './a/b/c/d/e/f/g', limits('6', '0', '0'), false],
    ['7 segments, 7 are taken', './a/b/c/d/e/f/g', limits('7', '0', '0'), true],
    [
      '110 characters, 109 are taken',
      `./${'abc/'.repeat(27)}`.slice(0, 110).replace(/\/$/, 'x'),
      limits('0', '109', '0'),
      false,
    ],
    [
      '110 characters, 110 are taken',
      `./${'abc/'.repeat(27)}`.slice(0, 110).replace(/\/$/, 'x'),
      limits('0', '110', '0'),
      true,
    ],
    ['a segment of 50, 49 are taken', `./${'s'.repeat(50)}`, limits('0', '0', '49'), false],
    ['a segment of 50, no limit', `./${'s'.repeat(50)}`, limits('0', '0', '0'), true],
    ['a segment of 121, 256 are said to be taken', `./${'s'.repeat(121)}`, limits('0', '512', '256'), false],
  ])('S-014: %s', (_what, uri, nodes, goes) => {
    const bench = new Bench(fumoScript(['Update'], { nodes }), []);
    queued(bench, uri);
    bench.session();
    expect(urisOf(bench).includes(uri)).toBe(goes);
    if (!goes) expect(bench.device.commands[0]).toMatchObject({ state: 'failed' });
  });

  it('S-014: the device’s limits are asked for before a long URI goes out, and not for a short one', () => {
    const bench = new Bench(fumoScript(['Update'], { nodes: limits('0', '0', '0') }), []);
    const long = `./${'x'.repeat(50)}/y`;
    queued(bench, long);
    bench.session();
    const uris = urisOf(bench);
    const asked = uris.indexOf('./DevDetail/URI/MaxSegLen');
    expect(asked).toBeGreaterThanOrEqual(0);
    expect(uris.indexOf(long)).toBeGreaterThan(asked);
    const plain = new Bench(fumoScript(['Update'], { nodes: limits('0', '0', '0') }), []);
    queued(plain, './DevDetail/FwV');
    plain.session();
    expect(urisOf(plain).some((uri) => uri.startsWith('./DevDetail/URI/'))).toBe(false);
  });

  it('S-014: a firmware object is not made where its nodes would lie too deep', () => {
    const nodes = { './DevDetail/FwV': '1.0.0', ...limits('3', '0', '0') };
    const bench = new Bench({ nodes, man: 'Nokia' }, [somePackage({ manufacturer: 'Nokia' })]);
    bench.session();
    expect(urisOf(bench).every((uri) => uri.split('?')[0]?.split('/').length ?? 0 <= 4)).toBe(true);
    expect(urisOf(bench)).not.toContain('./FUMO/Fumarole/DownloadAndUpdate/PkgURL');
    expect(bench.device.update?.state).not.toBe('downloading');
  });
});

describe('S-007: the language of a text', () => {
  const texts = { default: 'Hello', de: 'Hallo', 'pt-BR': 'Oi', pt: 'Olá' };
  it.each([
    ['pt-br', 'Oi'],
    ['pt-PT', 'Olá'],
    ['de-AT', 'Hallo'],
    ['DE', 'Hallo'],
    ['fi', 'Hello'],
    ['', 'Hello'],
    [undefined, 'Hello'],
  ])('S-007: %s reads %s', (language, text) => {
    expect(textFor(texts, language)).toBe(text);
  });

  it('S-007 F-119: a user who asked for nothing new is told in the language of the device', () => {
    const bench = new Bench(fumoScript(['Update']), []);
    bench.session();
    bench.device = { ...bench.device, language: 'de-CH' };
    bench.session([requestAlert('userrequest')]);
    expect(bench.sent).toContainEqual(
      expect.objectContaining({
        kind: 'alert',
        items: ['MINDT=10', DEFAULT_PLANNER_CONFIG.upToDateTexts.de],
      }),
    );
  });
});

it('S-031: a device of DM/1.1 is asked for no list, and no result alert is waited for', () => {
  const script = fumoScript(['DownloadAndUpdate']);
  const nodes = {
    ...script.nodes,
    '.': 'FwUpdate',
    './FwUpdate': 'FwPkg1',
    [ROOT]: 'State/DownloadAndUpdate',
  };
  const bench = new Bench({ ...script, nodes, interior: ['.', './FwUpdate', ROOT] }, [somePackage()]);
  bench.verProto = 'DM/1.1';
  bench.session();
  expect(urisOf(bench)).not.toContain('.?list=Struct');
  expect(urisOf(bench)).toContain(`${ROOT}/DownloadAndUpdate`);
  expect(profileOf(bench.device)).toMatchObject({ list: false, resultAlert: false });
  bench.nodes['./DevDetail/FwV'] = '1.1.0';
  bench.session();
  expect(bench.device.update?.state).toBe('confirmed');
});

it('T-083: a listing that takes two messages is one', () => {
  const bench = new Bench(fumoScript(['Update', 'Download', 'DownloadAndUpdate']), []);
  bench.open();
  for (let round = 0; round < 10 && (bench.last?.commands.length ?? 0) > 0; round += 1) {
    const answers = bench.answers();
    const rest = answers.flatMap((event) =>
      event.kind === 'results' && event.items.length > 4 ? [{ ...event, items: event.items.slice(3) }] : [],
    );
    const first = answers.map((event) =>
      event.kind === 'results' && event.items.length > 4
        ? { ...event, items: event.items.slice(0, 3) }
        : event,
    );
    bench.learn(first);
    bench.round(rest);
  }
  expect(bench.device.roots).toMatchObject([
    { uri: ROOT, download: true, update: true, downloadAndUpdate: true },
  ]);
});

it.each([
  ['one Results with many Items', true],
  ['many Results with one Item', false],
])('T-083: %s make the same tree', (_what, together) => {
  const bench = new Bench(fumoScript(['Update', 'Download', 'DownloadAndUpdate']), []);
  bench.open();
  for (let round = 0; round < 10 && (bench.last?.commands.length ?? 0) > 0; round += 1) {
    const answers = bench
      .answers()
      .flatMap((event) =>
        event.kind === 'results' && !together
          ? event.items.map((item) => ({ ...event, items: [item] }))
          : [event],
      );
    bench.round(answers);
  }
  expect(bench.device.roots).toMatchObject([
    { uri: ROOT, found: 'type', download: true, update: true, downloadAndUpdate: true, pkgData: true },
  ]);
});

describe('what a device tells that decides nothing', () => {
  it.each(['110', '7', '-1', 'busy'])('I-024: State %s is kept as it is and read again', (state) => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage()]);
    bench.session();
    bench.nodes[`${ROOT}/State`] = state;
    const before = bench.sent.length;
    bench.session();
    expect(bench.device.nodes[`${ROOT}/State`]?.value).toBe(state);
    expect(bench.device.update?.state).toBe('downloading');
    bench.session();
    expect(
      urisOf(bench)
        .slice(before)
        .filter((uri) => uri === `${ROOT}/State`).length,
    ).toBeGreaterThan(1);
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.session([resultAlert('downloadandupdate', '200', { correlator: bench.correlator })]);
    expect(bench.device.update?.state).toBe('confirmed');
  });

  it('F-065: 202 to an Exec without a URL, and then result 411, ends it', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate']), [somePackage()]);
    bench.session();
    bench.session([resultAlert('downloadandupdate', '411', { correlator: bench.correlator })]);
    expect(bench.device.update).toMatchObject({ state: 'failed', reason: 'bad-url', rawCode: 411 });
  });

  it.each([
    'true',
    'TRUE',
    ' True ',
    '1',
  ])('S-012: LrgObj %j is read as true, anything else as false', (told) => {
    const bench = new Bench(fumoScript(['Update'], { nodes: { './DevDetail/LrgObj': told } }), []);
    bench.session();
    expect(wireProfile(bench.device).chunks).toBe(true);
    const no = new Bench(fumoScript(['Update'], { nodes: { './DevDetail/LrgObj': `${told}x` } }), []);
    no.session();
    expect(wireProfile(no.device).chunks).toBe(false);
  });

  it.each([
    405, 406, 425,
  ])('I-026 T-047: Exec 200, but State and PkgURL answered %i: the update goes on', (code) => {
    const status = {
      [`get ${ROOT}/State`]: code,
      [`get ${ROOT}/DownloadAndUpdate/PkgURL`]: code,
      [`exec ${ROOT}/DownloadAndUpdate`]: 200,
    };
    const bench = new Bench(fumoScript(['DownloadAndUpdate'], { status }), [somePackage()]);
    bench.session();
    expect(bench.device.update?.state).toBe('downloading');
    bench.session();
    expect(bench.device.update?.state).toBe('downloading');
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.session([resultAlert('downloadandupdate', '200', { correlator: bench.correlator })]);
    expect(bench.device.update?.state).toBe('confirmed');
  });
});
