import { readFileSync } from 'node:fs';
import { type Command, type Encoding, encodeBase64, type Item } from '@fumarole/syncml';
import { beforeEach, describe, expect, it } from 'vitest';
import { dmAccNodes, readAccounts } from '../../objects/index.ts';
import { difference } from '../difference.ts';
import {
  type ExecutorOptions,
  type NodeDescription,
  type ObjectNodes,
  type ObjectPlugin,
  parseTnds,
  type TndsNode,
  Tree,
  TreeExecutor,
  type TreeOptions,
} from '../index.ts';

const ALL = 'Add=*&Delete=*&Exec=*&Get=*&Replace=*';
const text = (name: string, details: Partial<NodeDescription> = {}): NodeDescription => ({
  name,
  access: ['Get', 'Replace'],
  format: 'chr',
  scope: 'permanent',
  ...details,
});
/** `./Fix`: permanent leaves; `./Fix/List`: at most two entries. */
const fix: ObjectNodes = {
  root: './Fix',
  description: {
    name: 'Fix',
    access: ['Get'],
    format: 'node',
    scope: 'permanent',
    moi: 'com.example/1.0/Fix',
    children: [
      text('text'),
      text('fixed', { access: ['Get'] }),
      text('secret', { access: ['Replace'] }),
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
            moi: 'urn:oma:mo:x-entry:1.0',
            children: [
              { name: 'Key', access: ['Add', 'Get', 'Replace'], format: 'bin' },
              { name: 'Ref', access: ['Add', 'Get'], format: 'chr', occurrence: 'ZeroOrOne' },
            ],
          },
        ],
      },
    ],
  },
  nodes: [
    { uri: './Fix', format: 'node' },
    { uri: './Fix/text', format: 'chr', value: 'hello' },
    { uri: './Fix/fixed', format: 'chr', value: 'x' },
    { uri: './Fix/secret', format: 'chr', value: 'pw' },
    { uri: './Fix/List', format: 'node' },
  ],
};

let tree: Tree;
let executor: TreeExecutor;

function build(options: Partial<ExecutorOptions> = {}, treeOptions: Partial<TreeOptions> = {}): void {
  tree = new Tree({
    objects: [fix, dmAccNodes([])],
    open: true,
    rootAcl: ALL,
    now: () => 1_700_000_000_000,
    ...treeOptions,
  });
  executor = new TreeExecutor({ tree, ...options });
}
beforeEach(() => build());

const XML = { Format: 'xml', Type: 'application/vnd.syncml.dmtnds+xml' };
const WBXML = { Format: 'bin', Type: 'application/vnd.syncml.dmtnds+wbxml' };
const mgmtTree = (nodes: string) =>
  `<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD>${nodes}</MgmtTree>`;
const properties = (format: string, type: string, more = '') =>
  `<RTProperties>${more}<Format><${format}/></Format><Type>${type}</Type></RTProperties>`;
const mime = (type = 'text/plain') => `<MIME>${type}</MIME>`;
const leaf = (name: string, value: string, format = 'chr') =>
  `<Node><NodeName>${name}</NodeName>${properties(format, mime())}<Value>${value}</Value></Node>`;
const interior = (name: string, below: string, moi = '', more = '') =>
  `<Node><NodeName>${name}</NodeName>${properties('node', `<DDFName>${moi}</DDFName>`, more)}${below}</Node>`;

const execute = async (
  kind: 'Add' | 'Replace' | 'Get' | 'Delete',
  uri: string,
  rest: Partial<Item> = {},
  by = 's1',
  wire: Encoding = 'xml',
) => {
  const command: Command = { kind, CmdID: '1', items: [{ Target: { LocURI: uri }, ...rest }] };
  const outcomes = await executor.execute(command, by, wire);
  expect(outcomes).toHaveLength(1); // one Status for the whole object
  return outcomes[0];
};
const add = (uri: string, nodes: string, by = 's1') =>
  execute('Add', uri, { Meta: XML, Data: mgmtTree(nodes) }, by);
const replace = (uri: string, nodes: string, by = 's1') =>
  execute('Replace', uri, { Meta: XML, Data: mgmtTree(nodes) }, by);
