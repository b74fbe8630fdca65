import { decode, type Encoding, type SyncMLMessage } from '@fumarole/syncml';
import { sha256Hex } from '../access/digests.ts';
import { redactMessage } from '../observe/redact.ts';
import type { TraceRow } from '../store/port.ts';

export interface TracedAnswer {
  readonly status: number;
  readonly octets: Uint8Array;
  /** What the octets say; read from them when it is not at hand. */
  readonly message?: SyncMLMessage;
}

export interface TracedExchange {
  readonly session: string;
  readonly key: string | undefined;
  readonly receivedAt: number;
  readonly answeredAt: number;
  readonly encoding: Encoding;
  /** Undefined: it did not decode. */
  readonly request: SyncMLMessage | undefined;
  readonly requestBytes: number;
  readonly response: TracedAnswer;
  readonly outcome: string | undefined;
}

/** Both messages of an exchange as rows; made when the batch is written, not while the device waits. */
export function traceRows(exchange: TracedExchange): readonly TraceRow[] {
  const { session, key, encoding, outcome } = exchange;
  const common = { session, key, encoding };
  return [
    {
      ...common,
      from: 'device',
      at: exchange.receivedAt,
      bytes: exchange.requestBytes,
      outcome,
      message: exchange.request === undefined ? undefined : keep(exchange.request),
    },
    {
      ...common,
      from: 'server',
      at: exchange.answeredAt,
      bytes: exchange.response.octets.length,
      status: exchange.response.status,
      outcome: undefined,
      message: keepAnswer(exchange.response, encoding),
    },
  ];
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
