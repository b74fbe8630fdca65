import { describe, expect, it } from 'vitest';
import { newDevice } from './new-device.ts';
import { PROFILES } from './profiles/families.ts';
import { profileOf } from './profiles/profile-of.ts';
import { wireProfile } from './profiles/wire-profile.ts';
import {
  Bench,
  fumoScript,
  requestAlert,
  resultAlert,
  type Script,
  somePackage,
} from './scripted-device.fixture.ts';

const uris = (bench: Bench): readonly string[] =>
  bench.sent.map((command) => `${command.kind} ${'uri' in command ? command.uri : ''}`);
const named = (bench: Bench, profile: string): Bench => {
  bench.device = { ...bench.device, policy: { ...bench.device.policy, profile } };
  return bench;
};

it('I-014: a family is recognised by DevInfo, or named by the operator', () => {
  const record = newDevice({ id: 'd', manufacturer: ' Samsung ', model: 'G' }, 'automatic', 0);
  expect(profileOf(record).name).toBe('samsung');
  expect(profileOf({ ...record, policy: { ...record.policy, profile: 'verizon' } }).name).toBe('verizon');
  expect(profileOf(newDevice({ id: 'd', manufacturer: 'Acme' }, 'automatic', 0)).name).toBe('default');
  expect(new Set(PROFILES.map(({ name }) => name)).size).toBe(PROFILES.length);
});

it('I-014: without a profile no Sequence, no Atomic', () => {
  const wire = wireProfile(newDevice({ id: 'd' }, 'automatic', 0));
  expect(wire).toMatchObject({ sequence: false, atomic: false, chunks: false, maxMsgSizeDefault: 5000 });
});

it('S-013: chunks only with LrgObj and MaxObjSize', () => {
  const bench = new Bench(fumoScript(['Update']), []);
  bench.session();
  expect(wireProfile(bench.device).chunks).toBe(true);
  const { session } = bench.device;
  if (session === undefined) throw new Error('no session');
  expect(wireProfile({ ...bench.device, session: { ...session, maxObjSize: undefined } }).chunks).toBe(false);
});

describe('Samsung (interop-notes.md §2)', () => {
  const script: Script = { nodes: { './DevDetail/FwV': '1.0.0' }, man: 'Samsung', mod: 'M-100' };
  const pkg = somePackage({ manufacturer: 'Samsung' });

  it('I-014: no discovery, URL and Exec side by side with a Get, a descriptor', () => {
    const bench = new Bench(script, [pkg]);
    bench.session([requestAlert('devicerequest', '0')]);
    expect(uris(bench)).toEqual([
      'get ./DevDetail/FwV',
      'replace ./FUMO/DownloadAndUpdate/PkgURL',
      'exec ./FUMO/DownloadAndUpdate',
      'get ./DevDetail/FwV',
    ]);
    expect(bench.sent[1]).toMatchObject({ data: expect.stringContaining('/dd/') });
  });

  it('no result alert ever comes: the version proves it', () => {
    const bench = new Bench(script, [pkg]);
    bench.session();
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    bench.session();
    expect(bench.device.update?.state).toBe('confirmed');
  });

  it('nothing to offer: SvcState 260, with a Get', () => {
    const bench = new Bench(script, []);
    bench.session();
    bench.session([requestAlert('devicerequest', '0')]);
    expect(bench.sent).toContainEqual(
      expect.objectContaining({ kind: 'replace', uri: './FUMO/Ext/SvcState', data: '260' }),
    );
  });
});

describe('Windows Mobile (fumo.md §10)', () => {
  it('F-041: the root is made by Add of DownloadAndUpdate/PkgURL', () => {
    const script: Script = { nodes: { './DevDetail/FwV': '1.0.0' } };
    const bench = named(new Bench(script, [somePackage()]), 'windows-mobile');
    bench.session();
    const at = uris(bench).indexOf('add ./FwUpdate/Fumarole/DownloadAndUpdate/PkgURL');
    expect(uris(bench).slice(at)).toEqual([
      'add ./FwUpdate/Fumarole/DownloadAndUpdate/PkgURL',
      'get ./FwUpdate/Fumarole/State',
      'exec ./FwUpdate/Fumarole/DownloadAndUpdate',
    ]);
  });

  it('F-041: a root that exists is not added', () => {
    const nodes = {
      './DevDetail/FwV': '1.0.0',
      './FwUpdate': 'Pkg',
      './FwUpdate/Pkg': 'State/DownloadAndUpdate',
      './FwUpdate/Pkg/State': '10',
    };
    const script: Script = { nodes, interior: ['./FwUpdate', './FwUpdate/Pkg'] };
    const bench = named(new Bench(script, [somePackage()]), 'windows-mobile');
    bench.session();
    expect(uris(bench).some((line) => line.startsWith('add'))).toBe(false);
    expect(uris(bench).at(-1)).toBe('exec ./FwUpdate/Pkg/DownloadAndUpdate');
  });
});

