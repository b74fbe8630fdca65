import type { Command, Item } from '@fumarole/syncml';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ExecutorOptions, type ObjectNodes, OPEN_NODE, Tree, TreeExecutor } from './index.ts';

const ACL = 'Add=*&Delete=*&Exec=*&Get=*&Replace=*';
const fix: ObjectNodes = {
  root: './Fix',
  description: {
    ...OPEN_NODE,
    name: 'Fix',
    children: [
      { name: 'blob', access: ['Replace'], format: 'bin', scope: 'permanent', maxOctets: 8 },
      { name: 'fixed', access: ['Get'], format: 'chr', scope: 'permanent' },
      { name: 'text', access: ['Get', 'Replace'], format: 'chr', scope: 'permanent' },
      { name: 'number', access: ['Get', 'Replace'], format: 'int', scope: 'permanent' },
    ],
  },
  nodes: [
    { uri: './Fix', format: 'node' },
    { uri: './Fix/blob', format: 'bin', type: 'application/octet-stream' },
    { uri: './Fix/fixed', format: 'chr', value: 'x' },
    { uri: './Fix/text', format: 'chr', value: 'hello' },
    { uri: './Fix/number', format: 'int', value: '7' },
  ],
};
const now = 0;
let tree: Tree;
let executor: TreeExecutor;

function build(options: Partial<ExecutorOptions> = {}): void {
  tree = new Tree({ objects: [fix], open: true, rootAcl: ACL, now: () => now });
  executor = new TreeExecutor({ tree, ...options });
}

beforeEach(() => build());

type Kind = 'Add' | 'Replace' | 'Delete' | 'Get' | 'Exec';
const cmd = (kind: Kind, uri: string, rest: Partial<Item> = {}): Command => ({
  kind,
  CmdID: '1',
  items: [{ Target: { LocURI: uri }, ...rest }],
});
const run = async (command: Command, by = 's1') =>
  (await executor.execute(command, by, 'wbxml')).map(({ code }) => code);
const one = async (kind: Kind, uri: string, rest: Partial<Item> = {}, by = 's1') =>
  (await executor.execute(cmd(kind, uri, rest), by, 'wbxml'))[0];
const code = async (kind: Kind, uri: string, rest: Partial<Item> = {}, by = 's1') =>
  (await one(kind, uri, rest, by))?.code;

describe('lists', () => {
  beforeEach(async () => {
    await run(cmd('Add', './A', { Meta: { Format: 'node', Type: 'com.example/1.0/A' } }));
    await run(cmd('Add', './A/t', { Data: 'v' }));
    await run(cmd('Add', './A/n/i', { Data: '3', Meta: { Format: 'int' } }));
  });
  const list = async (uri: string, by?: string) => (await one('Get', uri, {}, by))?.results;

  it('T-080: Struct is one Item for each node, parents first, defaults left out, no Data', async () => {
    expect(await list('./A?list=Struct')).toEqual([
      { Source: { LocURI: './A' }, Meta: { Format: 'node', Type: 'com.example/1.0/A' } },
      { Source: { LocURI: './A/t' } },
      { Source: { LocURI: './A/n' }, Meta: { Format: 'node' } },
      { Source: { LocURI: './A/n/i' }, Meta: { Format: 'int' } },
    ]);
    expect(await list('./A/t?list=Struct')).toEqual([{ Source: { LocURI: './A/t' } }]);
    expect(await code('Get', './none?list=Struct')).toBe(404);
  });

  it('T-081: StructData has the values; what the caller may not read is left out', async () => {
    await run(cmd('Replace', './A/n?prop=ACL', { Data: 'Get=s2' }));
    expect((await list('./A?list=StructData'))?.map(({ Source, Data }) => [Source?.LocURI, Data])).toEqual([
      ['./A', undefined],
      ['./A/t', 'v'],
    ]);
    expect((await list('./A?list=StructData', 's2'))?.at(-1)?.Data).toBe('3');
    expect(await code('Get', './A/n?list=StructData')).toBe(425);
    expect(
      (await list('./Fix?list=StructData'))?.find(({ Source }) => Source?.LocURI === './Fix/blob')?.Data,
    ).toBeUndefined();
  });

  it('T-082: other lists are 406; known ones take Get only', async () => {
    for (const name of ['foo', 'TNDS+Foo', 'TNDS+Value-ACL', 'struct', 'Struct+ACL']) {
      expect(await code('Get', `./A?list=${name}`)).toBe(406);
    }
    expect(await code('Replace', './A?list=Struct', { Data: 'x' })).toBe(405);
  });
});
