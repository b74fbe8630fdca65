import { type Command, parseContentType, type SyncMLMessage } from '@fumarole/syncml';
import { type Rule, SKIP } from '../every-message.ts';
import { flat, inShort, isOfHeader, oddCmdID, statuses, statusesOf } from '../reading.ts';

/** A client's message beside what it answers. */
export interface Said {
  readonly headers: Readonly<Record<string, string>>;
  readonly octets: Uint8Array;
  readonly message: SyncMLMessage;
  /** Our message before it; undefined: it opens the session. */
  readonly before: SyncMLMessage | undefined;
  /** The client's own message before it. */
  readonly own: SyncMLMessage | undefined;
  /** What we said we take. */
  readonly maxMsgSize: number | undefined;
  /** Our message was wrong on purpose. */
  readonly malformed: boolean;
}

const ALERTS_FROM_CLIENT = new Set(['1200', '1201', '1222', '1223', '1224', '1225', '1226']);

/** What holds for every message of a client, whatever it answers. */
export const CLIENT_RULES: readonly Rule<Said>[] = [
  {
    id: 'every-type',
    requirements: ['R-002'],
    title: 'Every message has a media type of OMA DM',
    fault: ({ headers }) =>
      parseContentType(headers['content-type'])?.family === 'dm'
        ? undefined
        : `Content-Type ${headers['content-type']}`,
  },
  {
    id: 'every-version',
    requirements: ['R-001'],
    title: 'Every message has VerDTD 1.2 and VerProto DM/1.2',
    fault: ({ message: { hdr } }) =>
      hdr.VerDTD === '1.2' && hdr.VerProto === 'DM/1.2'
        ? undefined
        : `VerDTD ${hdr.VerDTD}, VerProto ${hdr.VerProto}`,
  },
  {
    id: 'every-session-id',
    requirements: ['P-003'],
    title: 'SessionID and Source stay the same in a session',
    fault: ({ message: { hdr }, own }) => {
      if (own === undefined) return SKIP;
      const same = own.hdr.SessionID === hdr.SessionID && own.hdr.Source.LocURI === hdr.Source.LocURI;
      return same ? undefined : `SessionID ${own.hdr.SessionID} becomes ${hdr.SessionID}`;
    },
  },
  {
    id: 'every-msgid',
    requirements: ['R-011', 'P-004'],
    title: 'The client counts its messages of a session 1, 2, 3 …',
    fault: ({ message, own }) => {
      const before = own?.hdr.MsgID ?? 0;
      return message.hdr.MsgID === before + 1 ? undefined : `MsgID ${message.hdr.MsgID} follows ${before}`;
    },
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
    title: 'The first Status answers our SyncHdr: CmdRef 0, Cmd SyncHdr, our MsgID',
    fault: ({ message, before }) => {
      if (before === undefined) return SKIP;
      const first = statuses(message)[0];
      const right = first !== undefined && isOfHeader(first) && first.MsgRef === before.hdr.MsgID;
      return right ? undefined : `the first Status of: ${inShort(message)}`;
    },
  },
  {
    id: 'every-status',
    requirements: ['P-006', 'I-045'],
    title: 'Each of our commands gets a Status, with its CmdRef and name, and in order',
    fault: ({ message, before, malformed }) =>
      before === undefined || malformed || !message.final ? SKIP : statusFault(message, before),
  },
  {
    id: 'every-command-legal',
    requirements: ['R-015', 'R-014'],
    title: 'The client says only Alert, Replace of DevInfo, Results and Status',
    fault: ({ message }) => {
      const odd = flat(message.body).find((command) => !isLegal(command));
      return odd === undefined ? undefined : `${odd.kind} ${odd.kind === 'Alert' ? odd.Data : ''}`;
    },
  },
  {
    id: 'every-size',
    requirements: ['P-068', 'R-052'],
    title: 'No message is longer than the MaxMsgSize that the server announced',
    fault: ({ octets, maxMsgSize }) => {
      if (maxMsgSize === undefined) return SKIP;
      return octets.length <= maxMsgSize ? undefined : `${octets.length} octets, MaxMsgSize ${maxMsgSize}`;
    },
  },
  {
    id: 'every-results',
    requirements: ['T-051', 'P-013'],
    title: 'Results come after the Status 200 of their Get',
    fault: ({ message }) => resultsFault(message),
  },
  {
    id: 'every-open-package',
    requirements: ['P-012'],
    title: 'The client does not close its package before the server has closed its own',
    fault: ({ message, before, malformed }) => {
      if (before === undefined || before.final || malformed) return SKIP;
      // "Next message" of a server that waits for the client's own package is no package of its own.
      const waits = before.body.some((c) => c.kind === 'Alert' && c.Data === '1222');
      if (waits) return SKIP;
      return message.final ? `Final answers a message without Final: ${inShort(message)}` : undefined;
    },
  },
];

function statusFault(message: SyncMLMessage, before: SyncMLMessage): string | undefined | typeof SKIP {
  const wanted = flat(before.body).filter(({ kind }) => kind !== 'Status' && kind !== 'Results');
  if (wanted.length === 0) return SKIP;
  let at = -1;
  const all = statuses(message);
  for (const command of wanted) {
    const name = command.kind === 'Unsupported' ? command.name : command.kind;
    const own = statusesOf(message, before.hdr.MsgID, command.CmdID);
    const [first] = own;
    if (first === undefined) return `no Status for ${name} ${command.CmdID}: ${inShort(message)}`;
    if (first.Cmd !== name) return `Status for ${name} ${command.CmdID} names ${first.Cmd}`;
    const place = all.indexOf(first);
    if (place < at) return `Status for ${name} ${command.CmdID} is out of order: ${inShort(message)}`;
    at = place;
  }
  return undefined;
}

function isLegal(command: Command): boolean {
  switch (command.kind) {
    case 'Alert':
      return ALERTS_FROM_CLIENT.has(command.Data ?? '');
    case 'Replace':
      return command.items.every(({ Source, Target }) =>
        /^(\.\/)?DevInfo(\/|$)/.test(Source?.LocURI ?? Target?.LocURI ?? ''),
      );
    default:
      return command.kind === 'Status' || command.kind === 'Results';
  }
}

function resultsFault(message: SyncMLMessage): string | undefined | typeof SKIP {
  const results = message.body.filter((command) => command.kind === 'Results');
  if (results.length === 0) return SKIP;
  for (const one of results) {
    const place = message.body.findIndex(
      (c) => c.kind === 'Status' && c.MsgRef === one.MsgRef && c.CmdRef === one.CmdRef && c.Data === 200,
    );
    if (place > message.body.indexOf(one)) return `Results for ${one.CmdRef} stand before their Status`;
  }
  return undefined;
}
