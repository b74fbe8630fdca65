/** Writes of the per-message path, run inside the transaction of the group commit; versions are checked first. */
import type {
  Commit,
  CredentialWrite,
  DeviceColumns,
  DeviceCommit,
  DeviceWrite,
  LoadedForMessage,
  MessageCommit,
  NewEvent,
  NewTimelineRow,
  SessionRow,
  SessionWrite,
} from '../port.ts';
import { isCallerStale, removeCaller } from './callers-part.ts';
import type { Connection } from './connection.ts';
import type { Context } from './context.ts';
import { loadRows } from './device-reads.ts';
import { type Loaded, sameColumns } from './loaded-cache.ts';
import { packResponse } from './stored-response.ts';
import { int, orNull } from './values.ts';

/** Session, device, credentials, history: all or nothing. */
export function writeMessage(context: Context, commit: MessageCommit): Commit {
  const { session } = commit;
  const before = loadRows(context, session.key);
  if ((before.rows.session?.version ?? 0) !== session.expected) return 'conflict';
  if (isStale(before, commit) || isCallerStale(context.db, commit)) return 'conflict';
  removeCaller(context.db, commit);
  writeSession(context.db, session, before.rows.session);
  const after = writeRest(context, commit, before);
  const { key, id, token, known, updatedAt, value } = session;
  context.loaded.put(key, {
    ...after,
    rows: {
      ...after.rows,
      session: { key, version: session.expected + 1, id, token, known, updatedAt, value },
    },
  });
  return 'committed';
}

export function writeDevice(context: Context, commit: DeviceCommit): Commit {
  const key = commit.device?.key ?? commit.credentials?.key;
  if (key === undefined) {
    addHistory(context.db, commit);
    return 'committed';
  }
  const before = loadRows(context, key);
  if (isStale(before, commit)) return 'conflict';
  context.loaded.put(key, writeRest(context, commit, before));
  return 'committed';
}

function isStale({ rows }: Loaded, { device, credentials }: DeviceCommit): boolean {
  return (
    (device !== undefined && (rows.device?.version ?? 0) !== device.expected) ||
    (credentials !== undefined && (rows.credentials?.version ?? 0) !== credentials.expected)
  );
}

export function versionOf(
  db: Connection,
  table: 'devices' | 'credentials' | 'packages',
  key: string,
): number {
  const column = table === 'packages' ? 'id' : 'key';
  const row = db.get(`SELECT version FROM ${table} WHERE ${column} = ?`, key);
  return row === undefined ? 0 : int(row, 'version');
}

function writeRest(context: Context, commit: DeviceCommit, { rows, serial }: Loaded): Loaded {
  const { device, credentials } = commit;
  const next = device === undefined ? serial : putDevice(context, device, rows.device, serial);
  if (credentials !== undefined) putCredentials(context.db, credentials);
  addHistory(context.db, commit);
  return {
    serial: next,
    rows: {
      ...rows,
      ...(device === undefined
        ? {}
        : {
            device: {
              key: device.key,
              version: device.expected + 1,
              record: device.record,
              columns: device.columns,
            },
          }),
      ...(credentials === undefined
        ? {}
        : {
            credentials: {
              key: credentials.key,
              version: credentials.expected + 1,
              keyId: credentials.keyId,
              sealed: credentials.sealed,
            },
          }),
    },
  };
}

function addHistory(db: Connection, { timeline, events }: DeviceCommit): void {
  for (const row of timeline) addTimeline(db, row);
  for (const event of events) addEvent(db, event);
}

const minuteOf = (at: number): number => Math.floor(at / 60_000);

