import { expect, it } from 'vitest';
import { decode, encode, joinParts, type SyncMLMessage } from './index.ts';

it('the example of the README gives what it says', () => {
  const message: SyncMLMessage = {
    hdr: {
      VerDTD: '1.2',
      VerProto: 'DM/1.2',
      SessionID: '1',
      MsgID: 1,
      Target: { LocURI: 'http://a/dm' },
      Source: { LocURI: 'IMEI:490' },
    },
    body: [{ kind: 'Alert', CmdID: '1', Data: '1201', items: [] }],
    final: true,
  };
  const octets = joinParts(encode(message, 'wbxml'));
  expect(octets).toHaveLength(85);
  expect(decode(octets, 'wbxml')).toEqual(message);
});
