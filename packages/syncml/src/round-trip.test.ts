import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Command,
  commandLength,
  DecodeError,
  decode,
  encode,
  encodedLength,
  type Item,
  joinParts,
  type Location,
  type Meta,
  partsLength,
  type SyncMLMessage,
} from './index.ts';

/** What XML can hold; CR is kept by escaping, other control characters are not characters of XML. */
const character = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0x9, 0xa, 0xd, 0xe9, 0x20ac, 0x1f4e6, 0xfffd, 0x26, 0x3c, 0x3e, 0x22),
  },
);
const value = fc.array(character, { maxLength: 60 }).map((codes) => String.fromCodePoint(...codes));
/** A protocol value: stripped, as it is read. */
const word = value.map((text) => text.trim());
const number = fc.nat(2 ** 31);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const location: fc.Arbitrary<Location> = fc.record({ LocURI: word, LocName: maybe(word) });
const meta: fc.Arbitrary<Meta> = fc
  .record({
    Format: maybe(fc.constantFrom('chr', 'Chr', 'int', 'b64', 'xml', 'node')),
    Type: maybe(fc.constantFrom('text/plain', 'urn:oma:mo:oma-fumo:1.0')),
    Mark: maybe(fc.constantFrom('warning', 'fatal')),
    Size: maybe(number),
    NextNonce: maybe(fc.base64String()),
    MaxMsgSize: maybe(number),
    MaxObjSize: maybe(number),
  })
  .filter((m) => Object.values(m).some((v) => v !== undefined));
const textItem: fc.Arbitrary<Item> = fc.record({
  Target: maybe(location),
  Source: maybe(location),
  Meta: maybe(meta),
  Data: maybe(value),
  MoreData: maybe(fc.constant(true)),
});
const octetItem: fc.Arbitrary<Item> = fc.record({
  Target: maybe(location),
  Meta: fc.constant({ Format: 'bin', Type: 'application/octet-stream' }),
  Data: fc.uint8Array({ maxLength: 300, minLength: 1 }),
});

function commands(item: fc.Arbitrary<Item>, depth = 1): fc.Arbitrary<Command> {
  const items = fc.array(item, { maxLength: 3 });
  const base = {
    CmdID: word,
    Meta: maybe(meta.map((m) => ({ ...m, Format: undefined, Type: m.Type ?? 'a/b' }))),
  };
  const simple = (kind: 'Add' | 'Replace' | 'Copy' | 'Delete' | 'Get'): fc.Arbitrary<Command> =>
    fc.record({ kind: fc.constant(kind), ...base, items });
  const flat: fc.Arbitrary<Command>[] = [
    simple('Add'),
    simple('Replace'),
    simple('Copy'),
    simple('Delete'),
    simple('Get'),
    fc.record({ kind: fc.constant('Exec'), ...base, Correlator: maybe(word), items }),
    fc.record({ kind: fc.constant('Alert'), CmdID: word, Data: maybe(word), Correlator: maybe(word), items }),
    fc.record({
      kind: fc.constant('Results'),
      ...base,
      MsgRef: number,
      CmdRef: word,
      TargetRef: maybe(word),
      SourceRef: maybe(word),
      items,
    }),
    fc.record({
      kind: fc.constant('Status'),
      CmdID: word,
      MsgRef: number,
      CmdRef: word,
      Cmd: word,
      TargetRef: fc.array(word, { maxLength: 2 }),
      SourceRef: fc.array(word, { maxLength: 2 }),
      Chal: maybe(meta.map((Meta) => ({ Meta }))),
      Data: fc.nat(999),
      items,
    }),
  ];
  if (depth === 0) {
    return fc.oneof(...flat);
  }
  const container = (kind: 'Atomic' | 'Sequence'): fc.Arbitrary<Command> =>
    fc.record({
      kind: fc.constant(kind),
      ...base,
      commands: fc.array(commands(item, depth - 1), { maxLength: 3 }),
    });
  return fc.oneof(...flat, container('Atomic'), container('Sequence'));
}

function messages(item: fc.Arbitrary<Item>): fc.Arbitrary<SyncMLMessage> {
  const required = word.filter((text) => text !== '');
  return fc.record({
    hdr: fc.record({
      VerDTD: fc.constantFrom('1.2', '1.1'),
      VerProto: fc.constantFrom('DM/1.2', 'DM/1.1'),
      SessionID: required,
      MsgID: number,
      Target: location,
      Source: fc.record({ LocURI: required, LocName: maybe(word) }),
      RespURI: maybe(word),
      Cred: maybe(fc.record({ Meta: maybe(meta), Data: fc.base64String() })),
      Meta: maybe(meta),
    }),
    body: fc.array(commands(item), { maxLength: 5 }),
    final: fc.boolean(),
  });
}

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

it('R-046: octets pass through WBXML unchanged', () => {
  fc.assert(
    fc.property(messages(octetItem), (message) => {
      expect(decode(joinParts(encode(message, 'wbxml')), 'wbxml')).toEqual(message);
    }),
  );
});

it('R-052: ranges of stored objects count with the length they will have', () => {
  const ref = { sha256: '00'.repeat(32), offset: 3, length: 100 };
  for (const base64 of [true, false]) {
    for (const encoding of ['xml', 'wbxml'] as const) {
      const message: SyncMLMessage = {
        hdr: {
          VerDTD: '1.2',
          VerProto: 'DM/1.2',
          SessionID: '1',
          MsgID: 1,
          Target: { LocURI: 'a' },
          Source: { LocURI: 'b' },
        },
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
