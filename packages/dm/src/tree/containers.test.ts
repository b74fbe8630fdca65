import type { Command } from '@fumarole/syncml';
import { beforeEach, describe, expect, it } from 'vitest';
import { cmd, TreeBench } from './executor.fixture.ts';
import { type ExecutorOptions, type ObjectNodes, type ObjectPlugin, OPEN_NODE } from './index.ts';

const fix: ObjectNodes = {
  root: './Fix',
  description: { ...OPEN_NODE, name: 'Fix' },
  nodes: [
    { uri: './Fix', format: 'node' },
    { uri: './Fix/text', format: 'chr', value: 'hello' },
    { uri: './Fix/Run', format: 'node' },
  ],
};
let bench: TreeBench;
function build(options: Partial<ExecutorOptions> = {}): void {
  bench = new TreeBench(options, fix);
}
beforeEach(() => build());

const atomic = (...commands: readonly Command[]): Command => ({ kind: 'Atomic', CmdID: 'A', commands });
const sequence = (...commands: readonly Command[]): Command => ({ kind: 'Sequence', CmdID: 'S', commands });
const alert = (text = '1101'): Command => ({ kind: 'Alert', CmdID: 'U', Data: text, items: [] });

describe('Sequence and Atomic', () => {
  const put = (value: string) => cmd('Replace', './Fix/text', { Data: value });

  it('T-060 P-035: a failing Atomic leaves the tree as it was', async () => {
    const before = bench.tree.snapshot();
    const codes = await bench.run(
      atomic(put('a'), cmd('Add', './x', { Data: '' }), cmd('Delete', './none'), put('b')),
    );
    expect(codes).toEqual([507, 216, 216, 404, 215]);
    expect(bench.tree.snapshot()).toEqual(before);
    bench.tree.takeChanges();
    expect(await bench.run(atomic(put('a'), put('b')))).toEqual([200, 200, 200]);
    expect(bench.tree.takeChanges()).toHaveLength(1);
  });

  it('T-060: Items of one command count one by one', async () => {
    const items = ['./x', './x', './y'].map((LocURI) => ({ Target: { LocURI }, Data: '' }));
    expect(await bench.run(atomic(put('a'), { kind: 'Add', CmdID: '1', items }, put('b')))).toEqual([
      507, 216, 216, 418, 215, 215,
    ]);
    expect(bench.tree.has('./x')).toBe(false);
  });

  it('T-061 P-036: a nested Atomic, a Get and an Exec in an Atomic are 500', async () => {
    expect(await bench.run(atomic(put('a'), atomic(put('b')), put('c')))).toEqual([507, 216, 500, 215, 215]);
    expect(await bench.run(atomic(cmd('Get', './Fix/text')))).toEqual([507, 500]);
    expect(await bench.run(atomic(cmd('Exec', './Fix/Run')))).toEqual([507, 500]);
    expect(await bench.data('./Fix/text')).toBe('hello');
  });

  it('T-062: roll-back brings back subtrees, names, ACLs, values, VerNo and TStamp', async () => {
    await bench.run(cmd('Add', './a/b/c', { Data: 'v' }));
    const before = bench.tree.snapshot();
    bench.now += 5000;
    const codes = await bench.run(
      atomic(
        cmd('Replace', './a/b/c', { Data: 'w' }),
        cmd('Replace', './a/b?prop=ACL', { Data: 'Get=*&Delete=*' }),
        cmd('Replace', './a?prop=Name', { Data: 'n' }),
        cmd('Delete', './n/b'),
        cmd('Get', '.'),
      ),
    );
    expect(codes).toEqual([507, 216, 216, 216, 216, 500]);
    expect(bench.tree.snapshot()).toEqual(before);
  });

  it('T-063 P-035: plug-ins take their values back; what can not be is 516', async () => {
    const seen: string[] = [];
    let broken = false;
    const replace: ObjectPlugin['replace'] = (_uri, value) => {
      seen.push(String(value));
      return { code: broken && value === 'hello' ? 500 : 200 };
    };
    build({ plugins: [{ root: './Fix/text', replace }] });
    const failing = atomic(put('a'), put('b'), cmd('Delete', './none'));
    expect(await bench.run(failing)).toEqual([507, 216, 216, 404]);
    expect(seen).toEqual(['a', 'b', 'a', 'hello']);
    broken = true;
    expect(await bench.run(failing)).toEqual([507, 516, 216, 404]);
    expect(bench.tree.text('./Fix/text')).toBe('hello');
  });

  it('T-064 P-034 P-053: a refused question ends a Sequence, not the commands beside it', async () => {
    build({ ui: { interact: async () => ({ code: 304 }) } });
    expect(await bench.run(sequence(put('a'), alert(), put('b'), sequence(put('c'))))).toEqual([
      200, 200, 304, 215, 215, 215,
    ]);
    expect(await bench.data('./Fix/text')).toBe('a');
    expect(await bench.run(alert())).toEqual([304]);
    build({ ui: { interact: async () => ({ code: 214 }) } });
    expect(await bench.run(sequence(alert('1102'), put('b')))).toEqual([200, 214, 215]);
  });

  it('T-064: a failing child does not stop a Sequence', async () => {
    expect(await bench.run(sequence(cmd('Delete', './none'), put('b')))).toEqual([200, 404, 200]);
  });

  it('silence to a question is no consent', async () => {
    build({ ui: { interact: async () => ({ code: 408 }) } });
    expect(await bench.run(sequence(alert(), put('b')))).toEqual([200, 408, 215]);
    expect(await bench.run(sequence(alert('1100'), put('b')))).toEqual([200, 408, 200]);
  });

  it('T-065: an Atomic whose statuses do not fit is 517 and not begun', async () => {
    build({ atomicFits: ({ commands }) => commands.length < 2 });
    expect(await bench.run(atomic(put('a'), put('b')))).toEqual([517, 215, 215]);
    expect(await bench.data('./Fix/text')).toBe('hello');
    expect(await bench.run(atomic(put('a')))).toEqual([200, 200]);
  });

  it('T-066 P-053: no or cancel in an Atomic', async () => {
    for (const answer of [304, 214]) {
      build({ ui: { interact: async () => ({ code: answer }) } });
      expect(await bench.run(atomic(put('a'), alert(), put('b')))).toEqual([215, 216, answer, 215]);
      expect(await bench.data('./Fix/text')).toBe('hello');
    }
  });

  it('P-054: without a user interface 406', async () => {
    expect(await bench.run(alert('1100'))).toEqual([406]);
  });

  it('P-050: the answers of the user are Items of the Status', async () => {
    build({ ui: { interact: async () => ({ code: 200, answers: ['2', '3'] }) } });
    expect((await bench.executor.execute(alert('1104'), 's1', 'xml'))[0]).toMatchObject({
      code: 200,
      items: [{ Data: '2' }, { Data: '3' }],
    });
  });
});
