import type {
  Alert,
  Command,
  Exec,
  Item,
  Meta,
  Results,
  Status,
  SyncHdr,
  SyncMLMessage,
} from '@fumarole/syncml';
import { alertText, alertTypeText, statusText } from './wire-words.ts';

/** One message of a session as it was kept; `message` is absent when it could not be decoded. */
export interface TracedMessage {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly from: 'device' | 'server';
  readonly encoding: 'xml' | 'wbxml';
  /** Octets of the body. */
  readonly bytes: number;
  /** HTTP status, on answers. */
  readonly status?: number;
  /** What became of it when it is no ordinary message: a retry, a refusal, an error. */
  readonly outcome?: string;
  readonly message?: SyncMLMessage;
}

/** Values longer than this are cut in the transcript; the XML has them whole. */
const MAX_SHOWN = 200;

/**
 * Tells an exchange as a person would: who spoke, what was asked, what was answered, statuses in words. Answers are
 * told with the command they answer, which is looked up by message and command number (DM RepPro §6.1.15).
 */
export function renderTrace(messages: readonly TracedMessage[]): string {
  const lines: string[] = [];
  const start = messages[0]?.at ?? 0;
  const explained = explainTrace(messages);
  for (const [at, entry] of messages.entries()) {
    if (lines.length > 0) lines.push('');
    lines.push(heading(entry, start));
    for (const sentence of explained[at] ?? []) lines.push(`    ${sentence}`);
    if (entry.outcome !== undefined) lines.push(`    (${entry.outcome})`);
  }
  return lines.join('\n');
}

/** What each message says, sentence by sentence; what lies in a container is indented. None for what did not decode. */
export function explainTrace(messages: readonly TracedMessage[]): readonly (readonly string[])[] {
  const asked = new Map<string, string>();
  return messages.map(({ from, message }) => (message === undefined ? [] : explain(from, message, asked)));
}

function heading(entry: TracedMessage, start: number): string {
  const time = new Date(entry.at).toISOString().slice(11, 23);
  const way = entry.from === 'device' ? 'device → server' : 'server → device';
  const number = entry.message === undefined ? 'unreadable message' : `message ${entry.message.hdr.MsgID}`;
  const http = entry.status === undefined || entry.status === 200 ? '' : `, HTTP ${entry.status}`;
  return `${time} (+${entry.at - start} ms)  ${way}  ${number}, ${entry.bytes} octets of ${entry.encoding.toUpperCase()}${http}`;
}

function explain(
  from: TracedMessage['from'],
  message: SyncMLMessage,
  asked: Map<string, string>,
): readonly string[] {
  const { hdr } = message;
  asked.set(key(from, hdr.MsgID, '0'), 'the header');
  const sentences = [
    ...headerSentences(from, hdr, asked),
    ...message.body.flatMap((c) => told(from, hdr, c, asked, '')),
  ];
  if (!message.final) sentences.push('More messages of this package follow.');
  return sentences;
}

function headerSentences(
  from: TracedMessage['from'],
  hdr: SyncHdr,
  said: Map<string, string>,
): readonly string[] {
  const sentences: string[] = [];
  if (hdr.MsgID === 1) {
    const name =
      hdr.Source.LocName === undefined || hdr.Source.LocName === hdr.Source.LocURI
        ? ''
        : ` (${hdr.Source.LocName})`;
    sentences.push(
      `${speaker(from)} ${hdr.Source.LocURI}${name} speaks to ${hdr.Target.LocURI} in session ${hdr.SessionID}.`,
    );
  }
  if (hdr.Cred !== undefined) sentences.push(`It proves itself by ${schemeOf(hdr.Cred.Meta)}.`);
  const limits = [
    hdr.Meta?.MaxMsgSize === undefined ? undefined : `messages of at most ${hdr.Meta.MaxMsgSize} octets`,
    hdr.Meta?.MaxObjSize === undefined ? undefined : `objects of at most ${hdr.Meta.MaxObjSize} octets`,
  ].filter((limit) => limit !== undefined);
  // they stand in every message: told once, and when they change
  const takes = limits.join(' and ');
  if (takes !== '' && said.get(`limits of the ${from}`) !== takes) sentences.push(`It takes ${takes}.`);
  said.set(`limits of the ${from}`, takes);
  return sentences;
}

function told(
  from: TracedMessage['from'],
  hdr: SyncHdr,
  command: Command,
  asked: Map<string, string>,
  indent: string,
): readonly string[] {
  const other = from === 'device' ? 'server' : 'device';
  if (command.kind === 'Status') return statusSentences(other, command, asked).map((text) => indent + text);
  if (command.kind === 'Results') return resultSentences(other, command, asked).map((text) => indent + text);
  asked.set(key(from, hdr.MsgID, command.CmdID), summary(command));
  if (command.kind !== 'Atomic' && command.kind !== 'Sequence')
    return commandSentences(command).map((t) => indent + t);
  const how = command.kind === 'Atomic' ? 'All of these or none:' : 'One after the other:';
  return [indent + how, ...command.commands.flatMap((inner) => told(from, hdr, inner, asked, `${indent}  `))];
}

function statusSentences(
  other: TracedMessage['from'],
  status: Status,
  asked: ReadonlyMap<string, string>,
): string[] {
  const what = asked.get(key(other, status.MsgRef, status.CmdRef)) ?? `${status.Cmd} ${status.CmdRef}`;
  const details = status.items.map(({ Data }) => dataText(Data)).filter((text) => text !== '');
  const detail = details.length === 0 ? '' : ` — ${details.join(', ')}`;
  const sentences = [`To ${what}: ${statusText(status.Data)}${detail}.`];
  if (status.Chal !== undefined)
    sentences.push(`It asks for proof by ${schemeOf(status.Chal.Meta)}, with a new nonce.`);
  return sentences;
}

