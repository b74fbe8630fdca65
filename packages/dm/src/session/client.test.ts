import type { Command, Item, SyncMLMessage } from '@fumarole/syncml';
import {
  alert,
  chalOf,
  commandLines,
  fromServer,
  headerStatus,
  md5Cred,
  Pair,
  type PairOptions,
  status,
  statusLines,
} from '@fumarole/testkit/pair';
import { describe, expect, it } from 'vitest';
import { basicCredential, encodeBase64, RESYNC_NONCES } from '../auth/index.ts';
import { UsageError } from '../errors.ts';
import type { ClientAlert, ClientWork, WorkOutcome } from './client.ts';
import { answer, receive } from './client.ts';
import { resolveURI } from './resp-uri.ts';

const report: ClientAlert = {
  key: 'report-1',
  code: 1226,
  correlator: 'c-7',
  source: './FUMO/Update',
  type: 'org.openmobilealliance.dm.firmwareupdate.update',
  format: 'chr',
  data: '200',
  mark: 'critical',
};
const CHAL = { Type: 'syncml:auth-md5', Format: 'b64', NextNonce: 'bm9uY2U=' };
const get = (CmdID: string): Command => ({ kind: 'Get', CmdID, items: [{ Target: { LocURI: './X' } }] });

function device(more: PairOptions = {}): { readonly pair: Pair; readonly first: SyncMLMessage } {
  const pair = new Pair({ client: 'none', server: 'none', ...more });
  const first = pair.read(pair.start());
  return { pair, first };
}

