import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { MAX_BODY_BYTES } from '../limits.ts';

const FIRST_OCTETS = 64 * 1024;
const FIRST_WAIT_MS = 1000;

export interface HttpRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Transfer coding chunked, instead of a Content-Length. */
  readonly chunked?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly octets: Uint8Array;
}

export interface HttpOptions {
  readonly timeoutMs: number;
  /** PEM of the authorities that are trusted instead of the system's. */
  readonly ca?: string | undefined;
}

/** One request over a connection of its own: nothing but what it carries can say whose it is. */
export async function httpPost(request: HttpRequest, { timeoutMs, ca }: HttpOptions): Promise<HttpResponse> {
  const signal = AbortSignal.timeout(timeoutMs);
  const url = new URL(request.url);
  const length = request.chunked === true ? {} : { 'content-length': String(request.body.length) };
  const options = {
    method: request.method ?? 'POST',
    headers: { ...request.headers, ...length },
    agent: false as const,
    signal,
  };
  const sending =
    url.protocol === 'https:'
      ? https.request(url, { ...options, ...(ca === undefined ? {} : { ca }) })
      : http.request(url, options);
  // An answer may come before the body is through: the rest of the body is then of no interest.
  sending.on('error', () => undefined);
  const response = once(sending, 'response', { signal });
  const failed = once(sending, 'error', { signal }).then(([error]) => Promise.reject(error));
  failed.catch(() => undefined);
  const answered = Promise.race([response, failed]);
  answered.catch(() => undefined);
  await sendBody(sending, request, answered);
  const [answer] = (await answered) as [http.IncomingMessage];
  try {
    return {
      status: answer.statusCode ?? 0,
      headers: flatHeaders(answer.headers),
      octets: await bodyOf(answer),
    };
  } finally {
    sending.destroy();
  }
}

/**
 * A large body waits a moment behind its beginning: a server that refuses it by its length answers at once and closes
 * the connection, and what is still being written then would lose the answer.
 */
async function sendBody(
  sending: http.ClientRequest,
  { body, chunked }: HttpRequest,
  answered: Promise<unknown>,
): Promise<void> {
  const first = chunked === true ? body.length >> 1 : Math.min(body.length, FIRST_OCTETS);
  sending.write(body.subarray(0, first));
  if (first < body.length && chunked !== true) {
    const answer = await Promise.race([answered.then(() => true), pause(FIRST_WAIT_MS, false)]);
    if (answer) return;
  }
  sending.end(body.subarray(first));
}

async function bodyOf(answer: http.IncomingMessage): Promise<Uint8Array> {
  if (Number(answer.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    answer.destroy();
    throw new RangeError(`an answer of ${answer.headers['content-length']} octets`);
  }
  let length = 0;
  answer.on('data', (piece: Buffer) => {
    length += piece.length;
    if (length > MAX_BODY_BYTES)
      answer.destroy(new RangeError(`an answer of more than ${MAX_BODY_BYTES} octets`));
  });
  return buffer(answer);
}

function flatHeaders(headers: http.IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
