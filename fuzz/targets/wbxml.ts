import { SYNCML_DIALECTS } from '@fumarole/syncml';
import { DecodeError, type Dialect, readElement, WbxmlReader, WbxmlWriter } from '@fumarole/wbxml';
import fc from 'fast-check';
import { messagesIn } from '../corpus.ts';
import { mustEqual, unlessRefused } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';

/** Every construct of the grammar has a token here. */
const EVERYTHING: Dialect = {
  name: 'Everything',
  publicId: 1,
  formalPublicId: '-//X//DTD Everything//EN',
  tagPages: [{ page: 0, namespace: '', tags: [[5, 'A']] }],
  attributePages: [{ page: 0, names: [[5, 'a']], values: [[0x85, 'v']] }],
};

type Content = string | Uint8Array | Node;
interface Node {
  readonly tag: number;
  readonly children: readonly Content[];
}

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((one) => !one.includes('\0'));
const octets = fc.uint8Array({ maxLength: 200 });
const { node } = fc.letrec<{ node: Node; content: Content }>((tie) => ({
  content: fc.oneof({ depthSize: 'small', withCrossShrink: true }, text, octets, tie('node')),
  node: fc.record({
    tag: fc.constantFrom(0x05, 0x06, 0x3f, 0x105, 0x107, 0x220),
    children: fc.array(tie('content'), { maxLength: 4 }),
  }),
}));

export const wbxml: Target = {
  name: 'wbxml',
  asks: 'the WBXML reader: every token of every page, tables, extensions, literals',
  seeds: () => [
    ...messagesIn('wbxml'),
    Uint8Array.of(
      3,
      1,
      0x6a,
      2,
      0x61,
      0,
      0xc5,
      5,
      3,
      0x62,
      0,
      0x85,
      1,
      3,
      0x63,
      0,
      0x83,
      0,
      2,
      0x81,
      0x20,
      1,
    ),
    Uint8Array.of(
      3,
      1,
      0x6a,
      2,
      0x61,
      0,
      0x45,
      0x44,
      0,
      0xc0,
      0xc3,
      2,
      1,
      2,
      0x43,
      5,
      1,
      0xc4,
      0,
      5,
      1,
      1,
      1,
    ),
  ],
  take: (input) => {
    for (const dialects of [[EVERYTHING], SYNCML_DIALECTS]) {
      unlessRefused(() => {
        const reader = new WbxmlReader(input, { dialects, fallback: EVERYTHING });
        readElement(reader, reader.root());
        reader.finish();
      }, DecodeError);
    }
  },
  models: [
    model('what was written is read', node, (root) => {
      const writer = new WbxmlWriter({ publicId: 1 });
      write(writer, root);
      const reader = new WbxmlReader(writer.take(), { dialects: [EVERYTHING], fallback: EVERYTHING });
      mustEqual(shape(readElement(reader, reader.root())), shape(root), 'the element');
    }),
  ],
};

function write(writer: WbxmlWriter, { tag, children }: Node): void {
  if (children.length === 0) {
    writer.empty(tag);
    return;
  }
  writer.open(tag);
  for (const child of children) {
    if (typeof child === 'string') writer.text(child);
    else if (child instanceof Uint8Array) writer.opaque(child);
    else write(writer, child);
  }
  writer.close();
}

/** Texts side by side are one text, as an element means them. */
function shape({ tag, children }: Node): unknown {
  const found: unknown[] = [];
  for (const child of children) {
    const last = found.at(-1);
    if (typeof child === 'string') {
      if (typeof last === 'string') found[found.length - 1] = last + child;
      else found.push(child);
    } else found.push(child instanceof Uint8Array ? child : shape(child));
  }
  return [tag, found];
}
