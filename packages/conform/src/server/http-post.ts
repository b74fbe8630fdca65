import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import { MAX_BODY_BYTES } from '../limits.ts';

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
  if (request.chunked === true) {
    const half = request.body.length >> 1;
    sending.write(request.body.subarray(0, half));
    sending.end(request.body.subarray(half));
  } else {
    sending.end(request.body);
  }
  const [answer] = (await Promise.race([response, failed])) as [http.IncomingMessage];
  return {
    status: answer.statusCode ?? 0,
    headers: flatHeaders(answer.headers),
    octets: await bodyOf(answer),
  };
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
