/** What went over the wire in one check, fit to be handed over: decoded, secrets redacted. */
import { createHash } from 'node:crypto';
import { type Encoding, redactMessage, type SyncMLMessage, toXmlText } from '@fumarole/syncml';
import { SHOWN_BODY_BYTES, SHOWN_EXCHANGES } from './limits.ts';

/** One message as it was on the wire. */
export interface WireMessage {
  readonly from: 'client' | 'server';
  readonly at: number;
  /** `POST http://…` or `HTTP 200`. */
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly octets: Uint8Array;
  readonly encoding: Encoding;
  /** Undefined: it does not decode. */
  readonly message: SyncMLMessage | undefined;
}

/** One message as a report shows it. */
export interface ShownMessage {
  readonly from: 'client' | 'server';
  readonly at: string;
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly octets: number;
  readonly encoding: Encoding;
  /** The message as indented XML whatever its encoding was, or the beginning of what did not decode. */
  readonly text: string;
}

/** Headers that mean something to the protocol; the rest is transport. */
const SHOWN_HEADERS = [
  'content-type',
  'content-length',
  'transfer-encoding',
  'accept',
  'retry-after',
  'location',
];
const SECRET_HEADERS = ['x-syncml-hmac', 'authorization', 'cookie', 'set-cookie'];

export class Recorder {
  #messages: WireMessage[] = [];

  add(message: WireMessage): void {
    this.#messages.push(message);
  }

  /** What was said since the last call. */
  take(): readonly WireMessage[] {
    const taken = this.#messages;
    this.#messages = [];
    return taken;
  }
}

export function showMessages(messages: readonly WireMessage[]): readonly ShownMessage[] {
  return messages.slice(-SHOWN_EXCHANGES).map((one) => ({
    from: one.from,
    at: new Date(one.at).toISOString(),
    line: hideQuery(one.line),
    headers: showHeaders(one.headers),
    octets: one.octets.length,
    encoding: one.encoding,
    text: textOf(one),
  }));
}

function textOf({ message, octets }: WireMessage): string {
  if (message === undefined) return beginningOf(octets);
  const sha256 = (piece: Uint8Array): string => createHash('sha256').update(piece).digest('hex');
  return toXmlText(redactMessage(message, sha256));
}

function beginningOf(octets: Uint8Array): string {
  if (octets.length === 0) return '(no body)';
  const shown = Buffer.from(octets.subarray(0, SHOWN_BODY_BYTES));
  const text = shown.toString('utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: anything that a terminal would obey is shown as hex
  const readable = !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd]/.test(text);
  const more = octets.length > shown.length ? ' …' : '';
  return `(does not decode) ${readable ? text : shown.toString('hex')}${more}`;
}

function showHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (SHOWN_HEADERS.includes(lower)) shown[lower] = hideQuery(value);
    if (SECRET_HEADERS.includes(lower)) shown[lower] = '[redacted]';
  }
  return shown;
}

/** Session tokens travel in queries. */
function hideQuery(text: string): string {
  return text.replace(/(https?:\/\/[^\s?]*)\?[^\s]*/g, '$1?[redacted]');
}
