/** The composition: store, artifacts, fleet, endpoint, downloads, REST and background work, on the listeners asked for. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_SESSION_CONFIG, type SessionConfig } from '@fumarole/dm/server';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { AccountVault } from './access/account-vault.ts';
import { firstAdminToken } from './access/admin-token.ts';
import { createCredentialDesk } from './access/credential-desk.ts';
import { learnShapes } from './access/decoy.ts';
import { random } from './access/digests.ts';
import { Seal } from './access/seal.ts';
import { DiskArtifacts } from './artifacts/disk-artifacts.ts';
import { SPOOL_BOUNDS } from './artifacts/limits.ts';
import { Spool } from './artifacts/spool.ts';
import { sweepOrphans } from './artifacts/sweep-orphans.ts';
import { startBackground } from './background-work.ts';
import { type ServerConfig, serverConfig } from './config.ts';
import { createNodeHandler, type NodeHandler } from './dm-endpoint/node-handler.ts';
import { compileTrust } from './dm-endpoint/peer.ts';
import { SessionValues } from './dm-endpoint/session-value.ts';
import { registerDownloads } from './downloads/register-downloads.ts';
import { createDownloadUrls, type DownloadUrls } from './downloads/url-maker.ts';
import { EventFeed } from './events/event-feed.ts';
import { createFleet } from './fleet/create-fleet.ts';
import type { Fleet } from './fleet/fleet.ts';
import { type Listeners, openListeners } from './listeners.ts';
import { createLogger, logDestination } from './observe/logger.ts';
import { createMetrics, type Metrics, type SmsLink } from './observe/metrics.ts';
import { type ReadinessCheck, registerObserve } from './observe/register-observe.ts';
import type { ServerOptions } from './options.ts';
import { EVENT_POLL_MS } from './rest/limits.ts';
import { packageUploads } from './rest/package-uploads.ts';
import { registerRest } from './rest/register-rest.ts';
import type { Store } from './store/port.ts';
import { openSqliteStore } from './store/sqlite/open-store.ts';
import { VERSION } from './version.ts';
import { openChannels } from './wake/open-channels.ts';
import { PAP_RESULT_PATH, registerPap } from './wake/pap/register-pap.ts';
import { createPushDesk, type PushDesk } from './wake/push-desk.ts';
import { createWakeService } from './wake/wake-service.ts';

export interface RunningServer {
  /** Base of the server's URLs as its devices see it. */
  readonly url: string;
  /** Address of each listener. */
  readonly urls: readonly string[];
  /** At the first start only: shown once, kept as a hash. */
  readonly adminToken?: string;
  /** What in the options would hardly be meant. */
  readonly warnings: readonly string[];
  readonly store: Store;
  readonly fleet: Fleet;
  /** Finishes open requests within the grace, then stops; harmless when repeated. */
  close(): Promise<void>;
}

/** Everything that lives as long as the server. */
interface Parts {
  readonly config: ServerConfig;
  readonly log: Logger;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly seal: Seal;
  readonly vault: AccountVault;
  readonly artifacts: DiskArtifacts;
  readonly spool: Spool;
  readonly urls: DownloadUrls;
  readonly downloadKey: Uint8Array;
  /** Makes the address for results of push gateways one that only they know. */
  readonly resultToken: string;
  readonly fleet: Fleet;
  readonly pushes: PushDesk;
  readonly wake: ReturnType<typeof createWakeService>;
  readonly feed: EventFeed;
  readonly publicUrl: () => string;
  readonly draining: () => boolean;
}

