import type { Command, Status, SyncMLMessage } from '@fumarole/syncml';
import {
  fromClient,
  fromServer,
  headerStatus,
  md5Cred,
  Pair,
  package1,
  status,
} from '@fumarole/testkit/pair';
import { describe, expect, it } from 'vitest';
import type { ServerCommand } from './server.ts';

const get = (key: string): ServerCommand => ({ kind: 'get', key, uri: './DevDetail/FwV' });
const sequence: ServerCommand = { kind: 'sequence', key: 's', commands: [get('s1'), get('s2')] };

/** Every CmdID of a message, those inside containers too. */
function idsOf(commands: readonly Command[]): readonly string[] {
  return commands.flatMap((one) => [one.CmdID, ...('commands' in one ? idsOf(one.commands) : [])]);
}

function statusOfHeader({ body }: SyncMLMessage): Status | undefined {
  return body.find((one): one is Status => one.kind === 'Status' && one.Cmd === 'SyncHdr');
}

describe.each(['xml', 'wbxml'] as const)('ids of both sides over %s', (encoding) => {
  const run = (): Pair =>
    new Pair({
      encoding,
      wire: { sequence: true },
      plan: (_, n) => ({ commands: n % 4 !== 0 ? [get(`a${n}`), sequence, get(`b${n}`)] : [] }),
    }).run();

  it('R-010: a CmdID is a number from 1, unique in its message, and begins anew in the next', () => {
    for (const { message } of run().messages) {
      const ids = idsOf(message.body);
      expect(ids.every((id) => /^[1-9]\d*$/.test(id))).toBe(true);
      expect(new Set(ids).size).toBe(ids.length);
      if (ids.length > 0) expect(ids[0]).toBe('1');
    }
  });

  it('R-011: MsgIDs count from 1 on either side, in the next session again', () => {
    const pair = run();
    const first = pair.messages.length;
    pair.run('2');
    for (const side of ['client', 'server'] as const) {
      for (const session of [pair.messages.slice(0, first), pair.messages.slice(first)]) {
        const ids = session.filter(({ from }) => from === side).map(({ message }) => message.hdr.MsgID);
        expect(ids).toEqual(ids.map((_, at) => at + 1));
        expect(ids.length).toBeGreaterThan(1);
      }
    }
  });

  it('R-012 I-046: every answer has a Status of the SyncHdr with CmdRef 0 and its name', () => {
    const { messages } = run();
    for (const { message } of messages.slice(1)) {
      expect(statusOfHeader(message)).toMatchObject({ CmdRef: '0', Cmd: 'SyncHdr' });
    }
  });

  it('R-015: the client says nothing but Alert, Replace of DevInfo, Results and Status', () => {
    const said = run()
      .of('client')
      .flatMap(({ message }) => message.body);
    expect(new Set(said.map(({ kind }) => kind))).toEqual(new Set(['Alert', 'Replace', 'Status']));
    const written = said.flatMap((one) => (one.kind === 'Replace' ? one.items : []));
    expect(written.every((item) => item.Source?.LocURI.startsWith('./DevInfo/'))).toBe(true);
  });

  it('R-012: a missing CmdRef is taken for 0', () => {
    const pair = new Pair({
      encoding,
      client: 'none',
      plan: (_, n) => ({ commands: n < 2 ? [get('g')] : [] }),
    });
    pair.say(package1());
    pair.say(fromClient(2, [{ ...headerStatus(1, 212), CmdRef: '' }, status('2', 1, '5', 'Get', 404)]));
    expect(pair.events.filter(({ kind }) => kind === 'server-authenticated')).toHaveLength(1);
  });
});

it('I-046: the client writes elements in the order of the DTD, formats in lower case', () => {
  const alerts = [
    {
      key: 'k',
      code: 1226,
      correlator: 'c',
      source: './X',
      type: 'a.b',
      format: 'int',
      mark: 'critical',
      data: '1',
    },
  ] as const;
  const pair = new Pair({ encoding: 'xml', alerts, plan: (_, n) => ({ commands: n < 2 ? [get('g')] : [] }) });
  pair.run();
  const text = pair.of('client').map(({ octets }) => Buffer.from(octets).toString('utf8'));
  expect(text.join('\n')).toMatch(
    /<Alert><CmdID>\d+<\/CmdID><Data>1226<\/Data><Correlator>c<\/Correlator><Item><Source>.*?<\/Source><Meta><Format[^>]*>int<\/Format><Type[^>]*>a\.b<\/Type><Mark[^>]*>critical<\/Mark><\/Meta><Data>1<\/Data><\/Item><\/Alert>/,
  );
  for (const one of text) {
    expect(one).toMatch(/<VerDTD>.*<VerProto>.*<SessionID>.*<MsgID>.*<Target>.*<Source>.*<\/SyncHdr>/s);
    expect(
      [...one.matchAll(/<Format[^>]*>([^<]*)/g)].every(([, format]) => format === format?.toLowerCase()),
    ).toBe(true);
    for (const [, inner = ''] of one.matchAll(/<Status>(.*?)<\/Status>/gs)) {
      expect(inner).toMatch(/^<CmdID>.*<MsgRef>.*<CmdRef>\d+<\/CmdRef><Cmd>.*<Data>\d+<\/Data>/s);
    }
  }
});

describe('R-020: base64 that is not quite right', () => {
  const opened = (data: (digest: string) => string): number | undefined => {
    const pair = new Pair({ server: 'none' });
    const nonce = statusOfHeader(pair.say(package1()).message)?.Chal?.Meta.NextNonce ?? '';
    const cred = md5Cred(pair.serverAccount.client.a, nonce);
    const second = pair.say(package1(2, { Cred: { ...cred, Data: data(cred.Data) } }));
    return statusOfHeader(second.message)?.Data;
  };

  it('R-020: in a Cred white space and missing padding are taken, other characters are a wrong credential', () => {
    expect(opened((digest) => digest)).toBe(212);
    expect(opened((digest) => ` ${digest.slice(0, 5)}\r\n${digest.slice(5).replace(/=+$/, '')} `)).toBe(212);
    expect(opened((digest) => `${digest.slice(0, 4)}*${digest.slice(4)}`)).toBe(401);
  });

  it('R-020: a NextNonce with other characters is not taken over, one without padding is', () => {
    const heard = (NextNonce: string): string | undefined => {
      const pair = new Pair({ client: 'none', plan: (_, n) => ({ commands: n < 2 ? [get('g')] : [] }) });
      pair.say(package1());
      const chal = { Type: 'syncml:auth-md5', Format: 'b64', NextNonce };
      pair.say(fromClient(2, [headerStatus(1, 212, chal), status('2', 1, '5', 'Get', 404)]));
      return pair.serverAccount.server?.nonce;
    };
    expect(heard('bm9uY2U')).toBe('bm9uY2U');
    expect(heard('bm9u*Y2U=')).toBeUndefined();
  });

  it('R-020: the client keeps its nonce when the server hands over none that can be read', () => {
    const answerWith = (NextNonce: string): string | undefined => {
      const pair = new Pair({ server: 'none' });
      pair.start();
      const chal = { Type: 'syncml:auth-md5', Format: 'b64', NextNonce };
      pair.hear(fromServer(1, [headerStatus(1, 212, chal)]));
      return pair.clientAccount.client.nonce;
    };
    expect(answerWith('bm9uY2U=')).toBe('bm9uY2U=');
    expect(answerWith('bm9u*Y2U=')).toBeUndefined();
  });
});
