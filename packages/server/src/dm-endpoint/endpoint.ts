/** What a message is worked on with, and what becomes of it. */
import type { AuthScheme, SessionConfig } from '@fumarole/dm/server';
import type { Instant } from '@fumarole/fumo/server';
import type { SyncMLMessage } from '@fumarole/syncml';
import type { Fleet } from '../fleet/fleet.ts';
import type { Store } from '../store/port.ts';
import type { BlobReader } from './blob-port.ts';
import type { AccountSource } from './device-accounts.ts';
import type { DmRequest, DmResponse } from './exchange.ts';
import type { SessionValues } from './session-value.ts';
import type { TransportPolicy } from './transport-rule.ts';

export interface EndpointDeps {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly blobs: BlobReader;
  readonly accounts: AccountSource;
  readonly transport: TransportPolicy;
  readonly session: SessionConfig;
  readonly sessionIdleMs: number;
  readonly sessions: SessionValues;
  /** `https://host/dm`, without a slash at the end. */
  readonly endpointUrl: () => string;
  /** The device opened a session and proved itself: nothing more need wake it. */
  readonly arrived: (key: string, sessionID: string) => Promise<void>;
  readonly now: () => Instant;
}

/** What became of a message, for logs, metrics and the trace. */
export interface MessageReport {
  readonly outcome: 'ok' | 'retry' | 'challenged' | 'refused' | 'malformed' | 'aborted' | 'failed';
  readonly auth: AuthScheme | 'unknown';
  readonly device?: string;
  readonly session?: string;
  readonly reason?: string;
}

export interface Handled {
  readonly response: DmResponse;
  readonly report: MessageReport;
}

/** A message that could be read. */
export interface Received {
  readonly request: DmRequest;
  readonly message: SyncMLMessage;
  readonly key: string;
  readonly source: string;
  readonly bodyMd5: Uint8Array;
  readonly bodySha256: string;
  readonly at: Instant;
}
