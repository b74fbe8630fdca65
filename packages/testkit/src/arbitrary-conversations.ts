import type { Command, Encoding, Item, SyncMLMessage } from '@fumarole/syncml';
import fc from 'fast-check';
import type { Pair } from './pair.ts';
import {
  alert,
  fromClient,
  type HeaderChange,
  headerStatus,
  package1,
  results,
  status,
} from './pair-messages.ts';

/** Conversations at random: legal and illegal, in and out of order. */

export const encodings: fc.Arbitrary<Encoding> = fc.constantFrom('xml' as const, 'wbxml' as const);
export const schemes: fc.Arbitrary<'none' | 'basic' | 'md5' | 'mac'> = fc.constantFrom(
  'none' as const,
  'basic' as const,
  'md5' as const,
  'mac' as const,
);
const id = fc.oneof(fc.integer({ min: 0, max: 12 }).map(String), fc.constantFrom('', 'x', '99'));
const code = fc.constantFrom(101, 200, 202, 212, 213, 304, 401, 404, 406, 407, 413, 424, 500, 507, 513);
const uri = fc.constantFrom(
  './DevInfo/Man',
  './FUMO/Update/PkgData',
  './X',
  '.',
  '',
  './DevDetail/FwV',
  'x'.repeat(600),
);
const meta = fc.record(
  {
    Format: fc.constantFrom('chr', 'b64', 'bin', 'Chr', 'node'),
    Type: fc.constantFrom('text/plain', 'org.openmobilealliance.dm.firmwareupdate.update', 'x'),
    Size: fc.integer({ min: 0, max: 40 }),
  },
  { requiredKeys: [] },
);
const item: fc.Arbitrary<Item> = fc.record(
  {
    Target: fc.record({ LocURI: uri }),
    Source: fc.record({ LocURI: uri }),
    Meta: meta,
    Data: fc.oneof(
      fc.constantFrom('', 'AAAA', 'AAAAAAAA', 'text', '***', '200'),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
    ),
    MoreData: fc.constant(true as const),
  },
  { requiredKeys: [] },
);
const items = fc.array(item, { maxLength: 3 });
const chal = fc.constantFrom(
  undefined,
  { Type: 'syncml:auth-md5', Format: 'b64', NextNonce: 'bm9uY2U=' },
  { Type: 'syncml:auth-MAC', Format: 'b64', NextNonce: '***' },
  { Type: 'syncml:auth-basic' },
  { Type: 'nonsense', NextNonce: 'A'.repeat(500) },
);
const leaf: fc.Arbitrary<Command> = fc.oneof(
  fc
    .tuple(id, fc.constantFrom(1100, 1101, 1201, 1200, 1222, 1223, 1224, 1225, 1226, 1299, 'x'), items)
    .map(([CmdID, which, all]) => alert(CmdID, which, all)),
  fc
    .tuple(id, fc.constantFrom('Add', 'Replace', 'Get', 'Exec', 'Delete', 'Copy'), items)
    .map(([CmdID, kind, all]): Command => ({ kind, CmdID, items: all })),
  fc
    .tuple(id, fc.integer({ min: 0, max: 6 }), id, items)
    .map(([CmdID, ref, cmd, all]) => results(CmdID, ref, cmd, ...all)),
  fc
    .tuple(
      id,
      fc.integer({ min: 0, max: 6 }),
      id,
      fc.constantFrom('SyncHdr', 'Get', 'Replace', 'Alert'),
      code,
      chal,
    )
    .map(([CmdID, ref, cmd, name, data, Meta]) =>
      status(CmdID, ref, cmd, name, data, Meta === undefined ? {} : { Chal: { Meta } }),
    ),
);
const container: fc.Arbitrary<Command> = fc
  .tuple(id, fc.constantFrom('Atomic', 'Sequence'), fc.array(leaf, { maxLength: 3 }))
  .map(
    ([CmdID, kind, commands]): Command => ({
      kind,
      CmdID,
      commands: commands.filter((c) => c.kind !== 'Status' && c.kind !== 'Results'),
    }),
  );
const body = fc.array(fc.oneof({ weight: 6, arbitrary: leaf }, { weight: 1, arbitrary: container }), {
  maxLength: 6,
});
const header = fc.record(
  {
    SessionID: fc.constantFrom('1', '2'),
    VerProto: fc.constantFrom('DM/1.2', 'DM/1.1', 'DM/3'),
    Meta: fc.record({
      MaxMsgSize: fc.constantFrom(0, 600, 2000, 9000),
      MaxObjSize: fc.constantFrom(10, 100_000),
    }),
    RespURI: fc.constantFrom('/x', 'http://a/b', ''),
    Cred: fc.constant({ Meta: { Type: 'syncml:auth-md5' }, Data: 'AAAA' }),
    final: fc.boolean(),
  },
  { requiredKeys: [] },
);
/** What a peer does next. */
export interface Move {
  readonly step: 'next' | 'repeat' | 'first' | 'gap' | 'proper';
  readonly body: readonly Command[];
  readonly change: HeaderChange;
  readonly tokenValid: boolean;
}
export const move: fc.Arbitrary<Move> = fc.record({
  step: fc.constantFrom('next', 'next', 'next', 'proper', 'proper', 'repeat', 'first', 'gap'),
  body,
  change: header,
  tokenValid: fc.boolean(),
});

/** The message that a move comes to, behind `msgID` and `last`. */
export function moveMessage(
  one: Move,
  msgID: number,
  last: SyncMLMessage | undefined,
  pair: Pair,
): SyncMLMessage {
  switch (one.step) {
    case 'repeat':
      return last ?? package1();
    case 'first':
      return package1(1, one.change, one.body);
    case 'gap':
      return fromClient(msgID + 2, one.body, one.change);
    case 'proper':
      return msgID === 0 ? package1() : properAnswer(msgID + 1, pair, one.body);
    case 'next':
      return fromClient(msgID + 1, one.body, one.change);
  }
}

/** Statuses for everything that the server last said. */
function properAnswer(msgID: number, pair: Pair, more: readonly Command[]): SyncMLMessage {
  const said = pair.of('server').at(-1)?.message;
  const ref = said?.hdr.MsgID ?? 1;
  const statuses = (said?.body ?? [])
    .filter(({ kind }) => kind !== 'Status')
    .map((c, i) => {
      const piece = 'items' in c && c.items.some((one) => one.MoreData === true);
      return status(String(i + 2), ref, c.CmdID, c.kind, piece ? 213 : 200);
    });
  return fromClient(msgID, [headerStatus(ref), ...statuses, ...more.slice(0, 1)], {
    final: said?.final ?? true,
  });
}
