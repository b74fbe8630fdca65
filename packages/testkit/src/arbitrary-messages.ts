import type { Command, Item, Location, Meta, SyncMLMessage } from '@fumarole/syncml';
import fc from 'fast-check';

/** Messages at random, as both wire forms can carry them: the model of what `decode(encode(x)) = x` is asked of. */

/** What XML can hold; CR is kept by escaping, other control characters are not characters of XML. */
const character: fc.Arbitrary<number> = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0x9, 0xa, 0xd, 0xe9, 0x20ac, 0x1f4e6, 0xfffd, 0x26, 0x3c, 0x3e, 0x22),
  },
);
/** Text of a node. */
export const value: fc.Arbitrary<string> = fc
  .array(character, { maxLength: 60 })
  .map((codes) => String.fromCodePoint(...codes));
/** A protocol value: stripped, as it is read. */
export const word: fc.Arbitrary<string> = value.map((text) => text.trim());
const number: fc.Arbitrary<number> = fc.nat(2 ** 31);
export const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

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
export const textItem: fc.Arbitrary<Item> = fc.record({
  Target: maybe(location),
  Source: maybe(location),
  Meta: maybe(meta),
  Data: maybe(value),
  MoreData: maybe(fc.constant(true)),
});
export const octetItem: fc.Arbitrary<Item> = fc.record({
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

/** Messages with such Items. */
export function messages(item: fc.Arbitrary<Item>): fc.Arbitrary<SyncMLMessage> {
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