const list = async (uri: string, wire: Encoding = 'xml', by = 's1') =>
  (await execute('Get', uri, {}, by, wire))?.results?.[0];
const top = async (uri: string, by = 's1'): Promise<TndsNode | undefined> => {
  const data = (await list(uri, 'xml', by))?.Data;
  return parseTnds(typeof data === 'string' ? data : '').nodes[0];
};
const values = () =>
  Object.fromEntries(
    tree.snapshot().nodes.flatMap(({ uri, value }) => (value === undefined ? [] : [[uri, value]])),
  );

describe('Add of a TNDS', () => {
  const object = interior(
    'pkg7',
    leaf('PkgVersion', '2.4.1') + leaf('n', '7', 'int'),
    'urn:oma:mo:oma-fumo:1.0',
  );

  it('T-085 P-042: makes all nodes with values, formats and identifiers, with one Status', async () => {
    expect(await add('./FwUpdate', object)).toMatchObject({ code: 200 });
    expect(tree.text('./FwUpdate/pkg7/PkgVersion')).toBe('2.4.1');
    expect(tree.objects('urn:oma:mo:oma-fumo:1.0')).toEqual(['./FwUpdate/pkg7']);
    expect(tree.snapshot().nodes.find(({ uri }) => uri === './FwUpdate/pkg7/n')?.format).toBe('int');
  });

  it.each([
    ['a bad value', leaf('a', '1') + leaf('b', 'seven', 'int'), 415, './A/b'],
    ['a name twice', leaf('a', '1') + leaf('a', '2'), 418, './A/a'],
    ['an unknown format', leaf('a', '1', 'blob'), 415, './A/a'],
    [
      'a child of a leaf',
      `<Node><NodeName>a</NodeName>${properties('chr', mime())}${leaf('b', '1')}</Node>`,
      405,
      './A/a',
    ],
    ['a value in an interior node', interior('a', '<Value>1</Value>'), 415, './A/a'],
    ['a name that is none', leaf('..', '1'), 404, './A/..'],
    ['a name that is too long', leaf('a'.repeat(121), '1'), 414, `./A/${'a'.repeat(121)}`],
    ['an ACL that is none', interior('a', '', '', '<ACL>Get=</ACL>'), 500, './A/a'],
  ])('T-085 P-042: with %s nothing is made, and the Status is that of the node', async (_what, bad, code, uri) => {
    const before = tree.root;
    expect(await add('./A', interior('A', leaf('ok', 'v') + bad))).toMatchObject({
      code,
      items: [{ Target: { LocURI: uri } }],
    });
    expect(tree.root).toBe(before);
  });

  it('T-085: what a plug-in did for the first nodes is taken back when a later one fails', async () => {
    const done: string[] = [];
    const plugin: ObjectPlugin = {
      root: './A',
      add: (uri) => ({ code: done.push(uri) > 2 ? 420 : 200 }),
      remove: (uri) => ({ code: done.push(`-${uri}`) > 0 ? 200 : 500 }),
    };
    build({ plugins: [plugin] });
    expect((await add('.', interior('A', leaf('a', '1') + leaf('b', '2'))))?.code).toBe(420);
    expect(done).toEqual(['./A', './A/a', './A/b', '-./A/a', '-./A']);
    expect(tree.has('./A')).toBe(false);
  });

  it('T-085: octets that are no TNDS are 415, none at all 412', async () => {
    for (const Data of [
      'nothing',
      '<a/>',
      '<MgmtTree><VerDTD>1.2</VerDTD></MgmtTree>',
      Uint8Array.of(3, 1, 0x6a),
    ]) {
      expect((await execute('Add', './A', { Meta: XML, Data }))?.code).toBe(415);
    }
    expect((await execute('Add', './A', { Meta: XML }))?.code).toBe(412);
  });

  it('T-084: nested form and Path form give the same tree', async () => {
    await add('./x', interior('Top', interior('In', leaf('a', '1') + leaf('b', '2')) + leaf('c', '3')));
    const nested = tree.snapshot().nodes;
    build();
    const at = (path: string, name: string, rest: string) =>
      `<Node><NodeName>${name}</NodeName><Path>${path}</Path>${rest}</Node>`;
    const value = (v: string) => `${properties('chr', mime())}<Value>${v}</Value>`;
    await add(
      './x',
      interior('Top', '') +
        at('Top', 'In', properties('node', '<DDFName/>')) +
        at('./Top/In', 'a', value('1')) +
        at('Top/In', 'b', value('2')) +
        at('Top', 'c', value('3')),
    );
    expect(tree.snapshot().nodes).toEqual(nested);
    expect(tree.has('./x/Top/In/b')).toBe(true);
  });

  it('T-088: missing RTProperties, Format, Type and namespace, foreign elements', async () => {
    const outcome = await execute('Add', './W', {
      Meta: XML,
      Data: `<MgmtTree xmlns:v="urn:v"><VerDTD>1.2</VerDTD><v:Extra/>
        <Node><NodeName>sp</NodeName><RTProperties><Type><DDFName>urn:wfa:mo:hotspot2dot0:1.0</DDFName></Type></RTProperties>
          <Node><NodeName>Home</NodeName><v:x>1</v:x><Node><NodeName>FQDN</NodeName><Value> a.example </Value></Node></Node>
          <Node><NodeName>flag</NodeName><RTProperties><Format>bool</Format></RTProperties><Value>TRUE</Value></Node>
        </Node></MgmtTree>`,
    });
    expect(outcome?.code).toBe(200);
    expect(values()).toMatchObject({ './W/sp/Home/FQDN': ' a.example ', './W/sp/flag': 'true' });
    expect(tree.objects('urn:wfa:mo:hotspot2dot0:1.0')).toEqual(['./W/sp']);
  });

  it('T-088: a deployed Wi-Fi provisioning object is taken whole', async () => {
    const sample = readFileSync(
      new URL('../../../../syncml/samples/hostap-hotspot.xml', import.meta.url),
      'utf8',
    );
    const [object] = /<MgmtTree[\s\S]*<\/MgmtTree>/.exec(sample) ?? [''];
    expect((await execute('Add', './Wi-Fi', { Meta: XML, Data: object }))?.code).toBe(200);
    expect(tree.children('./Wi-Fi')).toHaveLength(1);
  });

  it('names: empty is the last of the target, missing by type, escaped ones are plain', async () => {
    await add('./A', interior('', leaf('a%20b', '1')));
    expect(tree.text('./A/a%20b')).toBe('1');
    const nameless = `<Node>${properties('node', '<DDFName>urn:oma:mo:oma-fumo:1.0</DDFName>')}</Node>`;
    await add('./A', `${nameless}${nameless}<Node>${properties('chr', mime())}<Value>v</Value></Node>`);
    expect(tree.children('./A')).toEqual(['./A/a%20b', './A/oma-fumo', './A/oma-fumo1', './A/1']);
  });

  it('a top Node that repeats the last name of a missing target is the target', async () => {
    await add('./B/C', interior('C', leaf('a', '1')));
    expect(tree.has('./B/C/a')).toBe(true);
    await add('./B/C', interior('C', leaf('a', '1')));
    expect(tree.has('./B/C/C/a')).toBe(true);
  });

  it('rights count for every node, and an ACL inside holds when all is there', async () => {
    await execute('Add', './A', { Meta: { Format: 'node' } });
    await execute('Replace', './A?prop=ACL', { Data: 'Add=s2&Get=*&Replace=s2' });
    expect((await add('./A', leaf('a', '1')))?.code).toBe(425);
    const closed = interior('in', leaf('a', '1'), '', '<ACL>Get=s2</ACL><Title>Inner</Title>');
    expect((await add('./A', closed, 's2'))?.code).toBe(200);
    expect(tree.snapshot().nodes.find(({ uri }) => uri === './A/in')).toMatchObject({
      acl: 'Get=s2',
      title: 'Inner',
    });
  });

  it('Occurrence and description hold as for single Adds', async () => {
    const key = `<Node><NodeName>Key</NodeName><Value>${encodeBase64(Uint8Array.of(0, 255))}</Value></Node>`;
    const entry = (name: string) => interior(name, key, 'urn:oma:mo:x-entry:1.0');
    expect((await add('./Fix/List', entry('a') + entry('b') + entry('c')))?.code).toBe(420);
    expect((await add('./Fix/List', entry('a') + entry('b')))?.code).toBe(200);
    expect(tree.value('./Fix/List/b/Key')).toEqual(Uint8Array.of(0, 255));
    expect((await add('./Fix', leaf('new', '1')))?.code).toBe(405);
  });

  it('a TNDS in chunks is taken when it is whole', async () => {
    const octets = new TextEncoder().encode(mgmtTree(interior('A', leaf('a', '1'))));
    const part = { cmdID: '1', uri: '.', format: 'xml', type: XML.Type };
    const first = {
      ...part,
      cmd: 'Add',
      offset: 0,
      bytes: octets.subarray(0, 50),
      size: octets.length,
      last: false,
    } as const;
    expect((await executor.chunk(first, 's1')).code).toBe(213);
    expect(
      (await executor.chunk({ ...first, offset: 50, bytes: octets.subarray(50), last: true }, 's1')).code,
    ).toBe(200);
    expect(tree.text('./A/a')).toBe('1');
    const again = { ...first, cmd: 'Replace', uri: './A', bytes: octets, last: true } as const;
    expect((await executor.chunk(again, 's1')).code).toBe(200);
  });
});