describe.each(['xml', 'wbxml'] as const)('the device over %s', (encoding) => {
  it('opens with the trigger, DevInfo and the alerts that it owes', () => {
    const { first } = device({ encoding, alerts: [report], trigger: 1200 });
    expect(commandLines(first)).toEqual(['Alert 1200', 'Replace', 'Alert 1226']);
    expect(first.final).toBe(true);
    expect(first.hdr).toMatchObject({ MsgID: 1, VerDTD: '1.2', VerProto: 'DM/1.2' });
    expect(first.hdr.Source).toMatchObject({
      LocURI: 'IMEI:493005100592800',
      LocName: 'IMEI:493005100592800',
    });
    expect(first.body[1]).toMatchObject({
      items: [{ Source: { LocURI: './DevInfo/DevId' } }, {}, {}, {}, {}],
    });
  });

  it('P-038: Alert 1226 carries the Correlator of the Exec, and none when there was none', () => {
    const { correlator: _, ...without } = report;
    const { first } = device({ encoding, alerts: [report, { ...without, key: 'r2' }] });
    expect(first.body.at(-2)).toMatchObject({ Correlator: 'c-7' });
    expect(first.body.at(-1)).toMatchObject({ Correlator: undefined });
    expect(first.body.at(-1)).toMatchObject({
      Data: '1226',
      items: [
        {
          Source: { LocURI: './FUMO/Update' },
          Meta: { Format: 'chr', Type: report.type, Mark: 'critical' },
          Data: '200',
        },
      ],
    });
  });

  it('P-004 P-006: Statuses in command order after the SyncHdr’s, with the server’s MsgID', () => {
    const { pair } = device({ encoding });
    const reply = pair.hear(fromServer(9, [headerStatus(1), get('4'), get('5'), alert('6', 1299)]));
    expect(statusLines(reply)).toEqual(['SyncHdr 0 200', 'Get 4 200', 'Get 5 200', 'Alert 6 406']);
    expect(reply?.body.every((command) => command.kind !== 'Status' || command.MsgRef === 9)).toBe(true);
    expect(reply?.hdr.MsgID).toBe(2);
  });

  it('P-007 P-008: a package without commands ends the session without another request', () => {
    const { pair } = device({ encoding });
    expect(pair.hear(fromServer(1, [headerStatus(1)]))).toBeUndefined();
    expect(pair.end).toBe('done');
  });

  it('P-015: Alert 1223 is not answered, commands beside it are not executed', () => {
    const { pair } = device({ encoding });
    expect(pair.hear(fromServer(1, [headerStatus(1), get('2'), alert('3', 1223)]))).toBeUndefined();
    expect(pair.end).toBe('aborted');
    expect(pair.work).toEqual([]);
  });

  it('P-023: a foreign SessionID, VerDTD or VerProto: nothing executed, the session is over', () => {
    for (const change of [{ SessionID: '2' }, { VerDTD: '1.1' }, { VerProto: 'DM/1.1' }]) {
      const { pair } = device({ encoding });
      expect(pair.hear(fromServer(1, [headerStatus(1), get('2')], change))).toBeUndefined();
      expect(pair.end).toBe('foreign-message');
      expect(pair.work).toEqual([]);
    }
  });

  it('I-042: a server that echoes our MsgID is fine', () => {
    const { pair } = device({ encoding });
    pair.hear(fromServer(1, [headerStatus(1), get('2')]));
    const reply = pair.hear(fromServer(2, [headerStatus(2), get('2')]));
    expect(reply?.hdr.MsgID).toBe(3);
  });

  it('I-044: without Final more is asked for, a bounded number of times', () => {
    const { pair } = device({ encoding });
    const reply = pair.hear(fromServer(1, [headerStatus(1)], { final: false }));
    expect(commandLines(reply)).toEqual(['Alert 1222']);
    expect(reply?.final).toBe(false);
    let asked = 1;
    for (
      let msgID = 2;
      pair.hear(fromServer(msgID, [headerStatus(msgID)], { final: false })) !== undefined;
      msgID++
    ) {
      asked += 1;
      expect(asked).toBeLessThan(20);
    }
    expect(pair.end).toBe('endless');
  });

  it('P-012: commands without Final are answered without Final, with 1222', () => {
    const { pair } = device({ encoding });
    const reply = pair.hear(fromServer(1, [headerStatus(1), get('2')], { final: false }));
    expect(statusLines(reply)).toEqual(['SyncHdr 0 200', 'Get 2 200']);
    expect(commandLines(reply)).toEqual(['Alert 1222']);
    expect(reply?.final).toBe(false);
    const last = pair.hear(fromServer(2, [headerStatus(2), get('2')]));
    expect(commandLines(last)).toEqual([]);
    expect(last?.final).toBe(true);
  });

  it('P-014: Alert 1222 gets a Status', () => {
    const { pair } = device({ encoding });
    const reply = pair.hear(fromServer(1, [headerStatus(1), alert('2', 1222)]));
    expect(statusLines(reply)).toEqual(['SyncHdr 0 200', 'Alert 2 200']);
  });

  it('P-043 R-016 R-025 I-045: what it does not know gets a Status all the same', () => {
    const { pair } = device({ encoding });
    const search: Command = { kind: 'Unsupported', CmdID: '4', name: 'Search', dataSync: true };
    const unknown: Command = { kind: 'Unsupported', CmdID: '5', name: 'Frob', dataSync: false };
    const body = [headerStatus(1), alert('2', 1201), alert('3', 1226), search, unknown, get('6')];
    const octets = new Uint8Array(0);
    const out = pair.take({ from: 'server', octets, message: fromServer(1, body), encoding });
    expect(statusLines(out === undefined ? undefined : pair.read(out)).slice(1)).toEqual([
      'Alert 2 406',
      'Alert 3 406',
      'Search 4 406',
      'Frob 5 501',
      'Get 6 200',
    ]);
  });

  it('P-068: several messages when the server takes little, Final with the last', () => {
    const plan = (_: unknown, n: number) => ({
      commands:
        n === 1
          ? Array.from(
              { length: 20 },
              (_x, i) => ({ kind: 'get', key: `k${i}`, uri: './DevDetail/FwV' }) as const,
            )
          : [],
    });
    const pair = new Pair({ encoding, plan, config: { maxMsgSize: 1400 } }).run();
    expect(
      Math.max(
        ...pair
          .of('client')
          .slice(1)
          .map(({ octets }) => octets.length),
      ),
    ).toBeLessThanOrEqual(1400);
    expect(pair.events.filter(({ kind }) => kind === 'status')).toHaveLength(20);
    expect(pair.end).toBe('done');
    const last = pair.of('client').at(-1)?.message;
    expect(last?.final).toBe(true);
  });

  it('P-068: an alert that fits no message of the server stays owed, the rest goes on', () => {
    const huge = { ...report, key: 'huge', data: 'x'.repeat(5000) };
    const pair = new Pair({
      encoding,
      alerts: [report, huge, { ...report, key: 'last' }],
      limits: { maxMsgSize: 4000, maxObjSize: 10_000, assumedMaxMsgSize: 2500 },
      config: { maxMsgSize: 2500 },
    }).run();
    expect(pair.delivered).toEqual(['report-1', 'last']);
    expect(Math.max(...pair.of('client').map(({ octets }) => octets.length))).toBeLessThanOrEqual(2500);
    expect(pair.end).toBe('done');
  });

  it('P-112 I-047: RespURI is where the next message goes, and its Target', () => {
    const { pair } = device({ encoding });
    const RespURI = 'http://dm.example.com/dm?s=1';
    const reply = pair.hear(fromServer(1, [headerStatus(1), get('2')], { RespURI }));
    expect(reply?.hdr.Target.LocURI).toBe(RespURI);
    expect(pair.clientSession?.url).toBe(RespURI);
  });
});

