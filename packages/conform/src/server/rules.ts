import {
  type Command,
  contentType,
  type Encoding,
  type Family,
  parseContentType,
  type SyncMLMessage,
} from '@fumarole/syncml';
import { type Rule, SKIP } from '../every-message.ts';
import {
  asked,
  flat,
  headerCode,
  headerStatus,
  inShort,
  isOfHeader,
  oddCmdID,
  statuses,
} from '../reading.ts';

/** A server's answer beside what it answers. */
export interface Answer {
  readonly sent: SyncMLMessage;
  readonly encoding: Encoding;
  readonly family: Family;
  readonly headers: Readonly<Record<string, string>>;
  readonly octets: Uint8Array;
  readonly message: SyncMLMessage;
  /** MsgID of the server's message before this one in the session; 0: none. */
  readonly before: number;
}

const FROM_SERVER = new Set([
  'Add',
  'Alert',
  'Atomic',
  'Copy',
  'Delete',
  'Exec',
  'Get',
  'Replace',
  'Sequence',
  'Status',
]);
const ALERTS_FROM_SERVER = new Set(['1100', '1101', '1102', '1103', '1104', '1222', '1223', '1225']);

/** What holds for every answer of a server, whatever it answers. */
export const SERVER_RULES: readonly Rule<Answer>[] = [
  {
    id: 'every-type',
    requirements: ['P-115', 'R-002', 'I-001'],
    title: 'An answer has the media type and the encoding of its request',
    fault: ({ headers, encoding, family }) => {
      const type = parseContentType(headers['content-type']);
      return type?.encoding === encoding && type.family === family
        ? undefined
        : `Content-Type ${headers['content-type'] ?? 'missing'} answers ${contentType(encoding, family)}`;
    },
  },
  {
    id: 'every-length',
    requirements: ['P-111', 'I-002'],
    title: 'An answer carries Content-Length and no transfer coding',
    fault: ({ headers, octets }) =>
      headers['transfer-encoding'] === undefined && headers['content-length'] === String(octets.length)
        ? undefined
        : `Content-Length ${headers['content-length'] ?? 'missing'}, Transfer-Encoding ${headers['transfer-encoding'] ?? 'none'}, ${octets.length} octets`,
  },
  {
    id: 'every-echo',
    requirements: ['P-003'],
    title: 'SessionID, VerDTD and VerProto come back as they were sent',
    fault: ({ sent, message }) => {
      const wrong = (['SessionID', 'VerDTD', 'VerProto'] as const).filter(
        (f) => message.hdr[f] !== sent.hdr[f],
      );
      return wrong.length === 0 ? undefined : `${wrong.join(', ')} differ`;
    },
  },
  {
    id: 'every-addressee',
    requirements: [],
    title: 'The SyncHdr names the device as Target',
    fault: ({ sent, message }) =>
      message.hdr.Target.LocURI === sent.hdr.Source.LocURI
        ? undefined
        : `Target is ${message.hdr.Target.LocURI}, the device is ${sent.hdr.Source.LocURI}`,
  },
  {
    id: 'every-msgid',
    requirements: ['P-004', 'R-011'],
    title: 'The server counts its messages of a session 1, 2, 3 …',
    fault: ({ message, before }) =>
      message.hdr.MsgID === before + 1 ? undefined : `MsgID ${message.hdr.MsgID} follows ${before}`,
  },
  {
    id: 'every-cmdid',
    requirements: ['R-010'],
    title: 'Each CmdID of a message is unique and not 0',
    fault: ({ message }) => {
      const odd = oddCmdID(message);
      return odd === undefined ? undefined : `CmdID ${odd}`;
    },
  },
  {
    id: 'every-header-status',
    requirements: ['P-006', 'R-012'],
    title: 'The first Status answers the SyncHdr: CmdRef 0, Cmd SyncHdr, the MsgID of the request',
    fault: ({ sent, message }) => {
      const first = statuses(message)[0];
      const right = first?.CmdRef === '0' && first.Cmd === 'SyncHdr' && first.MsgRef === sent.hdr.MsgID;
      return right ? undefined : `the first Status of: ${inShort(message)}`;
    },
  },
  {
    id: 'every-status',
    requirements: ['P-006', 'I-012', 'R-012'],
    title: 'Each command gets a Status, in order, with its CmdRef and name',
    fault: ({ sent, message }) => statusFault(sent, message),
  },
  {
    id: 'every-command-legal',
    requirements: ['R-014', 'R-025'],
    title: 'The server says only what a server may say',
    fault: ({ message }) => {
      const odd = flat(message.body).find((command) => !isLegal(command));
      return odd === undefined ? undefined : `${odd.kind} ${odd.kind === 'Alert' ? odd.Data : odd.CmdID}`;
    },
  },
  {
    id: 'every-size',
    requirements: ['P-068', 'I-016', 'R-052'],
    title: 'No answer is longer than the MaxMsgSize that the device announced',
    fault: ({ sent, octets }) => {
      const limit = sent.hdr.Meta?.MaxMsgSize;
      if (limit === undefined) return SKIP;
      return octets.length <= limit ? undefined : `${octets.length} octets, MaxMsgSize ${limit}`;
    },
  },
  {
    id: 'every-final',
    requirements: ['P-011', 'P-009'],
    title: 'Final is missing only from "next message" and from pieces of a large object',
    fault: ({ message }) => {
      const more = flat(message.body).some(
        (c) => 'items' in c && c.items.some(({ MoreData }) => MoreData === true),
      );
      const next = asked(message).some((command) => command.kind === 'Alert' && command.Data === '1222');
      return message.final || more || next ? undefined : inShort(message);
    },
  },
  {
    id: 'every-challenge',
    requirements: ['P-081', 'P-082', 'P-094'],
    title: 'A challenge names its type, has Format b64 and a nonce that is base64 of something',
    fault: ({ message }) => challengeFault(message),
  },
  {
    id: 'every-denial',
    requirements: ['P-081', 'I-006'],
    title: 'What is not authenticated gets no commands, the same Status for each of its commands, and Final',
    fault: ({ message }) => denialFault(message),
  },
];

