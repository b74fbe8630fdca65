import type { Instant } from '@fumarole/fumo/server';
import { decode, type Encoding, redactMessage, type SyncMLMessage } from '@fumarole/syncml';
import { sha256Hex } from '../access/digests.ts';
import type { Store } from '../store/port.ts';

export interface TracedAnswer {
  readonly status: number;
  readonly octets: Uint8Array;
  /** What the octets say; read from them when it is not at hand. */
  readonly message?: SyncMLMessage;
}

/** What came in, as the endpoint has it. */
export interface TracedRequest {
  readonly key: string;
  readonly at: Instant;
  readonly message: SyncMLMessage;
  readonly request: { readonly type: { readonly encoding: Encoding }; readonly body: Uint8Array };
}

export interface TracedReply {
  readonly session: string;
  readonly stranger: boolean;
  readonly answer: TracedAnswer;
  readonly answeredAt: Instant;
  readonly outcome: string | undefined;
}

/** Keeps both messages of an exchange; redacted when the batch is written, not while the device waits. */
export function trace({ traces }: Pick<Store, 'traces'>, received: TracedRequest, reply: TracedReply): void {
  const { key, at, message, request } = received;
  const { session, stranger, answer, answeredAt, outcome } = reply;
  const { encoding } = request.type;
  traces.add(() => ({
    session,
    key,
    stranger,
    encoding,
    outcome,
    request: { at, bytes: request.body.length, message: keep(message) },
    response: {
      at: answeredAt,
      bytes: answer.octets.length,
      status: answer.status,
      message: keepAnswer(answer, encoding),
    },
  }));
}

function keep(message: SyncMLMessage): string {
  return JSON.stringify(redactMessage(message, sha256Hex));
}

function keepAnswer({ octets, message }: TracedAnswer, encoding: Encoding): string | undefined {
  try {
    return keep(message ?? decode(octets, encoding));
  } catch {
    // Our own answer always decodes; a trace is no reason to stop should it not.
    return undefined;
  }
}
