/** HTTP/1.x in one direction of a connection (RFC 9112), as far as a capture has it. */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { MAX_HTTP_HEADER, MAX_UNCOMPRESSED } from './limits.ts';
import { type Gathered, gathered, type Piece, slice } from './octets.ts';

export interface HttpMessage {
  /** Request or status line. */
  readonly line: string;
  /** Names in lower case; the first of a name counts. */
  readonly headers: ReadonlyMap<string, string>;
  /** Content as sent by the application: chunks joined, compression undone. */
  readonly body: Gathered;
  /** Places in the stream. */
  readonly start: number;
  readonly end: number;
  /** What is wrong with it, or missing of it. */
  readonly fault?: string;
}

const START = /^(?:[A-Z]{3,10} [^ \r\n]{1,8192} HTTP\/1\.[01]|HTTP\/1\.[01] [1-5]\d\d(?: [^\r\n]*)?)\r\n/;

export function isHttp(octets: Uint8Array): boolean {
  return START.test(latin1(octets.subarray(0, MAX_HTTP_HEADER)));
}

const ANYWHERE = /(?:POST|GET|HEAD|PUT) [^ \r\n]{1,8192} HTTP\/1\.[01]\r\n|HTTP\/1\.[01] [1-5]\d\d[ \r]/g;

/** Where the next message seems to begin, in a stream that the capture joins in the middle. */
export function nextHttp(octets: Uint8Array, from: number): number | undefined {
  ANYWHERE.lastIndex = from;
  return ANYWHERE.exec(latin1(octets))?.index;
}

/** Messages one after the other; `methods`: of the requests that a stream of responses answers, for HEAD has no body. */
export function httpMessages(stream: Gathered, methods: readonly string[] = []): readonly HttpMessage[] {
  const found: HttpMessage[] = [];
  for (let at = 0; at < stream.octets.length; ) {
    const message = messageAt(stream, at, methods[found.length]);
    if (message === undefined) break;
    found.push(message);
    at = message.end;
  }
  return found;
}

function messageAt(stream: Gathered, start: number, method: string | undefined): HttpMessage | undefined {
  const head = buffer(stream.octets.subarray(start, start + MAX_HTTP_HEADER));
  const headEnd = head.indexOf('\r\n\r\n');
  const text = head.toString('latin1', 0, headEnd < 0 ? undefined : headEnd + 2);
  if (!START.test(text)) return undefined;
  const [line = '', ...rows] = text.trimEnd().split('\r\n');
  const headers = new Map<string, string>();
  for (const row of rows) {
    const colon = row.indexOf(':');
    const name = row.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !headers.has(name)) headers.set(name, row.slice(colon + 1).trim());
  }
  const bodyAt = headEnd < 0 ? stream.octets.length : start + headEnd + 4;
  const nothing = { line, headers, start, body: slice(stream, bodyAt, bodyAt), end: bodyAt };
  if (headEnd < 0) return { ...nothing, fault: 'the headers do not end in the capture' };
  if (method === 'HEAD' || /^HTTP\/1\.[01] (?:1\d\d|204|304)/.test(line)) return nothing;
  return {
    ...nothing,
    ...uncompressed(bodyOf(stream, bodyAt, headers, line), headers.get('content-encoding')),
  };
}

type Body = Pick<HttpMessage, 'body' | 'end' | 'fault'>;

function bodyOf(stream: Gathered, at: number, headers: ReadonlyMap<string, string>, line: string): Body {
  if (/\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')) return chunked(stream, at);
  const declared = headers.get('content-length');
  if (declared === undefined) {
    const end = line.startsWith('HTTP/') ? stream.octets.length : at;
    return { body: slice(stream, at, end), end };
  }
  const length = /^\d{1,15}$/.test(declared) ? Number(declared) : Number.NaN;
  if (Number.isNaN(length))
    return { body: slice(stream, at), end: stream.octets.length, fault: `Content-Length ${declared}` };
  const end = Math.min(at + length, stream.octets.length);
  const missing = at + length - end;
  const fault = missing === 0 ? {} : { fault: `${missing} of ${length} octets are not in the capture` };
  return { body: slice(stream, at, end), end, ...fault };
}

function chunked(stream: Gathered, start: number): Body {
  const pieces: Piece[] = [];
  const { octets, placeOf } = stream;
  const result = (end: number, fault?: string): Body => ({
    body: gathered(pieces),
    end,
    ...(fault === undefined ? {} : { fault }),
  });
  for (let at = start; ; ) {
    const size = /^([0-9a-f]{1,8})[^\r\n]{0,256}\r\n/i.exec(latin1(octets.subarray(at, at + 300)));
    if (size === null) return result(octets.length, 'a chunk does not begin as one');
    const from = at + size[0].length;
    const length = Number.parseInt(size[1] ?? '0', 16);
    if (length === 0) {
      const trailer = latin1(octets.subarray(from, from + MAX_HTTP_HEADER));
      const end = trailer.startsWith('\r\n') ? 2 : trailer.indexOf('\r\n\r\n') + 4;
      return result(Math.min(octets.length, from + Math.max(2, end)));
    }
    const end = Math.min(from + length, octets.length);
    // each octet of a stream has its place; a chunk may lie over several segments
    pieces.push(...piecesOf(octets, placeOf, from, end));
    if (from + length + 2 > octets.length)
      return result(octets.length, 'the last chunk is not in the capture');
    at = from + length + 2;
  }
}

/** Runs of octets that lie side by side in the file. */
function piecesOf(
  octets: Uint8Array,
  placeOf: Gathered['placeOf'],
  from: number,
  to: number,
): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = from; at < to; ) {
    const offset = placeOf(at) ?? 0;
    let end = to;
    if (placeOf(to - 1) !== offset + (to - 1 - at)) {
      // halving: the run ends where places begin to jump
      let low = at;
      let high = to - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (placeOf(middle) === offset + middle - at) low = middle;
        else high = middle - 1;
      }
      end = low + 1;
    }
    pieces.push({ octets: octets.subarray(at, end), offset });
    at = end;
  }
  return pieces;
}

function uncompressed(found: Body, coding: string | undefined): Body {
  const name = coding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '' || found.body.octets.length === 0) return found;
  const inflate = { gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync }[
    name
  ];
  if (inflate === undefined) return { ...found, fault: `Content-Encoding ${name} is not known` };
  try {
    const octets = new Uint8Array(inflate(found.body.octets, { maxOutputLength: MAX_UNCOMPRESSED }));
    return { ...found, body: { octets, placeOf: () => undefined } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...found, fault: `the ${name} content can not be unfolded: ${reason}` };
  }
}

function latin1(octets: Uint8Array): string {
  return buffer(octets).toString('latin1');
}

function buffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length);
}
