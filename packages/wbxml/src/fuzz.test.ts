import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Dialect } from './code-page.ts';
import { DecodeError } from './decode-error.ts';
import { readElement } from './element.ts';
import { WbxmlReader } from './reader.ts';

const EVERYTHING: Dialect = {
  name: 'Everything',
  publicId: 1,
  formalPublicId: '-//X//DTD Everything//EN',
  tagPages: [{ page: 0, namespace: '', tags: [[5, 'A']] }],
  attributePages: [{ page: 0, names: [[5, 'a']], values: [[0x85, 'v']] }],
};

/** Octets that mean something to the grammar, often. */
const telling = fc.constantFrom(
  0,
  1,
  2,
  3,
  4,
  5,
  0x40,
  0x43,
  0x44,
  0x45,
  0x80,
  0x83,
  0x84,
  0x85,
  0xc3,
  0xc4,
  0xc5,
);
const octet = fc.oneof({ weight: 3, arbitrary: telling }, fc.nat(255));

it('R-053: arbitrary octets end in an element or in a DecodeError', () => {
  fc.assert(
    fc.property(fc.array(octet, { maxLength: 200 }), fc.boolean(), (octets, withHeader) => {
      const document = Uint8Array.from(withHeader ? [3, 1, 0x6a, 2, 0x61, 0, ...octets] : octets);
      try {
        const reader = new WbxmlReader(document, { dialects: [EVERYTHING], fallback: EVERYTHING });
        readElement(reader, reader.root());
        reader.finish();
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
    { numRuns: 3000 },
  );
});
