import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { MAX_PAP_OCTETS, PUSH_ANSWER_MS } from '../limits.ts';
import { WakeError } from '../wake-error.ts';

export interface PostAnswer {
  readonly status: number;
  readonly octets: Uint8Array;
}

/**
 * One POST with these headers and no others: gateways put what they are told into the push itself, and an SMS has little
 * room. @throws WakeError `no-connection`, `no-answer`, `gateway-failed`
 */
export function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const open = target.protocol === 'https:' ? tlsRequest : plainRequest;
    const request = open(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(body.length) },
      agent: false,
      signal: AbortSignal.timeout(PUSH_ANSWER_MS),
    });
    const fail = (error: Error): void =>
      reject(
        error instanceof WakeError
          ? error
          : new WakeError('no-connection', `${target.host} does not answer`, error),
      );
    request.on('error', fail);
    request.on('response', (response) => {
      const pieces: Buffer[] = [];
      let size = 0;
      response.on('data', (piece: Buffer) => {
        size += piece.length;
        pieces.push(piece);
        if (size > MAX_PAP_OCTETS) {
          request.destroy(new WakeError('gateway-failed', 'the answer of the gateway has no end'));
        }
      });
      response.on('error', (error) =>
        fail(
          error instanceof WakeError || size > MAX_PAP_OCTETS
            ? new WakeError('gateway-failed', 'the answer of the gateway has no end')
            : new WakeError('no-answer', 'the answer of the gateway broke off', error),
        ),
      );
      response.on('end', () => resolve({ status: response.statusCode ?? 0, octets: Buffer.concat(pieces) }));
    });
    request.end(body);
  });
}
