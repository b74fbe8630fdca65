import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ObjectNodes, OPEN_NODE, Tree, type TreeSnapshot, TreeUsageError } from './index.ts';

const leaf = (name: string, scope: 'permanent' | 'dynamic') =>
  ({ name, access: ['Get', 'Replace'], format: 'chr', scope, occurrence: 'ZeroOrOne' }) as const;

function object(names: readonly string[]): ObjectNodes {
  const children = [...names.map((name) => leaf(name, 'permanent')), leaf('extra', 'dynamic')];
  return {
    root: './Up/Obj',
    description: { ...OPEN_NODE, name: 'Obj', scope: 'permanent', moi: 'urn:oma:mo:x:1.0', children },
    nodes: [
      { uri: './Up/Obj', format: 'node', acl: 'Get=*' },
      ...names.map((name) => ({ uri: `./Up/Obj/${name}`, format: 'chr' as const, value: `factory ${name}` })),
      { uri: './Up/Obj/extra', format: 'chr', value: 'factory extra' },
    ],
  };
}
const build = (names: readonly string[] = ['a', 'b']) =>
  new Tree({ objects: [object(names)], open: true, now: () => 1000 });

describe('Tree', () => {
  it('makes the interior nodes above an object, and finds it by its identifier', () => {
    const tree = build();
    expect(tree.children('./Up')).toEqual(['./Up/Obj']);
    expect(tree.objects('urn:oma:mo:x:1.3')).toEqual(['./Up/Obj']);
    expect(tree.objects('urn:oma:mo:x:2.0')).toEqual([]);
  });

  it('tells what changed, once', () => {
    const tree = build();
    expect(tree.takeChanges()).toHaveLength(6);
    expect(tree.takeChanges()).toEqual([]);
    tree.set('./Up/Obj/a', 'factory a');
    expect(tree.takeChanges()).toEqual([]);
    tree.set('./Up/Obj/a', 'new');
    tree.add({ uri: './x', format: 'node' });
    tree.add({ uri: './x/y', format: 'bin', value: Uint8Array.of(1) });
    tree.remove('./Up/Obj/extra');
    expect(tree.takeChanges()).toEqual([
      { kind: 'remove', uri: './Up/Obj/extra' },
      { kind: 'put', node: expect.objectContaining({ uri: './Up/Obj/a', value: 'new', verNo: 1 }) },
      { kind: 'put', node: expect.objectContaining({ uri: './x', format: 'node' }) },
      { kind: 'put', node: expect.objectContaining({ uri: './x/y', value: Uint8Array.of(1) }) },
    ]);
  });

  it('comes back from its snapshot: values, ACLs, dynamic nodes and those that are gone', () => {
    const tree = build();
    tree.set('./Up/Obj/a', 'new');
    tree.add({ uri: './x', format: 'node', acl: 'Get=s1', title: 'X' });
    tree.remove('./Up/Obj/extra');
    const again = build();
    again.restore(tree.snapshot());
    expect(again.snapshot()).toEqual(tree.snapshot());
    expect(again.takeChanges()).toEqual([]);
  });

  it('takes new permanent nodes from new firmware and drops those no longer described', () => {
    const tree = build();
    tree.set('./Up/Obj/a', 'new');
    const newer = build(['a', 'c']);
    newer.restore(tree.snapshot());
    expect(newer.children('./Up/Obj')).toEqual(['./Up/Obj/a', './Up/Obj/c', './Up/Obj/extra']);
    expect([newer.text('./Up/Obj/a'), newer.text('./Up/Obj/c')]).toEqual(['new', 'factory c']);
    expect(newer.takeChanges().map((change) => change.kind)).toEqual(['remove', 'put']);
  });

  it('keeps read-only permanent values as the device was built, whatever was stored', () => {
    const details = { name: '', access: ['Get'], format: 'chr', scope: 'permanent' } as const;
    const facts = (value: string): ObjectNodes => ({
      root: './fact',
      description: details,
      nodes: [{ uri: './fact', format: 'chr', value }],
    });
    const tree = new Tree({ objects: [facts('1.0')], now: () => 0 });
    const upgraded = new Tree({ objects: [facts('2.0')], now: () => 9 });
    upgraded.restore(tree.snapshot());
    expect(upgraded.text('./fact')).toBe('2.0');
    expect(upgraded.takeChanges()).toHaveLength(1);
  });

  it.each([
    ['another version', { version: 2, nodes: [] }],
    ['no root', { version: 1, nodes: [] }],
    ['an orphan', { version: 1, nodes: [root(), record('./a/b')] }],
    ['a node twice', { version: 1, nodes: [root(), record('./a'), record('./a')] }],
    ['a bad ACL', { version: 1, nodes: [root(), { ...record('./a'), acl: 'Get=' }] }],
    ['a bad URI', { version: 1, nodes: [root(), record('./a/')] }],
  ])('refuses a snapshot with %s', (_what, snapshot) => {
    const tree = build();
    const before = tree.snapshot();
    expect(() => tree.restore(snapshot as TreeSnapshot)).toThrow(
      expect.objectContaining({ code: 'tree-snapshot' }),
    );
    expect(tree.snapshot()).toEqual(before);
  });

  it('refuses what its owner gets wrong', () => {
    const tree = build();
    const code = (work: () => void) => {
      try {
        work();
        return 'no error';
      } catch (error) {
        return error instanceof TreeUsageError ? error.code : error;
      }
    };
    expect(code(() => tree.value('/a'))).toBe('tree-uri');
    expect(code(() => tree.set('./none', 'x'))).toBe('tree-no-node');
    expect(code(() => tree.add({ uri: './none/x', format: 'chr' }))).toBe('tree-no-node');
    expect(code(() => tree.add({ uri: './Up', format: 'node' }))).toBe('tree-exists');
    expect(code(() => tree.set('./Up/Obj/a', Uint8Array.of(1)))).toBe('tree-value');
    expect(code(() => tree.add({ uri: './x', format: 'chr', acl: 'x' }))).toBe('tree-acl');
    expect(code(() => tree.remove('.'))).toBe('tree-uri');
  });

  it('is rebuilt by the changes it told, whatever happened', () => {
    const uris = fc.constantFrom('./p', './p/q', './p/q/r', './s', './s/t');
    const steps = fc.array(fc.tuple(fc.constantFrom('add', 'set', 'remove', 'take'), uris), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(steps, (script) => {
        const tree = new Tree({ objects: [], open: true, now: () => 0 });
        const mirror = new Map<string, unknown>();
        for (const [at, [step, uri]] of script.entries()) {
          apply(tree, step, uri, at);
          if (step === 'take') follow(mirror, tree);
        }
        follow(mirror, tree);
        expect(mirror).toEqual(new Map(tree.snapshot().nodes.map((node) => [node.uri, node])));
      }),
    );
  });
});

function apply(tree: Tree, step: string, uri: string, at: number): void {
  const parent = uri.slice(0, uri.lastIndexOf('/'));
  const isLeaf = uri.endsWith('r') || uri.endsWith('t');
  if (step === 'add' && !tree.has(uri) && tree.has(parent))
    tree.add({ uri, format: isLeaf ? 'chr' : 'node' });
  if (step === 'set' && tree.has(uri) && isLeaf) tree.set(uri, String(at));
  if (step === 'remove') tree.remove(uri);
}

function follow(mirror: Map<string, unknown>, tree: Tree): void {
  for (const change of tree.takeChanges()) {
    if (change.kind === 'put') mirror.set(change.node.uri, change.node);
    else
      for (const uri of mirror.keys())
        if (uri === change.uri || uri.startsWith(`${change.uri}/`)) mirror.delete(uri);
  }
}

function root() {
  return { uri: '.', format: 'node', type: '', tstamp: 0, verNo: 0, acl: 'Add=*&Get=*' };
}

function record(uri: string) {
  return { uri, format: 'chr', type: 'text/plain', tstamp: 0, verNo: 0, value: '' };
}
