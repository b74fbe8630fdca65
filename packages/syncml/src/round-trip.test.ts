import { messages, octetItem, textItem, value, word } from '@fumarole/testkit/arbitrary';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commandLength,
  DecodeError,
  DMDDF_NAMESPACE,
  decode,
  encode,
  encodedLength,
  formatMgmtTree,
  type Item,
  joinParts,
  parseMgmtTree,
  partsLength,
  type SyncMLMessage,
  type XmlElement,
} from './index.ts';

describe.each(['wbxml', 'xml'] as const)('%s', (encoding) => {
  it('R-046: what was written reads as the same message', () => {
    fc.assert(
      fc.property(messages(textItem), (message) => {
        expect(decode(joinParts(encode(message, encoding)), encoding)).toEqual(message);
      }),
    );
  });

  it('R-052: the length is known before sending, and the sum of its commands bounds it', () => {
    fc.assert(
      fc.property(messages(fc.oneof(textItem, octetItem)), (message) => {
        const length = encodedLength(message, encoding);
        expect(joinParts(encode(message, encoding))).toHaveLength(length);
        const frame = encodedLength({ ...message, body: [] }, encoding) + 2;
        const sum = message.body.reduce((total, c) => total + commandLength(c, encoding), frame);
        expect(length).toBeLessThanOrEqual(sum);
      }),
    );
  });

  it('R-053: arbitrary octets, and damaged messages, end in a message or in a DecodeError', () => {
    const damaged = fc
      .tuple(
        messages(fc.oneof(textItem, octetItem)),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
      )
      .map(([message, changes]) => {
        const octets = joinParts(encode(message, encoding)).slice();
        for (const [at, octet] of changes) {
          octets[at % octets.length] = octet;
        }
        return octets;
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 300 })), (octets) => {
        try {
          decode(octets, encoding);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

it('R-046: both wire forms of a message give the same message', () => {
  fc.assert(
    fc.property(messages(textItem), (message) => {
      const [xml, wbxml] = (['xml', 'wbxml'] as const).map((encoding) =>
        decode(joinParts(encode(message, encoding)), encoding),
      );
      expect(xml).toEqual(wbxml);
    }),
  );
});

it('R-048: any tree reads back the same from XML text, XML octets, and WBXML, alone and inside a message', () => {
  const element = (name: string, ...children: readonly (XmlElement | string)[]): XmlElement => ({
    name,
    namespace: DMDDF_NAMESPACE,
    attributes: {},
    children: children.filter((child) => child !== ''),
  });
  const { node } = fc.letrec<{ node: XmlElement }>((tie) => ({
    node: fc
      .record({
        name: word,
        format: fc.constantFrom('chr', 'int', 'b64', 'node', 'xml'),
        title: word,
        inside: fc.oneof(
          { maxDepth: 4 },
          value.map((text) => [element('Value', text)]),
          fc.array(tie('node'), { maxLength: 3 }),
        ),
      })
      .map(({ name, format, title, inside }) => {
        const properties = element(
          'RTProperties',
          element('Format', element(format)),
          element('Title', title),
        );
        return element('Node', element('NodeName', name), properties, ...inside);
      }),
  }));
  fc.assert(
    fc.property(fc.array(node, { minLength: 1, maxLength: 3 }), (nodes) => {
      const tree = element('MgmtTree', element('VerDTD', '1.2'), ...nodes);
      const xml = formatMgmtTree(tree, 'xml');
      const wbxml = formatMgmtTree(tree, 'wbxml');
      expect(parseMgmtTree(xml)).toEqual(tree);
      expect(parseMgmtTree(new TextEncoder().encode(xml))).toEqual(tree);
      expect(parseMgmtTree(wbxml)).toEqual(tree);
      const items: Item[] = [xml, wbxml].map((Data) => ({ Meta: { Format: 'xml' }, Data }));
      const message: SyncMLMessage = { ...SMALLEST, body: [{ kind: 'Add', CmdID: '1', items }] };
      const [add] = decode(joinParts(encode(message, 'wbxml')), 'wbxml').body;
      expect(add).toMatchObject({ items });
    }),
  );
});

it('R-046: octets pass through WBXML unchanged', () => {
  fc.assert(
    fc.property(messages(octetItem), (message) => {
      expect(decode(joinParts(encode(message, 'wbxml')), 'wbxml')).toEqual(message);
    }),
  );
});

const SMALLEST: SyncMLMessage = {
  hdr: {
    VerDTD: '1.2',
    VerProto: 'DM/1.2',
    SessionID: '1',
    MsgID: 1,
    Target: { LocURI: 'a' },
    Source: { LocURI: 'b' },
  },
  body: [],
  final: true,
};

it('R-052: ranges of stored objects count with the length they will have', () => {
  const ref = { sha256: '00'.repeat(32), offset: 3, length: 100 };
  for (const base64 of [true, false]) {
    for (const encoding of ['xml', 'wbxml'] as const) {
      const message: SyncMLMessage = {
        ...SMALLEST,
        body: [
          {
            kind: 'Replace',
            CmdID: '1',
            items: [{ Meta: { Format: 'bin' }, Data: { kind: 'blob', ref, base64 } }],
          },
        ],
        final: true,
      };
      const parts = encode(message, encoding);
      expect(parts.map(({ kind }) => kind)).toEqual(['octets', 'blob', 'octets']);
      const body = joinParts(parts, ({ length }) => new Uint8Array(length).fill(9));
      expect(body).toHaveLength(partsLength(parts));
      const [item] = decode(body, encoding).body.flatMap((c) => (c.kind === 'Replace' ? c.items : []));
      const asText = base64 || encoding === 'xml';
      expect(item?.Meta?.Format).toBe(asText ? 'b64' : 'bin');
      expect(item?.Data).toHaveLength(asText ? 136 : 100);
    }
  }
});
