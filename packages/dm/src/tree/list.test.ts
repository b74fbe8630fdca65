import { beforeEach, describe, expect, it } from 'vitest';
import { cmd, TreeBench } from './executor.fixture.ts';
import type { ExecutorOptions } from './index.ts';

let bench: TreeBench;
function build(options: Partial<ExecutorOptions> = {}): void {
  bench = new TreeBench(options);
}
beforeEach(() => build());

describe('lists', () => {
  beforeEach(async () => {
    await bench.run(cmd('Add', './A', { Meta: { Format: 'node', Type: 'com.example/1.0/A' } }));
    await bench.run(cmd('Add', './A/t', { Data: 'v' }));
    await bench.run(cmd('Add', './A/n/i', { Data: '3', Meta: { Format: 'int' } }));
  });
  const list = async (uri: string, by?: string) => (await bench.one('Get', uri, {}, by))?.results;

  it('T-080: Struct is one Item for each node, parents first, defaults left out, no Data', async () => {
    expect(await list('./A?list=Struct')).toEqual([
      { Source: { LocURI: './A' }, Meta: { Format: 'node', Type: 'com.example/1.0/A' } },
      { Source: { LocURI: './A/t' } },
      { Source: { LocURI: './A/n' }, Meta: { Format: 'node' } },
      { Source: { LocURI: './A/n/i' }, Meta: { Format: 'int' } },
    ]);
    expect(await list('./A/t?list=Struct')).toEqual([{ Source: { LocURI: './A/t' } }]);
    expect(await bench.code('Get', './none?list=Struct')).toBe(404);
  });

  it('T-081: StructData has the values; what the caller may not read is left out', async () => {
    await bench.run(cmd('Replace', './A/n?prop=ACL', { Data: 'Get=s2' }));
    expect((await list('./A?list=StructData'))?.map(({ Source, Data }) => [Source?.LocURI, Data])).toEqual([
      ['./A', undefined],
      ['./A/t', 'v'],
    ]);
    expect((await list('./A?list=StructData', 's2'))?.at(-1)?.Data).toBe('3');
    expect(await bench.code('Get', './A/n?list=StructData')).toBe(425);
    expect(
      (await list('./Fix?list=StructData'))?.find(({ Source }) => Source?.LocURI === './Fix/blob')?.Data,
    ).toBeUndefined();
  });

  it('T-082: other lists are 406; known ones take Get only', async () => {
    for (const name of ['foo', 'TNDS+Foo', 'TNDS+Value-ACL', 'struct', 'Struct+ACL']) {
      expect(await bench.code('Get', `./A?list=${name}`)).toBe(406);
    }
    expect(await bench.code('Replace', './A?list=Struct', { Data: 'x' })).toBe(405);
  });
});
