import { beforeEach, describe, expect, it } from 'vitest';
import { type ObjectNodes, OPEN_NODE, Tree, TreeExecutor } from './index.ts';

// tree §6.6
const P: ObjectNodes = {
  root: './P',
  description: { ...OPEN_NODE, name: 'P' },
  nodes: [
    { uri: './P', format: 'node', acl: 'Get=s3&Replace=s3' },
    { uri: './P/leaf', format: 'chr', acl: 'Get=*' },
  ],
};
const Q: ObjectNodes = {
  root: './Q',
  description: { ...OPEN_NODE, name: 'Q' },
  nodes: [
    { uri: './Q', format: 'node', acl: 'Get=s1&Replace=s1' },
    { uri: './Q/leaf', format: 'chr' },
    { uri: './Q/R', format: 'node', acl: 'Get=s2&Replace=s2&Delete=s2' },
    { uri: './Q/R/a', format: 'chr' },
    { uri: './Q/R/b', format: 'chr', acl: 'Get=s1&Replace=s1&Get=s2' },
  ],
};

let tree: Tree;
let executor: TreeExecutor;
beforeEach(() => {
  tree = new Tree({ objects: [P, Q], open: true, now: () => 0 });
  executor = new TreeExecutor({ tree });
});

type Kind = 'Get' | 'Replace' | 'Add' | 'Delete';
async function run(by: string, kind: Kind, uri: string, Data = '', Format?: string) {
  const item = { Target: { LocURI: uri }, Data, Meta: Format === undefined ? {} : { Format } };
  const [outcome] = await executor.execute({ kind, CmdID: '1', items: [item] }, by, 'xml');
  return outcome;
}
const acl = async (uri: string, by: string) => (await run(by, 'Get', `${uri}?prop=ACL`))?.results?.[0]?.Data;

describe('rights', () => {
  it.each([
    ['s1', 'Get', './P/leaf', 200],
    ['s1', 'Replace', './P/leaf', 425],
    ['s3', 'Replace', './P/leaf', 425],
    ['s3', 'Replace', './P/leaf?prop=ACL', 200],
    ['s3', 'Get', './P/leaf?prop=ACL', 200],
    ['s1', 'Get', './P', 425],
    ['s1', 'Replace', './Q/leaf', 200],
    ['s2', 'Get', './Q/R/a?prop=ACL', 200],
    ['s1', 'Replace', './Q/R/b', 200],
    ['s1', 'Replace', './Q/R/b?prop=ACL', 425],
    ['s1', 'Replace', './Q/R?prop=ACL', 200],
    ['s2', 'Delete', './Q/R', 200],
    ['s1', 'Add', './Q/new', 425],
    ['s9', 'Add', './Z', 200],
    ['s9', 'Replace', '.?prop=ACL', 425],
  ] as const)('T-073 P-033: %s %s %s is %i', async (by, kind, uri, code) => {
    expect((await run(by, kind, uri, '', kind === 'Add' ? 'node' : undefined))?.code).toBe(code);
  });

  it('T-071: an own ACL hides the inherited one completely', async () => {
    expect((await run('s1', 'Get', './Q/leaf'))?.code).toBe(200);
    expect((await run('s1', 'Replace', './Q/R/a'))?.code).toBe(425);
    expect((await run('s2', 'Replace', './Q/R/a'))?.code).toBe(200);
  });

  it('T-072: ?prop=ACL is the own value or empty', async () => {
    expect(await acl('./P/leaf', 's3')).toBe('Get=*');
    expect(await acl('./Q/R/a', 's2')).toBe('');
    expect(await acl('./Q/R/b', 's1')).toBe('Get=s1+s2&Replace=s1');
  });

  it('T-074: interior ACL by node or parent, leaf ACL by the parent alone', async () => {
    expect((await run('s2', 'Replace', './Q/R?prop=ACL', 'Get=s2&Replace=s2'))?.code).toBe(200);
    expect((await run('s2', 'Replace', './Q/R/b?prop=ACL', 'Get=s2'))?.code).toBe(200);
    expect((await run('s3', 'Replace', './Q/R?prop=ACL', 'Get=*'))?.code).toBe(425);
  });

  it('T-075: the creator of an interior node gets rights; of a leaf, or with Replace above, not', async () => {
    await run('s9', 'Add', './Z', '', 'node');
    expect(await acl('./Z', 's9')).toBe('Add=s9&Delete=s9&Get=*&Replace=s9');
    await run('s9', 'Add', './Z/y', '', 'node');
    expect(await acl('./Z/y', 's9')).toBe('');
    await run('s9', 'Add', './leaf', 'v');
    expect(await acl('./leaf', 's9')).toBe('');
  });

  it('T-075: Get is for the creator alone where it was not for everyone', async () => {
    tree = new Tree({ objects: [], open: true, rootAcl: 'Add=*&Get=s9', now: () => 0 });
    executor = new TreeExecutor({ tree });
    await run('s9', 'Add', './Z', '', 'node');
    expect(await acl('./Z', 's9')).toBe('Add=s9&Delete=s9&Get=s9&Replace=s9');
  });

  it('T-070: a malformed ACL is 500 and changes nothing', async () => {
    expect((await run('s3', 'Replace', './P?prop=ACL', 'Get='))?.code).toBe(500);
    expect(await acl('./P', 's3')).toBe('Get=s3&Replace=s3');
  });

  it('T-076: empty Data inherits again; on the root 405, as is a change of its Add', async () => {
    expect((await run('s3', 'Replace', './P/leaf?prop=ACL', ''))?.code).toBe(200);
    expect((await run('s1', 'Get', './P/leaf'))?.code).toBe(425);
    tree = new Tree({ objects: [], rootAcl: 'Add=*&Get=*&Replace=s1', now: () => 0 });
    executor = new TreeExecutor({ tree });
    expect((await run('s1', 'Replace', '.?prop=ACL', ''))?.code).toBe(405);
    expect((await run('s1', 'Replace', '.?prop=ACL', 'Add=s1&Get=*'))?.code).toBe(405);
    expect((await run('s1', 'Replace', '.?prop=ACL', 'Add=*&Get=s1&Replace=s1'))?.code).toBe(200);
  });

  it('T-077: removing a server id cleans every ACL; empty root entries become *', async () => {
    tree = new Tree({ objects: [P, Q], rootAcl: 'Add=*&Get=s1', now: () => 0 });
    tree.removeServer('s1');
    const acls = tree.snapshot().nodes.map(({ uri, acl: own }) => [uri, own]);
    expect(Object.fromEntries(acls)).toMatchObject({
      '.': 'Add=*&Get=*',
      './Q': undefined,
      './Q/R/b': 'Get=s2',
    });
  });
});
