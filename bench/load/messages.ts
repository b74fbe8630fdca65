/** Messages as a device or a server would send them, for what the flows do not cover. */
import type { SyncMLMessage } from '@fumarole/syncml';

const hdr: SyncMLMessage['hdr'] = {
  VerDTD: '1.2',
  VerProto: 'DM/1.2',
  SessionID: '1F2A',
  MsgID: 3,
  Target: { LocURI: 'https://dm.example.com/dm?session=0123456789abcdef' },
  Source: { LocURI: 'IMEI:493005100592800', LocName: 'IMEI:493005100592800' },
  Meta: { MaxMsgSize: 16384, MaxObjSize: 1048576 },
};

/** Package 1: an alert and the five values of DevInfo. */
export const packageOne: SyncMLMessage = {
  hdr: {
    ...hdr,
    Cred: { Meta: { Format: 'b64', Type: 'syncml:auth-md5' }, Data: 'p6p606lhT/4nTpLq/qPQ1w==' },
  },
  body: [
    { kind: 'Alert', CmdID: '1', Data: '1201', items: [] },
    {
      kind: 'Replace',
      CmdID: '2',
      items: ['DevId', 'Man', 'Mod', 'DmV', 'Lang'].map((name) => ({
        Source: { LocURI: `./DevInfo/${name}` },
        Meta: { Format: 'chr', Type: 'text/plain' },
        Data: `value of ${name}`,
      })),
    },
  ],
  final: true,
};

/** A message of many small commands: Status and Results of as many Gets. */
export function dense(count: number): SyncMLMessage {
  const answers = Array.from({ length: count }, (_, index) => {
    const uri = `./DevDetail/Ext/Node${index}`;
    return [
      {
        kind: 'Status' as const,
        CmdID: String(index * 2 + 1),
        MsgRef: 2,
        CmdRef: String(index + 1),
        Cmd: 'Get',
        TargetRef: [uri],
        SourceRef: [],
        Data: 200,
        items: [],
      },
      {
        kind: 'Results' as const,
        CmdID: String(index * 2 + 2),
        MsgRef: 2,
        CmdRef: String(index + 1),
        items: [{ Source: { LocURI: uri }, Meta: { Format: 'chr', Type: 'text/plain' }, Data: 'v4.0.0b5' }],
      },
    ];
  });
  return { hdr, body: answers.flat(), final: true };
}

/** A chunk of a large object. */
export function chunk(octets: number): SyncMLMessage {
  const Data = Uint8Array.from({ length: octets }, (_, index) => (index * 167 + (index >> 8)) & 0xff);
  const item = {
    Target: { LocURI: './FUMO/Download/PkgData' },
    Meta: { Format: 'bin', Type: 'application/octet-stream' },
    Data,
    MoreData: true,
  };
  return { hdr, body: [{ kind: 'Replace', CmdID: '2', items: [item] }], final: false };
}
