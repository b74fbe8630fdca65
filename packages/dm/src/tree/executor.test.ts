import type { Command, Encoding, Item } from '@fumarole/syncml';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type ExecutorOptions,
  type NodeDescription,
  type ObjectNodes,
  type ObjectPlugin,
  OPEN_NODE,
  Tree,
  TreeExecutor,
  type TreeOptions,
} from './index.ts';

const ACL = 'Add=*&Delete=*&Exec=*&Get=*&Replace=*';
const leaf = (name: string, details: Partial<NodeDescription> = {}): NodeDescription => ({
  name,
  access: ['Get', 'Replace'],
  format: 'chr',
  scope: 'permanent',
  ...details,
});

/** `./Fix`: permanent nodes of every kind; all else below the root is open. */
const fix: ObjectNodes = {
  root: './Fix',
  description: {
    name: 'Fix',
    access: ['Get'],
    format: 'node',
    scope: 'permanent',
    children: [
      leaf('text', { mime: ['text/plain'] }),
      leaf('number', { format: 'int', accepts: (text) => Number(text) < 100 }),
      leaf('blob', { format: 'bin', access: ['Replace'], maxOctets: 8 }),
      leaf('fixed', { access: ['Get'] }),
      { name: 'Run', access: ['Exec', 'Get'], format: 'node', scope: 'permanent' },
      {
        name: 'List',
        access: ['Add', 'Get'],
        format: 'node',
        scope: 'permanent',
        children: [
          {
            name: '',
            access: ['Delete', 'Get'],
            format: 'node',
            occurrence: { zeroOrN: 2 },
            children: [
              { name: 'Only', access: ['Add', 'Delete', 'Get', 'Replace'], format: 'chr' },
              {
                name: 'Below',
                access: ['Add', 'Delete', 'Get'],
                format: 'node',
                occurrence: 'ZeroOrOne',
                children: 'same',
              },
            ],
          },
        ],
      },
    ],
  },
  nodes: [
    { uri: './Fix', format: 'node' },
    { uri: './Fix/text', format: 'chr', value: 'hello' },
    { uri: './Fix/number', format: 'int', value: '7' },
    { uri: './Fix/blob', format: 'bin', type: 'application/octet-stream' },
    { uri: './Fix/fixed', format: 'chr', value: 'x' },
    { uri: './Fix/Run', format: 'node' },
    { uri: './Fix/List', format: 'node' },
  ],
};

let now = 0;
let tree: Tree;
let executor: TreeExecutor;
let wire: Encoding = 'wbxml';

function build(options: Partial<ExecutorOptions> = {}, treeOptions: Partial<TreeOptions> = {}): void {
  tree = new Tree({ objects: [fix], open: true, rootAcl: ACL, now: () => now, ...treeOptions });
  executor = new TreeExecutor({ tree, ...options });
}

beforeEach(() => {
  now = Date.UTC(2024, 0, 31, 23, 59, 59);
  wire = 'wbxml';
  build();
});

let cmdID = 0;
type Kind = 'Add' | 'Replace' | 'Delete' | 'Get' | 'Exec' | 'Copy';
const cmd = (kind: Kind, uri: string, rest: Partial<Item> = {}): Command => {
  cmdID += 1;
  return { kind, CmdID: String(cmdID), items: [{ Target: { LocURI: uri }, ...rest }] };
};
const node = { Meta: { Format: 'node' } };
const run = async (command: Command, by = 's1') =>
  (await executor.execute(command, by, wire)).map(({ code }) => code);
const one = async (kind: Kind, uri: string, rest: Partial<Item> = {}, by = 's1') =>
  (await executor.execute(cmd(kind, uri, rest), by, wire))[0];
const code = async (kind: Kind, uri: string, rest: Partial<Item> = {}, by = 's1') =>
  (await one(kind, uri, rest, by))?.code;
const item = async (uri: string, by = 's1') => (await one('Get', uri, {}, by))?.results?.[0];
const data = async (uri: string, by = 's1') => (await item(uri, by))?.Data;
const copy = (from: string, to: string) => cmd('Copy', to, { Source: { LocURI: from } });
const atomic = (...commands: readonly Command[]): Command => ({ kind: 'Atomic', CmdID: 'A', commands });

