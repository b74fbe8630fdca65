/** Traces as the server sees them: telemetry beside the store's truth. */
import type { Instant } from '@fumarole/fumo/server';

/** A message and its answer as kept for people; the telemetry side of the store: batched, not durable at once, never awaited. */
export interface TracedExchange {
  /** `SessionRow.id`. */
  readonly session: string;
  readonly key: string | undefined;
  /** Nothing proved that it is the device. */
  readonly stranger: boolean;
  readonly encoding: 'xml' | 'wbxml';
  readonly outcome?: string | undefined;
  readonly request: TracedMessage;
  readonly response: TracedMessage & { readonly status: number };
}

export interface TracedMessage {
  readonly at: Instant;
  readonly bytes: number;
  /** Redacted `SyncMLMessage`, JSON text; absent when it did not decode. */
  readonly message: string | undefined;
}

/** One message of an exchange. */
export interface TraceRow {
  readonly session: string;
  readonly at: Instant;
  readonly from: 'device' | 'server';
  readonly encoding: 'xml' | 'wbxml';
  readonly bytes: number;
  readonly status?: number | undefined;
  readonly outcome?: string | undefined;
  /** Redacted `SyncMLMessage`, JSON text; absent when it did not decode. */
  readonly message?: string | undefined;
}

export interface TraceSessionRow {
  readonly id: string;
  readonly key?: string | undefined;
  readonly startedAt: Instant;
  readonly lastAt: Instant;
  readonly messages: number;
}

export interface TraceBounds {
  readonly maxAgeMs: number;
  /** Messages. */
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** Traces; a lost process loses at most the last batch. */
export interface Traces {
  /** Queues; `make` runs when the batch is written, so that a message is not held up by it. */
  add(make: () => TracedExchange): void;
  /** Newest first; `before` is the id of the last one seen. */
  sessions(query: {
    readonly key?: string;
    readonly before?: string;
    readonly limit: number;
  }): Promise<readonly TraceSessionRow[]>;
  session(id: string): Promise<TraceSessionRow | undefined>;
  messages(session: string): Promise<readonly TraceRow[]>;
  /** Writes what is queued. */
  flush(): Promise<void>;
  prune(bounds: TraceBounds, now: Instant): Promise<void>;
}
