import { readFileSync } from 'node:fs';
import { type Command, parseMgmtTree, type XmlElement } from '@fumarole/syncml';
import { describe, expect, it } from 'vitest';
import { devDetailNodes, devInfoNodes, dmAccNodes, fumoNodes } from '../../objects/index.ts';
import {
  DEFAULT_URI_LIMITS,
  ddfOf,
  formatDdf,
  type NodeDescription,
  PROPERTY_NAMES,
  parseDdf,
  Tree,
  TreeExecutor,
  treeDescription,
} from '../index.ts';

const sample = (name: string) => readFileSync(new URL(`../../../samples/${name}`, import.meta.url), 'utf8');
const below = (node: NodeDescription | undefined, ...names: string[]): NodeDescription | undefined =>
  names.reduce(
    (found, name) =>
      Array.isArray(found?.children) ? found.children.find((child) => child.name === name) : undefined,
    node,
  );

const info = { DevId: 'IMEI:1', Man: 'Acme', Mod: 'X1', DmV: '1.2', Lang: 'en' };
const account = {
  serverId: 's',
  serverURL: 'https://s/',
  client: { type: 'DIGEST', name: 'n', secret: 'p' },
};
const deviceTree = () =>
  new Tree({
    objects: [
      devInfoNodes(info),
      devDetailNodes({
        DevTyp: 'd',
        OEM: 'o',
        FwV: '1',
        SwV: '1',
        HwV: '1',
        LrgObj: true,
        uri: DEFAULT_URI_LIMITS,
      }),
      dmAccNodes([account]),
      fumoNodes({
        root: './FwUpdate/Main',
        download: true,
        update: true,
        pkgData: true,
        downloadAndUpdate: true,
        ext: true,
      }),
    ],
    now: () => 0,
  });

