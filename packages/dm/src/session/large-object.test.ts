import { createHash } from 'node:crypto';
import type { Add, BlobRef, Item, Replace, SyncMLMessage } from '@fumarole/syncml';
import { encodeBase64 } from '@fumarole/syncml';
import {
  alert,
  commandLines,
  fromClient,
  fromServer,
  genericAlert,
  headerStatus,
  nodeDigests,
  Pair,
  type PairMessage,
  type PairOptions,
  package1,
  results,
  status,
  statusLines,
  typedItem,
} from '@fumarole/testkit/pair';
import { describe, expect, it } from 'vitest';
import type { ClientWork, WorkOutcome } from './client.ts';
import type { ServerCommand } from './server.ts';

const URI = './FUMO/Update/PkgData';
const IMAGE = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 7919) >>> 3);
const SHA = createHash('sha256').update(IMAGE).digest('hex');
const REF: BlobRef = { sha256: SHA, offset: 0, length: IMAGE.length };
const readBlob = (ref: BlobRef): Uint8Array => IMAGE.subarray(ref.offset, ref.offset + ref.length);
const put = (data: BlobRef | string | Uint8Array, format: string = 'bin'): ServerCommand => ({
  kind: 'replace',
  key: 'put',
  uri: URI,
  format,
  type: 'application/octet-stream',
  data,
});

const limits = { maxMsgSize: 4000, maxObjSize: 1_000_000 };
const once =
  (...commands: readonly ServerCommand[]) =>
  (_: unknown, n: number) => ({ commands: n === 1 ? commands : [] });

/** As a planner that looks at facts: asks until it has an answer. */
function untilAnswered(command: ServerCommand): NonNullable<PairOptions['plan']> {
  let answered = false;
  return (events) => {
    answered ||= events.some(({ kind }) => kind === 'status');
    return { commands: answered ? [] : [command] };
  };
}

/** More than fits one message of package 1. */
const manyAlerts = Array.from({ length: 12 }, (_, i) => ({
  key: `a${i}`,
  code: 1226 as const,
  type: 'org.openmobilealliance.dm.firmwareupdate.update',
  format: 'chr',
  data: 'x'.repeat(2000),
}));

function pieces(pair: Pair): readonly { item: Item; message: SyncMLMessage; record: PairMessage }[] {
  return pair
    .of('server')
    .flatMap((record) =>
      record.message.body.flatMap((command) =>
        (command.kind === 'Replace' || command.kind === 'Add') && command.items[0] !== undefined
          ? [{ item: command.items[0], message: record.message, record }]
          : [],
      ),
    );
}

function received(pair: Pair): Uint8Array {
  const chunks = pair.work.flatMap((work) => (work.kind === 'chunk' ? [work.bytes] : []));
  return Buffer.concat(chunks);
}

