import { describe, expect, it } from 'vitest';
import { Bench, fumoScript, MOI, ROOT, type Script, somePackage } from './scripted-device.fixture.ts';

const rootsOf = (script: Script, times = 1): readonly { uri: string; found: string }[] => {
  const bench = new Bench(script, []);
  for (let session = 0; session < times; session += 1) bench.session();
  return bench.device.roots.map(({ uri, found }) => ({ uri, found }));
};
const detail = {
  './DevDetail/FwV': '1',
  './DevDetail/SwV': 's',
  './DevDetail/HwV': 'h',
  './DevDetail/LrgObj': 'true',
};

describe('by ?list=Struct', () => {
  it('F-027: the root is found by its identifier, wherever it is', () => {
    const list = [
      { uri: '.' },
      { uri: './Vendor/Deep/Box', type: MOI },
      { uri: './Vendor/Deep/Box/State' },
      { uri: './Vendor/Deep/Box/DownloadAndUpdate' },
      { uri: './FwUpdate/Decoy/State' },
      { uri: './FwUpdate/Decoy/Update' },
    ];
    expect(rootsOf({ nodes: detail, list })).toEqual([{ uri: './Vendor/Deep/Box', found: 'type' }]);
  });

  it('S-055: without Types the shape of the children tells', () => {
    const list = [{ uri: 'FwUpdate/X' }, { uri: 'FwUpdate/X/State' }, { uri: 'FwUpdate/X/Update' }];
    expect(rootsOf({ nodes: detail, list })).toEqual([{ uri: './FwUpdate/X', found: 'shape' }]);
  });

  it('I-014: asked once, and remembered when refused', () => {
    const bench = new Bench({ nodes: detail }, []);
    bench.session();
    bench.session();
    const lists = bench.sent.filter((command) => 'uri' in command && command.uri === '.?list=Struct');
    expect(lists).toHaveLength(1);
    expect(bench.device.unsupported['.?list=Struct']).toBe(406);
  });

  it('F-037: two roots are kept apart', () => {
    const list = ['A', 'B'].flatMap((name) => [
      { uri: `./Fw/${name}`, type: MOI },
      { uri: `./Fw/${name}/State` },
      { uri: `./Fw/${name}/DownloadAndUpdate` },
    ]);
    expect(rootsOf({ nodes: detail, list }).map(({ uri }) => uri)).toEqual(['./Fw/A', './Fw/B']);
  });
});

describe('by walking', () => {
  const tree = {
    ...detail,
    '.': 'DevInfo/DevDetail/DMAcc/Vendor',
    './Vendor': 'Box/Other',
    './Vendor/Other': '',
    './Vendor/Box': 'State/Update/DownloadAndUpdate/PkgVersion',
    './Vendor/Box/Update': 'PkgData',
  };
  const interior = ['.', './Vendor', './Vendor/Other', './Vendor/Box', './Vendor/Box/Update'];

  it('I-018: child lists and Type, when ?list= is refused', () => {
    const bench = new Bench({ nodes: { ...tree, './Vendor/Box?prop=Type': MOI }, interior }, []);
    bench.session();
    expect(bench.device.roots).toEqual([
      {
        uri: './Vendor/Box',
        found: 'type',
        exists: true,
        download: false,
        update: true,
        pkgData: true,
        downloadAndUpdate: true,
        pkgName: false,
        pkgVersion: true,
        state: true,
      },
    ]);
    expect(bench.sent.some((command) => 'uri' in command && command.uri.startsWith('./DMAcc'))).toBe(false);
  });

  it('an empty Type does not hide the object, another object’s Type does', () => {
    expect(rootsOf({ nodes: { ...tree, './Vendor/Box?prop=Type': '' }, interior })).toHaveLength(1);
    expect(
      rootsOf({ nodes: { ...tree, './Vendor/Box?prop=Type': 'urn:oma:mo:oma-scomo:1.0' }, interior }),
    ).toEqual([]);
  });

  it('I-018: known places when the root cannot be listed', () => {
    const nodes = { ...detail, './FUMO': 'State/DownloadAndUpdate' };
    expect(rootsOf({ nodes, interior: ['./FUMO'] })).toEqual([{ uri: './FUMO', found: 'shape' }]);
  });

  it('I-018: no FUMO at all ends as such, without an Exec', () => {
    const bench = new Bench({ nodes: { ...detail, './DevDetail/FwV': '1.0.0' } }, [somePackage()]);
    bench.session();
    expect(bench.device.update).toMatchObject({ state: 'failed', reason: 'no-fumo' });
    expect(bench.sent.some(({ kind }) => kind === 'exec')).toBe(false);
    const asked = bench.sent.length;
    bench.session();
    expect(bench.sent.length - asked).toBe(0);
  });

  it('a hostile tree is walked within bounds', () => {
    const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
    const nodes = {
      ...detail,
      '.': names.join('/'),
      ...Object.fromEntries(names.map((name) => [`./${name}`, names.join('/')])),
    };
    const bench = new Bench({ nodes, interior: ['.', ...names.map((name) => `./${name}`)] }, []);
    bench.session();
    expect(bench.sent.length).toBeLessThan(120);
    expect(JSON.stringify(bench.device).length).toBeLessThan(64 * 1024);
  });
});

it('the tree is read again with a new firmware, when an update is to be driven', () => {
  const bench = new Bench(fumoScript(['DownloadAndUpdate']), []);
  bench.session();
  bench.nodes['./DevDetail/FwV'] = '1.0.1';
  bench.now += 10 * 3_600_000;
  bench.packages = [somePackage({ fromVersions: [] })];
  const second = bench.session();
  const uris = second.map((command) => ('uri' in command ? command.uri : ''));
  expect(uris).toContain('.?list=Struct');
  expect(uris.at(-1)).toBe(`${ROOT}/DownloadAndUpdate`);
});
