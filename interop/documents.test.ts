/** The documents beside the messages: management trees, descriptions of devices, download descriptors, bootstraps. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatProvisioning, parseProvisioning } from '@fumarole/dm/bootstrap';
import { devDetailNodes, devInfoNodes, dmAccNodes, fumoNodes } from '@fumarole/dm/objects';
import {
  DEFAULT_URI_LIMITS,
  ddfOf,
  formatDdf,
  PROPERTY_NAMES,
  parseDdf,
  Tree,
  TreeExecutor,
} from '@fumarole/dm/tree';
import { formatDescriptor, parseDescriptor } from '@fumarole/fumo/object';
import { dataText, type Encoding, formatMgmtTree, type Item, parseMgmtTree } from '@fumarole/syncml';
import { describe, expect, it } from 'vitest';
import { wbxmlToXml, xmlToWbxml } from './libwbxml.ts';
import { invalidities } from './xmllint.ts';

const DOCTYPE =
  '<!DOCTYPE MgmtTree PUBLIC "-//OMA//DTD-DM-DDF 1.2//EN" "http://www.openmobilealliance.org/tech/DTD/dm_ddf-v1_2.dtd">';

function deviceTree(): Tree {
  const client = { type: 'DIGEST', name: 'n', secret: 'p & <q>' } as const;
  return new Tree({
    objects: [
      devInfoNodes({ DevId: 'IMEI:490', Man: 'Acmé & <Söhne>', Mod: 'M-100', DmV: '1.2', Lang: 'en' }),
      devDetailNodes({
        DevTyp: 'd',
        OEM: 'o',
        FwV: '1.0',
        SwV: '1',
        HwV: '1',
        LrgObj: true,
        uri: DEFAULT_URI_LIMITS,
      }),
      dmAccNodes([{ serverId: 's', serverURL: 'https://s/?a=1&b=2', client }]),
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
}

/** The subtrees of the device as it answers `?list=TNDS`. */
async function listed(encoding: Encoding): Promise<readonly (string | Uint8Array)[]> {
  const executor = new TreeExecutor({ tree: deviceTree() });
  const items: Item[] = ['./DevInfo', './DevDetail', './FwUpdate'].map((uri) => ({
    Target: { LocURI: `${uri}?list=TNDS` },
  }));
  const outcomes = await executor.execute({ kind: 'Get', CmdID: '1', items }, 's', encoding);
  const values = outcomes.flatMap(({ results = [] }) => results.map(({ Data }) => Data));
  return values.map((data) => (data instanceof Uint8Array ? data : (dataText(data) ?? '')));
}

describe('management trees', () => {
  it('what a Get of TNDS answers is valid to xmllint', async () => {
    const trees = (await listed('xml')).map((data) => dataText(data));
    expect(trees).toHaveLength(3);
    expect(await invalidities('mgmt-tree-1.2', trees)).toEqual(['', '', '']);
  });

  it('a tree means the same to libwbxml, both ways', async () => {
    const trees = (await listed('xml')).map((data) => parseMgmtTree(data));
    const theirXml = await wbxmlToXml(trees.map((tree) => formatMgmtTree(tree, 'wbxml')));
    expect(theirXml.map((xml) => parseMgmtTree(xml))).toEqual(trees);
    const ours = trees.map((tree) => Buffer.from(`${DOCTYPE}${formatMgmtTree(tree, 'xml')}`));
    const theirWbxml = await xmlToWbxml(ours);
    expect(theirWbxml.map((wbxml) => parseMgmtTree(wbxml))).toEqual(trees);
  });
});

describe('descriptions of devices', () => {
  const nodes = ddfOf(deviceTree().description);
  const facts = { man: 'Acme', mod: 'M-100', properties: PROPERTY_NAMES };

  it('our DDF is valid to xmllint', async () => {
    expect(await invalidities('mgmt-tree-1.2', [formatDdf(nodes, facts, 'xml')])).toEqual(['']);
  });

  it('our DDF means the same to libwbxml, both ways', async () => {
    const xml = formatDdf(nodes, facts, 'xml');
    const [theirXml] = await wbxmlToXml([formatDdf(nodes, facts, 'wbxml')]);
    const [theirWbxml] = await xmlToWbxml([Buffer.from(xml)]);
    expect(parseDdf(theirXml ?? '')).toEqual(parseDdf(xml));
    expect(parseDdf(theirWbxml ?? '')).toEqual(parseDdf(xml));
  });

  const folder = join(import.meta.dirname, '..', 'packages', 'dm', 'samples');
  it.each(readdirSync(folder).filter((name) => name.endsWith('.xml')))('%s is read', (name) => {
    expect(parseDdf(readFileSync(join(folder, name), 'utf8')).nodes.length).toBeGreaterThan(0);
  });
});

it('our download descriptor is valid to xmllint', async () => {
  const descriptor = {
    type: ['application/vnd.fumarole.package', 'application/octet-stream'],
    size: 20_000,
    objectURI: 'https://dl.example.net/p?a=1&b=2',
    installNotifyURI: 'https://dl.example.net/n?a=1&b=2',
    nextURL: 'https://dl.example.net/next',
    name: 'Firmware <2>',
    description: 'Ärger & mehr',
    vendor: 'Acme',
    infoURL: 'https://example.net/',
    iconURI: 'https://example.net/i.png',
    installParam: 'a=b;c="d"',
  };
  const text = formatDescriptor(descriptor);
  expect(parseDescriptor(text)).toMatchObject({ descriptor });
  expect(await invalidities('descriptor-1.0', [text])).toEqual(['']);
});

describe('bootstrap', () => {
  const parm = (name: string, value: string) => ({ name, value });
  const document = {
    characteristics: [
      {
        type: 'APPLICATION',
        parms: [parm('APPID', 'w7'), parm('PROVIDER-ID', 'com.example.dm'), parm('NAME', 'Böot & <strap>')],
        characteristics: [
          { type: 'APPADDR', parms: [parm('ADDR', 'https://dm.example.com/dm')], characteristics: [] },
          {
            type: 'APPAUTH',
            parms: [
              parm('AAUTHLEVEL', 'APPSRV'),
              parm('AAUTHTYPE', 'DIGEST'),
              parm('AAUTHNAME', 'dev1'),
              parm('AAUTHSECRET', 'pw1'),
            ],
            characteristics: [],
          },
        ],
      },
    ],
  };

  it('our provisioning document is valid to xmllint', async () => {
    expect(await invalidities('provisioning-1.0', [formatProvisioning(document, 'xml')])).toEqual(['']);
  });

  it('our provisioning document means the same to libwbxml', async () => {
    const [xml] = await wbxmlToXml([formatProvisioning(document, 'wbxml')]);
    expect(parseProvisioning(xml ?? '')).toEqual(parseProvisioning(formatProvisioning(document, 'xml')));
  });
});

it('what is not valid is told, with its line, and does not spoil the others', async () => {
  const [good, bad, broken] = await invalidities('descriptor-1.0', [
    formatDescriptor({ type: ['a/b'], size: 1, objectURI: 'https://a/' }),
    '<media xmlns="http://www.openmobilealliance.org/xmlns/dd"><size>1</size></media>',
    '<media>',
  ]);
  expect(good).toBe('');
  expect(bad).toMatch(/media content does not follow the DTD/);
  expect(broken).toMatch(/parser error/);
});
