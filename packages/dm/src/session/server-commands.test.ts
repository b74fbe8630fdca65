import type { Command } from '@fumarole/syncml';
import {
  commandLines,
  fromClient,
  headerStatus,
  Pair,
  type PairOptions,
  package1,
  status,
} from '@fumarole/testkit/pair';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import type { ServerCommand } from './server.ts';

const del = (key: string): ServerCommand => ({ kind: 'delete', key, uri: `./${key}` });

function told(commands: readonly ServerCommand[], options: PairOptions = {}): Pair {
  const plan = (_: unknown, n: number) => ({ commands: n === 1 ? commands : [] });
  const pair = new Pair({ client: 'none', server: 'none', plan, ...options });
  pair.say(package1());
  return pair;
}

const commandsOf = (pair: Pair): readonly Command[] =>
  (pair.of('server').at(-1)?.message.body ?? []).filter(({ kind }) => kind !== 'Status');

describe.each(['xml', 'wbxml'] as const)('commands over %s', (encoding) => {
  it('each kind is the standard’s command', () => {
    const pair = told(
      [
        { kind: 'get', key: 'g', uri: './A' },
        { kind: 'add', key: 'a', uri: './B', format: 'node', type: 'urn:oma:mo:x', data: undefined },
        { kind: 'replace', key: 'r', uri: './C', format: 'chr', data: '' },
        { kind: 'delete', key: 'd', uri: './D' },
        { kind: 'copy', key: 'c', source: './E', target: './F' },
        { kind: 'exec', key: 'x', uri: './G', correlator: 'c-1', data: 'now' },
        { kind: 'exec', key: 'y', uri: './H' },
      ],
      { encoding },
    );
    expect(commandsOf(pair)).toMatchObject([
      { kind: 'Get', CmdID: '4', items: [{ Target: { LocURI: './A' } }] },
      {
        kind: 'Add',
        items: [{ Target: { LocURI: './B' }, Meta: { Format: 'node', Type: 'urn:oma:mo:x' }, Data: '' }],
      },
      { kind: 'Replace', items: [{ Target: { LocURI: './C' }, Meta: { Format: 'chr' }, Data: '' }] },
      { kind: 'Delete', items: [{ Target: { LocURI: './D' } }] },
      { kind: 'Copy', items: [{ Target: { LocURI: './F' }, Source: { LocURI: './E' } }] },
      { kind: 'Exec', Correlator: 'c-1', items: [{ Target: { LocURI: './G' }, Data: 'now' }] },
      { kind: 'Exec', Correlator: undefined, items: [{ Target: { LocURI: './H' } }] },
    ]);
    expect(pair.sent).toEqual(['g', 'a', 'r', 'd', 'c', 'x', 'y']);
  });

  it('I-013: Add and Replace have a Data element, also an empty one, and Meta inside the Item', () => {
    const pair = told([{ kind: 'add', key: 'a', uri: './B', format: 'node', data: undefined }], { encoding });
    const [add] = commandsOf(pair);
    expect(add).toMatchObject({ items: [{ Data: '', Meta: { Format: 'node' } }] });
    expect(add?.Meta).toBeUndefined();
  });

  it('Sequence and Atomic carry their children, each with its own answer', () => {
    const pair = told([{ kind: 'atomic', key: 'all', commands: [del('a'), del('b')] }], {
      encoding,
      wire: { atomic: true },
    });
    expect(commandsOf(pair)).toMatchObject([
      { kind: 'Atomic', CmdID: '4', commands: [{ kind: 'Delete', CmdID: '5' }, { CmdID: '6' }] },
    ]);
    expect(pair.sent).toEqual(['all', 'a', 'b']);
    pair.say(
      fromClient(2, [
        headerStatus(1),
        status('2', 1, '4', 'Atomic', 507),
        status('3', 1, '5', 'Delete', 216),
        status('4', 1, '6', 'Delete', 404),
      ]),
    );
    const answers = pair.events.flatMap((e) => (e.kind === 'status' ? [`${e.key} ${e.code}`] : []));
    expect(answers).toEqual(['all 507', 'a 216', 'b 404']);
  });

  it('I-014: without them in the profile the children go out alone', () => {
    const pair = told([{ kind: 'sequence', key: 's', commands: [del('a'), del('b')] }, del('c')], {
      encoding,
    });
    expect(commandLines(pair.of('server').at(-1)?.message)).toEqual(['Delete', 'Delete', 'Delete']);
    expect(pair.sent).toEqual(['a', 'b', 'c']);
  });
});