describe('Replace of a TNDS', () => {
  beforeEach(async () => {
    await add('.', interior('A', leaf('keep', '1') + leaf('old', '2') + interior('in', leaf('x', '3'))));
  });

  it('T-086: nodes that are not in the object go, new ones come, the others change', async () => {
    const outcome = await replace(
      './A',
      interior(
        'A',
        leaf('keep', 'one') + leaf('in', 'now a leaf') + interior('new', leaf('y', '4')),
        'com.example/1.0/A',
      ),
    );
    expect(outcome?.code).toBe(200);
    expect(tree.children('./A')).toEqual(['./A/keep', './A/in', './A/new']);
    expect(values()).toMatchObject({ './A/keep': 'one', './A/in': 'now a leaf', './A/new/y': '4' });
    expect(tree.objects('com.example/1.0/A')).toEqual(['./A']);
  });

  it('T-086 P-042: with one failing node all is as before', async () => {
    const before = tree.root;
    expect((await replace('./A', interior('A', leaf('new', '1') + leaf('bad', 'x', 'int'))))?.code).toBe(415);
    expect((await replace('./None', interior('None', '')))?.code).toBe(404);
    expect((await replace('.', interior('.', '')))?.code).toBe(405);
    expect((await replace('./A', interior('B', '')))?.code).toBe(404);
    expect(tree.root).toBe(before);
  });

  it('T-086: permanent nodes stay: leaving one out, or changing a read-only one, is 405', async () => {
    const all = [
      leaf('text', 'new'),
      leaf('fixed', 'x'),
      `<Node><NodeName>secret</NodeName></Node>`,
      interior('List', ''),
    ];
    const fixObject = (nodes: readonly string[]) => interior('Fix', nodes.join(''), 'com.example/1.0/Fix');
    expect((await replace('./Fix', fixObject(all.slice(1))))?.code).toBe(405);
    expect(
      (await replace('./Fix', fixObject([...all.slice(0, 1), leaf('fixed', 'y'), ...all.slice(2)])))?.code,
    ).toBe(405);
    expect(tree.text('./Fix/text')).toBe('hello');
    expect((await replace('./Fix', fixObject(all)))?.code).toBe(200);
    expect(values()).toMatchObject({ './Fix/text': 'new', './Fix/fixed': 'x', './Fix/secret': 'pw' });
  });

  it('rights: 425 without Replace on the target, Delete for what goes, Replace for what changes', async () => {
    await execute('Replace', './A?prop=ACL', { Data: 'Get=*&Add=s2&Replace=s2' });
    expect((await replace('./A', interior('A', '')))?.code).toBe(425);
    expect((await replace('./A', interior('A', leaf('keep', '1')), 's2'))?.code).toBe(425);
    const all = (keep: string) =>
      interior('A', leaf('keep', keep) + leaf('old', '2') + interior('in', leaf('x', '3')));
    expect((await replace('./A', all('new'), 's2'))?.code).toBe(200);
    expect(tree.text('./A/keep')).toBe('new');
  });
});

