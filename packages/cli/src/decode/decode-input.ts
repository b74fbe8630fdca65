/** What a file holds: one thing, or several — a capture, an exported trace, a log of short messages. */
import { parseContentType } from '@fumarole/syncml';
import { type CapturedMessage, capturedMessages, withSms } from '../capture/captured-messages.ts';
import { MAX_MESSAGES } from '../capture/limits.ts';
import { contentParts } from '../capture/multipart-content.ts';
import type { Gathered } from '../capture/octets.ts';
import { isCapture, readCapture } from '../capture/read-capture.ts';
import { traceExport } from '../trace/trace-file.ts';
import { type Decoding, decodeOctets, KINDS as SINGLE_KINDS, type Kind as SingleKind } from './decode.ts';
import type { Input } from './input.ts';
import { field, Report, type Shown } from './report.ts';

export const KINDS: readonly Kind[] = ['capture', 'trace', ...SINGLE_KINDS];
export type Kind = SingleKind | 'capture' | 'trace';

/** One of several things in a file. */
export interface Part {
  readonly heading: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Undefined: there is nothing in it to decode. */
  readonly decoding?: Decoding;
  /** What the offsets of the decoding count in: the file, or the part's own octets. */
  readonly octets: Uint8Array;
  /** Why it is not whole, or not decoded. */
  readonly fault?: string;
}

/** A file decoded: as one thing, or in parts. */
export interface InputDecoding extends Decoding {
  readonly parts?: readonly Part[];
}

/** Decodes what was read; never throws for its octets. */
export function decodeInput(input: Input, as: Kind | undefined): InputDecoding {
  const { octets } = input;
  const isAuto = as === undefined;
  if (as === 'capture' || (isAuto && isCapture(octets))) return decodeCapture(octets);
  if (isAuto && input.lines?.every(isShortMessage) === true) return decodeMessageLog(input.lines);
  if (as === 'trace' || isAuto) {
    const found = decodeTrace(octets, as === 'trace');
    if (found !== undefined) return found;
  }
  return decodeOctets(octets, { as: as === 'trace' ? undefined : as, cut: input.cut });
}

/** Does any part, or the whole, stop before its end? */
export function failedIn({ report, parts = [] }: InputDecoding): boolean {
  return (
    report.failure !== undefined ||
    parts.some(({ decoding, fault }) => fault !== undefined || decoding?.report.failure !== undefined)
  );
}

function decodeCapture(octets: Uint8Array): InputDecoding {
  const report = new Report();
  if (!isCapture(octets)) {
    report.formats.push('capture');
    report.fail(0, 'these octets begin neither pcap nor pcapng');
    return { shown: field('capture', 0), report };
  }
  const capture = readCapture(octets);
  report.formats.push(capture.format);
  if (capture.failure !== undefined) report.fail(capture.failure.offset, capture.failure.reason);
  const { messages, passedOver } = capturedMessages(capture);
  const shown: Shown = { label: 'capture', text: `${capture.frames.length} frames`, offset: 0, children: [] };
  for (const [what, count] of passedOver)
    shown.children.push({
      label: 'not looked into',
      text: `${what}: ${count} ${count === 1 ? 'frame' : 'frames'}`,
      children: [],
    });
  if (messages.length === 0)
    report.warn('there is nothing in it that this command reads: HTTP, WAP push, SMPP, SMS');
  return { shown, report, parts: partsOf(messages, octets, report) };
}

/** Hex PDUs or user data, one to a line, as modems and logs have them: parts of one datagram are put together. */
function decodeMessageLog(lines: readonly Uint8Array[]): InputDecoding {
  const report = new Report();
  report.formats.push('short messages');
  const shown: Shown = { label: 'short messages', text: `${lines.length} lines`, children: [] };
  const messages = lines.map((octets, at): CapturedMessage => {
    const { from, userData } = shortMessage(octets);
    return {
      frame: at + 1,
      at: 0,
      from,
      to: '',
      carrier: 'SMS',
      title: `line ${at + 1}`,
      headers: new Map(),
      content: {
        octets: userData ?? octets,
        placeOf: (place) => place + octets.length - (userData ?? octets).length,
      },
      speaks: userData === undefined ? 'SMS' : 'user data',
    };
  });
  const parts = withSms(messages).map((message) => {
    const line =
      message.content.octets.length > 0 && message.title.startsWith('line ')
        ? lines[message.frame - 1]
        : undefined;
    if (line === undefined) return partOf(message, message.content.octets);
    const decoding = decodeOctets(line);
    return { heading: message.title, facts: [], decoding, octets: line };
  });
  return { shown, report, parts };
}

/** Sender and user data where both are there; a PDU that is none is shown by itself. */
function shortMessage(octets: Uint8Array): { readonly from: string; readonly userData?: Uint8Array } {
  const { report, shown } = decodeOctets(octets);
  const pdu = report.formats[0] === 'SMS PDU';
  const text = (label: string): string => shown.children.find((child) => child.label === label)?.text ?? '';
  const userData = pdu ? octets.subarray(octets.length - Number(text('length'))) : octets;
  return { from: text('from') || text('to'), userData };
}