describe('answers', () => {
  it('no Status for an Atomic whose children were answered is no missing answer (§9)', () => {
    const pair = told([{ kind: 'atomic', key: 'all', commands: [del('a')] }], { wire: { atomic: true } });
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '5', 'Delete', 200)]));
    expect(pair.events.filter(({ kind }) => kind === 'no-answer')).toEqual([]);
  });

  it('Statuses item by item, with TargetRef, all find their command', () => {
    const pair = told([del('a')]);
    pair.say(
      fromClient(2, [
        headerStatus(1),
        status('2', 1, '4', 'Delete', 200, { TargetRef: ['./a/1'] }),
        status('3', 1, '4', 'Delete', 425, { TargetRef: ['./a/2'] }),
      ]),
    );
    expect(pair.events.filter(({ kind }) => kind === 'status')).toEqual([
      { kind: 'status', key: 'a', cmd: 'Delete', code: 200, uri: './a/1' },
      { kind: 'status', key: 'a', cmd: 'Delete', code: 425, uri: './a/2' },
    ]);
  });

  it('a Status that matches nothing has no key', () => {
    const pair = told([del('a')]);
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '77', 'Delete', 200)]));
    expect(pair.events).toContainEqual(expect.objectContaining({ kind: 'status', key: undefined }));
    expect(pair.events).toContainEqual({ kind: 'no-answer', key: 'a' });
  });

  it('Results: base64 is decoded where Format says so, OPAQUE text is text, a final NUL is dropped', () => {
    const pair = told([{ kind: 'get', key: 'g', uri: './A' }], { encoding: 'wbxml' });
    const items = [
      { Source: { LocURI: './1' }, Meta: { Format: 'B64' }, Data: 'AAEC' },
      { Source: { LocURI: './2' }, Meta: { Format: 'Chr' }, Data: new TextEncoder().encode('text\0') },
      { Source: { LocURI: './3' }, Meta: { Format: 'bin' }, Data: Uint8Array.of(255, 0) },
      { Source: { LocURI: './4' }, Data: Uint8Array.of(255, 254) },
    ];
    pair.say(
      fromClient(2, [headerStatus(1), { kind: 'Results', CmdID: '2', MsgRef: 1, CmdRef: '4', items }]),
    );
    const got = pair.events.flatMap((e) => (e.kind === 'results' ? e.items : []));
    expect(got.map(({ data }) => (typeof data === 'string' ? data : [...data]))).toEqual([
      [0, 1, 2],
      'text',
      [255, 0],
      [255, 254],
    ]);
  });
});

