/** Sessions out of files: what `trace --json` printed, and captures. */
import type { ApiSessionDetail, ApiTraceMessage } from '@fumarole/server/api';
import { DecodeError, decode, parseContentType, type SyncMLMessage, toXmlText } from '@fumarole/syncml';
import { type CapturedMessage, capturedMessages } from '../capture/captured-messages.ts';
import { isCapture, readCapture } from '../capture/read-capture.ts';
import { CliError } from '../cli-error.ts';
import { type SessionTrace, sessionTrace, type TraceStep, traceOfApi } from './session-trace.ts';

/** The sessions that a file holds. Throws CliError `file` when it is none of both. */
export function tracesOf(octets: Uint8Array, name: string): readonly SessionTrace[] {
  if (isCapture(octets)) return tracesOfCapture(capturedMessages(readCapture(octets)).messages);
  const found = traceExport(octets);
  if (found === undefined)
    throw new CliError('file', `${name} holds no trace (JSON of trace --json) and no capture.`);
  return [traceOfApi(found)];
}

/** What `trace --json` printed; undefined: something else. */
export function traceExport(octets: Uint8Array): ApiSessionDetail | undefined {
  if (octets.find((octet) => octet > 0x20) !== 0x7b) return undefined;
  const value = parsed(Buffer.from(octets).toString('utf8'));
  if (!isRecord(value) || typeof value.id !== 'string' || !Array.isArray(value.trace)) return undefined;
  const trace = value.trace.map(messageOf);
  if (trace.some((one) => one === undefined)) return undefined;
  const known = trace.filter((one) => one !== undefined);
  return {
    id: value.id,
    ...(typeof value.device === 'string' ? { device: value.device } : {}),
    startedAt: textOf(value.startedAt) ?? known[0]?.at ?? '',
    lastAt: textOf(value.lastAt) ?? known.at(-1)?.at ?? '',
    messages: known.length,
    trace: known,
    transcript: textOf(value.transcript) ?? '',
  };
}

function messageOf(value: unknown): ApiTraceMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { at, from, encoding, bytes, status, outcome, xml } = value;
  const known = from === 'device' || from === 'server' ? from : undefined;
  const form = encoding === 'xml' || encoding === 'wbxml' ? encoding : undefined;
  if (known === undefined || form === undefined || typeof at !== 'string' || Number.isNaN(Date.parse(at)))
    return undefined;
  return {
    at,
    from: known,
    encoding: form,
    bytes: typeof bytes === 'number' ? bytes : 0,
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof outcome === 'string' ? { outcome } : {}),
    ...(typeof xml === 'string' ? { xml } : {}),
  };
}

function tracesOfCapture(messages: readonly CapturedMessage[]): readonly SessionTrace[] {
  const sessions = new Map<string, Omit<TraceStep, 'says'>[]>();
  for (const captured of messages) {
    const step = stepOf(captured);
    if (step === undefined) continue;
    // a message that does not decode belongs to whatever its connection spoke of
    const key = step.message === undefined ? [...sessions.keys()].at(-1) : sessionOf(step.message, step.from);
    if (key !== undefined) sessions.set(key, [...(sessions.get(key) ?? []), step]);
  }
  return [...sessions].map(([id, steps]) => sessionTrace(id, 'wire', steps));
}

/** `SessionID of device` */
function sessionOf({ hdr }: SyncMLMessage, from: TraceStep['from']): string {
  return `${hdr.SessionID} of ${from === 'device' ? hdr.Source.LocURI : hdr.Target.LocURI}`;
}

function stepOf({ title, headers, content, at }: CapturedMessage): Omit<TraceStep, 'says'> | undefined {
  const type = parseContentType(headers.get('content-type'));
  if (type === undefined) return undefined;
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(title)?.[1];
  const { octets } = content;
  const found = decoded(octets, type.encoding);
  return {
    at,
    from: status === undefined ? 'device' : 'server',
    encoding: type.encoding,
    bytes: octets.length,
    octets,
    ...(status === undefined ? {} : { status: Number(status) }),
    ...found,
  };
}

function decoded(octets: Uint8Array, encoding: 'xml' | 'wbxml'): Partial<TraceStep> {
  try {
    const message = decode(octets, encoding);
    return { message, xml: toXmlText(message) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { outcome: `it does not decode: ${error.message}` };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // something else than JSON
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