describe('alerts that are owed', () => {
  it('are delivered by a final Status only', () => {
    for (const [code, delivered] of [
      [200, true],
      [202, true],
      [415, true],
      [401, false],
      [101, false],
      [503, false],
    ] as const) {
      const { pair } = device({ alerts: [report] });
      pair.hear(fromServer(1, [headerStatus(1), status('2', 1, '3', 'Alert', code)]));
      expect(pair.delivered).toEqual(delivered ? ['report-1'] : []);
      expect(pair.answered).toEqual([{ key: 'report-1', code }]);
    }
  });

  it('I-043: without a Status they stay owed and the session ends well', () => {
    const { pair } = device({ alerts: [report] });
    pair.hear(fromServer(1, [headerStatus(1)]));
    expect(pair.delivered).toEqual([]);
    expect(pair.end).toBe('done');
  });

  it('a server that has not proved itself does not decide what was delivered', () => {
    const { pair } = device({ alerts: [report], server: 'md5' });
    pair.hear(fromServer(1, [headerStatus(1), status('2', 1, '3', 'Alert', 200)]));
    expect(pair.delivered).toEqual([]);
  });
});

describe('our own credentials', () => {
  it.each([
    'with Statuses',
    'for the SyncHdr alone',
  ])('P-085 I-040: after a challenge %s package 1 goes again: next MsgID, to RespURI, all of it', (how) => {
    const { pair, first } = device({ client: 'md5', alerts: [report] });
    const RespURI = 'http://dm.example.com/dm?s=1';
    const denied =
      how === 'with Statuses' ? [status('2', 1, '1', 'Alert', 401), status('3', 1, '2', 'Replace', 401)] : [];
    const again = pair.hear(fromServer(1, [headerStatus(1, 401, CHAL), ...denied], { RespURI }));
    expect(again?.hdr).toMatchObject({ MsgID: 2, SessionID: '1', Target: { LocURI: RespURI } });
    expect(statusLines(again)).toEqual(['SyncHdr 0 200']);
    expect(again?.body[0]?.kind).toBe('Status');
    expect(commandLines(again)).toEqual(commandLines(first));
    expect(again?.hdr.Cred).toEqual(md5Cred(pair.clientAccount.client.a, CHAL.NextNonce));
    expect(again?.final).toBe(true);
  });

  it('P-086: a challenge for a type that it lacks, without Chal, or for another type than before ends it', () => {
    const types: readonly (string | undefined)[] = ['syncml:auth-x509', undefined];
    for (const Type of types) {
      const { pair } = device({ client: 'md5' });
      const chal = Type === undefined ? undefined : { ...CHAL, Type };
      expect(pair.hear(fromServer(1, [headerStatus(1, 401, chal)]))).toBeUndefined();
      expect(pair.end).toBe('refused');
    }
    const { pair } = device({ client: 'md5' });
    expect(pair.hear(fromServer(1, [headerStatus(1, 401, CHAL)]))).toBeDefined();
    expect(
      pair.hear(fromServer(2, [headerStatus(2, 401, { ...CHAL, Type: 'syncml:auth-basic' })])),
    ).toBeUndefined();
    expect(pair.end).toBe('refused');
  });

  it('P-086: it changes to the type that is asked for when it can', () => {
    const { pair } = device({ client: 'basic' });
    const again = pair.hear(fromServer(1, [headerStatus(1, 407, CHAL)]));
    expect(again?.hdr.Cred?.Meta?.Type).toBe('syncml:auth-md5');
  });

  it('P-086: without what a type needs it lacks that type', () => {
    for (const [Type, change] of [
      ['syncml:auth-basic', { secret: undefined }],
      ['syncml:auth-md5', { a: '' }],
    ] as const) {
      const { pair } = device({ client: 'mac' });
      const { secret, ...client } = pair.clientAccount.client;
      const kept = 'a' in change ? { ...client, secret: secret ?? '', a: '' } : client;
      pair.clientAccount = { ...pair.clientAccount, client: kept };
      expect(pair.hear(fromServer(1, [headerStatus(1, 401, { ...CHAL, Type })]))).toBeUndefined();
      expect(pair.end).toBe('refused');
    }
  });

  it('gives up after a few challenges', () => {
    const { pair } = device({ client: 'md5' });
    let challenges = 0;
    while (pair.hear(fromServer(challenges + 1, [headerStatus(challenges + 1, 401, CHAL)])) !== undefined) {
      challenges += 1;
      expect(challenges).toBeLessThan(10);
    }
    expect(pair.end).toBe('refused');
  });

  it('P-084 I-041: after 200 every message carries credentials over the new nonce, after 212 none', () => {
    const { pair } = device({ client: 'md5' });
    const each = pair.hear(fromServer(1, [headerStatus(1, 200, CHAL), get('2')]));
    expect(each?.hdr.Cred).toEqual(md5Cred(pair.clientAccount.client.a, CHAL.NextNonce));
    const accepted = pair.hear(
      fromServer(2, [headerStatus(2, 212, { ...CHAL, NextNonce: 'bmV4dA==' }), get('2')]),
    );
    expect(accepted?.hdr.Cred).toBeUndefined();
    expect(pair.clientAccount.client.nonce).toBe('bmV4dA==');
    const next = pair.read(pair.start('2'));
    expect(next.hdr.Cred).toEqual(md5Cred(pair.clientAccount.client.a, 'bmV4dA=='));
  });

  it('P-091: a nonce is kept once the server is authenticated, and not before', () => {
    const { pair } = device({ client: 'md5', server: 'md5' });
    pair.hear(fromServer(1, [headerStatus(1, 401, CHAL)]));
    expect(pair.clientAccount.client.nonce).toBeUndefined();
    const a = pair.clientAccount.server?.a ?? '';
    const nonce = chalOf(pair.read(pair.start('1')));
    expect(nonce).toBeUndefined();
    const known = device({ client: 'md5', server: 'md5' }).pair;
    known.hear(fromServer(1, [headerStatus(1, 212, CHAL), get('2')], { Cred: md5Cred(a, '') }));
    expect(known.clientAccount.client.nonce).toBe(CHAL.NextNonce);
  });

  it('P-093: in a resynchronising session the nonce is 0x00000000, both ways', () => {
    for (const form of ['octets', 'ascii'] as const) {
      const nonce = encodeBase64(RESYNC_NONCES[form]);
      const pair = new Pair({ client: 'md5', server: 'md5' });
      const { client, server } = pair.clientAccount;
      pair.clientAccount = { ...pair.clientAccount, client: { ...client, nonce: 'b2xk' } };
      const first = pair.read(pair.start('1', { resync: form }));
      expect(first.hdr.Cred).toEqual(md5Cred(client.a, nonce));
      const reply = pair.hear(
        fromServer(1, [headerStatus(1, 212), get('2')], { Cred: md5Cred(server?.a ?? '', nonce) }),
      );
      expect(statusLines(reply)[0]).toBe('SyncHdr 0 212');
      const other = new Pair({ client: 'md5', server: 'md5' });
      other.clientAccount = {
        ...other.clientAccount,
        server: { scheme: 'md5', name: 'x', a: server?.a ?? '', nonce: 'b2xk' },
      };
      other.start();
      const refused = other.hear(
        fromServer(1, [headerStatus(1, 212), get('2')], { Cred: md5Cred(server?.a ?? '', nonce) }),
      );
      expect(statusLines(refused)[0]).toBe('SyncHdr 0 401');
    }
  });

  it('417 and 503 end the session as busy, other failures as failed', () => {
    for (const [code, end] of [
      [417, 'busy'],
      [503, 'busy'],
      [513, 'failed'],
      [400, 'failed'],
    ] as const) {
      const { pair } = device();
      const taken = receive(
        pair.clientSession ?? expect.fail(),
        pair.clientAccount,
        { message: fromServer(1, [headerStatus(1, code)]), bodyMd5: new Uint8Array(16) },
        pair.ports,
      );
      expect(taken).toMatchObject({ turn: 'end', end, headerStatus: code });
      expect(pair.hear(fromServer(1, [headerStatus(1, code), get('2')]))).toBeUndefined();
      expect(pair.end).toBe(end);
      expect(pair.hear(fromServer(2, [headerStatus(1, 200), get('2')]))).toBeUndefined();
      expect(pair.work).toEqual([]);
    }
  });
});