describe('Get', () => {
  it('T-001: Results echo the form asked for', async () => {
    expect(await item('./Fix/text')).toEqual({ Source: { LocURI: './Fix/text' }, Data: 'hello' });
    expect(await item('Fix/text')).toEqual({ Source: { LocURI: 'Fix/text' }, Data: 'hello' });
  });

  it('T-002 T-003 T-005: malformed 404, too long 414, no Target 400', async () => {
    for (const bad of ['./', '/Fix', './Fix/', '', './a%2Fb']) expect(await code('Get', bad)).toBe(404);
    expect(await code('Get', `./${'a'.repeat(121)}`)).toBe(414);
    expect(await run({ kind: 'Get', CmdID: '1', items: [{}] })).toEqual([400]);
  });

  it('T-006: lower limits change the check', async () => {
    build({}, { uriLimits: { maxDepth: 1, maxTotLen: 0, maxSegLen: 4 } });
    expect(await code('Get', './Fix/text')).toBe(414);
    expect(await code('Get', './Fixed')).toBe(414);
    expect(await code('Get', './Fix')).toBe(200);
  });

  it('T-003 T-004: escapes reach the node, names are told as they stand in a URI', async () => {
    expect(await run(cmd('Add', './my%20n%c3%bC', { Data: 'v' }))).toEqual([200]);
    expect(await data('./my%20n%C3%BC')).toBe('v');
    expect(String(await data('.')).split('/')).toContain('my%20n%C3%BC');
    expect(await code('Get', './My%20n%C3%BC')).toBe(404);
  });

  it('T-040 P-031: an interior node lists names with Format node, an empty one empty Data', async () => {
    expect(await item('./Fix')).toMatchObject({
      Data: 'text/number/blob/fixed/Run/List',
      Meta: { Format: 'node' },
    });
    expect(await item('./Fix/List')).toMatchObject({ Data: '', Meta: { Format: 'node' } });
  });

  it('T-047 P-033: a leaf without Get in its AccessType is 405', async () => {
    expect(await code('Get', './Fix/blob')).toBe(405);
  });

  it('S-040 S-042: the Inbox answers nothing but Add', async () => {
    for (const uri of ['./Inbox', './Inbox/x', './Inbox?prop=ACL']) expect(await code('Get', uri)).toBe(405);
    for (const kind of ['Replace', 'Delete', 'Exec'] as const)
      expect(await code(kind, './Inbox/x')).toBe(405);
  });
});

