import { contentType, encode, joinParts, type SyncMLMessage } from '@fumarole/syncml';
import { numbered, status, type Unnumbered } from '../messages.ts';
import { flat } from '../reading.ts';
import type { Incoming } from './client-peer.ts';

/** Statuses for everything that a message says: 212 for its SyncHdr, 200 for its commands. */
export function allWell(message: SyncMLMessage, code = 212): readonly Unnumbered[] {
  const { hdr, body } = message;
  const header = status(hdr.MsgID, '0', 'SyncHdr', code, {
    TargetRef: [hdr.Target.LocURI],
    SourceRef: [hdr.Source.LocURI],
  });
  const commands = flat(body).filter(({ kind }) => kind !== 'Status' && kind !== 'Results');
  return [
    header,
    ...commands.map((one) =>
      status(hdr.MsgID, one.CmdID, one.kind === 'Unsupported' ? one.name : one.kind, 200),
    ),
  ];
}

/** Answers a message that no check waits for: all is well, and that was all. */
export function politeEnd({ posted, wire, message }: Incoming, url: string): void {
  if (message === undefined) {
    posted.answer(400, {}, new Uint8Array(0));
    return;
  }
  const { hdr } = message;
  const answer: SyncMLMessage = {
    hdr: {
      VerDTD: hdr.VerDTD,
      VerProto: hdr.VerProto,
      SessionID: hdr.SessionID,
      // Whatever number the dead session had come to.
      MsgID: hdr.MsgID,
      Target: { LocURI: hdr.Source.LocURI },
      Source: { LocURI: url },
    },
    body: numbered(allWell(message)),
    final: true,
  };
  const body = joinParts(encode(answer, wire.encoding));
  posted.answer(200, { 'content-type': contentType(wire.encoding, 'dm') }, body);
}
