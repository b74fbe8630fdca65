import { type Command, commandLength, encodedLength } from '@fumarole/syncml';
import { fromClient } from '@fumarole/testkit/pair';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { roughLength } from './rough-length.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.stringMatching(/^[&<>"']{0,20}$/),
  fc.constant(''),
);
const location = fc.record({ LocURI: text, LocName: text }, { requiredKeys: ['LocURI'] });
const meta = fc.record(
  {
    Format: text,
    Type: text,
    Mark: text,
    Size: fc.nat(),
    NextNonce: text,
    MaxMsgSize: fc.nat(),
    MaxObjSize: fc.nat(),
  },
  { requiredKeys: [] },
);
const item = fc.record(
  { Target: location, Source: location, Meta: meta, Data: text, MoreData: fc.constant(true) },
  { requiredKeys: [] },
);
const items = fc.array(item, { maxLength: 3 });
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('Add', 'Replace', 'Get', 'Delete', 'Copy'),
    CmdID: text,
    Meta: meta,
    items,
  }),
  fc.record({ kind: fc.constant('Exec' as const), CmdID: text, Correlator: text, items }),
  fc.record({ kind: fc.constant('Alert' as const), CmdID: text, Data: text, Correlator: text, items }),
  fc.record({
    kind: fc.constant('Results' as const),
    CmdID: text,
    MsgRef: fc.nat(),
    CmdRef: text,
    TargetRef: text,
    items,
  }),
  fc.record({
    kind: fc.constant('Status' as const),
    CmdID: text,
    MsgRef: fc.nat(),
    CmdRef: text,
    Cmd: text,
    TargetRef: fc.array(text, { maxLength: 2 }),
    SourceRef: fc.array(text, { maxLength: 2 }),
    Chal: fc.record({ Meta: meta }),
    Data: fc.nat(),
    items,
  }),
);
const container: fc.Arbitrary<Command> = fc.record({
  kind: fc.constantFrom('Atomic', 'Sequence'),
  CmdID: text,
  commands: fc.array(command, { maxLength: 3 }),
});

it.each(['xml', 'wbxml'] as const)('P-068: the bound is never below the length (%s)', (encoding) => {
  fc.assert(
    fc.property(fc.oneof(command, container), (one) => {
      expect(roughLength(one, encoding)).toBeGreaterThanOrEqual(commandLength(one, encoding));
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(text, location, location, text, meta, (SessionID, Target, Source, RespURI, Meta) => {
      const message = fromClient(1, [], {
        SessionID,
        Target,
        Source,
        RespURI,
        Meta,
        Cred: { Meta, Data: SessionID },
      });
      expect(roughLength(message.hdr, encoding) + 500).toBeGreaterThanOrEqual(
        encodedLength(message, encoding),
      );
    }),
    { numRuns: 300 },
  );
});

it('octets and ranges are for the exact measure', () => {
  for (const Data of [
    new Uint8Array(3),
    { kind: 'blob', ref: { sha256: '', offset: 0, length: 1 }, base64: true } as const,
  ]) {
    expect(roughLength({ kind: 'Replace', CmdID: '1', items: [{ Data }] }, 'xml')).toBe(
      Number.POSITIVE_INFINITY,
    );
  }
});