describe('the server’s credentials', () => {
  const a = '5ObkVrtcR1cyChSVQlXiNg==';
  const commands: readonly Command[] = [
    headerStatus(1),
    { kind: 'Sequence', CmdID: '2', commands: [get('3')] },
    get('4'),
  ];

  it('P-090 P-089: nothing of a server without, or with wrong, credentials is executed', () => {
    for (const [Cred, code] of [
      [undefined, 407],
      [md5Cred(a, 'd3Jvbmc='), 401],
      [{ Meta: { Type: 'syncml:auth-basic' }, Data: 'eDp5' }, 401],
    ] as const) {
      const { pair } = device({ server: 'md5' });
      const reply = pair.hear(fromServer(1, commands, Cred === undefined ? {} : { Cred }));
      expect(statusLines(reply)).toEqual([
        `SyncHdr 0 ${code}`,
        `Sequence 2 ${code}`,
        `Get 3 ${code}`,
        `Get 4 ${code}`,
      ]);
      expect(pair.work).toEqual([]);
      expect(chalOf(reply)).toMatchObject({ Type: 'syncml:auth-md5', Format: 'b64' });
      const right = { Cred: md5Cred(a, chalOf(reply)?.NextNonce ?? '') };
      const again = pair.hear(fromServer(2, [headerStatus(2), get('2')], right));
      expect(statusLines(again)).toEqual(['SyncHdr 0 212', 'Get 2 200']);
    }
  });

  it('P-089: right: 212 with the nonce for the next session; later messages need no Cred', () => {
    const { pair } = device({ server: 'md5' });
    const reply = pair.hear(fromServer(1, [headerStatus(1), get('2')], { Cred: md5Cred(a, '') }));
    expect(statusLines(reply)).toEqual(['SyncHdr 0 212', 'Get 2 200']);
    expect(pair.clientAccount.server?.nonce).toBe(chalOf(reply)?.NextNonce);
    const later = pair.hear(fromServer(2, [headerStatus(2), get('2')]));
    expect(statusLines(later)).toEqual(['SyncHdr 0 200', 'Get 2 200']);
  });

  it('P-092: the previous nonce is taken at the opening of a session', () => {
    const pair = new Pair({ client: 'none', server: 'md5' });
    const { server } = pair.clientAccount;
    pair.clientAccount = {
      ...pair.clientAccount,
      server: { scheme: 'md5', name: server?.name ?? '', a, nonce: 'bmV3', previousNonce: 'b2xk' },
    };
    pair.start();
    const reply = pair.hear(fromServer(1, [headerStatus(1), get('2')], { Cred: md5Cred(a, 'b2xk') }));
    expect(statusLines(reply)[0]).toBe('SyncHdr 0 212');
    expect(pair.clientAccount.server?.previousNonce).toBeUndefined();
  });

  it('P-098: auth-basic of the server: 401 with a Chal that has no nonce, then 212', () => {
    const { pair } = device({ server: 'basic' });
    const cred = (secret: string) => ({
      Cred: { Meta: { Type: 'syncml:auth-basic' }, Data: basicCredential('com.example.dm', secret) },
    });
    const wrong = pair.hear(fromServer(1, [headerStatus(1), get('2')], cred('guess')));
    expect(statusLines(wrong)).toEqual(['SyncHdr 0 401', 'Get 2 401']);
    expect(chalOf(wrong)).toMatchObject({ Type: 'syncml:auth-basic', NextNonce: undefined });
    const right = pair.hear(fromServer(2, [headerStatus(2), get('2')], cred('srv-Pa55-0001')));
    expect(statusLines(right)).toEqual(['SyncHdr 0 212', 'Get 2 200']);
    expect(chalOf(right)).toBeUndefined();
  });

  it('it does not answer only to challenge (§6.4)', () => {
    const { pair } = device({ server: 'md5' });
    expect(pair.hear(fromServer(1, [headerStatus(1)]))).toBeUndefined();
    expect(pair.end).toBe('server-not-authenticated');
  });

  it('P-083: after three failures no Chal, and the end', () => {
    const { pair } = device({ server: 'md5' });
    pair.hear(fromServer(1, [headerStatus(1), get('2')]));
    pair.hear(fromServer(2, [headerStatus(2), get('2')]));
    const last = pair.hear(fromServer(3, [headerStatus(3), get('2')]));
    expect(statusLines(last)).toEqual(['SyncHdr 0 401', 'Get 2 401']);
    expect(chalOf(last)).toBeUndefined();
    expect(pair.hear(fromServer(4, [headerStatus(4), get('2')]))).toBeUndefined();
    expect(pair.end).toBe('server-not-authenticated');
    expect(pair.work).toEqual([]);
  });

  it('P-087: auth-MAC on every response', () => {
    const { pair } = device({ server: 'mac' });
    const key = (nonce: string) => ({ username: 'com.example.dm', a, nonce });
    const first = pair.hear(fromServer(1, [headerStatus(1), get('2')], {}), { signed: key('') });
    expect(statusLines(first)).toEqual(['SyncHdr 0 200', 'Get 2 200']);
    const nonce = chalOf(first)?.NextNonce ?? '';
    const second = pair.hear(fromServer(2, [headerStatus(2), get('2')]), { signed: key(nonce) });
    expect(statusLines(second)).toEqual(['SyncHdr 0 200', 'Get 2 200']);
    const work = pair.work.length;
    const used = pair.hear(fromServer(3, [headerStatus(3), get('2')]), { signed: key(nonce) });
    expect(statusLines(used)).toEqual(['SyncHdr 0 401', 'Get 2 401']);
    expect(pair.work).toHaveLength(work);
  });
});

