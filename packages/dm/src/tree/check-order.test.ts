import type { Command, Item } from '@fumarole/syncml';
import { beforeEach, describe, expect, it } from 'vitest';
import { type NodeDescription, type ObjectNodes, OPEN_NODE, Tree, TreeExecutor } from './index.ts';

/**
 * The checks of tree.md §5.1 in their order. A row is an Item that fails two of them; the code is the one of the first.
 * Pairs that cannot fail together (a node that is missing has no AccessType) have no row.
 */
type Kind = 'Add' | 'Copy' | 'Delete' | 'Exec' | 'Get' | 'Replace';
type Row = readonly [
  first: string,
  second: string,
  code: number,
  kind: Kind,
  uri: string,
  rest?: Partial<Item>,
];

const LONG = 'x'.repeat(121);
const BAD_INT = { Meta: { Format: 'int' }, Data: 'x' };
const HUGE = { Data: 'x'.repeat(101) };

const ROWS: readonly Row[] = [
  ['form', 'length', 404, 'Get', `./a//${LONG}`],
  ['form', 'selector', 404, 'Get', './O/?prop=Nope'],
  ['form', 'existence', 404, 'Add', './O/text/', { Data: 'v' }],
  ['length', 'selector', 414, 'Get', `./${LONG}?prop=Nope`],
  ['length', 'permanence', 414, 'Delete', `./Inbox/${LONG}`],
  ['length', 'existence', 414, 'Get', `./${LONG}`],
  ['length', 'rights', 414, 'Add', `./Own/${LONG}`, { Data: 'v' }],
  ['length', 'format', 414, 'Add', `./O/${LONG}`, BAD_INT],
  ['length', 'size', 414, 'Add', `./O/${LONG}`, HUGE],
  ['selector', 'permanence', 406, 'Delete', './O/text?prop=Nope'],
  ['selector', 'existence', 406, 'Get', './O/none?prop=Nope'],
  ['selector', 'existence', 405, 'Delete', './O/none?prop=ACL'],
  ['selector', 'rights', 406, 'Get', './Own/text?prop=Nope'],
  ['selector', 'rights', 405, 'Replace', './Own/text?prop=Size', { Data: '1' }],
  ['selector', 'access', 406, 'Exec', './O/text?prop=Nope'],
  ['permanence', 'existence', 405, 'Get', './Inbox/none'],
  ['permanence', 'rights', 405, 'Delete', './Own/text'],
  ['permanence', 'rights', 405, 'Delete', './Own'],
  ['existence', 'rights', 404, 'Get', './Own/none'],
  ['existence', 'rights', 418, 'Add', './Own/text', { Data: 'v' }],
  ['existence', 'access', 418, 'Add', './O/fixed', { Data: 'v' }],
  ['existence', 'format', 404, 'Replace', './O/none', BAD_INT],
  ['existence', 'format', 418, 'Add', './O/number', BAD_INT],
  ['existence', 'size', 404, 'Replace', './O/none', HUGE],
  ['existence', 'plug-in', 404, 'Replace', './O/none', { Data: 'refused' }],
  ['rights', 'access', 425, 'Get', './Own/secret'],
  ['rights', 'access', 425, 'Exec', './Own/text'],
  ['rights', 'format', 425, 'Replace', './Own/number', BAD_INT],
  ['rights', 'range', 425, 'Replace', './Own/number', { Meta: { Format: 'int' }, Data: '100' }],
  ['rights', 'size', 425, 'Replace', './Own/text', HUGE],
  ['rights', 'plug-in', 425, 'Replace', './Own/text', { Data: 'refused' }],
  ['access', 'format', 405, 'Replace', './O/fixed', BAD_INT],
  ['access', 'size', 405, 'Replace', './O/fixed', HUGE],
  ['access', 'plug-in', 405, 'Replace', './O/fixed', { Data: 'refused' }],
  ['format', 'size', 415, 'Replace', './O/blob', { Meta: { Format: 'b64' }, Data: '!'.repeat(40) }],
  ['format', 'plug-in', 415, 'Replace', './O/number', BAD_INT],
  ['range', 'plug-in', 500, 'Replace', './O/number', { Meta: { Format: 'int' }, Data: '100' }],
  ['size', 'plug-in', 413, 'Replace', './O/text', HUGE],
];

const leaf = (name: string, details: Partial<NodeDescription> = {}): NodeDescription => ({
  name,
  access: ['Get', 'Replace'],
  format: 'chr',
  scope: 'permanent',
  ...details,
});

/** `./O`: for everyone; `./Own`: the same for another server. */
const objectAt = (name: string, acl?: string): ObjectNodes => ({
  root: `./${name}`,
  description: {
    ...OPEN_NODE,
    name,
    scope: 'permanent',
    children: [
      leaf('text'),
      leaf('fixed', { access: ['Get'] }),
      leaf('secret', { access: ['Replace'] }),
      leaf('number', { format: 'int', accepts: (text) => Number(text) < 100 }),
      leaf('blob', { format: 'bin', maxOctets: 8 }),
    ],
  },
  nodes: [
    { uri: `./${name}`, format: 'node', ...(acl === undefined ? {} : { acl }) },
    { uri: `./${name}/text`, format: 'chr', value: 'hello' },
    { uri: `./${name}/fixed`, format: 'chr', value: 'hello' },
    { uri: `./${name}/secret`, format: 'chr', value: 'hello' },
    { uri: `./${name}/number`, format: 'int', value: '7' },
    { uri: `./${name}/blob`, format: 'bin', type: 'application/octet-stream' },
  ],
});

let tree: Tree;
let asked: string[];
let executor: TreeExecutor;
beforeEach(() => {
  const objects = [objectAt('O'), objectAt('Own', 'Add=boss&Delete=boss&Exec=boss&Get=boss&Replace=boss')];
  const rootAcl = 'Add=*&Delete=*&Exec=*&Get=*&Replace=*';
  tree = new Tree({ objects, rootAcl, limits: { maxValueOctets: 100 }, now: () => 0 });
  asked = [];
  const replace = (uri: string) => {
    asked.push(uri);
    return { code: 403 };
  };
  executor = new TreeExecutor({ tree, plugins: ['./O', './Own'].map((root) => ({ root, replace })) });
});

async function codeOf(kind: Kind, uri: string, rest: Partial<Item> = {}): Promise<number | undefined> {
  const command: Command = { kind, CmdID: '1', items: [{ Target: { LocURI: uri }, ...rest }] };
  return (await executor.execute(command, 's1', 'xml'))[0]?.code;
}

describe('the order of checks', () => {
  const titled = ROWS.map(
    (row) => [`${row[0]} before ${row[1]}: ${row[3]} ${row[4].slice(0, 40)}`, row] as const,
  );
  it.each(titled)('T-053: %s', async (_title, [, , code, kind, uri, rest]) => {
    const before = tree.snapshot();
    expect(await codeOf(kind, uri, rest)).toBe(code);
    expect(asked).toEqual([]);
    expect(tree.snapshot()).toEqual(before);
  });

  it('the plug-in is asked when everything else is right', async () => {
    expect(await codeOf('Replace', './O/text', { Data: 'refused' })).toBe(403);
    expect(asked).toEqual(['./O/text']);
  });
});
