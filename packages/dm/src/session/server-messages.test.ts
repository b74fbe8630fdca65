import {
  alert,
  commandLines,
  DEVICE,
  devInfo,
  fromClient,
  headerStatus,
  Pair,
  type PairOptions,
  package1,
  results,
  status,
  statusLines,
} from '@fumarole/testkit/pair';
import { describe, expect, it } from 'vitest';
import { PeerError, UsageError } from '../errors.ts';
import type { ServerCommand } from './server.ts';
import { reply, step } from './server.ts';

const get = (key: string): ServerCommand => ({ kind: 'get', key, uri: './DevDetail/FwV' });

function open(options: PairOptions = {}): Pair {
  return new Pair({ client: 'none', server: 'none', plan: () => ({ commands: [get('k')] }), ...options });
}

const kinds = (pair: Pair): readonly string[] => pair.events.map(({ kind }) => kind);
const closing = (pair: Pair): unknown => pair.events.filter(({ kind }) => kind === 'closed').at(-1);

describe.each(['xml', 'wbxml'] as const)('packages and messages over %s', (encoding) => {
  it('a device that names no server is answered by its ServerID (found by fuzzing)', () => {
    const { message } = open({ encoding }).say(package1(1, { Target: { LocURI: '' } }));
    expect(message.hdr.Source.LocURI).toBe('com.example.dm');
  });

  it('P-001: without Alert 1200 or 1201 the session goes on, or is refused where that is set', () => {
    const lax = open({ encoding });
    const { message } = lax.say(fromClient(1, [devInfo('1')]));
    expect(statusLines(message)[0]).toBe('SyncHdr 0 200');
    expect(lax.events).toContainEqual(expect.objectContaining({ kind: 'opened', trigger: undefined }));
    const strict = open({ encoding, config: { strictPackage1: true } });
    const refused = strict.say(fromClient(1, [devInfo('1')]));
    expect(statusLines(refused.message)[0]).toBe('SyncHdr 0 400');
    expect(refused.message.final).toBe(true);
    expect(kinds(strict)).not.toContain('dev-info');
  });

  it('P-002: package 1 without DevInfo is decided and goes on', () => {
    const pair = open({ encoding });
    const { message } = pair.say(fromClient(1, [alert('1', 1201)]));
    expect(commandLines(message)).toEqual(['Get']);
    expect(kinds(pair)).not.toContain('dev-info');
  });

  it('P-003: SessionID, VerDTD and VerProto come back exactly', () => {
    const pair = open({ encoding });
    const { message } = pair.say(package1(1, { SessionID: '0aF', VerDTD: '1.1', VerProto: 'DM/1.1' }));
    expect(message.hdr).toMatchObject({ SessionID: '0aF', VerDTD: '1.1', VerProto: 'DM/1.1' });
  });

  it('P-004: MsgIDs count per direction and MsgRef is right over ten messages', () => {
    const pair = open({ encoding, plan: (_, n) => ({ commands: n <= 10 ? [get(`k${n}`)] : [] }) }).run();
    pair.of('server').forEach(({ message }, index) => {
      expect(message.hdr.MsgID).toBe(index + 1);
      expect(message.body[0]).toMatchObject({ kind: 'Status', CmdRef: '0', MsgRef: index + 1 });
    });
    expect(pair.of('server')).toHaveLength(11);
    expect(pair.events.filter(({ kind }) => kind === 'status')).toHaveLength(10);
  });

  it('P-006: the first Status is the SyncHdr’s, the others follow in command order', () => {
    const pair = open({ encoding });
    const { message } = pair.say(
      package1(1, {}, [alert('9', 1222), { kind: 'Get', CmdID: '4', items: [] }, alert('5', 1299)]),
    );
    expect(statusLines(message)).toEqual([
      'SyncHdr 0 200',
      'Alert 2 200',
      'Replace 3 200',
      'Alert 9 200',
      'Get 4 405',
      'Alert 5 406',
    ]);
  });

  it('P-007 I-028: nothing to do: Statuses and Final, the session is over', () => {
    const pair = open({ encoding, plan: () => ({}) }).run();
    expect(pair.of('server')).toHaveLength(1);
    expect(pair.of('server')[0]?.message.final).toBe(true);
    expect(commandLines(pair.of('server')[0]?.message)).toEqual([]);
    expect(closing(pair)).toEqual({ kind: 'closed', why: 'done' });
    expect(pair.serverSession?.state).toBe('closed');
  });

  it('P-009 P-010: a package without Final is asked for more with 1222, and no command is sent', () => {
    const pair = open({ encoding });
    const first = pair.say(package1(1, { final: false }));
    expect(statusLines(first.message)).toEqual(['SyncHdr 0 200', 'Alert 2 200', 'Replace 3 200']);
    expect(commandLines(first.message)).toEqual(['Alert 1222']);
    expect(first.message.final).toBe(false);
    const second = pair.say(fromClient(2, [headerStatus(1)], { final: false }));
    expect(commandLines(second.message)).toEqual(['Alert 1222']);
    const third = pair.say(fromClient(3, [headerStatus(2)]));
    expect(commandLines(third.message)).toEqual(['Get']);
    expect(third.message.final).toBe(true);
  });

  it('P-013: Results that are fine get no Status', () => {
    const pair = open({ encoding });
    pair.say(package1());
    const item = { Source: { LocURI: './DevDetail/FwV' }, Data: '1.0' };
    const body = [headerStatus(1), status('2', 1, '4', 'Get', 200), results('3', 1, '4', item)];
    expect(statusLines(pair.say(fromClient(2, body)).message)).toEqual(['SyncHdr 0 200']);
    expect(pair.events).toContainEqual({
      kind: 'results',
      key: 'k',
      items: [{ uri: './DevDetail/FwV', data: '1.0' }],
    });
  });

  it('P-014: Alert 1222 gets a Status, before the SyncHdr’s too', () => {
    const pair = open({ encoding });
    pair.say(package1());
    const body = [alert('1', 1222), { ...headerStatus(1), CmdID: '2' }];
    const { message } = pair.say(fromClient(2, body, { final: false }));
    expect(statusLines(message)).toEqual(['SyncHdr 0 200', 'Alert 1 200']);
    expect(commandLines(message)).toEqual(['Alert 1222']);
  });

  it.each([true, false])('P-015: Alert 1223 (Final: %s) ends the session with Statuses only', (final) => {
    const pair = open({ encoding });
    pair.say(package1());
    const { message } = pair.say(fromClient(2, [headerStatus(1), alert('2', 1223)], { final }));
    expect(statusLines(message)).toEqual(['SyncHdr 0 200', 'Alert 2 200']);
    expect(commandLines(message)).toEqual([]);
    expect(message.final).toBe(true);
    expect(kinds(pair)).toContain('aborted');
    expect(pair.events).toContainEqual({ kind: 'no-answer', key: 'k' });
    expect(closing(pair)).toEqual({ kind: 'closed', why: 'aborted' });
    expect(pair.serverSession).toMatchObject({ state: 'closed', outstanding: [] });
  });

  it('P-015: an abort of ours is Alert 1223 with Final', () => {
    const pair = open({ encoding, plan: () => ({ commands: [{ kind: 'abort', key: 'a' }] }) }).run();
    expect(commandLines(pair.of('server')[0]?.message)).toEqual(['Alert 1223']);
    expect(pair.of('server')[0]?.message.final).toBe(true);
    expect(pair.end).toBe('aborted');
    expect(pair.of('client')).toHaveLength(1);
  });

  it('P-019: Statuses spread over several messages all find their commands', () => {
    const commands = [get('a'), get('b'), get('c')];
    const pair = open({ encoding, plan: (_, n) => ({ commands: n === 1 ? commands : [] }) });
    pair.say(package1());
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Get', 200)], { final: false }));
    pair.say(fromClient(3, [headerStatus(2), status('2', 1, '5', 'Get', 404)], { final: false }));
    pair.say(fromClient(4, [headerStatus(3), status('2', 1, '6', 'Get', 405)]));
    const answers = pair.events.flatMap((e) => (e.kind === 'status' ? [[e.key, e.code]] : []));
    expect(answers).toEqual([
      ['a', 200],
      ['b', 404],
      ['c', 405],
    ]);
    expect(kinds(pair)).not.toContain('no-answer');
  });

  it('P-020 I-017: a command without a Status at the end of the package had no answer', () => {
    const pair = open({ encoding, plan: (_, n) => ({ commands: n === 1 ? [get('a'), get('b')] : [] }) });
    pair.say(package1());
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '5', 'Get', 200)]));
    expect(pair.events.filter(({ kind }) => kind === 'no-answer')).toEqual([{ kind: 'no-answer', key: 'a' }]);
  });

  it('I-017: Results without a Status count as success', () => {
    const pair = open({ encoding });
    pair.say(package1());
    const item = { Source: { LocURI: './DevDetail/FwV' }, Data: '1.0' };
    pair.say(fromClient(2, [headerStatus(1), results('2', 1, '4', item)]));
    expect(kinds(pair)).not.toContain('no-answer');
  });

  it('keeps a command answered 101 for a later package', () => {
    const pair = open({ encoding, plan: (_, n) => ({ commands: [get(`k${n}`)] }) });
    pair.say(package1());
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Get', 101)]));
    expect(kinds(pair)).not.toContain('no-answer');
    pair.say(
      fromClient(3, [headerStatus(2), status('2', 1, '4', 'Get', 200), status('3', 2, '2', 'Get', 200)]),
    );
    const answers = pair.events.flatMap((e) => (e.kind === 'status' ? [e.key] : []));
    expect(answers).toEqual(['k1', 'k2']);
  });

  it('P-022 R-015 R-016: what a client may not send is refused and the rest is done', () => {
    const pair = open({ encoding });
    const uri = { Target: { LocURI: './X' }, Data: '1' };
    const { message } = pair.say(
      fromClient(1, [
        { kind: 'Add', CmdID: '1', items: [uri] },
        { kind: 'Replace', CmdID: '2', items: [uri] },
        { kind: 'Sequence', CmdID: '3', commands: [{ kind: 'Exec', CmdID: '4', items: [uri] }] },
        alert('6', 1201),
        devInfo('7'),
      ]),
    );
    expect(statusLines(message)).toEqual([
      'SyncHdr 0 200',
      'Add 1 405',
      'Replace 2 405',
      'Sequence 3 405',
      'Exec 4 405',
      'Alert 6 200',
      'Replace 7 200',
    ]);
  });

  it('I-005: a message without a Status of the SyncHdr is taken', () => {
    const pair = open({ encoding });
    pair.say(package1());
    const { message } = pair.say(fromClient(2, [status('2', 1, '4', 'Get', 200)]));
    expect(statusLines(message)[0]).toBe('SyncHdr 0 200');
    expect(pair.events).toContainEqual(expect.objectContaining({ kind: 'status', key: 'k', code: 200 }));
  });

  it('I-012: MsgRef and CmdRef in each Status, TargetRef and SourceRef on the SyncHdr’s', () => {
    const { message } = open({ encoding }).say(package1());
    expect(message.body[0]).toMatchObject({
      MsgRef: 1,
      CmdRef: '0',
      TargetRef: ['http://dm.example.com/dm'],
      SourceRef: [DEVICE],
    });
  });
});