function isShortMessage(octets: Uint8Array): boolean {
  const format = decodeOctets(octets).report.formats[0];
  return format === 'SMS PDU' || format === 'SMS user data';
}

function decodeTrace(octets: Uint8Array, wanted: boolean): InputDecoding | undefined {
  const found = traceExport(octets);
  if (found === undefined && !wanted) return undefined;
  const report = new Report();
  report.formats.push('trace (JSON)');
  const shown: Shown = {
    label: 'trace',
    ...(found === undefined ? {} : { text: `session ${found.id}` }),
    offset: 0,
    children: [],
  };
  if (found === undefined) {
    report.fail(0, 'this is not the JSON that trace --json prints');
    return { shown, report };
  }
  if (found.device !== undefined) shown.children.push({ label: 'device', text: found.device, children: [] });
  report.warn(
    'a trace keeps no secrets, and large data as length and hash: what breaks the standard there is not the peer’s',
  );
  const parts = found.trace.map(({ at, from, encoding, bytes, status, outcome, xml }, index): Part => {
    const own = new Uint8Array(Buffer.from(xml ?? ''));
    const heading = `#${index + 1}  ${at}  from the ${from}, ${bytes} octets of ${encoding.toUpperCase()}`;
    const facts: (readonly [string, string])[] =
      status === undefined ? [] : [['HTTP status', String(status)]];
    if (outcome !== undefined) facts.push(['outcome', outcome]);
    return own.length === 0
      ? { heading, facts, octets: own, fault: 'the trace did not keep it: it did not decode' }
      : { heading, facts, octets: own, decoding: decodeOctets(own, { as: 'xml' }) };
  });
  return { shown, report, parts };
}

function partsOf(messages: readonly CapturedMessage[], file: Uint8Array, report: Report): readonly Part[] {
  if (messages.length > MAX_MESSAGES)
    report.warn(`${messages.length - MAX_MESSAGES} more messages are not shown`);
  return messages.slice(0, MAX_MESSAGES).flatMap((message) => {
    const inner = contentParts(message.content, message.headers.get('content-type'));
    const own = partOf(inner === undefined ? message : { ...message, speaks: 'nothing' }, file);
    const below = (inner ?? []).map(({ type, content }, at) =>
      partOf(
        {
          ...message,
          title: `part ${at + 1} of ${message.title}`,
          headers: new Map([['content-type', type]]),
          content,
          speaks: 'anything',
        },
        file,
      ),
    );
    return [own, ...below];
  });
}

const TOLD_HEADERS = [
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'x-wap-application-id',
  'x-syncml-hmac',
  'location',
  'range',
];

function partOf(message: CapturedMessage, file: Uint8Array): Part {
  const { frame, at, from, to, title, headers, content, speaks, fault } = message;
  const time = at === 0 ? '' : `${new Date(at).toISOString().slice(11, 23)}  `;
  const ways = from === '' ? '' : to === '' ? `${from}  ` : `${from} → ${to}  `;
  const number = frame < Number.MAX_SAFE_INTEGER ? `#${frame}  ` : '';
  const facts = TOLD_HEADERS.flatMap((name) => {
    const value = headers.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const placed = content.octets.length > 0 && content.placeOf(0) !== undefined;
  const decoding = speaks === 'nothing' ? undefined : decodeOctets(content.octets, { as: kindOf(message) });
  return {
    heading: `${number}${time}${ways}${title}`,
    facts,
    octets: placed ? file : content.octets,
    ...(decoding === undefined ? {} : { decoding: placed ? relocated(decoding, content) : decoding }),
    ...(fault === undefined ? {} : { fault }),
  };
}

/** By what carries it; undefined: its octets tell. */
function kindOf({ speaks, headers }: CapturedMessage): SingleKind | undefined {
  if (speaks === 'push') return 'push';
  if (speaks === 'user data') return 'sms';
  if (speaks === 'SMS') return 'tpdu';
  return parseContentType(headers.get('content-type'))?.encoding;
}

/** Offsets become those of the file. */
function relocated({ shown, report }: Decoding, { placeOf }: Gathered): Decoding {
  const moved = new Report();
  moved.formats.push(...report.formats);
  for (const { text, offset } of report.warnings)
    moved.warn(text, offset === undefined ? undefined : placeOf(offset));
  if (report.failure !== undefined) moved.fail(placeOf(report.failure.offset) ?? 0, report.failure.reason);
  moved.convertible = report.convertible;
  const move = (node: Shown): Shown => {
    const offset = node.offset === undefined ? undefined : placeOf(node.offset);
    const { offset: _, ...rest } = node;
    return { ...rest, ...(offset === undefined ? {} : { offset }), children: node.children.map(move) };
  };
  return { shown: move(shown), report: moved };
}
