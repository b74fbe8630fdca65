import type { Command, SyncMLMessage } from '@fumarole/syncml';
import { describe, expect, it } from 'vitest';
import { renderTrace, type TracedMessage } from './render-trace.ts';

const DEVICE = { LocURI: 'IMEI:490000000000001' };
const SERVER = { LocURI: 'http://dm.example/dm' };
const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function message(
  from: 'device' | 'server',
  MsgID: number,
  body: readonly Command[],
  more: object = {},
): SyncMLMessage {
  const [Source, Target] = from === 'device' ? [DEVICE, SERVER] : [SERVER, DEVICE];
  return {
    hdr: { VerDTD: '1.2', VerProto: 'DM/1.2', SessionID: '5', MsgID, Source, Target, ...more },
    body,
    final: true,
  };
}

function traced(from: 'device' | 'server', after: number, value: SyncMLMessage): TracedMessage {
  return {
    at: AT + after,
    from,
    encoding: 'wbxml',
    bytes: 100,
    message: value,
    ...(from === 'server' ? { status: 200 } : {}),
  };
}

const opening = message(
  'device',
  1,
  [
    { kind: 'Alert', CmdID: '1', Data: '1201', items: [] },
    {
      kind: 'Replace',
      CmdID: '2',
      items: [{ Source: { LocURI: './DevInfo/Mod' }, Data: 'primehub' }],
    },
  ],
  { Cred: { Meta: { Type: 'syncml:auth-md5' }, Data: '[redacted]' }, Meta: { MaxMsgSize: 5000 } },
);
const asking = message('server', 1, [
  {
    kind: 'Status',
    CmdID: '1',
    MsgRef: 1,
    CmdRef: '0',
    Cmd: 'SyncHdr',
    TargetRef: [],
    SourceRef: [],
    Data: 212,
    Chal: { Meta: { Type: 'syncml:auth-md5', Format: 'b64', NextNonce: '[redacted]' } },
    items: [],
  },
  {
    kind: 'Status',
    CmdID: '2',
    MsgRef: 1,
    CmdRef: '2',
    Cmd: 'Replace',
    TargetRef: [],
    SourceRef: [],
    Data: 200,
    items: [],
  },
  { kind: 'Get', CmdID: '3', items: [{ Target: { LocURI: './DevDetail/FwV' } }] },
  { kind: 'Exec', CmdID: '4', Correlator: 'c1', items: [{ Target: { LocURI: './FwUpdate/Pkg/Update' } }] },
]);
const answering = message('device', 2, [
  {
    kind: 'Status',
    CmdID: '1',
    MsgRef: 1,
    CmdRef: '3',
    Cmd: 'Get',
    TargetRef: [],
    SourceRef: [],
    Data: 200,
    items: [],
  },
  {
    kind: 'Results',
    CmdID: '2',
    MsgRef: 1,
    CmdRef: '3',
    items: [{ Source: { LocURI: './DevDetail/FwV' }, Data: '4.0.0b4' }],
  },
  {
    kind: 'Status',
    CmdID: '3',
    MsgRef: 1,
    CmdRef: '4',
    Cmd: 'Exec',
    TargetRef: [],
    SourceRef: [],
    Data: 202,
    items: [],
  },
  {
    kind: 'Alert',
    CmdID: '4',
    Data: '1226',
    Correlator: 'c1',
    items: [
      {
        Source: { LocURI: './FwUpdate/Pkg' },
        Meta: { Type: 'org.openmobilealliance.dm.firmwareupdate.update' },
        Data: '200',
      },
    ],
  },
]);

describe('renderTrace', () => {
  const text = renderTrace([
    traced('device', 0, opening),
    traced('server', 12, asking),
    traced('device', 40, answering),
  ]);

  it('tells who spoke, when, and what each answered by name', () => {
    expect(text.split('\n')).toEqual([
      '03:04:05.678 (+0 ms)  device → server  message 1, 100 octets of WBXML',
      '    Device IMEI:490000000000001 speaks to http://dm.example/dm in session 5.',
      '    It proves itself by MD5 digest.',
      '    It takes messages of at most 5000 octets.',
      '    Opens the session by itself (1201).',
      '    Reports ./DevInfo/Mod = "primehub".',
      '',
      '03:04:05.690 (+12 ms)  server → device  message 1, 100 octets of WBXML',
      '    Server http://dm.example/dm speaks to IMEI:490000000000001 in session 5.',
      '    To the header: 212 Authentication accepted.',
      '    It asks for proof by MD5 digest, with a new nonce.',
      '    To Replace ./DevInfo/Mod: 200 OK.',
      '    Asks for ./DevDetail/FwV.',
      '    Executes ./FwUpdate/Pkg/Update (correlator c1).',
      '',
      '03:04:05.718 (+40 ms)  device → server  message 2, 100 octets of WBXML',
      '    To Get ./DevDetail/FwV: 200 OK.',
      '    Answer to Get ./DevDetail/FwV: ./DevDetail/FwV = "4.0.0b4".',
      '    To Exec ./FwUpdate/Pkg/Update: 202 Accepted for processing.',
      '    Tells "the update ended" from ./FwUpdate/Pkg: "200" (correlator c1).',
    ]);
  });

  it('shows an unreadable message with what became of it', () => {
    const entry: TracedMessage = {
      at: AT,
      from: 'device',
      encoding: 'xml',
      bytes: 7,
      outcome: 'malformed: no root element',
    };
    expect(renderTrace([entry])).toBe(
      '03:04:05.678 (+0 ms)  device → server  unreadable message, 7 octets of XML\n    (malformed: no root element)',
    );
  });

  it('names unknown statuses and answers to commands it never saw', () => {
    const odd = message('device', 3, [
      {
        kind: 'Status',
        CmdID: '1',
        MsgRef: 9,
        CmdRef: '7',
        Cmd: 'Get',
        TargetRef: [],
        SourceRef: [],
        Data: 599,
        items: [],
      },
    ]);
    expect(renderTrace([traced('device', 0, odd)])).toContain('To Get 7: 599, an unknown status.');
  });

  it('indents what belongs to a container and says that chunks follow', () => {
    const value = message('server', 2, [
      {
        kind: 'Sequence',
        CmdID: '1',
        commands: [
          {
            kind: 'Replace',
            CmdID: '2',
            items: [
              {
                Target: { LocURI: './FwUpdate/Pkg/PkgData' },
                Meta: { Size: 5000 },
                Data: '[1024 octets, sha256 ab, first 00]',
                MoreData: true,
              },
            ],
          },
        ],
      },
    ]);
    expect(renderTrace([traced('server', 0, value)])).toContain(
      '    One after the other:\n      Sets ./FwUpdate/Pkg/PkgData = [1024 octets, sha256 ab, first 00] of 5000 octets in all, more follows.',
    );
  });
});