describe('import', () => {
  it('T-100: the firmware update object is read as written', () => {
    const document = parseDdf(sample('fumo-ddf.xml'));
    expect(document).toMatchObject({ verDTD: '1.2', man: 'Example', mod: 'X1', warnings: [] });
    const [{ path, description } = { path: undefined, description: undefined }] = document.nodes;
    expect(path).toEqual([]);
    expect(description).toMatchObject({
      name: 'FwUpdate',
      access: ['Add', 'Get'],
      format: 'node',
      occurrence: 'One',
      scope: 'permanent',
      caseSense: 'CS',
    });
    expect(below(description, '')).toMatchObject({
      access: ['Add', 'Delete', 'Get'],
      occurrence: { zeroOrN: 4 },
      scope: 'dynamic',
      moi: 'urn:oma:mo:oma-fumo:1.0',
    });
    expect(below(description, '', 'PkgName')).toEqual({
      name: 'PkgName',
      access: ['Get', 'Replace'],
      format: 'chr',
      occurrence: 'ZeroOrOne',
      mime: ['text/plain'],
    });
    expect(below(description, '', 'DownloadAndUpdate')?.access).toEqual(['Exec', 'Get']);
    expect(below(description, '', 'State')).toMatchObject({
      defaultValue: '10',
      format: 'int',
      properties: ['ACL', 'Format', 'Name', 'TStamp', 'Type', 'VerNo'],
    });
  });

  it('T-100: absent Occurrence counts as One and absent Scope as Dynamic', async () => {
    const node = (name: string, more: string) => `<Node><NodeName>${name}</NodeName><DFProperties>
      <AccessType><Add/><Delete/><Get/></AccessType><DFFormat><chr/></DFFormat>${more}<DFType><MIME>text/plain</MIME></DFType></DFProperties></Node>`;
    const text = `<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>A</NodeName><DFProperties><AccessType><Add/><Get/></AccessType>
      <DFFormat><node/></DFFormat><DFType><DDFName/></DFType></DFProperties>
      ${node('one', '')}${node('some', '<Occurrence><ZeroOrOne/></Occurrence>')}${node('kept', '<Occurrence><ZeroOrOne/></Occurrence><Scope><Permanent/></Scope>')}</Node></MgmtTree>`;
    const { run } = mounted(text, ['./A/one', './A/some', './A/kept']);
    expect(await run('Delete', './A/one')).toBe(405); // One: must stay
    expect(await run('Delete', './A/kept')).toBe(405);
    expect(await run('Delete', './A/some')).toBe(200); // dynamic
  });

  it('T-101: a fifth object below ZeroOrN 4 is 420, Delete of a One node 405', async () => {
    const { run } = mounted(sample('fumo-ddf.xml'), []);
    for (const name of ['a', 'b', 'c', 'd']) expect(await run('Add', `./FwUpdate/${name}`)).toBe(200);
    expect(await run('Add', './FwUpdate/e')).toBe(420);
    expect(await run('Delete', './FwUpdate/a')).toBe(200);
    expect(await run('Add', './FwUpdate/e')).toBe(200);
    expect(await run('Delete', './FwUpdate')).toBe(405);
  });

  it('T-103: a vendor file with foreign namespaces, * names and an internal subset', () => {
    const document = parseDdf(sample('vendor-ddf.xml'));
    expect(document.warnings).toEqual([]);
    expect(document.nodes[0]?.path).toEqual(['Vendor', 'Example']);
    const found = below(treeDescription(document), 'Vendor', 'Example', 'Update', '');
    expect(found).toEqual({
      name: '',
      access: ['Add', 'Delete', 'Get', 'Replace'],
      format: 'chr',
      occurrence: 'ZeroOrMore',
      scope: 'dynamic',
      title: 'UpdateID',
    });
  });

  it('T-103: a file by the 1.1.2 document type', () => {
    const document = parseDdf(sample('old-ddf.xml'));
    expect(document).toMatchObject({ verDTD: '1.1.2', warnings: [] });
    expect(below(document.nodes[0]?.description, 'DMAcc', '')).toMatchObject({
      occurrence: { oneOrN: 5 },
      moi: 'urn:oma:mo:oma-dm-dmacc:1.0',
    });
  });

  it('tells what a file lacks, node by node, and reads the rest', () => {
    const { warnings, nodes } = parseDdf(`<MgmtTree><Node><NodeName>A</NodeName>
      <Node><NodeName/><DFProperties><AccessType/><DFFormat><blob/></DFFormat><Occurrence><ZeroOrN>many</ZeroOrN></Occurrence></DFProperties></Node></Node></MgmtTree>`);
    expect(warnings.map(({ node, text }) => `${node}: ${text}`)).toEqual([
      '.: VerDTD is missing',
      './A: DFProperties is missing',
      './A: DFFormat is missing',
      './A/*: DFFormat blob is unknown',
      './A/*: Occurrence ZeroOrN many is none; taken as ZeroOrMore',
      './A: AccessType is missing: no command is allowed',
    ]);
    expect(nodes).toHaveLength(1);
  });
});

describe('export', () => {
  it('T-102: the tree of a device is valid against the content models', () => {
    const text = formatDdf(
      ddfOf(deviceTree().description),
      { man: 'Acme', mod: 'X1', properties: PROPERTY_NAMES },
      'xml',
    );
    expect(text).toContain('<!DOCTYPE MgmtTree PUBLIC "-//OMA//DTD-DM-DDF 1.2//EN"');
    const root = parseMgmtTree(text);
    expect(violations(root)).toEqual([]);
    const [state = ''] = /<Node>\s*<NodeName>State<[\s\S]*?<\/Node>/.exec(text) ?? [];
    expect(state.replace(/\s+/g, '')).toContain('<Size/>');
  });

  it.each([
    'xml',
    'wbxml',
  ] as const)('T-102: what is exported in %s is imported as the same descriptions', (encoding) => {
    const { description } = deviceTree();
    const nodes = ddfOf(description);
    const read = parseDdf(encoding === 'xml' ? formatDdf(nodes, {}, 'xml') : formatDdf(nodes, {}, 'wbxml'));
    expect(read.warnings).toEqual([]);
    expect(read.nodes.map((node) => expressible(node.description))).toEqual(
      nodes.map((node) => expressible(node.description)),
    );
    expect(read.nodes.length).toBe(4);
  });

  it('T-102: files that were read are written as they were', () => {
    for (const name of ['fumo-ddf.xml', 'vendor-ddf.xml', 'old-ddf.xml']) {
      const { nodes } = parseDdf(sample(name));
      expect(parseDdf(formatDdf(nodes, {}, 'wbxml')).nodes).toEqual(nodes);
    }
  });
});

