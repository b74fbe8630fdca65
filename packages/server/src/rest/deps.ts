import type { Readable } from 'node:stream';
import type { Instant, PackageRecord, UrlMaker } from '@fumarole/fumo/server';
import type { FastifyBaseLogger } from 'fastify';
import type { Spool } from '../artifacts/spool.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Store } from '../store/port.ts';
import type { WakeService } from '../wake/channel.ts';
import type { PushDesk } from '../wake/push-desk.ts';
import type { ApiAuthScheme, ApiCredentials } from './api.ts';

/** What the REST API needs from the rest of the server. */
export interface RestDeps {
  readonly store: Store;
  readonly fleet: Fleet;
  /** Large values that devices reported. */
  readonly values: Pick<Spool, 'read'>;
  readonly wake: WakeService;
  /** Pushes of other things than package 0. */
  readonly pushes: Pick<PushDesk, 'channelOf' | 'send'>;
  readonly credentials: CredentialDesk;
  readonly uploads: PackageUploads;
  readonly urls: UrlMaker;
  readonly feed: EventFeed;
  readonly metrics: Metrics;
  readonly now: () => Instant;
  readonly version: string;
  /** Base of the server's URLs as its clients see it. */
  readonly publicUrl: () => string;
}

/** How the two sides of an account shall prove themselves; what is absent is chosen or made. */
export interface CredentialOrder {
  readonly clientScheme?: ApiAuthScheme;
  readonly clientName?: string;
  readonly clientSecret?: string;
  readonly serverScheme?: ApiAuthScheme;
  readonly serverName?: string;
  readonly serverSecret?: string;
}

export interface FirstCredentials {
  readonly credentials: ApiCredentials;
  /** base64; absent for schemes without. */
  readonly nonces: { readonly client: string | undefined; readonly server: string | undefined };
}

/** Makes, seals and keeps device credentials; the only place that ever sees a secret, and it shows it once. */
export interface CredentialDesk {
  issue(deviceId: string, order: CredentialOrder): Promise<ApiCredentials>;
  /** With first nonces, for a document that brings the whole account. */
  issueFirst(deviceId: string, order: CredentialOrder): Promise<FirstCredentials>;
  /** Seals every row that is not sealed with the present key; the number of rows. */
  reseal(): Promise<number>;
}

export type UploadResult =
  | { readonly ok: true; readonly record: PackageRecord }
  | { readonly ok: false; readonly reasons: readonly string[] };

/** Takes sealed packages. */
export interface PackageUploads {
  /** Reads a package to its end, verifies it and keeps it; nothing stays of a refused one. */
  upload(body: Readable, publish: boolean, log: FastifyBaseLogger): Promise<UploadResult>;
  /** The record and its octets. @throws FleetError as `Fleet.removePackage`. */
  remove(id: string): Promise<void>;
}
