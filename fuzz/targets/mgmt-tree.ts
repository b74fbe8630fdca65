import { devInfoNodes } from '@fumarole/dm/objects';
import { ddfOf, formatDdf, parseDdf, parseTnds, Tree, treeDescription } from '@fumarole/dm/tree';
import { DecodeError, formatMgmtTree, parseMgmtTree, type XmlElement } from '@fumarole/syncml';
import { value as anyText, maybe } from '@fumarole/testkit/arbitrary';
import fc from 'fast-check';
import { samplesOf, utf8 } from '../corpus.ts';
import { asXml, must, mustEqual, unlessRefused } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';

const NAMESPACE = 'syncml:dmddf1.2';
const element = (name: string, ...children: readonly (XmlElement | string)[]): XmlElement => ({
  name,
  namespace: NAMESPACE,
  attributes: {},
  children: children.filter((child) => child !== ''),
});

const text = anyText.map((one) => one.trim()).filter((one) => one !== '');
const leaf = (name: string): fc.Arbitrary<XmlElement> => text.map((one) => element(name, one));
const format = fc.constantFrom(
  'chr',
  'bin',
  'b64',
  'node',
  'int',
  'bool',
  'xml',
  'null',
  'date',
  'time',
  'float',
);
const runtime = fc
  .tuple(maybe(leaf('ACL')), maybe(format), maybe(leaf('Title')), maybe(leaf('MIME')))
  .map(([acl, name, title, type]) =>
    element(
      'RTProperties',
      ...(acl === undefined ? [] : [acl]),
      ...(name === undefined ? [] : [element('Format', element(name))]),
      ...(title === undefined ? [] : [title]),
      element('Type', type ?? element('DDFName')),
    ),
  );
const { node } = fc.letrec<{ node: XmlElement }>((tie) => ({
  node: fc
    .tuple(
      leaf('NodeName'),
      runtime,
      fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('node'), { maxLength: 3 })),
      maybe(anyText),
    )
    .map(([name, properties, below, given]) =>
      element('Node', name, properties, ...below, ...(given === undefined ? [] : [element('Value', given)])),
    ),
}));
const tree = fc
  .array(node, { minLength: 1, maxLength: 3 })
  .map((nodes) => element('MgmtTree', element('VerDTD', '1.2'), ...nodes));

const small = utf8(
  '<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>A</NodeName><Path>./B/C</Path><RTProperties><ACL>Get=*</ACL><Format><node/></Format><Type><DDFName>urn:x</DDFName></Type></RTProperties><Node><NodeName>b</NodeName><Value>x &amp; y</Value></Node></Node></MgmtTree>',
);

export const tnds: Target = {
  name: 'tnds',
  asks: 'serialised subtrees in all forms; XML and WBXML give the same tree',
  seeds: () => [small, formatMgmtTree(parseMgmtTree(small), 'wbxml')],
  take: (octets) => {
    unlessRefused(() => parseTnds(octets), DecodeError);
    const root = unlessRefused(() => parseMgmtTree(octets), DecodeError);
    if (root === undefined) return;
    return () => {
      mustEqual(
        canonical(parseMgmtTree(formatMgmtTree(root, 'xml'))),
        asXml(canonical(root)),
        'the tree through XML',
      );
      const asWbxml = unlessRefused(() => formatMgmtTree(root, 'wbxml'), TypeError);
      if (asWbxml !== undefined) {
        mustEqual(bare(canonical(parseMgmtTree(asWbxml))), bare(canonical(root)), 'the tree through WBXML');
      }
    };
  },
  models: [
    model('R-048: XML and WBXML give the same tree', tree, (root) => {
      mustEqual(
        canonical(parseMgmtTree(formatMgmtTree(root, 'xml'))),
        canonical(root),
        'the tree through XML',
      );
      mustEqual(
        canonical(parseMgmtTree(formatMgmtTree(root, 'wbxml'))),
        canonical(root),
        'the tree through WBXML',
      );
    }),
  ],
};

/** Texts side by side are one; those around elements are layout. */
function canonical({ children, ...rest }: XmlElement): XmlElement {
  const joined: (XmlElement | string)[] = [];
  for (const child of children) {
    const last = joined.at(-1);
    if (typeof child === 'string' && typeof last === 'string') joined[joined.length - 1] = last + child;
    else joined.push(typeof child === 'string' ? child : canonical(child));
  }
  return { ...rest, children: joined.filter((child) => child !== '') };
}

/** WBXML has no attributes in these pages. */
function bare({ children, ...rest }: XmlElement): XmlElement {
  return {
    ...rest,
    attributes: {},
    children: children.map((child) => (typeof child === 'string' ? child : bare(child))),
  };
}

/** Octets of JSON of a description that has some ten thousand nodes. */
const MANY_NODES = 200_000;

const ownDescription = (): Parameters<typeof formatDdf>[0] => {
  const info = { DevId: '1', Man: 'a', Mod: 'b', DmV: '1', Lang: 'en' };
  return ddfOf(new Tree({ objects: [devInfoNodes(info)], now: () => 0 }).description);
};

export const ddf: Target = {
  name: 'ddf',
  asks: 'device descriptions, our own and those of vendors; what is read is written and reads the same',
  seeds: () => [
    ...samplesOf('dm', 'samples'),
    utf8(formatDdf(ownDescription(), {}, 'xml')),
    formatDdf(ownDescription(), {}, 'wbxml'),
  ],
  take: (octets) => {
    const found = unlessRefused(() => parseDdf(octets), DecodeError);
    if (found === undefined) return;
    unlessRefused(() => treeDescription(found));
    return () => {
      const { man, mod, nodes } = found;
      const facts = { ...(man === undefined ? {} : { man }), ...(mod === undefined ? {} : { mod }) };
      // what a file leaves open is written out, which may be more nodes than are read
      const again = unlessRefused(() => parseDdf(formatDdf(nodes, facts, 'xml')), DecodeError);
      if (again === undefined) {
        must(JSON.stringify(nodes).length > MANY_NODES, 'what was written is refused');
        return;
      }
      // the second writing changes nothing
      mustEqual(
        parseDdf(formatDdf(again.nodes, facts, 'xml')).nodes,
        again.nodes,
        'the description through XML',
      );
      const other = parseDdf(formatDdf(nodes, facts, 'wbxml'));
      mustEqual(asXml(other.nodes), asXml(again.nodes), 'the description through WBXML');
    };
  },
};