describe('?list=TNDS', () => {
  beforeEach(async () => {
    await add(
      '.',
      interior(
        'A',
        leaf('t', ' v ') + leaf('i', '3', 'int'),
        'com.example/1.0/A',
        '<ACL>Delete=s1&amp;Get=*&amp;Replace=s1</ACL>',
      ),
    );
    tree.add({
      uri: './A/b',
      format: 'bin',
      type: 'application/octet-stream',
      value: new TextEncoder().encode('QUJD'),
    });
    tree.add({ uri: './A/d', format: 'bin', type: 'text/x', value: Uint8Array.of(0, 1, 254) });
  });

  it('T-082: TNDS is everything the caller may read, in the encoding of the message', async () => {
    const xml = await list('./A?list=TNDS', 'xml');
    expect(xml).toMatchObject({ Source: { LocURI: './A?list=TNDS' }, Meta: XML });
    const wbxml = await list('./A?list=TNDS', 'wbxml');
    expect(wbxml?.Meta).toEqual(WBXML);
    const [fromXml, fromWbxml] = [xml?.Data, wbxml?.Data].map((data) =>
      typeof data === 'string' || data instanceof Uint8Array ? parseTnds(data) : undefined,
    );
    expect(fromWbxml).toEqual(fromXml);
    expect(fromXml?.nodes[0]).toMatchObject({
      name: 'A',
      acl: 'Delete=s1&Get=*&Replace=s1',
      ddfName: 'com.example/1.0/A',
    });
    expect(
      fromXml?.nodes[0]?.children.map(({ name, format, mime: type, value }) => [name, format, type, value]),
    ).toEqual([
      ['t', 'chr', 'text/plain', ' v '],
      ['i', 'int', 'text/plain', '3'],
      ['b', 'b64', 'application/octet-stream', 'UVVKRA=='],
      ['d', 'bin', 'text/x', 'AAH+'],
    ]);
    for (const property of ['Name', 'Size', 'TStamp', 'VerNo'])
      expect(String(xml?.Data)).toContain(`<${property}>`);
  });

  it('T-082: + names what is wanted, - what is not; mixed or unknown names are 406', async () => {
    const only = String((await list('./A?list=TNDS+Value+ACL'))?.Data);
    expect(only).toContain('<RTProperties><ACL>Delete=s1&amp;Get=*&amp;Replace=s1</ACL></RTProperties>');
    expect(only).toContain('<NodeName>t</NodeName><Value> v </Value>');
    for (const left of ['Format', 'Type', 'TStamp', 'Name>A']) expect(only).not.toContain(`<${left}>`);
    const without = String((await list('./A?list=TNDS-Format-Value'))?.Data);
    expect(without).toContain('<Type><MIME>text/plain</MIME></Type>');
    for (const left of ['<Format>', '<Value>']) expect(without).not.toContain(left);
    for (const bad of ['TNDS+Value-ACL', 'TNDS-Value+ACL', 'TNDS+Foo', 'TNDS-value', 'TNDSX']) {
      expect((await execute('Get', `./A?list=${bad}`))?.code).toBe(406);
    }
  });

  it('T-082: unreadable nodes are left out with all below, unreadable values alone', async () => {
    await execute('Replace', './A?prop=ACL', { Data: 'Get=s1' });
    expect((await execute('Get', './A?list=TNDS', {}, 's2'))?.code).toBe(425);
    expect((await top('.?list=TNDS', 's2'))?.children.map(({ name }) => name)).not.toContain('A');
    const secret = (await top('./Fix?list=TNDS'))?.children.find(({ name }) => name === 'secret');
    expect(secret?.value).toBeUndefined();
    expect((await execute('Get', './none?list=TNDS'))?.code).toBe(404);
    expect((await execute('Replace', './A?list=TNDS', { Data: 'x' }))?.code).toBe(405);
  });

  it.each(['xml', 'wbxml'] as const)('T-087: TNDS to tree to TNDS is stable in %s', async (wire) => {
    const before = tree.snapshot().nodes.filter(({ uri }) => uri.startsWith('./A'));
    const first = await list('./A?list=TNDS', wire);
    await execute('Delete', './A');
    expect(await execute('Add', './A', { Meta: first?.Meta, Data: first?.Data }, 's1', wire)).toMatchObject({
      code: 200,
    });
    expect(tree.snapshot().nodes.filter(({ uri }) => uri.startsWith('./A'))).toEqual(before);
    expect(await list('./A?list=TNDS', wire)).toEqual(first);
    const root = tree.root;
    const again = await execute('Replace', './A', { Meta: first?.Meta, Data: first?.Data }, 's1', wire);
    expect(again?.code).toBe(200);
    expect(difference(root, tree.root)).toEqual([]); // nothing was touched
  });

  it('T-087: WBXML octets in base64 are taken as well', async () => {
    const found = await list('./A?list=TNDS', 'wbxml');
    await execute('Delete', './A');
    const Data = found?.Data instanceof Uint8Array ? encodeBase64(found.Data) : '';
    expect((await execute('Add', '.', { Meta: { ...WBXML, Format: 'b64' }, Data }))?.code).toBe(200);
    expect(tree.value('./A/b')).toEqual(new TextEncoder().encode('QUJD'));
  });
});