/** What a DDF has words for: neither limits nor checks of values, and no difference in order. */
function expressible(node: NodeDescription): unknown {
  const { maxOctets: _octets, accepts: _accepts, children, ...said } = node;
  const list = Array.isArray(children) ? children.map(expressible) : [];
  return { ...said, access: [...said.access].sort(), ...(said.format === 'node' ? { children: list } : {}) };
}

/** A tree by a DDF, its leaves made by the device. */
function mounted(text: string, leaves: readonly string[]) {
  const [node] = parseDdf(text).nodes;
  if (node === undefined) throw new Error('no node');
  const root = `./${node.description.name}`;
  const nodes = [
    { uri: root, format: 'node' as const },
    ...leaves.map((uri) => ({ uri, format: 'chr' as const })),
  ];
  const tree = new Tree({
    objects: [{ root, description: node.description, nodes }],
    rootAcl: 'Add=*&Delete=*&Get=*&Replace=*',
    now: () => 0,
  });
  const executor = new TreeExecutor({ tree });
  const run = async (kind: 'Add' | 'Delete', uri: string) => {
    const command: Command = {
      kind,
      CmdID: '1',
      items: [{ Target: { LocURI: uri }, Meta: { Format: 'node' } }],
    };
    return (await executor.execute(command, 's', 'xml'))[0]?.code;
  };
  return { tree, run };
}

/** Content models of tree §8.2 and §9, as expressions over the names of the children. */
const MODELS: Readonly<Record<string, RegExp>> = {
  MgmtTree: /^VerDTD (Man )?(Mod )?(Node )+$/,
  Node: /^NodeName (Path )?(RTProperties )?(DFProperties )((Node )*|(Value )?)$/,
  RTProperties: /^(ACL )?(Format )?(Name )?(Size )?(Title )?(TStamp )?Type (VerNo )?$/,
  DFProperties:
    /^AccessType (DefaultValue )?(Description )?DFFormat (Occurrence )?(Scope )?(DFTitle )?DFType (CaseSense )?$/,
  AccessType: /^(Add |Copy |Delete |Exec |Get |Replace )+$/,
  DFFormat: /^(b64|bin|bool|chr|int|node|null|xml|date|time|float) $/,
  Format: /^(b64|bin|bool|chr|int|node|null|xml|date|time|float) $/,
  DFType: /^((MIME )+|DDFName )$/,
  Type: /^(MIME|DDFName) $/,
  Occurrence: /^(One|ZeroOrOne|ZeroOrMore|OneOrMore|ZeroOrN|OneOrN) $/,
  Scope: /^(Permanent|Dynamic) $/,
  CaseSense: /^(CS|CIS) $/,
};

function violations(node: XmlElement): readonly string[] {
  const children = node.children.filter((child) => typeof child !== 'string');
  const names = children.map(({ name }) => `${name} `).join('');
  const model = MODELS[node.name];
  const own = (model === undefined ? names === '' : model.test(names)) ? [] : [`${node.name}: ${names}`];
  return [...own, ...children.flatMap(violations)];
}

it('a file that would take long to put together is refused, or read at once', () => {
  const nodes = (count: number) =>
    Array.from({ length: count }, (_, i) => `<Node><NodeName>n${i}</NodeName></Node>`).join('');
  expect(() => parseDdf(`<MgmtTree>${nodes(257)}</MgmtTree>`)).toThrow('at most 256 top nodes');
  expect(parseDdf(`<MgmtTree>${nodes(256)}</MgmtTree>`).nodes).toHaveLength(256);
  const two = `<Node><NodeName>a</NodeName>${nodes(10_000)}</Node>`;
  const began = performance.now();
  const whole = treeDescription(parseDdf(`<MgmtTree>${two}${two}</MgmtTree>`));
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(below(whole, 'a', 'n9999')?.name).toBe('n9999');
});
