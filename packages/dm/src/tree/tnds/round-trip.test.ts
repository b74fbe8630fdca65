import type { Command, Encoding, Item } from '@fumarole/syncml';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Format, isNodeName, type NodeInit, Tree, TreeExecutor } from '../index.ts';
import { usageOf } from '../usage.ts';

interface Sample {
  readonly name: string;
  readonly leaf?: { readonly format: Format; readonly type: string; readonly value: string | Uint8Array };
  readonly title: string;
  readonly children: readonly Sample[];
}

/** What XML can hold; a carriage return and white space at the ends included. */
const text = fc.string({ maxLength: 8, unit: fc.constantFrom(...' \n\r\t<>&]"ab9%/äß€😀') });
/** White space counts in values alone. */
const title = text.map((found) => found.trim());
const name = fc
  .string({ minLength: 1, maxLength: 6, unit: fc.constantFrom(...'ab9 %&<.äß€😀') })
  .filter((found) => isNodeName(found) && found === found.trim() && !found.endsWith('.'));
const leaf = fc.oneof(
  fc.record({ format: fc.constant<Format>('chr'), type: fc.constantFrom('text/plain', 'a/b'), value: text }),
  fc.record({
    format: fc.constant<Format>('int'),
    type: fc.constant('text/plain'),
    value: fc.integer({ min: -9, max: 9 }).map(String),
  }),
  fc.record({
    format: fc.constant<Format>('bin'),
    type: fc.constantFrom('text/x', 'a/b'),
    value: fc.uint8Array({ maxLength: 6 }),
  }),
  fc.record({
    format: fc.constant<Format>('xml'),
    type: fc.constant('text/xml'),
    value: fc.constantFrom('<a>1<b/></a>', '<!-- x --><a/>'),
  }),
);
const { node } = fc.letrec<{ node: Sample }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.record({ name, leaf, title, children: fc.constant([]) }),
    fc.record({
      name,
      title,
      children: fc.uniqueArray(tie('node'), { maxLength: 4, selector: (one) => one.name }),
    }),
  ),
}));

function nodesOf({ name: own, leaf: value, title, children }: Sample, parent: string): readonly NodeInit[] {
  const uri = `${parent}/${encodeURIComponent(own)}`;
  const init: NodeInit = value === undefined ? { uri, format: 'node', title } : { uri, ...value, title };
  return [init, ...children.flatMap((child) => nodesOf(child, uri))];
}

it('T-087: any subtree that is read, deleted and added again is the same, in XML and WBXML', async () => {
  const property = fc.asyncProperty(
    fc.uniqueArray(node, { maxLength: 4, selector: (one) => one.name }),
    fc.constantFrom<Encoding>('xml', 'wbxml'),
    async (samples, wire) => {
      const tree = new Tree({
        objects: [],
        open: true,
        rootAcl: 'Add=*&Delete=*&Get=*&Replace=*',
        now: () => 0,
        uriLimits: { maxDepth: 0, maxTotLen: 0, maxSegLen: 0 },
      });
      const executor = new TreeExecutor({ tree });
      const run = async (
        kind: 'Get' | 'Add' | 'Delete' | 'Replace',
        uri: string,
        item: Partial<Item> = {},
      ) => {
        const command: Command = { kind, CmdID: '1', items: [{ Target: { LocURI: uri }, ...item }] };
        return (await executor.execute(command, 's', wire))[0];
      };
      tree.add({ uri: './R', format: 'node' });
      for (const sample of samples) for (const init of nodesOf(sample, './R')) tree.add(init);
      const before = tree.snapshot();
      const { Meta, Data } = (await run('Get', './R?list=TNDS'))?.results?.[0] ?? {};
      expect((await run('Replace', './R', { Meta, Data }))?.code).toBe(200);
      expect(tree.snapshot()).toEqual(before);
      expect((await run('Delete', './R'))?.code).toBe(200);
      expect((await run('Add', './R', { Meta, Data }))?.code).toBe(200);
      expect(tree.snapshot()).toEqual(before);
      expect(tree.usage()).toEqual(usageOf(tree.root));
    },
  );
  await fc.assert(property, { numRuns: 200 });
});