describe('work and outcomes', () => {
  const outcome = (one: ClientWork, code: number, results?: readonly Item[]): WorkOutcome[] =>
    one.kind === 'command'
      ? [
          {
            work: one.work,
            outcomes: [
              {
                cmdID: one.command.CmdID,
                cmd: one.command.kind,
                code,
                ...(results === undefined ? {} : { results }),
              },
            ],
          },
        ]
      : [];

  it('T-051: Results come after the Status of their command, one for each Get', () => {
    const item = { Source: { LocURI: './X' }, Data: '1' };
    const { pair } = device({ execute: (work) => work.flatMap((one) => outcome(one, 200, [item])) });
    const reply = pair.hear(fromServer(1, [headerStatus(1), get('2'), get('3')]));
    expect(reply?.body.map((c) => c.kind)).toEqual(['Status', 'Status', 'Status', 'Results', 'Results']);
    expect(reply?.body.at(-1)).toMatchObject({ MsgRef: 1, CmdRef: '3', items: [item] });
  });

  it('work without an outcome is answered 500, an outcome of unknown work is our caller’s fault', () => {
    const { pair } = device({ execute: () => [] });
    expect(statusLines(pair.hear(fromServer(1, [headerStatus(1), get('2')])))).toContain('Get 2 500');
    const other = device({ execute: () => [{ work: 'nonsense', outcomes: [] }] }).pair;
    expect(() => other.hear(fromServer(1, [headerStatus(1), get('2')]))).toThrow(UsageError);
    const { clientSession, clientAccount, ports } = device().pair;
    expect(() => answer(clientSession ?? expect.fail(), clientAccount, [], [], ports)).toThrow(UsageError);
  });

  it('P-037: an Atomic whose Statuses need more than one message: 517, nothing executed', () => {
    const uri = `./${'n'.repeat(200)}`;
    const children = Array.from(
      { length: 20 },
      (_, i): Command => ({ kind: 'Delete', CmdID: String(i + 3), items: [{ Target: { LocURI: uri } }] }),
    );
    const { pair } = device();
    const atomic: Command = { kind: 'Atomic', CmdID: '2', commands: children };
    const reply = pair.hear(fromServer(1, [headerStatus(1), atomic], { Meta: { MaxMsgSize: 4000 } }));
    expect(statusLines(reply)).toContain('Atomic 2 517');
    expect(statusLines(reply)).toContain('Delete 3 215');
    expect(pair.work).toEqual([]);
    const roomy = device().pair;
    roomy.hear(fromServer(1, [headerStatus(1), atomic], { Meta: { MaxMsgSize: 60_000 } }));
    expect(roomy.work).toHaveLength(1);
  });

  it('an Atomic is work of its own, with all its children', () => {
    const { pair } = device();
    const atomic: Command = { kind: 'Atomic', CmdID: '2', commands: [get('3')] };
    pair.hear(fromServer(1, [headerStatus(1), atomic, get('4')]));
    expect(pair.work).toMatchObject([
      { command: { kind: 'Atomic', commands: [{ CmdID: '3' }] } },
      { command: { kind: 'Get', CmdID: '4' } },
    ]);
  });

  it('pieces inside a container are not taken', () => {
    const { pair } = device();
    const part: Command = {
      kind: 'Replace',
      CmdID: '3',
      items: [{ Target: { LocURI: './X' }, Meta: { Size: 9 }, Data: 'abc', MoreData: true }],
    };
    const reply = pair.hear(
      fromServer(1, [headerStatus(1), { kind: 'Sequence', CmdID: '2', commands: [part] }]),
    );
    expect(statusLines(reply).slice(1)).toEqual(['Sequence 2 406', 'Replace 3 215']);
    expect(pair.work).toEqual([]);
  });
});

describe('P-112: RespURI', () => {
  const base = 'https://a.example/dm/x?q=1';
  it.each([
    ['https://b.example/y', 'https://b.example/y'],
    ['/z?t=2', 'https://a.example/z?t=2'],
    ['y', 'https://a.example/dm/y'],
    ['?t=2', 'https://a.example/dm/x?t=2'],
    [' ', base],
    ['//evil.example/', base],
    ['file:///etc/passwd', base],
    ['javascript:alert(1)', base],
    [`/${'x'.repeat(3000)}`, base],
  ])('%s', (uri, expected) => {
    expect(resolveURI(uri, base)).toBe(expected);
  });

  it('P-116: never from https to http', () => {
    expect(resolveURI('http://a.example/dm', base)).toBe(base);
  });
});