/**
 * Starts a server on a data folder; several processes may share one. Throws ConfigError, StoreError (`newer-schema`,
 * `not-a-store`), AccessError, or the system's error when a listener cannot open.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const config = serverConfig(options);
  const log = createLogger(config.logLevel, logDestination(config.logFile));
  const life: Life = { url: config.publicUrl, draining: false };
  for (const warning of config.warnings) log.warn(warning);
  const parts = await buildParts(config, log, life);
  const { store } = parts;
  let listeners: Listeners | undefined;
  let app: FastifyInstance | undefined;
  try {
    app = await composeApp(parts);
    listeners = await openListeners(config, route(app, endpoint(parts)));
    life.url ??= listeners.urls[0];
    const adminToken = await firstAdminToken(store, Date.now());
    const stopBackground = startBackground({ ...parts, traces: config.traces });
    log.info({ urls: listeners.urls, publicUrl: life.url }, 'listening');
    let closed: Promise<void> | undefined;
    const running = { app, listeners, stopBackground };
    return {
      url: parts.publicUrl(),
      urls: listeners.urls,
      ...(adminToken === undefined ? {} : { adminToken }),
      warnings: config.warnings,
      store,
      fleet: parts.fleet,
      close: () => {
        closed ??= stop(parts, running, life);
        return closed;
      },
    };
  } catch (error) {
    await listeners?.close(0);
    await app?.close();
    await closeWake(parts);
    parts.metrics.stop();
    await store.close();
    throw error;
  }
}

/** What changes while the server runs. */
interface Life {
  url: string | undefined;
  draining: boolean;
}

async function buildParts(config: ServerConfig, log: Logger, life: Life): Promise<Parts> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const seal = Seal.open(config.keyFile);
  const artifacts = await DiskArtifacts.open(join(config.dataDir, 'artifacts'), Date.now());
  const holder: Holder = {};
  const store = openSqliteStore(config.dataDir, {
    committed: (batch, seconds) => holder.metrics?.committed(batch, seconds),
  });
  const orphans = await sweepOrphans(artifacts, store, Date.now());
  if (orphans > 0) log.info({ orphans }, 'artifacts that no package names were removed');
  const metrics = createMetrics({
    openSessions: () => store.openSessions(Date.now() - config.sessionIdleMs),
    updatesByState: () => store.deviceCounts(),
    smsLink: () => holder.smpp,
  });
  holder.metrics = metrics;
  const spool = await Spool.open(
    join(config.dataDir, 'spool'),
    { ...SPOOL_BOUNDS, openMs: config.sessionIdleMs },
    Date.now(),
  );
  const publicUrl = (): string => life.url ?? 'http://localhost';
  const downloadKey = seal.derive('download urls');
  const resultToken = Buffer.from(seal.derive('push results')).toString('base64url');
  const urls = createDownloadUrls({ publicUrl, key: downloadKey, now: Date.now });
  const vault = new AccountVault(seal);
  await learnShapes(store, vault);
  const { pushes, wake } = openWake(config, log, { store, vault, metrics, publicUrl, holder, resultToken });
  const fleet = createFleet({
    store,
    urls,
    values: spool,
    wake,
    now: Date.now,
    random,
    offer: config.offer,
    planner: config.planner,
  });
  const feed = new EventFeed({
    log: store,
    pollMs: EVENT_POLL_MS,
    onError: (err) => log.warn({ err }, 'events cannot be read'),
  });
  const draining = (): boolean => life.draining;
  return {
    config,
    log,
    store,
    metrics,
    seal,
    vault,
    artifacts,
    spool,
    urls,
    downloadKey,
    resultToken,
    fleet,
    pushes,
    wake,
    feed,
    publicUrl,
    draining,
  };
}

/** What parts that are made first read of those made later. */
interface Holder {
  metrics?: Metrics;
  smpp?: SmsLink | undefined;
}

/** Package 0 and the channels that carry it. */
function openWake(
  config: ServerConfig,
  log: Logger,
  ports: Pick<Parts, 'store' | 'vault' | 'metrics' | 'publicUrl' | 'resultToken'> & {
    readonly holder: Holder;
  },
): Pick<Parts, 'pushes' | 'wake'> {
  const { store, vault, metrics, publicUrl, holder, resultToken } = ports;
  const papResultUrl = (): string => `${publicUrl()}${PAP_RESULT_PATH}/${resultToken}`;
  const { channels, smpp } = openChannels(config.wake, { log, pushes: () => pushes, papResultUrl });
  holder.smpp = smpp;
  const pushes = createPushDesk({ store, channels, now: Date.now, measure: metrics });
  const onError = (err: unknown, key: string): void =>
    log.warn({ err, device: key }, 'package 0 did not leave');
  const wake = createWakeService({ store, vault, pushes, now: Date.now, onError, ...config.wake });
  return { pushes, wake };
}