describe('properties', () => {
  it('T-010: mandatory properties of leaf and interior', async () => {
    const of = (uri: string) =>
      Promise.all(['ACL', 'Format', 'Name', 'Type'].map((name) => data(`${uri}?prop=${name}`)));
    expect(await of('./Fix/number')).toEqual(['', 'int', 'number', 'text/plain']);
    expect(await of('./Fix')).toEqual(['', 'node', 'Fix', '']);
    expect(await data('.?prop=ACL')).toBe(ACL);
  });

  it('T-011: Size is the decoded length; on an interior node 406', async () => {
    await run(cmd('Replace', './Fix/text', { Data: 'größe' }));
    await run(cmd('Replace', './Fix/blob', { Data: Uint8Array.of(1, 2, 3) }));
    expect(await data('./Fix/text?prop=Size')).toBe('7');
    expect(await data('./Fix/blob?prop=Size')).toBe('3');
    expect(await code('Get', './Fix?prop=Size')).toBe(406);
  });

  it('T-012: unknown 406 for every command; known ones take only Get and some Replace', async () => {
    for (const kind of ['Get', 'Add', 'Replace', 'Delete', 'Exec'] as const) {
      expect(await code(kind, './Fix/text?prop=Colour')).toBe(406);
      expect(await code(kind, './Fix/text?prop=acl')).toBe(406);
    }
    for (const kind of ['Add', 'Delete', 'Exec'] as const)
      expect(await code(kind, './Fix/text?prop=ACL')).toBe(405);
    expect(await run(copy('./Fix/text?prop=Name', './Fix/number'))).toEqual([405]);
    for (const name of ['Format', 'Type', 'Size', 'TStamp', 'VerNo']) {
      expect(await code('Replace', `./Fix/text?prop=${name}`, { Data: 'x' })).toBe(405);
    }
    expect(await code('Get', './None?prop=ACL')).toBe(404);
  });

  it('T-013: TStamp is UTC in basic form and moves on change', async () => {
    expect(await data('./Fix/text?prop=TStamp')).toBe('20240131T235959Z');
    now += 1000;
    await run(cmd('Replace', './Fix/text', { Data: 'new' }));
    expect(await data('./Fix/text?prop=TStamp')).toBe('20240201T000000Z');
  });

  it('T-014: VerNo counts changes only, and wraps', async () => {
    const verNo = () => data('./Fix/text?prop=VerNo');
    await run(cmd('Replace', './Fix/text', { Data: 'one' }));
    await run(cmd('Get', './Fix/text'));
    await run(cmd('Replace', './Fix/text', { Data: 'x', Meta: { Format: 'int' } }));
    await run(atomic(cmd('Replace', './Fix/text', { Data: 'two' }), cmd('Delete', './None')));
    expect(await verNo()).toBe('1');
    for (let change = 2; change <= 65_535; change += 1) tree.set('./Fix/text', `value ${change}`);
    expect(await verNo()).toBe('65535');
    tree.set('./Fix/text', 'last');
    expect(await verNo()).toBe('0');
  });

  it('T-015 T-016: Title is empty at first, takes 255 octets, refuses 256', async () => {
    expect(await data('./Fix/text?prop=Title')).toBe('');
    expect(await code('Replace', './Fix/text?prop=Title', { Data: 'ü'.repeat(128) })).toBe(413);
    expect(await code('Replace', './Fix/text?prop=Title', { Data: `${'ü'.repeat(127)}a` })).toBe(200);
    expect(String(await data('./Fix/text?prop=Title'))).toHaveLength(128);
  });

  it('T-017: values are taken with and without Meta, and told without', async () => {
    const meta = { Format: 'chr', Type: 'text/plain' };
    expect(await code('Replace', './Fix/text?prop=Title', { Data: 'a', Meta: meta })).toBe(200);
    expect(await code('Replace', './Fix/text?prop=Title', { Data: 'b' })).toBe(200);
    expect(await item('./Fix/text?prop=Title')).toEqual({
      Source: { LocURI: './Fix/text?prop=Title' },
      Data: 'b',
    });
  });
});

describe('rename', () => {
  beforeEach(async () => {
    await run(cmd('Add', './A', node));
    await run(cmd('Add', './A/b', { Data: 'v' }));
    await run(cmd('Add', './Z', node));
    await run(cmd('Replace', './A/b?prop=ACL', { Data: 'Get=*' }));
  });

  it('T-020: the subtree moves with values and ACLs', async () => {
    expect(await code('Replace', './A?prop=Name', { Data: 'New' })).toBe(200);
    expect(await code('Get', './A')).toBe(404);
    expect(await data('./New/b')).toBe('v');
    expect(await data('./New/b?prop=ACL')).toBe('Get=*');
    expect(await data('./New?prop=Name')).toBe('New');
    expect(await data('.')).toBe('Fix/New/Z');
  });

  it('T-021: every refusal', async () => {
    const rename = (uri: string, to: string, by?: string) =>
      code('Replace', `${uri}?prop=Name`, { Data: to }, by);
    expect(await rename('./A', 'Z')).toBe(418);
    expect(await rename('./Fix', 'New')).toBe(405);
    expect(await rename('.', 'New')).toBe(405);
    expect(await rename('./A', 'x/y')).toBe(500);
    expect(await rename('./A', '')).toBe(500);
    expect(await rename('./A', 'x'.repeat(121))).toBe(414);
    expect(await rename('./A/b', 'c')).toBe(425);
    expect(await rename('./None', 'c')).toBe(404);
    expect(await rename('./A', 'A')).toBe(200);
    expect(await data('./A?prop=VerNo')).toBe('0');
  });

  it('T-021: descendants must fit as well', async () => {
    build({}, { uriLimits: { maxDepth: 0, maxTotLen: 20, maxSegLen: 0 } });
    await run(cmd('Add', './A', node));
    await run(cmd('Add', './A/12345678901234', { Data: 'v' }));
    expect(await code('Replace', './A?prop=Name', { Data: 'ABCDE' })).toBe(414);
    expect(await code('Replace', './A?prop=Name', { Data: 'AB' })).toBe(200);
  });
});