describe('Symbian (interop-notes.md §6)', () => {
  it('F-041: the root is added below ./FUMO, then used', () => {
    const script: Script = { nodes: { './DevDetail/FwV': '1.0.0' }, man: 'Nokia' };
    const bench = new Bench(script, [somePackage({ manufacturer: 'Nokia' })]);
    bench.session();
    const made = uris(bench).indexOf('add ./FUMO/Fumarole');
    expect(made).toBeGreaterThan(0);
    expect(uris(bench).at(-1)).toBe('exec ./FUMO/Fumarole/DownloadAndUpdate');
    expect(uris(bench).filter((line) => line.startsWith('add'))).toHaveLength(1);
  });

  it('F-041: Add refused: no firmware object, no Exec', () => {
    const script: Script = {
      nodes: { './DevDetail/FwV': '1.0.0' },
      man: 'Nokia',
      status: { 'add ./FUMO/Fumarole': 405 },
    };
    const bench = new Bench(script, [somePackage({ manufacturer: 'Nokia' })]);
    bench.session();
    expect(bench.device.update).toMatchObject({ state: 'failed', reason: 'no-fumo' });
  });
});

describe('others', () => {
  it('libdmclient: no ?list=, no chunks, ends with “no FUMO”', () => {
    const nodes = { '.': 'DevInfo/DevDetail/Vendor', './Vendor': 'memory', './DevDetail/FwV': 'TODO' };
    const script: Script = {
      nodes,
      interior: ['.', './Vendor'],
      man: 'test manufacturer',
      mod: 'test model',
    };
    const pkg = somePackage({ manufacturer: 'test manufacturer', models: ['test model'], fromVersions: [] });
    const bench = new Bench(script, [pkg]);
    bench.session();
    expect(uris(bench)).not.toContain('get .?list=Struct');
    expect(bench.device.update).toMatchObject({ state: 'failed', reason: 'no-fumo' });
  });

  it('fumo.md §10 Verizon: State 130 decides nothing, 403 while busy is waited out', () => {
    const nodes = {
      './DevDetail/FwV': '1.0.0',
      './ManagedObjects/FUMO': 'State/Update/Download/DownloadAndUpdate',
      './ManagedObjects/FUMO/State': '130',
    };
    const status = { 'exec ./ManagedObjects/FUMO/DownloadAndUpdate': 403 };
    const script: Script = { nodes, interior: ['./ManagedObjects/FUMO'], man: 'Verizon', status };
    const bench = new Bench(script, [somePackage({ manufacturer: 'Verizon' })]);
    bench.session();
    expect(bench.device.update).toMatchObject({ state: 'assigned', reason: 'busy' });
  });

  it('hostap: nothing is walked, nothing offered', () => {
    const bench = named(new Bench({ nodes: {} }, [somePackage({ fromVersions: [] })]), 'hostap');
    bench.session();
    expect(uris(bench).every((line) => line.startsWith('get ./DevDetail/'))).toBe(true);
  });

  it('MediaTek: the alert’s source is the executed node', () => {
    const bench = new Bench(fumoScript(['DownloadAndUpdate'], { man: 'MediaTek' }), [
      somePackage({ manufacturer: 'MediaTek' }),
    ]);
    bench.session();
    bench.nodes['./DevDetail/FwV'] = '1.1.0';
    const source = `${bench.device.roots[0]?.uri}/DownloadAndUpdate`;
    bench.session([resultAlert('downloadandupdate', '250', { source })]);
    expect(bench.device.update?.state).toBe('confirmed');
  });
});