describe.each([
  ['xml', 'b64'],
  ['wbxml', 'b64'],
  ['wbxml', 'bin'],
] as const)('a large object to the device over %s as %s', (encoding, binary) => {
  const options: PairOptions = { encoding, wire: { binary }, limits, readBlob, plan: once(put(REF)) };

  it('P-060 P-061 P-065: three pieces or more, Size in the first only, MoreData on all but the last', () => {
    const pair = new Pair(options).run();
    const sent = pieces(pair);
    expect(sent.length).toBeGreaterThanOrEqual(3);
    const size = binary === 'b64' ? Math.ceil(IMAGE.length / 3) * 4 : IMAGE.length;
    expect(sent.map(({ item }) => item.Meta?.Size)).toEqual([size, ...sent.slice(1).map(() => undefined)]);
    expect(sent.map(({ item }) => item.MoreData === true)).toEqual(sent.map((_, i) => i < sent.length - 1));
    expect(sent.map(({ message }) => message.final)).toEqual(sent.map((_, i) => i === sent.length - 1));
    expect(sent.every(({ item }) => item.Meta?.Format === (binary === 'b64' ? 'b64' : 'bin'))).toBe(true);
    expect(sent.every(({ item }) => item.Meta?.Type === 'application/octet-stream')).toBe(true);
    expect(Buffer.from(received(pair)).equals(IMAGE)).toBe(true);
    expect(pair.events).toContainEqual(expect.objectContaining({ kind: 'status', key: 'put', code: 200 }));
    expect(pair.end).toBe('done');
    const progress = pair.events.flatMap((e) => (e.kind === 'object-progress' ? [e.offset] : []));
    expect(progress).toHaveLength(sent.length - 1);
  });

  it('P-061 P-012 F-124: the device answers each piece 213 and 1222 without Final', () => {
    const pair = new Pair(options).run();
    const answers = pair
      .of('client')
      .filter(({ message }) => statusLines(message).some((l) => l.endsWith(' 213')));
    expect(answers).toHaveLength(pieces(pair).length - 1);
    for (const { message } of answers) {
      expect(commandLines(message)).toEqual(['Alert 1222']);
      expect(message.final).toBe(false);
    }
  });

  it('P-011: Final in every message but "next message" and those that another piece follows', () => {
    const pair = new Pair({
      ...options,
      config: { maxMsgSize: 4000 },
      alerts: manyAlerts,
      plan: untilAnswered(put(REF)),
    }).run();
    const open = pair.of('server').filter(({ message }) => !message.final);
    expect(open.length).toBeGreaterThan(3);
    expect(pair.delivered).toHaveLength(12);
    for (const { message } of pair.of('server')) {
      const asks = commandLines(message).includes('Alert 1222');
      const more = message.body.some((c) => 'items' in c && c.items.some((item) => item.MoreData === true));
      expect(message.final).toBe(!(asks || more));
    }
  });

  it('P-068: no message is longer than the device takes, and each uses what it takes', () => {
    for (const maxMsgSize of [1500, 2048, 5120, 16_384]) {
      const plan = untilAnswered(put(REF));
      const pair = new Pair({ ...options, plan, limits: { maxMsgSize, maxObjSize: 1_000_000 } }).run();
      const lengths = pair.of('server').map(({ octets }) => octets.length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(maxMsgSize);
      const full = lengths.slice(1, -2).filter((length) => length > maxMsgSize - 64);
      expect(full).toHaveLength(Math.max(0, lengths.length - 3));
      expect(Buffer.from(received(pair)).equals(IMAGE)).toBe(true);
    }
  });

  it.each([
    'xml',
    'wbxml',
  ] as const)('P-068: a device that takes 1024 octets gets no more, challenge included (%s)', (encoding) => {
    for (const scheme of ['md5', 'mac', 'basic'] as const) {
      const pair = new Pair({
        encoding,
        client: scheme,
        server: scheme,
        limits: { maxMsgSize: 1024, maxObjSize: 1_000_000 },
        respURI: `https://dm.fumarole.example.com:8443/dm/${'t'.repeat(43)}`,
        readBlob,
        plan: untilAnswered(put(REF)),
      }).run();
      const lengths = pair.of('server').map(({ octets }) => octets.length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(1024);
      if (encoding === 'wbxml') expect(Buffer.from(received(pair)).equals(IMAGE)).toBe(true);
    }
  });

  it('P-068: a MaxMsgSize that changes on the way is honoured', () => {
    const pair = new Pair({ ...options, client: 'none', server: 'none' });
    pair.say(package1(1, { Meta: { MaxMsgSize: 4000 } }));
    expect(pair.messages.at(-1)?.octets.length).toBeGreaterThan(3900);
    const cmdRef = pieces(pair).at(-1)?.message.body.at(-1)?.CmdID ?? '';
    const body = [headerStatus(1), status('2', 1, cmdRef, 'Replace', 213), alert('3', 1222)];
    pair.say(fromClient(2, body, { final: false, Meta: { MaxMsgSize: 2000 } }));
    expect(pair.messages.at(-1)?.octets.length).toBeLessThanOrEqual(2000);
  });

  it('a device that takes messages of any length still gets pieces: a package is never in memory whole', () => {
    const image = new Uint8Array(1_000_000);
    const pair = new Pair({
      limits: { maxMsgSize: 2 ** 31 - 1, maxObjSize: 2 ** 31 - 1 },
      plan: untilAnswered(put({ sha256: SHA, offset: 0, length: image.length })),
      readBlob: ({ offset, length }) => image.subarray(offset, offset + length),
    }).run();
    const sizes = pair.of('server').map(({ octets }) => octets.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
    expect(sizes.length).toBeGreaterThan(4);
  });

  it('the stored session stays below 8 kB and holds no image', () => {
    const pair = new Pair(options).run();
    expect(pair.largestSession).toBeLessThan(8192);
    expect(pair.largestSession).toBeGreaterThan(500);
  });
});

describe('a large object to the device', () => {
  const open = (more: PairOptions = {}): Pair =>
    new Pair({ client: 'none', server: 'none', limits, readBlob, plan: once(put(REF)), ...more });

  it('P-061: without 213 the next piece is not sent', () => {
    const pair = open();
    pair.say(package1());
    const { message } = pair.say(fromClient(2, [headerStatus(1), alert('2', 1222)], { final: false }));
    expect(commandLines(message)).toEqual(['Alert 1222']);
    const answer = [headerStatus(2), status('2', 1, '4', 'Replace', 213), alert('3', 1222)];
    expect(commandLines(pair.say(fromClient(3, answer, { final: false })).message)).toEqual(['Replace']);
  });

  it('P-064: 413 for the first piece reaches the planner, which may speak at once', () => {
    const pair = open({
      plan: (_, n) => ({ commands: n === 1 ? [put(REF)] : [{ kind: 'get', key: 'g', uri: './X' }] }),
    });
    pair.say(package1());
    const body = [headerStatus(1), status('2', 1, '4', 'Replace', 413)];
    const { message } = pair.say(fromClient(2, body, { final: false }));
    expect(pair.events).toContainEqual({ kind: 'status', key: 'put', cmd: 'Replace', code: 413, uri: URI });
    expect(commandLines(message)).toEqual(['Get']);
    expect(message.final).toBe(true);
  });

  it('P-067: after 424 it begins again from the first piece when the planner asks', () => {
    const pair = open({ plan: (_, n) => ({ commands: n <= 2 ? [put(REF)] : [] }) });
    pair.say(package1());
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Replace', 424)], { final: false }));
    const [first, second] = pieces(pair);
    expect(second?.item.Meta?.Size).toBe(first?.item.Meta?.Size);
    const begin = Buffer.from(String(first?.item.Data)).subarray(0, 1000).toString();
    expect(String(second?.item.Data).startsWith(begin)).toBe(true);
  });

  it('P-067: after 1225 too', () => {
    const pair = open({ plan: (_, n) => ({ commands: n <= 2 ? [put(REF)] : [] }) });
    pair.say(package1());
    const body = [headerStatus(1), alert('2', 1225, [{ Target: { LocURI: URI } }])];
    pair.say(fromClient(2, body));
    const [first, second] = pieces(pair);
    expect(second?.item.Meta?.Size).toBe(first?.item.Meta?.Size);
  });

  it('P-063: Alert 1225 of the device: the object is given up', () => {
    const pair = open();
    pair.say(package1());
    const body = [headerStatus(1), alert('2', 1225, [{ Target: { LocURI: URI } }])];
    const { message } = pair.say(fromClient(2, body, { final: false }));
    expect(statusLines(message)).toContain('Alert 2 200');
    expect(pair.events).toContainEqual({ kind: 'object-failed', key: 'put', reason: 'no-end' });
  });

  it('a device that takes the first piece for the whole is found out', () => {
    const pair = open();
    pair.say(package1());
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Replace', 200)]));
    expect(pair.events).toContainEqual({
      kind: 'object-failed',
      key: 'put',
      reason: 'not-chunked',
      code: 200,
    });
  });

  it('goes on after 213 with Final, as some clients send it', () => {
    const pair = open();
    pair.say(package1());
    const { message } = pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Replace', 213)]));
    expect(commandLines(message)).toEqual(['Replace']);
  });

  it('waits on after 101', () => {
    const pair = open();
    pair.say(package1());
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Replace', 101)], { final: false }));
    const { message } = pair.say(
      fromClient(3, [headerStatus(2), status('2', 1, '4', 'Replace', 213)], { final: false }),
    );
    expect(commandLines(message)).toEqual(['Replace']);
  });

  it('is begun behind other commands where there is room', () => {
    const pair = open({ plan: once({ kind: 'get', key: 'g', uri: './X' }, put(REF)) });
    const { message } = pair.say(package1());
    expect(commandLines(message)).toEqual(['Get', 'Replace']);
    expect(message.final).toBe(false);
    expect(pair.sent).toEqual(['g', 'put']);
  });

  it('P-064: over the device’s MaxObjSize nothing is sent', () => {
    const pair = open({ plan: once(put(REF), { kind: 'get', key: 'g', uri: './X' }) });
    const { message } = pair.say(package1(1, { Meta: { MaxMsgSize: 4000, MaxObjSize: 20_000 } }));
    expect(commandLines(message)).toEqual(['Get']);
    expect(pair.unsendable).toEqual([{ key: 'put', code: 413 }]);
  });

  it('is not begun where the profile says no chunks, nor for inline values over 2 kB', () => {
    for (const more of [{ wire: { chunks: false } }, { plan: once(put('x'.repeat(9000), 'chr')) }]) {
      const pair = open(more);
      expect(commandLines(pair.say(package1()).message)).toEqual([]);
      expect(pair.unsendable).toEqual([{ key: 'put', code: 413 }]);
    }
  });

  it('small values go whole, octets as the wire carries them', () => {
    const small = Uint8Array.of(0, 255, 7);
    const xml = open({ plan: once(put(small)) }).say(package1()).message;
    expect(xml.body.at(-1)).toMatchObject({
      items: [{ Meta: { Format: 'b64' }, Data: encodeBase64(small) }],
    });
    const bin = open({ encoding: 'wbxml', wire: { binary: 'bin' }, plan: once(put(small)) }).say(
      package1(),
    ).message;
    expect(bin.body.at(-1)).toMatchObject({ items: [{ Meta: { Format: 'bin' }, Data: small }] });
    const blob = open({ plan: once(put({ ...REF, offset: 5, length: 10 })) }).say(package1()).message;
    expect(blob.body.at(-1)).toMatchObject({ items: [{ Data: encodeBase64(IMAGE.subarray(5, 15)) }] });
  });

  it.each(['xml', 'wbxml'] as const)('text is cut between characters (%s)', (encoding) => {
    const text = '<ä&𝄞'.repeat(300);
    const pair = new Pair({
      encoding,
      limits: { maxMsgSize: 1600, maxObjSize: 100_000 },
      plan: once(put(text, 'chr')),
    }).run();
    expect(pieces(pair).length).toBeGreaterThan(1);
    expect(Buffer.from(received(pair)).toString()).toBe(text);
    expect(pieces(pair)[0]?.item.Meta?.Size).toBe(Buffer.byteLength(text));
    expect(Math.max(...pair.of('server').map(({ octets }) => octets.length))).toBeLessThanOrEqual(1600);
  });

  it('octets given inline are cut too', () => {
    const octets = IMAGE.subarray(0, 2000);
    for (const encoding of ['xml', 'wbxml'] as const) {
      const pair = new Pair({
        encoding,
        wire: { binary: 'bin' },
        limits: { maxMsgSize: 1600, maxObjSize: 100_000 },
        plan: once(put(octets)),
      }).run();
      expect(Buffer.from(received(pair)).equals(octets)).toBe(true);
    }
  });
});

describe('the device takes a large object', () => {
  const execute = (work: readonly ClientWork[]): readonly WorkOutcome[] =>
    work.flatMap((one) => {
      if (one.kind !== 'chunk') {
        return one.kind === 'command'
          ? [{ work: one.work, outcomes: [{ cmdID: one.command.CmdID, cmd: one.command.kind, code: 200 }] }]
          : [];
      }
      return [{ work: one.work, outcomes: [{ cmdID: one.cmdID, cmd: one.cmd, code: one.last ? 200 : 213 }] }];
    });

  function device(more: PairOptions = {}): Pair {
    const pair = new Pair({ client: 'none', server: 'none', limits, execute, ...more });
    pair.start();
    return pair;
  }

  function piece(CmdID: string, item: Partial<Item>, kind: 'Add' | 'Replace' = 'Replace'): Add | Replace {
    return { kind, CmdID, items: [{ Target: { LocURI: URI }, Meta: { Format: 'b64' }, ...item }] };
  }
  const chunks = (pair: Pair) => pair.work.filter(({ kind }) => kind === 'chunk');
  const first = (data: string, size: number): Add | Replace =>
    piece('2', { Meta: { Format: 'b64', Size: size }, Data: data, MoreData: true });
  const say = (msgID: number, ...body: Parameters<typeof fromServer>[1][number][]): SyncMLMessage =>
    fromServer(msgID, [headerStatus(msgID), ...body], { final: false });

  it('is told the size with the first piece, and the format with each', () => {
    const pair = device();
    pair.hear(say(1, first('AAAA', 8)));
    pair.hear(say(2, piece('2', { Data: 'AAAA' })));
    expect(chunks(pair)).toMatchObject([
      { offset: 0, size: 8, last: false, format: 'b64', cmd: 'Replace', uri: URI },
      { offset: 3, last: true, format: 'b64' },
    ]);
    expect(chunks(pair)[1]).not.toHaveProperty('size');
  });

  it('P-065: base64 may be cut anywhere', () => {
    const text = encodeBase64(IMAGE.subarray(0, 100));
    for (const cut of [1, 2, 3, 4, 7, 50, text.length - 1]) {
      const pair = device();
      pair.hear(say(1, first(text.slice(0, cut), text.length)));
      pair.hear(say(2, piece('2', { Data: text.slice(cut) })));
      expect(Buffer.from(received(pair)).equals(IMAGE.subarray(0, 100))).toBe(true);
    }
  });

  it('P-069: a Size that is the decoded length is accepted', () => {
    const text = encodeBase64(IMAGE.subarray(0, 100));
    const pair = device();
    pair.hear(say(1, first(text.slice(0, 40), 100)));
    const answer = pair.hear(say(2, piece('2', { Data: text.slice(40) })));
    expect(statusLines(answer)).toContain('Replace 2 200');
  });

  it('P-069: also when the text that is there is longer than the decoded length already', () => {
    const text = encodeBase64(IMAGE.subarray(0, 100));
    const pair = device();
    pair.hear(say(1, first(text.slice(0, 120), 100)));
    const answer = pair.hear(say(2, piece('2', { Data: text.slice(120) })));
    expect(statusLines(answer)).toContain('Replace 2 200');
  });

  it.each([
    ['too short', 'AAAA', 12],
    ['too long', 'AAAAAAAAAAAA', 8],
  ])('P-062: %s: 424, the device is told to forget it', (_, rest, size) => {
    const pair = device();
    pair.hear(say(1, first('AAAA', size)));
    const answer = pair.hear(say(2, piece('2', { Data: rest })));
    expect(statusLines(answer)).toContain('Replace 2 424');
    expect(chunks(pair)).toHaveLength(1);
    expect(pair.work.at(-1)).toEqual({ kind: 'drop-object', uri: URI });
  });

  it('P-062: a piece that reaches Size and announces more: 424', () => {
    const pair = device();
    pair.hear(say(1, first('AAAA', 12)));
    const answer = pair.hear(say(2, piece('2', { Data: 'AAAAAAAAAAAA', MoreData: true })));
    expect(statusLines(answer)).toContain('Replace 2 424');
  });

  it('P-064: 411 without Size, 413 over MaxObjSize, and what the device says, 420', () => {
    const pair = device();
    const none = pair.hear(say(1, piece('2', { Data: 'AAAA', MoreData: true })));
    expect(statusLines(none)).toContain('Replace 2 411');
    expect(statusLines(device().hear(say(1, first('AAAA', 2_000_000))))).toContain('Replace 2 413');
    expect(chunks(pair)).toHaveLength(0);
    const full = device({
      execute: (work) =>
        work.flatMap((one) =>
          one.kind === 'chunk'
            ? [{ work: one.work, outcomes: [{ cmdID: one.cmdID, cmd: one.cmd, code: 420 }] }]
            : [],
        ),
    });
    expect(statusLines(full.hear(say(1, first('AAAA', 12))))).toContain('Replace 2 420');
    expect(statusLines(full.hear(say(2, piece('2', { Data: 'AAAA', MoreData: true }))))).toContain(
      'Replace 2 411',
    );
  });

  it('P-063: another command before the end: 1225, the object is forgotten, the command is done', () => {
    const pair = device();
    pair.hear(say(1, first('AAAA', 12)));
    const answer = pair.hear(
      fromServer(2, [headerStatus(2), { kind: 'Get', CmdID: '2', items: [{ Target: { LocURI: './X' } }] }]),
    );
    expect(statusLines(answer)).toContain('Get 2 200');
    expect(commandLines(answer)).toEqual(['Alert 1225']);
    expect(answer?.body.at(-1)).toMatchObject({ items: [{ Target: { LocURI: URI } }] });
    expect(pair.work).toContainEqual({ kind: 'drop-object', uri: URI });
  });

  it('P-063: so does another target, and Final without the last piece', () => {
    const other = device();
    other.hear(say(1, first('AAAA', 12)));
    const answer = other.hear(say(2, piece('2', { Target: { LocURI: './Other' }, Data: 'AAAA' })));
    expect(commandLines(answer)).toEqual(['Alert 1225', 'Alert 1222']);
    const over = device();
    over.hear(say(1, first('AAAA', 12)));
    over.hear(fromServer(2, [headerStatus(2)]));
    expect(over.work.at(-1)).toEqual({ kind: 'drop-object', uri: URI });
  });

  it('P-070: an abort or a foreign message drops the object', () => {
    for (const body of [fromServer(2, [alert('1', 1223)]), fromServer(2, [], { SessionID: 'other' })]) {
      const pair = device();
      pair.hear(say(1, first('AAAA', 12)));
      expect(pair.hear(body)).toBeUndefined();
      expect(pair.work.at(-1)).toEqual({ kind: 'drop-object', uri: URI });
    }
  });

  it('the piece is the last Item of its command: those before it are done, one in the middle is refused', () => {
    const whole: Item = { Target: { LocURI: './A' }, Data: 'x' };
    const part: Item = {
      Target: { LocURI: URI },
      Meta: { Format: 'b64', Type: 'x/y', Size: 8 },
      Data: 'AAAA',
      MoreData: true,
    };
    const pair = device();
    const replace = (items: readonly Item[]): Replace => ({ kind: 'Replace', CmdID: '2', items });
    const reply = pair.hear(say(1, replace([whole, part])));
    expect(statusLines(reply)).toEqual(['SyncHdr 0 200', 'Replace 2 200', 'Replace 2 213']);
    expect(pair.work).toMatchObject([
      { kind: 'command', command: { items: [{ Target: { LocURI: './A' } }] } },
      { kind: 'chunk', uri: URI, type: 'x/y' },
    ]);
    const refused = device();
    expect(statusLines(refused.hear(say(1, replace([part, whole]))))).toEqual([
      'SyncHdr 0 200',
      'Replace 2 400',
    ]);
    expect(refused.work).toEqual([]);
  });

  it('what follows the last piece in its command is done too', () => {
    const pair = device();
    pair.hear(say(1, first('AAAA', 8)));
    const items: readonly Item[] = [
      { Target: { LocURI: URI }, Data: 'AAAA' },
      { Target: { LocURI: './A' }, Data: 'x' },
    ];
    pair.hear(say(2, { kind: 'Replace', CmdID: '2', items }));
    expect(pair.work.map(({ kind }) => kind)).toEqual(['chunk', 'chunk', 'command']);
  });

  it('a device without large objects says so', () => {
    const pair = device({ limits: { ...limits, largeObjects: false } });
    expect(statusLines(pair.hear(say(1, first('AAAA', 12))))).toContain('Replace 2 406');
  });
});

describe('large Results', () => {
  const LOG = 'log line äöü <&>\n'.repeat(800);
  const get: ServerCommand = { kind: 'get', key: 'log', uri: './Log' };
  const giving =
    (data: string | Uint8Array, format: string = 'chr') =>
    (work: readonly ClientWork[]): readonly WorkOutcome[] =>
      work.flatMap((one) =>
        one.kind === 'command'
          ? [
              {
                work: one.work,
                outcomes: [
                  {
                    cmdID: one.command.CmdID,
                    cmd: one.command.kind,
                    code: 200,
                    results: [{ Source: { LocURI: './Log' }, Meta: { Format: format }, Data: data }],
                  },
                ],
              },
            ]
          : [],
      );

  it.each([
    ['xml', 'chr'],
    ['wbxml', 'chr'],
    ['xml', 'b64'],
    ['wbxml', 'bin'],
  ] as const)('P-066 P-061: reassembled over %s as %s, each piece answered 213 and 1222', (encoding, format) => {
    const octets = format === 'chr' ? new TextEncoder().encode(LOG) : IMAGE;
    const data = format === 'chr' ? LOG : format === 'b64' ? encodeBase64(IMAGE) : IMAGE;
    const pair = new Pair({
      encoding,
      plan: once(get),
      execute: giving(data, format),
      config: { maxMsgSize: 3000 },
    }).run();
    const chunks = pair.events.flatMap((e) => (e.kind === 'chunk' ? [e] : []));
    expect(chunks.length).toBeGreaterThan(3);
    expect(Buffer.concat(chunks.map(({ bytes }) => bytes)).equals(octets)).toBe(true);
    expect(chunks.map(({ last }) => last)).toEqual(chunks.map((_, i) => i === chunks.length - 1));
    expect(chunks.map(({ key }) => key)).toEqual(chunks.map(() => 'log'));
    expect(chunks.map((chunk) => chunk.format)).toEqual(chunks.map(() => format));
    let offset = 0;
    for (const chunk of chunks) {
      expect(chunk.offset).toBe(offset);
      offset += chunk.bytes.length;
    }
    const asked = pair
      .of('server')
      .filter(({ message }) => statusLines(message).some((l) => /Results \d+ 213/.test(l)));
    expect(asked).toHaveLength(chunks.length - 1);
    for (const { message } of asked) {
      expect(commandLines(message)).toEqual(['Alert 1222']);
      expect(message.final).toBe(false);
    }
    expect(Math.max(...pair.of('client').map(({ octets: o }) => o.length))).toBeLessThanOrEqual(3000);
    expect(pair.largestSession).toBeLessThan(8192);
    expect(pair.end).toBe('done');
  });

  it('P-071: a value over the server’s MaxObjSize, or one that cannot be cut, is a 413 without Results', () => {
    const cases: readonly PairOptions[] = [
      { config: { maxObjSize: 5000 } },
      { config: { maxMsgSize: 3000 }, limits: { ...limits, largeObjects: false } },
    ];
    for (const more of cases) {
      const pair = new Pair({ plan: once(get), execute: giving(LOG), ...more }).run();
      expect(pair.events).toContainEqual(expect.objectContaining({ kind: 'status', key: 'log', code: 413 }));
      expect(pair.events.filter(({ kind }) => kind === 'results' || kind === 'chunk')).toEqual([]);
    }
  });

  it('P-012: Statuses and Results that need several messages are asked for, Final comes with the last', () => {
    const values = Array.from(
      { length: 8 },
      (_, i): ServerCommand => ({ kind: 'get', key: `k${i}`, uri: `./V${i}` }),
    );
    const pair = new Pair({
      plan: once(...values),
      execute: (work) =>
        work.flatMap((one) =>
          one.kind === 'command'
            ? [
                {
                  work: one.work,
                  outcomes: [
                    {
                      cmdID: one.command.CmdID,
                      cmd: 'Get',
                      code: 200,
                      results: [{ Source: { LocURI: './V' }, Data: 'x'.repeat(700) }],
                    },
                  ],
                },
              ]
            : [],
        ),
      config: { maxMsgSize: 2500 },
    }).run();
    expect(pair.events.filter(({ kind }) => kind === 'results')).toHaveLength(8);
    expect(pair.events.filter(({ kind }) => kind === 'no-answer')).toEqual([]);
    expect(pair.events.filter(({ kind }) => kind === 'chunk')).toEqual([]);
    expect(Math.max(...pair.of('client').map(({ octets }) => octets.length))).toBeLessThanOrEqual(2500);
    const finals = pair.of('client').map(({ message }) => message.final);
    expect(finals.filter((final) => !final).length).toBeGreaterThanOrEqual(2);
    expect(finals.at(-1)).toBe(true);
  });

  /** The device has sent the first piece in message 2. */
  function sendingDevice(): Pair {
    const pair = new Pair({ client: 'mac', server: 'none', execute: giving(LOG), limits });
    pair.start();
    const first = pair.hear(
      fromServer(
        1,
        [headerStatus(1), { kind: 'Get', CmdID: '2', items: [{ Target: { LocURI: './Log' } }] }],
        {
          Meta: { MaxMsgSize: 3000 },
        },
      ),
    );
    expect(commandLines(first)).toEqual(['Results']);
    return pair;
  }
  const answered = (msgID: number, code: number, cmdRef: string): SyncMLMessage =>
    fromServer(msgID, [headerStatus(msgID), status('2', msgID, cmdRef, 'Results', code), alert('3', 1222)], {
      final: false,
    });

  it('P-061: the device sends no further piece without 213', () => {
    const pair = sendingDevice();
    const idle = fromServer(2, [headerStatus(2), alert('2', 1222)], { final: false });
    const waiting = pair.hear(idle);
    expect(commandLines(waiting)).toEqual([]);
    expect(waiting?.final).toBe(false);
    expect(
      commandLines(
        pair.hear(fromServer(3, [headerStatus(3), status('2', 2, '3', 'Results', 101)], { final: false })),
      ),
    ).toEqual([]);
    const go = fromServer(4, [headerStatus(4), status('2', 2, '3', 'Results', 213)], { final: false });
    const next = pair.hear(go);
    expect(commandLines(next)).toEqual(['Results']);
    expect(next?.body.at(-1)).toMatchObject({ items: [{ Meta: { Size: undefined }, MoreData: true }] });
  });

  it.each([413, 424, 500])('P-064: %i from the server: the device gives the rest up', (code) => {
    const pair = sendingDevice();
    const reply = pair.hear(answered(2, code, '3'));
    expect(commandLines(reply)).toEqual([]);
    expect(reply?.final).toBe(true);
  });

  it('P-063: so does Alert 1225 of the server', () => {
    const pair = sendingDevice();
    const noEnd = alert('2', 1225, [{ Source: { LocURI: './Log' } }]);
    const reply = pair.hear(fromServer(2, [headerStatus(2), noEnd]));
    expect(statusLines(reply)).toContain('Alert 2 200');
    expect(commandLines(reply)).toEqual([]);
    expect(reply?.final).toBe(true);
  });

  it('I-040: after a challenge the same piece goes again', () => {
    const pair = sendingDevice();
    const chal = { Type: 'syncml:auth-MAC', Format: 'b64', NextNonce: 'bmV3' };
    const again = pair.hear(fromServer(2, [headerStatus(2, 401, chal)]));
    expect(again?.body.at(-1)).toMatchObject({
      kind: 'Results',
      items: [{ Meta: { Size: Buffer.byteLength(LOG) }, MoreData: true }],
    });
  });

  it('P-070: the end of the session frees what was on its way', () => {
    const pair = sendingDevice();
    expect(pair.hear(fromServer(2, [headerStatus(2), alert('2', 1223)]))).toBeUndefined();
    expect(pair.hear(answered(3, 213, '3'))).toBeUndefined();
    expect(pair.clientSession?.ended).toBe(true);
  });

  function asked(more: PairOptions = {}): Pair {
    const pair = new Pair({ client: 'none', server: 'none', plan: once(get), ...more });
    pair.say(package1());
    return pair;
  }
  const part = (Data: string, more: Partial<Item> = {}): Item => ({
    Source: { LocURI: './Log' },
    Data,
    ...more,
  });
  const firstPart = part('abc', { Meta: { Size: 6 }, MoreData: true });

  it('P-064 P-066: 411, 413 and 424 with Cmd Results', () => {
    const code = (item: Item, more: PairOptions = {}): string | undefined =>
      statusLines(
        asked(more).say(fromClient(2, [headerStatus(1), results('2', 1, '4', item)], { final: false }))
          .message,
      )[1];
    expect(code(part('abc', { MoreData: true }))).toBe('Results 2 411');
    const far = { LocURI: `./${'x'.repeat(600)}` };
    expect(code({ ...firstPart, Source: far })).toBe('Results 2 414');
    expect(code(part('abc', { MoreData: true, Meta: { Size: 99 } }), { config: { maxObjSize: 50 } })).toBe(
      'Results 2 413',
    );
    expect(code(part('abc', { MoreData: true, Meta: { Size: 3 } }))).toBe('Results 2 424');
    const pair = asked();
    pair.say(fromClient(2, [headerStatus(1), results('2', 1, '4', firstPart)], { final: false }));
    const { message } = pair.say(fromClient(3, [headerStatus(2), results('2', 1, '4', part('toolong'))]));
    expect(statusLines(message)).toContain('Results 2 424');
    expect(pair.events).toContainEqual({ kind: 'chunk-failed', key: 'log', uri: './Log', code: 424 });
  });

  it('P-063 P-070: something else before the last piece: Alert 1225 and the pieces are given up', () => {
    const pair = asked();
    pair.say(fromClient(2, [headerStatus(1), results('2', 1, '4', firstPart)], { final: false }));
    const { message } = pair.say(fromClient(3, [headerStatus(2), genericAlert('2', typedItem('a.b', 'x'))]));
    expect(commandLines(message)[0]).toBe('Alert 1225');
    expect(pair.events).toContainEqual({ kind: 'chunk-failed', key: 'log', uri: './Log', code: 424 });
    const gone = asked();
    gone.say(fromClient(2, [headerStatus(1), results('2', 1, '4', firstPart)], { final: false }));
    gone.say(fromClient(3, [headerStatus(2), alert('2', 1223)]));
    expect(gone.serverSession?.collecting).toBeUndefined();
    expect(gone.events).toContainEqual(expect.objectContaining({ kind: 'chunk-failed' }));
  });

  it('a damaged part with a Size larger than its data and no MoreData is taken as it is', () => {
    const pair = asked();
    pair.say(fromClient(2, [headerStatus(1), results('2', 1, '4', part('abc', { Meta: { Size: 99 } }))]));
    expect(pair.events).toContainEqual(expect.objectContaining({ kind: 'results' }));
    expect(nodeDigests.md5(new Uint8Array(0))).toHaveLength(16);
  });
});