describe('formats', () => {
  it('T-030 R-020: a value that does not parse is 415, out of range 500', async () => {
    const int = { Meta: { Format: 'int' } };
    expect(await code('Replace', './Fix/number', { ...int, Data: 'x' })).toBe(415);
    expect(await code('Replace', './Fix/number', { ...int, Data: '2147483648' })).toBe(415);
    expect(await code('Replace', './Fix/number', { ...int, Data: '100' })).toBe(500);
    expect(await code('Replace', './Fix/number', { ...int, Data: '99' })).toBe(200);
    expect(await code('Add', './x', { Data: 'x', Meta: { Format: 'text' } })).toBe(415);
    expect(await code('Add', './x', { Data: Uint8Array.of(0xff), Meta: { Format: 'chr' } })).toBe(415);
    expect(await code('Add', './x', { Data: 'v', Meta: { Format: 'node' } })).toBe(415);
  });

  it('T-031: absent Meta is chr and text/plain, defaults are not told, Format in any case', async () => {
    await run(cmd('Add', './x', { Data: 'v' }));
    expect(await item('./x')).toEqual({ Source: { LocURI: './x' }, Data: 'v' });
    expect([await data('./x?prop=Format'), await data('./x?prop=Type')]).toEqual(['chr', 'text/plain']);
    expect(await code('Add', './y', { Data: '1', Meta: { Format: 'INT' } })).toBe(200);
    expect(await item('./y')).toMatchObject({ Meta: { Format: 'int' } });
  });

  it('T-032: bin goes as b64 in XML and as octets in WBXML', async () => {
    const Meta = { Format: 'b64', Type: 'application/octet-stream' };
    wire = 'xml';
    expect(await code('Add', './bin', { Meta, Data: 'AP8=' })).toBe(200);
    expect(await item('./bin')).toMatchObject({ Meta, Data: 'AP8=' });
    expect(await data('./bin?prop=Format')).toBe('bin');
    wire = 'wbxml';
    expect(await item('./bin')).toMatchObject({ Meta: { Format: 'bin' }, Data: Uint8Array.of(0, 255) });
    expect(
      await code('Replace', './bin', { Meta: { ...Meta, Format: 'bin' }, Data: Uint8Array.of(0, 255, 1) }),
    ).toBe(200);
    wire = 'xml';
    expect(await data('./bin')).toBe('AP8B');
    expect(await code('Replace', './bin', { Meta, Data: 'A!' })).toBe(415);
  });

  it('T-033: Replace changes Format and Type of a dynamic leaf, not of a permanent one', async () => {
    await run(cmd('Add', './x', { Data: 'v' }));
    const Meta = { Format: 'xml', Type: 'text/xml' };
    expect(await code('Replace', './x', { Meta, Data: '<a/>' })).toBe(200);
    expect(await item('./x')).toMatchObject({ Meta, Data: '<a/>' });
    expect(await code('Replace', './Fix/text', { Meta: { Format: 'int' }, Data: '1' })).toBe(405);
    expect(await code('Replace', './Fix/text', { Meta: { Type: 'text/html' }, Data: '1' })).toBe(405);
    expect(await data('./Fix/text')).toBe('hello');
  });
});

