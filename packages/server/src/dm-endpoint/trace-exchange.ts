import { decode, type Encoding, type SyncMLMessage } from '@fumarole/syncml';
import { sha256Hex } from '../access/digests.ts';
import { redactMessage } from '../observe/redact.ts';
import type { TraceRow } from '../store/port.ts';

export interface TracedExchange {
  readonly session: string;
  readonly key: string | undefined;
  readonly receivedAt: number;
  readonly answeredAt: number;
  readonly encoding: Encoding;
  /** Undefined: it did not decode. */
  readonly request: SyncMLMessage | undefined;
  readonly requestBytes: number;
  readonly response: Uint8Array;
  readonly status: number;
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
      bytes: exchange.response.length,
      status: exchange.status,
      outcome: undefined,
      message: keepOctets(exchange.response, encoding),
    },
  ];
}

function keep(message: SyncMLMessage): string {
  return JSON.stringify(redactMessage(message, sha256Hex));
}

function keepOctets(octets: Uint8Array, encoding: Encoding): string | undefined {
  try {
    return keep(decode(octets, encoding));
  } catch {
    // Our own answer always decodes; a trace is no reason to stop should it not.
    return undefined;
  }
}
