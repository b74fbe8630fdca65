import { expect, it } from 'vitest';
import { Bench, fumoScript, ROOT, type Script, somePackage } from './scripted-device.fixture.ts';

const URL = `replace ${ROOT}/Download/PkgURL`;
const EXEC = `exec ${ROOT}/Download`;
const DATA = `replace ${ROOT}/Update/PkgData`;
const DOWNLOAD = ['Download', 'Download/PkgURL', 'Update'];
const IN_BAND = ['Update', 'Update/PkgData'];

/** What a device may answer for ever: 0 is nothing at all. */
it.each([
  [URL, 0, DOWNLOAD],
  [URL, 213, DOWNLOAD],
  [URL, 401, DOWNLOAD],
  [URL, 418, DOWNLOAD],
  [URL, 500, DOWNLOAD],
  [EXEC, 0, DOWNLOAD],
  [EXEC, 401, DOWNLOAD],
  [EXEC, 418, DOWNLOAD],
  [EXEC, 503, DOWNLOAD],
  [DATA, 0, IN_BAND],
  [DATA, 401, IN_BAND],
  [DATA, 418, IN_BAND],
  [`get ${ROOT}/State`, 0, DOWNLOAD],
  [`get ${ROOT}/State`, 401, DOWNLOAD],
] as const)('%s answered %i for ever is tried a few times, then left', (command, status, children) => {
  const nodes = { [`${ROOT}/Download`]: 'PkgURL', [`${ROOT}/Download/PkgURL`]: '' };
  const script: Partial<Script> = { nodes, status: { [command]: status } };
  const bench = new Bench(fumoScript(children, script), [somePackage()]);
  const lengths: number[] = [];
  for (let day = 0; day < 12; day += 1) {
    lengths.push(bench.session().length);
    bench.now += 24 * 3_600_000;
  }
  expect(Math.max(...lengths)).toBeLessThan(20);
  expect(lengths.slice(-2).every((length) => length <= 3)).toBe(true);
  expect(
    bench.sent.filter((one) => 'uri' in one && `${one.kind} ${one.uri}` === command).length,
  ).toBeLessThan(20);
});

it('F-041: a device that never answers the Add of its firmware object is asked once', () => {
  const nodes = { './DevDetail/FwV': '1.0.0' };
  const bench = new Bench({ nodes, man: 'Nokia', status: { 'add ./FUMO/Fumarole': 0 } }, [
    somePackage({ manufacturer: 'Nokia' }),
  ]);
  bench.session();
  expect(bench.sent.filter(({ kind }) => kind === 'add')).toHaveLength(1);
  expect(bench.device.update).toMatchObject({ state: 'failed', reason: 'no-fumo' });
});