function statusFault(sent: SyncMLMessage, message: SyncMLMessage): string | undefined | typeof SKIP {
  const code = headerCode(message);
  // A message that is refused as a whole need not have its commands answered.
  if (code === undefined || (code >= 400 && code !== 401 && code !== 407)) return SKIP;
  const wanted = flat(sent.body).filter(({ kind }) => kind !== 'Status' && kind !== 'Results');
  if (wanted.length === 0) return SKIP;
  const given = statuses(message).filter((one) => one.MsgRef === sent.hdr.MsgID && !isOfHeader(one));
  let at = -1;
  for (const command of wanted) {
    const name = command.kind === 'Unsupported' ? command.name : command.kind;
    const place = given.findIndex((one) => one.CmdRef === command.CmdID);
    if (place < 0) return `no Status for ${name} ${command.CmdID}: ${inShort(message)}`;
    if (given[place]?.Cmd !== name) return `Status for ${name} ${command.CmdID} names ${given[place]?.Cmd}`;
    if (place < at) return `Status for ${name} ${command.CmdID} is out of order`;
    at = place;
  }
  return undefined;
}

function isLegal(command: Command): boolean {
  if (command.kind === 'Alert') return ALERTS_FROM_SERVER.has(command.Data ?? '');
  // 213, 411, 413 and the like answer Results; Results themselves come from a client.
  return FROM_SERVER.has(command.kind);
}

function challengeFault(message: SyncMLMessage): string | undefined | typeof SKIP {
  const chal = headerStatus(message)?.Chal?.Meta;
  if (chal === undefined) return SKIP;
  const { Type, Format, NextNonce } = chal;
  if (Type === undefined || Format?.toLowerCase() !== 'b64') return `Type ${Type}, Format ${Format}`;
  if (/basic/i.test(Type)) return undefined;
  return NextNonce !== undefined && Buffer.from(NextNonce, 'base64').length > 0 ? undefined : 'no NextNonce';
}

function denialFault(message: SyncMLMessage): string | undefined | typeof SKIP {
  const code = headerCode(message);
  if (code !== 401 && code !== 407) return SKIP;
  const other = statuses(message).find(({ Data }) => Data !== code);
  if (other !== undefined) return `SyncHdr ${code}, but ${other.Cmd} ${other.Data}`;
  if (asked(message).length > 0) return `commands for a stranger: ${inShort(message)}`;
  return message.final ? undefined : 'no Final';
}