function resultSentences(
  other: TracedMessage['from'],
  results: Results,
  asked: ReadonlyMap<string, string>,
): string[] {
  const what = asked.get(key(other, results.MsgRef, results.CmdRef)) ?? `command ${results.CmdRef}`;
  return results.items.map((item) => {
    const uri = item.Source?.LocURI ?? results.SourceRef ?? item.Target?.LocURI;
    return `Answer to ${what}: ${uri ?? 'value'} = ${valueText(item, results.Meta)}.`;
  });
}

function commandSentences(command: Exclude<Command, Status | Results>): string[] {
  switch (command.kind) {
    case 'Alert':
      return alertSentences(command);
    case 'Exec':
      return [execSentence(command)];
    case 'Get':
      return command.items.map((item) => `Asks for ${targetOf(item)}.`);
    case 'Add':
      return command.items.map((item) => `Adds ${targetOf(item)} = ${valueText(item, command.Meta)}.`);
    case 'Replace':
      return command.items.map(
        (item) => `${replaceVerb(item)} ${targetOf(item)} = ${valueText(item, command.Meta)}.`,
      );
    case 'Delete':
      return command.items.map((item) => `Deletes ${targetOf(item)}.`);
    case 'Copy':
      return command.items.map((item) => `Copies ${item.Source?.LocURI ?? '?'} to ${targetOf(item)}.`);
    case 'Unsupported':
      return [`${command.name}, which is not part of device management.`];
    default:
      return [];
  }
}

/** A device reports its own nodes as Source, a server changes nodes as Target. */
function replaceVerb(item: Item): string {
  return item.Target === undefined ? 'Reports' : 'Sets';
}

function execSentence(exec: Exec): string {
  const correlator = exec.Correlator === undefined ? '' : ` (correlator ${exec.Correlator})`;
  const [item] = exec.items;
  const data = item?.Data === undefined || item.Data === '' ? '' : ` with ${dataText(item.Data)}`;
  return `Executes ${item === undefined ? 'nothing' : targetOf(item)}${data}${correlator}.`;
}

function alertSentences(alert: Alert): string[] {
  const code = Number(alert.Data);
  if (code !== 1226) {
    const items = alert.items.map(({ Data }) => dataText(Data)).filter((text) => text !== '');
    return [`${alertText(code)}${items.length === 0 ? '' : `: ${items.join(', ')}`}.`];
  }
  const correlator = alert.Correlator === undefined ? '' : ` (correlator ${alert.Correlator})`;
  return alert.items.map((item) => {
    const type = item.Meta?.Type ?? alert.Meta?.Type ?? 'no type';
    const source = item.Source?.LocURI === undefined ? '' : ` from ${item.Source.LocURI}`;
    const data = item.Data === undefined || item.Data === '' ? '' : `: ${dataText(item.Data)}`;
    return `Tells "${alertTypeText(type)}"${source}${data}${correlator}.`;
  });
}

function summary(command: Command): string {
  if (command.kind === 'Alert') return `the alert ${command.Data ?? ''}`.trim();
  if (command.kind === 'Atomic' || command.kind === 'Sequence') return `the ${command.kind}`;
  if (command.kind === 'Unsupported') return command.name;
  const [first] = 'items' in command ? command.items : [];
  const uri = first?.Target?.LocURI ?? first?.Source?.LocURI ?? '';
  const more = 'items' in command && command.items.length > 1 ? ` and ${command.items.length - 1} more` : '';
  return `${command.kind} ${uri}${more}`;
}

function valueText(item: Item, meta: Meta | undefined): string {
  const format = item.Meta?.Format ?? meta?.Format;
  const size = item.Meta?.Size === undefined ? '' : ` of ${item.Meta.Size} octets in all`;
  const more = item.MoreData === true ? `, more follows` : '';
  if (item.Data === undefined) return format === 'node' ? 'an interior node' : 'nothing';
  return `${dataText(item.Data)}${size}${more}`;
}

function dataText(data: Item['Data']): string {
  if (data === undefined) return '';
  if (typeof data === 'string') return data.startsWith('[') ? data : quoted(data);
  return data instanceof Uint8Array
    ? `${data.length} octets`
    : `${data.ref.length} octets of ${data.ref.sha256}`;
}

function quoted(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length <= MAX_SHOWN
    ? `"${flat}"`
    : `"${flat.slice(0, MAX_SHOWN)}…" (${text.length} characters)`;
}

function targetOf(item: Item): string {
  return item.Target?.LocURI ?? item.Source?.LocURI ?? '?';
}

function schemeOf(meta: Meta | undefined): string {
  const type = meta?.Type ?? '';
  const scheme = /auth-(\w+)$/.exec(type)?.[1];
  const words: Readonly<Record<string, string>> = {
    basic: 'name and password (Basic)',
    md5: 'MD5 digest',
    MAC: 'HMAC',
  };
  return scheme === undefined ? type || 'an unnamed scheme' : (words[scheme] ?? scheme);
}

function speaker(from: TracedMessage['from']): string {
  return from === 'device' ? 'Device' : 'Server';
}

function key(from: TracedMessage['from'], msgID: number, cmdID: string): string {
  return `${from} ${msgID} ${cmdID}`;
}