function writeSession(db: Connection, session: SessionWrite, before: SessionRow | undefined): void {
  const { key, id, token, value, updatedAt } = session;
  const known = session.known ? 1 : 0;
  const minute = minuteOf(updatedAt);
  const response = packResponse(session.response);
  if (before === undefined) {
    db.run(
      'INSERT INTO sessions (key, version, id, token, known, updated_at, minute, value, response) VALUES (?,1,?,?,?,?,?,?,?)',
      key,
      id,
      token,
      known,
      updatedAt,
      minute,
      value,
      response,
    );
    return;
  }
  const set =
    'UPDATE sessions SET version = version + 1, id = ?, token = ?, updated_at = ?, value = ?, response = ?';
  if (before.known === session.known && minuteOf(before.updatedAt) === minute) {
    // A column of an index that is set at all is written in the index too.
    db.run(`${set} WHERE key = ?`, id, token, updatedAt, value, response, key);
    return;
  }
  db.run(
    `${set}, known = ?, minute = ? WHERE key = ?`,
    id,
    token,
    updatedAt,
    value,
    response,
    known,
    minute,
    key,
  );
}

/** The row's serial. */
function putDevice(
  { db, cache }: Context,
  device: DeviceWrite,
  before: LoadedForMessage['device'],
  serial: number,
): number {
  const { key, columns, expected } = device;
  const record = JSON.stringify(device.record);
  if (before !== undefined && sameColumns(before.columns, columns)) {
    db.run(
      'UPDATE devices SET version = version + 1, due_lease = NULL, record = ? WHERE serial = ?',
      record,
      serial,
    );
    cache.put(key, serial, expected + 1, device.record, record);
    return serial;
  }
  const values = [
    orNull(columns.manufacturer),
    orNull(columns.model),
    orNull(columns.firmware),
    orNull(columns.state),
    columns.quarantined ? 1 : 0,
    orNull(columns.nextDue),
    record,
  ] as const;
  countState(db, before?.columns, columns);
  if (before === undefined) {
    const made = db.get(
      'INSERT INTO devices (key, version, manufacturer, model, firmware, state, quarantined, next_due, record) VALUES (?,1,?,?,?,?,?,?,?) RETURNING serial',
      key,
      ...values,
    );
    return made === undefined ? 0 : int(made, 'serial');
  }
  db.run(
    'UPDATE devices SET version = version + 1, manufacturer = ?, model = ?, firmware = ?, state = ?, quarantined = ?, next_due = ?, due_lease = NULL, record = ? WHERE serial = ?',
    ...values,
    serial,
  );
  cache.put(key, serial, expected + 1, device.record, record);
  return serial;
}

function countState(db: Connection, before: DeviceColumns | undefined, after: DeviceColumns): void {
  const old = before === undefined ? undefined : (before.state ?? '');
  const now = after.state ?? '';
  if (old === now) return;
  if (old !== undefined) count(db, old, -1);
  count(db, now, 1);
}

/** Devices by state of their update: counted as they change, never by looking at all of them. */
export function count(db: Connection, state: string, by: 1 | -1): void {
  db.run(
    'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
    `devices:${state}`,
    by,
  );
}

export function putCredentials(db: Connection, { key, expected, keyId, sealed }: CredentialWrite): void {
  if (expected === 0) {
    db.run('INSERT INTO credentials (key, version, key_id, sealed) VALUES (?,1,?,?)', key, keyId, sealed);
  } else {
    db.run(
      'UPDATE credentials SET version = version + 1, key_id = ?, sealed = ? WHERE key = ?',
      keyId,
      sealed,
      key,
    );
  }
}

function addTimeline(db: Connection, { key, entry }: NewTimelineRow): void {
  db.run(
    'INSERT INTO events (at, type, device, text, update_id, data) VALUES (?,?,?,?,?,?)',
    entry.at,
    entry.kind,
    key,
    entry.text,
    orNull(entry.update),
    entry.data === undefined ? null : JSON.stringify(entry.data),
  );
}

export function addEvent(db: Connection, event: NewEvent): void {
  db.run(
    'INSERT INTO events (at, type, device, data) VALUES (?,?,?,?)',
    event.at,
    event.type,
    orNull(event.device),
    JSON.stringify(event.data ?? null),
  );
}
