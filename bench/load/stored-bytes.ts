/** What an exchange of ours leaves in the store, counted in its files: octets written and rows' versions. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Sums since the store was made. */
export interface Written {
  readonly messages: number;
  /** Rows written anew: sessions with response, nonces and contact facts; device records. */
  readonly updates: Readonly<Record<'sessions' | 'devices', number>>;
  readonly events: number;
}

export interface StoredSizes {
  readonly updateBytes: number;
  readonly insertBytes: number;
  readonly answerBytes: number;
  /** Device records written for each message. */
  readonly recordWrites: number;
}

export function writtenSoFar(dataDir: string): Written {
  return read(dataDir, (truth, telemetry) => ({
    messages: telemetry('SELECT count(*) FROM trace_exchanges'),
    updates: {
      sessions: truth('SELECT sum(version) FROM sessions'),
      devices: truth('SELECT sum(version) FROM devices'),
    },
    events: truth('SELECT count(*) FROM events'),
  }));
}

/** Octets each message has written since `before`, on average. */
export function storedSince(dataDir: string, before: Written): StoredSizes {
  const now = writtenSoFar(dataDir);
  const messages = Math.max(1, now.messages - before.messages);
  const times = (table: keyof Written['updates']): number =>
    (now.updates[table] - before.updates[table]) / messages;
  return read(dataDir, (truth, telemetry) => {
    const session = truth(
      `SELECT avg(length(value) + length(response) + length(sealed) + length(nonces) + length(contact)) FROM sessions`,
    );
    const record = truth('SELECT avg(length(record)) FROM devices');
    const event = truth(
      'SELECT avg(length(coalesce(text, 0)) + length(coalesce(data, 0)) + length(coalesce(device, 0))) FROM events',
    );
    const traced = telemetry('SELECT avg(length(request) + length(response)) FROM trace_exchanges');
    return {
      updateBytes: Math.round(session * times('sessions') + record * times('devices')),
      insertBytes: Math.round(traced + (event * (now.events - before.events)) / messages),
      answerBytes: Math.round(telemetry('SELECT avg(response_bytes) FROM trace_exchanges')),
      recordWrites: Number(times('devices').toFixed(2)),
    };
  });
}

type Ask = (sql: string) => number;

function read<T>(dataDir: string, use: (truth: Ask, telemetry: Ask) => T): T {
  const files = ['truth.db', 'telemetry.db'].map(
    (name) => new DatabaseSync(join(dataDir, name), { readOnly: true }),
  );
  const ask = (db: DatabaseSync | undefined): Ask => {
    return (sql) => Number(Object.values(db?.prepare(sql).get() ?? {})[0] ?? 0);
  };
  try {
    return use(ask(files[0]), ask(files[1]));
  } finally {
    for (const db of files) db.close();
  }
}
