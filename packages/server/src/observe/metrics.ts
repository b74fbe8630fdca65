import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** How a DM message ended, as counted. */
export type MessageOutcome = 'ok' | 'retry' | 'challenged' | 'refused' | 'malformed' | 'aborted' | 'failed';

export interface MessageMeasure {
  readonly encoding: 'xml' | 'wbxml' | 'unknown';
  readonly auth: 'none' | 'basic' | 'md5' | 'mac' | 'transport' | 'unknown';
  readonly outcome: MessageOutcome;
  readonly seconds: number;
}

export interface SmsLink {
  readonly bound: boolean;
  readonly waiting: number;
}

/** Read when `/metrics` is asked for; each returns at once or from one indexed query. */
export interface GaugeSources {
  readonly openSessions?: () => number | Promise<number>;
  /** The connection to the SMS gateway; undefined where none is configured. */
  readonly smsLink?: () => SmsLink | undefined;
  readonly updatesByState?: () => ReadonlyMap<string, number> | Promise<ReadonlyMap<string, number>>;
}

/** The server's measurements; its registry is its own, so that several servers live in one process. */
export interface Metrics {
  readonly registry: Registry;
  message(measure: MessageMeasure): void;
  downloaded(octets: number, outcome: 'complete' | 'partial'): void;
  committed(batch: number, seconds: number): void;
  apiRequest(route: string, method: string, status: number, seconds: number): void;
  streams(open: number): void;
  /** A push to a device: `sent`, or the code of the error. */
  pushed(channel: string, outcome: string): void;
  /** What a network reported of one. */
  reported(channel: string, state: string): void;
  /** Node's own gauges keep a timer and an observer; stop ends them. */
  stop(): void;
}

const MESSAGE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Registers every instrument of the server in a registry of its own. */
export function createMetrics(sources: GaugeSources = {}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerGauges(registry, sources);
  const registers = [registry];
  const messages = new Counter({
    name: 'fumarole_dm_messages_total',
    help: 'DM messages by encoding, authentication and outcome',
    labelNames: ['encoding', 'auth', 'outcome'] as const,
    registers,
  });
  const messageSeconds = new Histogram({
    name: 'fumarole_dm_message_seconds',
    help: 'Time from the last octet of a message to its committed answer',
    labelNames: ['encoding'] as const,
    buckets: MESSAGE_BUCKETS,
    registers,
  });
  const downloadOctets = new Counter({
    name: 'fumarole_download_bytes_total',
    help: 'Octets of packages sent by the download endpoint',
    registers,
  });
  const downloads = new Counter({
    name: 'fumarole_downloads_total',
    help: 'Download requests by outcome',
    labelNames: ['outcome'] as const,
    registers,
  });
  const commitBatch = new Histogram({
    name: 'fumarole_store_commit_batch',
    help: 'Requests that shared one commit of the store',
    buckets: BATCH_BUCKETS,
    registers,
  });
  const commitSeconds = new Histogram({
    name: 'fumarole_store_commit_seconds',
    help: 'Time of one commit of the store',
    buckets: MESSAGE_BUCKETS,
    registers,
  });
  const apiSeconds = new Histogram({
    name: 'fumarole_api_request_seconds',
    help: 'REST requests by route, method and status',
    labelNames: ['route', 'method', 'status'] as const,
    registers,
  });
  const pushes = new Counter({
    name: 'fumarole_pushes_total',
    help: 'Pushes to devices by channel and outcome',
    labelNames: ['channel', 'outcome'] as const,
    registers,
  });
  const pushReports = new Counter({
    name: 'fumarole_push_reports_total',
    help: 'Delivery reports of networks by channel and state',
    labelNames: ['channel', 'state'] as const,
    registers,
  });
  const eventStreams = new Gauge({ name: 'fumarole_event_streams', help: 'Event streams open', registers });
  return {
    registry,
    message: ({ encoding, auth, outcome, seconds }) => {
      messages.inc({ encoding, auth, outcome });
      messageSeconds.observe({ encoding }, seconds);
    },
    downloaded: (octets, outcome) => {
      downloadOctets.inc(octets);
      downloads.inc({ outcome });
    },
    committed: (batch, seconds) => {
      commitBatch.observe(batch);
      commitSeconds.observe(seconds);
    },
    apiRequest: (route, method, status, seconds) => apiSeconds.observe({ route, method, status }, seconds),
    streams: (open) => eventStreams.set(open),
    pushed: (channel, outcome) => pushes.inc({ channel, outcome }),
    reported: (channel, state) => pushReports.inc({ channel, state }),
    stop: () => registry.clear(),
  };
}

function registerGauges(registry: Registry, { openSessions, updatesByState, smsLink }: GaugeSources): void {
  if (openSessions !== undefined) {
    new Gauge({
      name: 'fumarole_dm_sessions_open',
      help: 'DM sessions that have not ended',
      registers: [registry],
      async collect() {
        this.set(await openSessions());
      },
    });
  }
  if (updatesByState !== undefined) {
    new Gauge({
      name: 'fumarole_updates',
      help: 'Updates by state',
      labelNames: ['state'] as const,
      registers: [registry],
      async collect() {
        this.reset();
        for (const [state, count] of await updatesByState()) {
          // Devices that never had an update are counted under the empty word.
          if (state !== '') this.set({ state }, count);
        }
      },
    });
  }
  if (smsLink !== undefined) {
    const link = (name: string, help: string, value: (link: SmsLink) => number): Gauge =>
      new Gauge({
        name,
        help,
        labelNames: ['channel'] as const,
        registers: [registry],
        collect() {
          this.reset();
          const present = smsLink();
          if (present !== undefined) this.set({ channel: 'smpp' }, value(present));
        },
      });
    link('fumarole_sms_bound', 'Is the connection to the SMS gateway up?', ({ bound }) => (bound ? 1 : 0));
    link('fumarole_sms_waiting', 'Messages on their way to the SMS gateway', ({ waiting }) => waiting);
  }
}