describe('commands', () => {
  it('T-041 P-030: Add leaf, interior, existing, below a leaf, the root', async () => {
    expect(await code('Add', './x', { Data: 'v' })).toBe(200);
    expect(await code('Add', './n', { Meta: { Format: 'node', Type: 'com.example/1.0/N' } })).toBe(200);
    expect(await item('./n')).toMatchObject({
      Meta: { Format: 'node', Type: 'com.example/1.0/N' },
      Data: '',
    });
    expect(await code('Add', './x', { Data: 'v' })).toBe(418);
    expect(await code('Add', './x/y', { Data: 'v' })).toBe(405);
    expect(await code('Add', '.', node)).toBe(418);
  });

  it('T-042 P-030: Replace never creates; on an interior node 405', async () => {
    expect(await code('Replace', './none', { Data: 'v' })).toBe(404);
    expect(tree.has('./none')).toBe(false);
    expect(await code('Replace', './Fix', { Data: 'v' })).toBe(405);
    expect(await code('Replace', './Fix/text')).toBe(412);
    expect(await code('Replace', './Fix/text', { Data: '' })).toBe(200);
    expect(await data('./Fix/text')).toBe('');
  });

  it('T-043 T-044 P-030: Delete', async () => {
    await run(cmd('Add', './Fix/List/a', node));
    await run(cmd('Add', './Fix/List/a/Only', { Data: 'v' }));
    expect(await code('Delete', './Fix/List/a/Only')).toBe(405); // One, T-101
    expect(await code('Delete', './Fix/List/a')).toBe(200);
    expect(tree.has('./Fix/List/a/Only')).toBe(false);
    expect(await code('Delete', '.')).toBe(405);
    expect(await code('Delete', './Fix/text')).toBe(405);
    expect(await code('Delete', './none')).toBe(404);
    await run(cmd('Replace', '.?prop=ACL', { Data: 'Add=*&Get=*&Replace=*' }));
    expect(await code('Delete', './Fix')).toBe(405);
    await run(cmd('Add', './x', { Data: 'v' }));
    expect(await code('Delete', './x')).toBe(425);
  });

  it('T-043 T-044: descendants go even when their AccessType lacks Delete; a permanent one keeps all', async () => {
    const keeper: ObjectNodes = {
      root: './Dyn',
      description: {
        ...OPEN_NODE,
        name: 'Dyn',
        children: [
          leaf('kept', { scope: 'dynamic' }),
          { ...OPEN_NODE, name: 'Deep', children: [leaf('stone')] },
        ],
      },
      nodes: [
        { uri: './Dyn', format: 'node' },
        { uri: './Dyn/kept', format: 'chr' },
        { uri: './Dyn/Deep', format: 'node' },
        { uri: './Dyn/Deep/stone', format: 'chr' },
      ],
    };
    build({}, { objects: [keeper] });
    expect(await code('Delete', './Dyn')).toBe(405); // T-044
    expect(tree.has('./Dyn/kept')).toBe(true);
    tree.remove('./Dyn/Deep');
    expect(await code('Delete', './Dyn')).toBe(200);
    expect(tree.has('./Dyn/kept')).toBe(false);
  });

  it('T-045: Exec reaches the plug-in with correlator and data; without Exec 405, missing 404', async () => {
    const seen: unknown[] = [];
    const exec: ObjectPlugin['exec'] = (uri, request) => {
      seen.push([uri, request]);
      return { code: 202 };
    };
    build({ plugins: [{ root: './Fix/Run', exec }] });
    const command: Command = {
      ...cmd('Exec', 'Fix/Run', { Data: 'now' }),
      kind: 'Exec',
      Correlator: 'c1',
    } as Command;
    expect(await run(command)).toEqual([202]);
    expect(seen).toEqual([['./Fix/Run', { serverId: 's1', correlator: 'c1', data: 'now' }]]);
    expect(await code('Exec', './Fix/text')).toBe(405);
    expect(await code('Exec', './none')).toBe(404);
  });

  it('T-046: Copy of leaves', async () => {
    await run(cmd('Add', './x', { Data: '5', Meta: { Format: 'int' } }));
    await run(cmd('Add', './y', { Data: 'v' }));
    expect(await run(copy('./x', './y'))).toEqual([200]);
    await run(cmd('Replace', './x', { Data: '6', Meta: { Format: 'int' } }));
    expect(await item('./y')).toMatchObject({ Meta: { Format: 'int' }, Data: '5' });
    await run(cmd('Add', './n', node));
    expect(await run(copy('./n', './y'))).toEqual([403]);
    expect(await run(copy('./x', './n'))).toEqual([403]);
    expect(await run(copy('./x', './none'))).toEqual([404]);
    await run(cmd('Replace', './y?prop=ACL', { Data: 'Get=*' }));
    expect(await run(copy('./x', './y'))).toEqual([425]);
    await run(cmd('Replace', './x?prop=ACL', { Data: 'Replace=*' }));
    expect(await run(copy('./x', './Fix/text'))).toEqual([425]);
  });

  it('T-048: missing parents are made where the description allows, else nothing is', async () => {
    expect(await code('Add', './a/b/c', { Data: 'v' })).toBe(200);
    expect(await data('./a/b')).toBe('c');
    const outcome = await one('Add', './Fix/None/x', { Data: 'v' });
    expect(outcome).toMatchObject({ code: 404, items: [{ Target: { LocURI: './Fix/None' } }] });
    const before = tree.snapshot();
    expect((await one('Add', './p/q/r', { Data: 'x', Meta: { Format: 'int' } }))?.code).toBe(415);
    expect(tree.snapshot()).toEqual(before);
  });

  it('T-049 T-050 P-032: one outcome for each Item, Item Meta over command Meta', async () => {
    const items = [
      { Target: { LocURI: './x' }, Data: '1' },
      { Target: { LocURI: './y' }, Data: 'v', Meta: { Format: 'chr' } },
      { Target: { LocURI: './x' }, Data: '2' },
    ];
    const outcomes = await executor.execute(
      { kind: 'Add', CmdID: '9', Meta: { Format: 'int' }, items },
      's1',
      wire,
    );
    expect(outcomes).toEqual([
      { cmdID: '9', cmd: 'Add', code: 200, targetRef: './x' },
      { cmdID: '9', cmd: 'Add', code: 200, targetRef: './y' },
      { cmdID: '9', cmd: 'Add', code: 418, targetRef: './x' },
    ]);
    expect([await data('./x?prop=Format'), await data('./y?prop=Format')]).toEqual(['int', 'chr']);
  });

  it('T-052: too large 413, full 420, and the tree stays', async () => {
    build({}, { limits: { maxValueOctets: 10, maxTotalOctets: 20, maxNodes: 10 } });
    expect(await code('Replace', './Fix/text', { Data: 'x'.repeat(11) })).toBe(413);
    expect(await code('Replace', './Fix/blob', { Data: new Uint8Array(9) })).toBe(413);
    expect(await code('Add', './a', { Data: 'x'.repeat(10) })).toBe(200);
    expect(await code('Add', './b', { Data: 'x'.repeat(10) })).toBe(420);
    expect(await code('Add', './b', { Data: '' })).toBe(200);
    expect(await code('Add', './c', { Data: '' })).toBe(420);
    expect(await data('./Fix/text')).toBe('hello');
  });

  it('T-053: the first failing check gives the code', async () => {
    await run(cmd('Replace', './Fix?prop=ACL', { Data: 'Replace=boss' }));
    expect(await code('Get', './Fix/text?prop=Nope')).toBe(406); // before ACL
    expect(await code('Get', './Fix/none')).toBe(404); // existence before ACL
    expect(await code('Add', './Fix/text', { Data: 'v' })).toBe(418);
    expect(await code('Get', './Fix/blob')).toBe(425); // ACL before AccessType
    expect(await code('Replace', './Fix/number', { Data: 'x', Meta: { Format: 'int' } })).toBe(425); // before format
    expect(await code('Delete', './Fix/text')).toBe(405); // permanent before ACL
    expect(await code('Replace', './Fix/fixed', { Data: 'x', Meta: { Format: 'int' } }, 'boss')).toBe(405); // AccessType before format
    expect(
      await code('Replace', './Fix/blob', { Data: 'A!'.repeat(9), Meta: { Format: 'b64' } }, 'boss'),
    ).toBe(415); // format before size
    expect(await code('Get', `./${'x'.repeat(121)}?prop=Nope`)).toBe(414); // length before property
  });

  it('T-054 T-101: Add by the AccessType of the parent or of the node; Occurrence is kept', async () => {
    expect(await code('Add', './Fix/List/a', node)).toBe(200); // parent's
    expect(await code('Add', './Fix/List/a/Only', { Data: 'v' })).toBe(200); // its own
    expect(await code('Add', './Fix/List/a/Other', { Data: 'v' })).toBe(405);
    expect(await code('Add', './Fix/List/b', node)).toBe(200);
    expect(await code('Add', './Fix/List/c', node)).toBe(420);
  });

  it('T-090 P-042: a device without TNDS', async () => {
    build({ tnds: false });
    const Meta = { Format: 'xml', Type: 'application/vnd.syncml.dmtnds+xml' };
    expect(await code('Add', './tnds', { Meta, Data: '<MgmtTree/>' })).toBe(415);
    expect(await code('Add', './Inbox', { Meta, Data: '<MgmtTree/>' })).toBe(415);
    expect(await code('Replace', './Fix', { Meta, Data: '<MgmtTree/>' })).toBe(415);
    expect(await code('Get', './Fix?list=TNDS')).toBe(406);
  });
});