/** What is on its way to a gateway ends with the gateway's channel. */
async function closeWake({ pushes, wake }: Pick<Parts, 'pushes' | 'wake'>): Promise<void> {
  await pushes.close();
  await wake.idle();
}

async function composeApp(parts: Parts): Promise<FastifyInstance> {
  const { config, log, store, metrics, seal, vault, artifacts, urls, fleet, wake, feed, publicUrl } = parts;
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance,
    trustProxy: [...config.trustedProxies],
    logController: new LogController({ disableRequestLogging: true }),
  });
  await registerDownloads(app, {
    artifacts,
    urls,
    key: parts.downloadKey,
    package: async (sha256) => (await store.package(sha256))?.record,
    now: Date.now,
    onError: (err) => log.error({ err }, 'download failed'),
    hooks: {
      onNotify: (device, attempt, code, text) => fleet.recordInstallNotify(device, attempt, code, text),
    },
  });
  const desk = createCredentialDesk({ store, vault, seal, serverId: config.serverId, random });
  await registerRest(app, {
    store,
    fleet,
    wake,
    pushes: parts.pushes,
    values: parts.spool,
    credentials: desk,
    urls,
    uploads: packageUploads({ store, fleet, artifacts, now: Date.now }),
    feed,
    metrics,
    now: Date.now,
    version: VERSION,
    publicUrl,
  });
  await registerPap(app, parts.resultToken, (report) => parts.pushes.report(report));
  registerObserve(app, { metrics, checks: readiness(store, artifacts), draining: parts.draining });
  await app.ready();
  return app;
}

function readiness(store: Store, artifacts: DiskArtifacts): readonly ReadinessCheck[] {
  const answers = async (): Promise<void> => {
    if (!(await store.healthy())) throw new Error('the store does not answer');
  };
  const writable = async (): Promise<void> => {
    const staged = await artifacts.stage(1);
    await staged.discard();
  };
  return [
    { name: 'store', check: answers },
    { name: 'artifacts', check: writable },
  ];
}

function endpoint(parts: Parts): NodeHandler {
  const { config, store, fleet, artifacts, vault, seal, wake, publicUrl, log, metrics } = parts;
  const session: SessionConfig = {
    ...DEFAULT_SESSION_CONFIG,
    maxMsgSize: config.maxMsgSize,
    maxObjSize: config.maxObjSize,
    acceptDm11: config.dm11,
  };
  return createNodeHandler({
    store,
    fleet,
    blobs: artifacts,
    accounts: { vault, seal, serverId: config.serverId, enrol: config.enrol },
    transport: { plainSchemes: config.plainSchemes, enrol: config.enrol },
    session,
    sessionIdleMs: config.sessionIdleMs,
    sessions: new SessionValues(),
    endpointUrl: () => `${publicUrl()}/dm`,
    arrived: (key, sessionID) => wake.arrived(key, sessionID),
    now: Date.now,
    log,
    metrics,
    trust: compileTrust(config.trustedProxies),
    bodyTimeoutMs: config.bodyTimeoutMs,
    maxConcurrent: config.maxConcurrentMessages,
  });
}

const DM_URL = /^\/dm\/?(?:\?|$)/;

/** `/dm` goes to the endpoint ahead of the router; the rest is fastify's. */
function route(app: FastifyInstance, dm: NodeHandler): NodeHandler {
  return (request, response) => {
    if (DM_URL.test(request.url ?? '')) dm(request, response);
    else app.routing(request, response);
  };
}

interface Running {
  readonly app: FastifyInstance;
  readonly listeners: Listeners;
  readonly stopBackground: () => Promise<void>;
}

async function stop(parts: Parts, { app, listeners, stopBackground }: Running, life: Life): Promise<void> {
  life.draining = true;
  parts.feed.close();
  await listeners.close(parts.config.stopGraceMs);
  await stopBackground();
  await app.close();
  await closeWake(parts);
  parts.metrics.stop();
  await parts.store.close();
  parts.log.info('stopped');
}
