import type { Command, SyncMLMessage } from '@fumarole/syncml';
import {
  alert,
  chalOf,
  commandLines,
  fromClient,
  genericAlert,
  headerStatus,
  md5Cred,
  Pair,
  package1,
  status,
  statusLines,
  typedItem,
} from '@fumarole/testkit/pair';
import { describe, expect, it } from 'vitest';
import type { ServerCommand } from './server.ts';

/** Families of clients as dm-protocol §9 and the interoperability notes describe them: one session each. */

const get: ServerCommand = { kind: 'get', key: 'g', uri: './DevDetail/FwV' };
const put: ServerCommand = {
  kind: 'replace',
  key: 'url',
  uri: './FUMO/DownloadAndUpdate/PkgURL',
  format: 'chr',
  data: 'u',
};
const exec: ServerCommand = { kind: 'exec', key: 'x', uri: './FUMO/DownloadAndUpdate', correlator: 'c' };

describe('P-118: §9, the Samsung family', () => {
  it('P-118: an invented nonce, one 401 round, SessionID of minute and second, Cred until accepted, 1223 at the end', () => {
    const pair = new Pair({
      encoding: 'wbxml',
      server: 'none',
      plan: (_, n) => ({ commands: n === 1 ? [get] : n === 2 ? [put, exec] : [] }),
    });
    const { a } = pair.serverAccount.client;
    const hdr = { SessionID: '2A0F', Meta: { MaxMsgSize: 5120, MaxObjSize: 1_048_576 } };
    const request = genericAlert(
      '4',
      typedItem('org.openmobilealliance.dm.firmwareupdate.devicerequest', '0', './FUMO/DownloadAndUpdate'),
    );
    const first = pair.say(package1(1, { ...hdr, Cred: md5Cred(a, 'aW52ZW50ZWQ=') }, [request]));
    expect(statusLines(first.message)).toEqual([
      'SyncHdr 0 401',
      'Alert 2 401',
      'Replace 3 401',
      'Alert 4 401',
    ]);
    expect(pair.events).toContainEqual(expect.objectContaining({ kind: 'authentication-failed', count: 0 }));
    const nonce = chalOf(first.message)?.NextNonce ?? '';
    const second = pair.say(package1(2, { ...hdr, Cred: md5Cred(a, nonce) }, [request]));
    expect(commandLines(second.message)).toEqual(['Get']);
    const third = pair.say(fromClient(3, [headerStatus(2, 212), status('2', 2, '5', 'Get', 200)], hdr));
    expect(commandLines(third.message)).toEqual(['Replace', 'Exec']);
    // No Status for the SyncHdr in this message.
    pair.say(fromClient(4, [status('1', 3, '2', 'Replace', 200), status('2', 3, '3', 'Exec', 202)], hdr));
    const answers = pair.events.flatMap((e) => (e.kind === 'status' ? [`${e.key} ${e.code}`] : []));
    expect(answers).toEqual(['g 200', 'url 200', 'x 202']);
  });

  it('P-118: the same SessionID again an hour later is a new session', () => {
    const pair = new Pair({ client: 'none', server: 'none', plan: () => ({ commands: [get] }) });
    pair.say(package1(1, { SessionID: '2A0F' }));
    pair.now += 3_600_000;
    pair.say(package1(1, { SessionID: '2A0F' }));
    expect(pair.turns).toEqual(['commands', 'commands']);
  });
});

describe('P-118: §9, the Motorola engine', () => {
  it('P-118: 401 instead of 407, Statuses for Alert and DevInfo, nothing before the SyncHdr’s Status', () => {
    const pair = new Pair({ encoding: 'wbxml', wire: { challengeMissing: 401 } });
    const { message } = pair.say(package1());
    expect(statusLines(message)).toEqual(['SyncHdr 0 401', 'Alert 2 401', 'Replace 3 401']);
    expect(message.body[0]).toMatchObject({ kind: 'Status', CmdRef: '0' });
  });
});