describe('Inbox', () => {
  const account = (name: string, serverId: string, ref = '') =>
    interior(
      name,
      leaf('AppID', 'w7') +
        leaf('ServerID', serverId) +
        (ref === '' ? '' : leaf('PrefConRef', ref)) +
        interior('AppAddr', interior('1', leaf('Addr', `https://${serverId}/dm`) + leaf('AddrType', 'URI'))),
      'urn:oma:mo:oma-dm-dmacc:1.0',
    );

  it('T-089 S-028: an account lands below ./DMAcc, and is one', async () => {
    expect((await add('./Inbox', account('acme', 'a.example')))?.code).toBe(200);
    expect(readAccounts(tree).map(({ root, account: { serverURL } }) => [root, serverURL])).toEqual([
      ['./DMAcc/acme', 'https://a.example/dm'],
    ]);
    expect(tree.has('./Inbox')).toBe(false);
  });

  it('T-089: a name that is taken gives way to a number', async () => {
    await add('./Inbox', account('acme', 'a.example'));
    expect((await add('./Inbox', account('acme', 'b.example')))?.code).toBe(200);
    expect(tree.children('./DMAcc')).toEqual(['./DMAcc/acme', './DMAcc/1']);
  });

  it('T-089: references to ./Inbox/… become the final places', async () => {
    const entry = interior(
      'net',
      `<Node><NodeName>Ref</NodeName><Value>./Inbox/acc/AppAddr/1</Value></Node>`,
      'urn:oma:mo:x-entry:1.0',
    );
    const all = account('acc', 'a.example', './Inbox/net') + entry;
    expect((await add('./Inbox', all))?.code).toBe(200);
    expect(tree.text('./DMAcc/acc/PrefConRef')).toBe('./Fix/List/net');
    expect(tree.text('./Fix/List/net/Ref')).toBe('./DMAcc/acc/AppAddr/1');
  });

  it('S-041: an unknown identifier is 404 and changes nothing, with a known one beside it as well', async () => {
    const before = tree.root;
    const unknown = interior('x', leaf('a', '1'), 'urn:oma:mo:none-such:1.0');
    for (const nodes of [unknown, account('acc', 'a.example') + unknown, leaf('a', '1'), interior('x', '')]) {
      expect((await add('./Inbox', nodes))?.code).toBe(404);
    }
    expect(tree.root).toBe(before);
    expect((await execute('Add', './Inbox/x', { Meta: { Format: 'node' } }))?.code).toBe(404);
  });

  it('S-040 S-042 T-089: Get is 405, and so is everything but Add', async () => {
    for (const uri of ['./Inbox', './Inbox/x', './Inbox?prop=ACL', './Inbox?list=TNDS']) {
      expect((await execute('Get', uri))?.code).toBe(405);
    }
    expect((await replace('./Inbox', account('acc', 'a.example')))?.code).toBe(405);
    expect((await execute('Delete', './Inbox'))?.code).toBe(405);
  });
});
