/** The session as a capture that Wireshark opens: HTTP over TCP, made up around the messages that were kept. */
import { contentType, encode, joinParts } from '@fumarole/syncml';
import { PcapngWriter } from './pcapng-writer.ts';
import { numberWord, octetsWord, type SessionTrace, type TraceStep } from './session-trace.ts';
import { type End, TcpConversation } from './tcp-conversation.ts';

/** Addresses for documentation (RFC 5737); MACs of local administration. */
const DEVICE: End = { mac: [2, 0, 0, 0, 0, 1], ip: [192, 0, 2, 1], port: 49_152 };
const SERVER: End = { mac: [2, 0, 0, 0, 0, 2], ip: [198, 51, 100, 1], port: 80 };

const NOTE =
  'Rebuilt by fumarole trace from a trace, not captured. Messages are written anew from what was kept: credentials, nonces and tokens are [redacted], ' +
  'data over 1024 octets is its length, SHA-256 and first 64 octets in words. Addresses, ports, TCP and HTTP headers are made up; times of messages are those of the trace.';
const CAPTURED =
  'Rebuilt by fumarole trace from a capture: the messages are as they were; addresses, ports, TCP and HTTP headers are made up.';

export function pcapOf(trace: SessionTrace): Uint8Array {
  const writer = new PcapngWriter('fumarole trace', trace.source === 'kept' ? NOTE : CAPTURED);
  const conversation = new TcpConversation(writer, DEVICE, SERVER);
  const { path, host } = placeOf(trace.server);
  conversation.open(trace.steps[0]?.at ?? 0);
  let asked = false;
  for (const step of trace.steps) {
    const body = bodyOf(step);
    const request = step.from === 'device';
    // an answer without its question, or the other way round, would not be HTTP
    if (request && asked)
      conversation.say(1, head('HTTP/1.1 504 Gateway Timeout', [], 0), step.at, 'The trace has no answer.');
    if (!request && !asked)
      conversation.say(
        0,
        head(`POST ${path} HTTP/1.1`, [`Host: ${host}`], 0),
        step.at,
        'The trace has no request.',
      );
    const line = request
      ? `POST ${path} HTTP/1.1`
      : `HTTP/1.1 ${step.status ?? 200} ${reason(step.status ?? 200)}`;
    const fields = [
      ...(request ? [`Host: ${host}`] : []),
      `Content-Type: ${body.type}`,
      `X-Fumarole-Trace: ${body.note}`,
    ];
    const message = Buffer.concat([head(line, fields, body.octets.length), body.octets]);
    conversation.say(
      request ? 0 : 1,
      message,
      step.at,
      `${numberWord(step)}, ${octetsWord(step)} on the wire; ${body.note}`,
    );
    asked = request;
  }
  conversation.close();
  return writer.octets();
}

interface Body {
  readonly octets: Uint8Array;
  readonly type: string;
  readonly note: string;
}

function bodyOf({ message, octets, encoding, bytes, outcome }: TraceStep): Body {
  const type = contentType(encoding, 'dm');
  if (octets !== undefined) return { octets, type, note: 'octets as captured' };
  if (message === undefined) {
    const text = `The trace did not keep these ${bytes} octets${outcome === undefined ? '' : `: ${outcome}`}.\n`;
    return { octets: Buffer.from(text), type: 'text/plain; charset=utf-8', note: 'not kept' };
  }
  const written = joinParts(encode(message, encoding));
  return { octets: written, type, note: `written anew, ${bytes} octets before redaction` };
}

function head(line: string, fields: readonly string[], length: number): Buffer {
  return Buffer.from(`${[line, ...fields, `Content-Length: ${length}`].join('\r\n')}\r\n\r\n`);
}

/** Only what HTTP has a place for: a server may call itself anything. */
function placeOf(server: string): { readonly path: string; readonly host: string } {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isHttp ? { path: url.pathname, host: url.host } : { path: '/dm', host: 'server.invalid' };
}

function reason(status: number): string {
  return status < 300 ? 'OK' : status < 500 ? 'Refused' : 'Failed';
}