describe('limits of one message', () => {
  it('what does not fit stays unsent and goes when asked again', () => {
    const many = Array.from(
      { length: 40 },
      (_, i): ServerCommand => ({ kind: 'get', key: `k${i}`, uri: `./N${i}` }),
    );
    const answered = new Set<string>();
    const pair = new Pair({
      limits: { maxMsgSize: 2000, maxObjSize: 1_000_000 },
      plan: (events) => {
        for (const event of events) {
          if (event.kind === 'status' && event.key !== undefined) {
            answered.add(event.key);
          }
        }
        return { commands: many.filter(({ key }) => !answered.has(key)) };
      },
    }).run();
    expect(answered.size).toBe(40);
    expect(pair.sent).toHaveLength(40);
    expect(Math.max(...pair.of('server').map(({ octets }) => octets.length))).toBeLessThanOrEqual(2000);
    expect(pair.largestSession).toBeLessThan(8192);
    const finals = pair.of('server').slice(-3);
    expect(finals.every(({ message }) => message.final)).toBe(true);
  });

  it('I-016: without MaxMsgSize no message reaches 5000 octets', () => {
    const many = Array.from(
      { length: 24 },
      (_, i): ServerCommand => ({
        kind: 'replace',
        key: `k${i}`,
        uri: './N',
        format: 'chr',
        data: 'x'.repeat(500),
      }),
    );
    const pair = told(many);
    expect(pair.of('server').at(-1)?.octets.length).toBeLessThan(5000);
    expect(pair.sent.length).toBeGreaterThan(2);
    expect(pair.sent.length).toBeLessThan(10);
  });

  it('Statuses that do not fit one message keep our package open', () => {
    const alerts = Array.from(
      { length: 30 },
      (_, i): Command => ({
        kind: 'Alert',
        CmdID: String(i + 10),
        Data: '1226',
        items: [],
      }),
    );
    const pair = new Pair({ client: 'none', server: 'none', plan: () => ({ commands: [del('a')] }) });
    const small = { Meta: { MaxMsgSize: 2000 } };
    const first = pair.say(package1(1, small, alerts)).message;
    expect(first.final).toBe(false);
    expect(commandLines(first)).toEqual([]);
    expect(first.body[0]).toMatchObject({ CmdRef: '0' });
    let count = first.body.length;
    let msgID = 1;
    let last = first;
    while (!last.final && msgID < 20) {
      msgID += 1;
      last = pair.say(fromClient(msgID, [headerStatus(msgID - 1)], { final: false })).message;
      expect(pair.messages.at(-1)?.octets.length).toBeLessThanOrEqual(2000);
      count += last.body.filter((c) => c.kind === 'Status' && c.MsgRef === 1).length;
    }
    expect(count).toBe(33);
    expect(commandLines(last)).toEqual(['Delete']);
  });

  it.each([
    400, 2000,
  ])('a client that says more than it lets us answer (%i octets) is left: the session stays below 8 kB', (MaxMsgSize) => {
    const alerts = (msgID: number): readonly Command[] =>
      Array.from(
        { length: 38 },
        (_, i): Command => ({
          kind: 'Alert',
          CmdID: String(msgID * 100 + i),
          Data: '1226',
          items: [
            { Source: { LocURI: `./${'s'.repeat(110)}` }, Meta: { Type: 'x', Format: 'chr' }, Data: '1' },
          ],
        }),
      );
    const pair = new Pair({ client: 'none', server: 'none' });
    pair.say(package1(1, { Meta: { MaxMsgSize } }, alerts(1)));
    for (let msgID = 2; msgID < 20 && pair.turns.at(-1) !== 'ended'; msgID += 1) {
      pair.say(fromClient(msgID, [headerStatus(msgID - 1), ...alerts(msgID)], { final: false }));
    }
    expect(pair.largestSession).toBeLessThan(8192);
    expect(pair.events).toContainEqual({ kind: 'closed', why: 'endless' });
    expect(pair.of('server').flatMap(({ message }) => message.body)).toContainEqual(
      expect.objectContaining({ kind: 'Alert', Data: '1223' }),
    );
  });

  it('a CmdID without end is a bad message, and not kept', () => {
    const pair = new Pair({ client: 'none', server: 'none' });
    const long: Command = { kind: 'Alert', CmdID: '9'.repeat(5000), Data: '1226', items: [] };
    const { message } = pair.say(package1(1, {}, [long]));
    expect(message.body).toMatchObject([{ kind: 'Status', CmdRef: '0', Data: 400 }]);
    expect(pair.largestSession).toBeLessThan(2048);
  });

  it('refuses keys that would burst the session', () => {
    expect(() => told([del('k'.repeat(97))])).toThrow(UsageError);
    expect(() => told([del('')])).toThrow(UsageError);
  });

  it('the session stays below 8 kB with everything that a message may hold', () => {
    const commands = Array.from(
      { length: 30 },
      (_, i): ServerCommand => ({
        kind: 'get',
        key: `${'k'.repeat(90)}${i}`,
        uri: './N',
      }),
    );
    const pair = told(commands, { encoding: 'wbxml' });
    expect(pair.sent).toHaveLength(24);
    expect(pair.largestSession).toBeLessThan(8192);
  });
});

describe('S-031: a device of DM/1.1', () => {
  const hdr = { VerDTD: '1.1', VerProto: 'DM/1.1' };
  const exec: ServerCommand = { kind: 'exec', key: 'x', uri: './Fw/Update', correlator: 'c-1' };
  const list: ServerCommand = { kind: 'get', key: 'l', uri: '.?list=Struct' };
  const tnds: ServerCommand = {
    kind: 'add',
    key: 't',
    uri: './Inbox',
    format: 'xml',
    type: 'application/vnd.syncml.dmtnds+xml',
    data: '<MgmtTree/>',
  };
  const spoken = (header: object) => {
    const commands = [list, tnds, exec];
    const pair = new Pair({ encoding: 'xml', client: 'none', server: 'none', plan: () => ({ commands }) });
    const { octets } = pair.say(package1(1, header));
    return { pair, text: Buffer.from(octets).toString('utf8') };
  };

  it('S-031: is sent no ?list=, no TNDS and no Correlator, in its own version', () => {
    const { pair, text } = spoken(hdr);
    expect(text).toContain(
      '<SyncML xmlns="SYNCML:SYNCML1.1"><SyncHdr><VerDTD>1.1</VerDTD><VerProto>DM/1.1</VerProto>',
    );
    expect(text).not.toMatch(/Correlator|list=|dmtnds/);
    expect(pair.sent).toEqual(['x']);
    expect(pair.unsendable).toEqual([
      { key: 'l', code: 406 },
      { key: 't', code: 415 },
    ]);
  });

  it('S-031: a device of DM/1.2 is sent all of it', () => {
    const { pair, text } = spoken({});
    expect(pair.sent).toEqual(['l', 't', 'x']);
    expect(text).toContain('<Correlator>c-1</Correlator>');
  });
});