describe('sessions', () => {
  it('P-016: identical octets within the time are a retry: nothing is executed again', () => {
    const pair = open();
    pair.say(package1());
    const first = pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Get', 200)]));
    const before = pair.events.length;
    pair.now += 100_000;
    const again = pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Get', 200)]));
    expect(pair.turns.at(-1)).toBe('retry');
    expect(Buffer.from(again.octets).equals(first.octets)).toBe(true);
    expect(pair.events).toHaveLength(before);
  });

  it('P-016 P-025: other octets, an older message or a late repeat are no retry', () => {
    const second = fromClient(2, [headerStatus(1), status('2', 1, '4', 'Get', 200)]);
    const cases: readonly ((pair: Pair) => void)[] = [
      (pair) => pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Get', 404)])),
      (pair) => {
        pair.now += 121_000;
        pair.say(second);
      },
      (pair) => pair.say(fromClient(4, [headerStatus(2)])),
    ];
    for (const say of cases) {
      const pair = open();
      pair.say(package1());
      pair.say(second);
      say(pair);
      const { message } = pair.messages.at(-1) ?? { message: undefined };
      expect(pair.turns.at(-1)).toBe('ended');
      expect(statusLines(message)).toEqual(['SyncHdr 0 400']);
      expect(message?.final).toBe(true);
      expect(closing(pair)).toEqual({ kind: 'closed', why: 'bad-message' });
    }
  });

  it('P-017: a new SessionID replaces the open session', () => {
    const pair = open();
    pair.say(package1());
    pair.say(package1(1, { SessionID: '2' }));
    expect(pair.serverSession?.sessionID).toBe('2');
    expect(pair.events).toContainEqual({ kind: 'no-answer', key: 'k' });
    expect(pair.events).toContainEqual({ kind: 'closed', why: 'replaced' });
  });

  it('P-018 I-011: MsgID 1 that is no retry opens a new session, with identical octets too', () => {
    const pair = open();
    pair.say(package1());
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Get', 200)]));
    pair.say(package1());
    expect(pair.turns).toEqual(['commands', 'commands', 'commands']);
    expect(pair.serverSession?.received.msgID).toBe(1);
    const idle = open({ plan: () => ({}) });
    idle.say(package1());
    idle.say(package1());
    expect(idle.turns).toEqual(['commands', 'commands']);
  });

  it('a session that was left open is replaced and its commands had no answer', () => {
    const pair = open({ plan: (_, n) => ({ commands: [get(`k${n}`)] }) });
    pair.say(package1());
    pair.now += 3_600_000;
    pair.say(package1());
    expect(pair.events).toContainEqual({ kind: 'no-answer', key: 'k1' });
  });

  it('a message of a session that is not known is answered 400 and 1223', () => {
    const pair = open();
    const { message } = pair.say(fromClient(5, [headerStatus(4)]));
    expect(statusLines(message)).toEqual(['SyncHdr 0 400']);
    expect(commandLines(message)).toEqual(['Alert 1223']);
    expect(pair.serverSession).toBeUndefined();
  });

  it('P-117 R-022: versions that are not served get 505 and 513 with those that are', () => {
    const dtd = open().say(package1(1, { VerDTD: '1.0' })).message;
    expect(dtd.body[0]).toMatchObject({ Data: 505, items: [{ Data: '1.2' }, { Data: '1.1' }] });
    expect(dtd.final).toBe(true);
    const proto = open().say(package1(1, { VerProto: 'DM/2.0' })).message;
    expect(proto.body[0]).toMatchObject({ Data: 513, items: [{ Data: 'DM/1.2' }, { Data: 'DM/1.1' }] });
    const strict = open({ config: { acceptDm11: false } });
    const old = strict.say(package1(1, { VerDTD: '1.1', VerProto: 'DM/1.1' })).message;
    expect(old.body[0]).toMatchObject({ Data: 505, items: [{ Data: '1.2' }] });
    expect(kinds(strict)).toEqual(['closed']);
  });

  it('a lone Status for the SyncHdr after the end is no fault, anything else is', () => {
    for (const [body, line] of [
      [[headerStatus(1)], 'SyncHdr 0 200'],
      [[headerStatus(1), alert('2', 1222)], 'SyncHdr 0 400'],
    ] as const) {
      const pair = open({ plan: () => ({}) });
      pair.say(package1());
      expect(statusLines(pair.say(fromClient(2, body)).message)).toEqual([line]);
      expect(pair.turns.at(-1)).toBe('ended');
    }
  });

  it('a command without CmdID gets 400 and nothing of it is taken', () => {
    const pair = open();
    pair.say(package1());
    const message = fromClient(2, [headerStatus(1), { ...devInfo(''), CmdID: '' }]);
    const sha256 = '0'.repeat(64);
    const transport = { allows: ['none'] as const, tokenValid: true };
    const bodyMd5 = new Uint8Array(16);
    const { message: reply } = pair.respond({
      message,
      encoding: 'xml',
      bodyMd5,
      bodySha256: sha256,
      transport,
    });
    expect(statusLines(reply)).toEqual(['SyncHdr 0 200', 'Replace  400']);
    expect(pair.events.filter(({ kind }) => kind === 'dev-info')).toHaveLength(1);
  });

  it('DevInfo comes with what the device said of each value', () => {
    const pair = open();
    const item = {
      Source: { LocURI: 'DevInfo/Man' },
      Meta: { Format: 'chr', Type: 'text/plain' },
      Data: 'Acme\0',
    };
    const bare = { Source: { LocURI: './DevInfo/Mod' }, Data: 'X' };
    const message = fromClient(1, [{ kind: 'Replace', CmdID: '1', items: [item, bare] }]);
    const incoming = { message, encoding: 'xml', bodyMd5: new Uint8Array(16), bodySha256: '0' } as const;
    pair.respond({ ...incoming, transport: { allows: ['none'], tokenValid: true } });
    expect(pair.events).toContainEqual({
      kind: 'dev-info',
      items: [
        { uri: './DevInfo/Man', value: 'Acme', format: 'chr', type: 'text/plain' },
        { uri: './DevInfo/Mod', value: 'X' },
      ],
    });
  });

  it('messages without Final that bring something are never too many', () => {
    const pair = open();
    pair.say(package1(1, { final: false }));
    for (let msgID = 2; msgID < 30; msgID++) {
      pair.say(fromClient(msgID, [headerStatus(msgID - 1), alert('2', 1226)], { final: false }));
    }
    expect(new Set(pair.turns)).toEqual(new Set(['continue']));
  });

  it('P-112: RespURI goes into the header', () => {
    const pair = open({ respURI: 'http://dm.example.com/dm?s=token' });
    expect(pair.say(package1()).message.hdr.RespURI).toBe('http://dm.example.com/dm?s=token');
  });

  it('a client that only ever asks for more is stopped', () => {
    const pair = open();
    pair.say(package1(1, { final: false }));
    let msgID = 1;
    while (pair.turns.at(-1) === 'continue' && msgID < 100) {
      msgID += 1;
      pair.say(fromClient(msgID, [headerStatus(msgID - 1), alert('2', 1222)], { final: false }));
    }
    expect(msgID).toBeLessThan(30);
    expect(closing(pair)).toEqual({ kind: 'closed', why: 'endless' });
    expect(commandLines(pair.messages.at(-1)?.message)).toEqual(['Alert 1223']);
  });

  it('too many commands in one message: 400 and nothing executed', () => {
    const pair = open();
    const many = Array.from({ length: 60 }, (_, i) => alert(String(i + 1), 1226));
    const { message } = pair.say(fromClient(1, many));
    expect(statusLines(message)).toEqual(['SyncHdr 0 400']);
  });

  it('throws PeerError for headers that no answer can be given to, UsageError without a message', () => {
    const pair = open();
    expect(() => pair.say(package1(1, { SessionID: 'x'.repeat(100) }))).toThrow(PeerError);
    pair.say(package1());
    const { serverSession } = pair;
    expect(() =>
      reply(
        serverSession ?? expect.fail('no session'),
        pair.serverAccount,
        { commands: [], alertStatus: new Map(), wire: pair.wire, encoding: 'xml' },
        pair.ports,
        pair.config,
      ),
    ).toThrow(UsageError);
    expect(step).toBeTypeOf('function');
  });
});