describe('P-118: §9, Intel’s library', () => {
  it('P-118: basic, no LocName, Final in every message, a Chal with 212, one Status for each Item', () => {
    const pair = new Pair({ client: 'basic', plan: (_, n) => ({ commands: n === 1 ? [get, exec] : [] }) });
    const Cred = {
      Meta: { Type: 'syncml:auth-basic', Format: 'b64' },
      Data: pair.read(pair.start()).hdr.Cred?.Data ?? '',
    };
    const first = pair.say(package1(1, { Cred, Meta: { MaxMsgSize: 16_384 } }));
    // Our Cred in the first answer, md5 over the empty nonce, or every Status is 0.
    expect(first.message.hdr.Cred).toEqual(md5Cred(pair.serverAccount.server?.a ?? '', ''));
    const chal = { Type: 'syncml:auth-md5', Format: 'b64', NextNonce: 'bmV4dA==' };
    pair.say(
      fromClient(2, [
        headerStatus(1, 212, chal),
        status('2', 1, '4', 'Get', 200, { TargetRef: ['./DevDetail/FwV'] }),
        genericAlert('3', typedItem('x.y', '1', './FUMO')),
        status('4', 1, '5', 'Exec', 202, { TargetRef: ['./FUMO'] }),
      ]),
    );
    expect(pair.serverAccount.server?.nonce).toBe('bmV4dA==');
    expect(pair.of('server').at(-1)?.message.hdr.Cred).toBeUndefined();
    expect(pair.events.filter(({ kind }) => kind === 'no-answer')).toEqual([]);
  });

  it('P-118: a command that our answer put off (401, 407) is sent again by the client and taken', () => {
    const pair = new Pair({ server: 'none' });
    const nonce = chalOf(pair.say(package1()).message)?.NextNonce ?? '';
    const again = { ...package1(2, { Cred: md5Cred(pair.serverAccount.client.a, nonce) }) };
    expect(statusLines(pair.say(again).message)).toEqual(['SyncHdr 0 212', 'Alert 2 200', 'Replace 3 200']);
  });
});

describe('P-118: §9, hostap', () => {
  const session = (pair: Pair): SyncMLMessage => {
    pair.say(package1());
    // Status of the SyncHdr always 212 and without CmdRef.
    return pair.say(fromClient(2, [{ ...headerStatus(1, 212), CmdRef: '' }, status('2', 1, '4', 'Get', 501)]))
      .message;
  };

  it('P-118 I-005: SessionID 1 for ever, 212 without CmdRef, 501 for what it lacks', () => {
    const pair = new Pair({ client: 'none', plan: (_, n) => ({ commands: n % 2 === 1 ? [get] : [] }) });
    for (let i = 0; i < 3; i++) {
      const last = session(pair);
      expect(last.final).toBe(true);
    }
    expect(pair.turns).not.toContain('retry');
    expect(pair.events.filter((e) => e.kind === 'opened')).toHaveLength(3);
    expect(pair.events.filter((e) => e.kind === 'server-authenticated')).toHaveLength(3);
  });
});

describe('P-118: §9, Windows', () => {
  it('P-118: Alert 1224 and no 1201, CmdIDs from 2, DevInfo last', () => {
    const pair = new Pair({ client: 'none', server: 'none', plan: () => ({ commands: [get] }) });
    const login: Command = alert('2', 1224, [typedItem('com.microsoft/MDM/LoginStatus', 'user')]);
    const { message } = pair.say(fromClient(1, [login, { ...package1().body[1], CmdID: '3' } as Command]));
    expect(statusLines(message)).toEqual(['SyncHdr 0 200', 'Alert 2 406', 'Replace 3 200']);
    expect(commandLines(message)).toEqual(['Get']);
  });
});

describe('P-118: §9, Sequence and Atomic', () => {
  it.each([406, 500, 501])('P-118: %i for the container, nothing for the children', (code) => {
    const container: ServerCommand = { kind: 'atomic', key: 'all', commands: [put, exec] };
    const pair = new Pair({
      client: 'none',
      server: 'none',
      wire: { atomic: true },
      plan: (_, n) => ({ commands: n === 1 ? [container] : [] }),
    });
    pair.say(package1());
    pair.say(fromClient(2, [headerStatus(1), status('2', 1, '4', 'Atomic', code)]));
    expect(pair.events).toContainEqual(expect.objectContaining({ kind: 'status', key: 'all', code }));
    const silent = pair.events.flatMap((e) => (e.kind === 'no-answer' ? [e.key] : []));
    expect(silent).toEqual(['url', 'x']);
  });
});

describe('P-118: §9, all', () => {
  it('P-118: lower-case SessionID, DevInfo with missing nodes, Alert 1226 again, DM/1.1', () => {
    const pair = new Pair({ client: 'none', server: 'none' });
    const hdr = { SessionID: 'a1', VerDTD: '1.1', VerProto: 'DM/1.1' };
    const update = genericAlert(
      '4',
      typedItem('org.openmobilealliance.dm.firmwareupdate.update', '200', './FUMO'),
    );
    const { message } = pair.say(package1(1, hdr, [update, { ...update, CmdID: '5' }]));
    expect(statusLines(message)).toEqual([
      'SyncHdr 0 200',
      'Alert 2 200',
      'Replace 3 200',
      'Alert 4 200',
      'Alert 5 200',
    ]);
    expect(message.hdr).toMatchObject(hdr);
  });
});
