/** A serialised subtree of thousands of siblings: what a device does for one node must not grow with those beside it. */
import { describe, expect, it } from 'vitest';
import { TreeBench } from '../executor.fixture.ts';
import { Tree } from '../index.ts';

const MOST = 4000;
const XML = { Type: 'application/vnd.syncml.dmtnds+xml', Format: 'xml' };
const object = (nodes: string): string => `<MgmtTree><VerDTD>1.2</VerDTD>${nodes}</MgmtTree>`;
const times = (count: number, node: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => node(at)).join('');
const top = (nodes: string): string =>
  object(`<Node><NodeName>A</NodeName><RTProperties><Format><node/></Format></RTProperties>${nodes}</Node>`);

/** Entries that are copied from one Map to another, and entries that are looked for, while `work` runs. */
async function counted(work: () => Promise<unknown>): Promise<number> {
  const Original = globalThis.Map;
  let count = 0;
  class Counting<K, V> extends Original<K, V> {
    constructor(entries?: Iterable<readonly [K, V]> | null) {
      super(entries);
      count += this.size;
    }
    override has(key: K): boolean {
      count += 1;
      return super.has(key);
    }
  }
  globalThis.Map = Counting as typeof Map;
  try {
    await work();
    return count;
  } finally {
    globalThis.Map = Original;
  }
}

async function cost(count: number, make: (count: number) => string): Promise<number> {
  let code: number | undefined;
  const bench = new TreeBench();
  const steps = await counted(async () => {
    code = await bench.code('Add', './A', { Meta: XML, Data: make(count) });
  });
  expect(code).toBe(200);
  expect(bench.tree.usage().nodes).toBeGreaterThan(count);
  return steps;
}

describe('an Add of thousands of siblings', () => {
  it.each([
    ['without names', (count: number) => top(times(count, () => '<Node/>'))],
    [
      'with names that are in the way of those to be chosen',
      (count: number) =>
        top(
          times(count / 2, (at) => `<Node><NodeName>${at + count / 2}</NodeName></Node>`) +
            times(count / 2, () => '<Node/>'),
        ),
    ],
  ])('%s costs for each as much as one of few', async (_, make) => {
    const few = (await cost(500, make)) / 500;
    const many = (await cost(MOST, make)) / MOST;
    expect(many).toBeLessThan(few * 2 + 5);
  });

  it('is taken back whole when it is refused at the last node', async () => {
    const bench = new TreeBench();
    await bench.code('Add', './A', { Meta: { Format: 'node' } });
    bench.tree.takeChanges();
    const before = bench.tree.snapshot();
    const nodes = times(50, () => '<Node/>');
    const last = '<Node><NodeName>a</NodeName></Node>';
    expect(await bench.code('Add', './A', { Meta: XML, Data: object(nodes + last + last) })).toBe(418);
    expect(bench.tree.snapshot()).toEqual(before);
    expect(bench.tree.takeChanges()).toEqual([]);
  });
});

it('a root that was handed out stays as it is, whatever is added after', async () => {
  const bench = new TreeBench();
  await bench.code('Add', './A/b', { Data: '1' });
  const { root } = bench.tree;
  const children = [...(root.children?.get('A')?.children?.keys() ?? [])];
  for (let at = 0; at < 5; at += 1) bench.tree.add({ uri: `./A/c${at}`, format: 'chr' });
  expect([...(root.children?.get('A')?.children?.keys() ?? [])]).toEqual(children);
  const later = bench.tree.root;
  bench.tree.remove('./A');
  expect(later.children?.get('A')?.children?.size).toBe(6);
  bench.tree.rollback(root);
  expect(bench.tree.children('./A')).toEqual(['./A/b']);
});

it('a stored tree of thousands of siblings is read without copying them for each', async () => {
  const bench = new TreeBench();
  await bench.code('Add', './A', { Meta: XML, Data: top(times(MOST, () => '<Node/>')) });
  const snapshot = bench.tree.snapshot();
  const other = new Tree({ objects: [], open: true, now: () => 0 });
  expect(await counted(async () => other.restore(snapshot))).toBeLessThan(MOST * 10);
  expect(other.children('./A')).toHaveLength(MOST);
});

it('objects for the Inbox beyond what any bootstrap brings are 413', async () => {
  const bench = new TreeBench();
  const objects = (count: number): string =>
    object(
      times(
        count,
        (at) =>
          `<Node><NodeName>n${at}</NodeName><RTProperties><Type><DDFName>urn:oma:mo:oma-fumo:1.0</DDFName></Type></RTProperties></Node>`,
      ),
    );
  await bench.code('Add', './F', { Meta: { Format: 'node', Type: 'urn:oma:mo:oma-fumo:1.0' } });
  await bench.code('Add', './Inbox', { Meta: { Format: 'node' } });
  expect(await bench.code('Add', './Inbox/x', { Meta: XML, Data: objects(64) })).toBe(200);
  expect(await bench.code('Add', './Inbox/y', { Meta: XML, Data: objects(65) })).toBe(413);
});
