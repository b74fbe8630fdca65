/** Writes of the per-message path, run inside the transaction of the group commit; versions are checked first. */
import type {
  Commit,
  CredentialWrite,
  DeviceCommit,
  DeviceWrite,
  MessageCommit,
  NewEvent,
  NewTimelineRow,
  SessionWrite,
} from '../port.ts';
import type { Connection, Row } from './connection.ts';
import type { RecordCache } from './record-cache.ts';
import { packResponse } from './stored-response.ts';
import { int, optionalText, orNull } from './values.ts';

const VERSIONS = `SELECT d.version AS device, d.serial, d.state, c.version AS credentials, s.version AS session
  FROM (SELECT ?1 AS key) AS k
  LEFT JOIN devices d ON d.key = k.key
  LEFT JOIN credentials c ON c.key = k.key
  LEFT JOIN sessions s ON s.key = k.key`;
const DEVICE_VERSION = 'SELECT version AS device, serial, state FROM devices WHERE key = ?';

/** Session, device, credentials, history: all or nothing. */
export function writeMessage(db: Connection, cache: RecordCache, commit: MessageCommit): Commit {
  const { session, device, credentials } = commit;
  const at = db.get(VERSIONS, session.key) ?? {};
  if ((at.session ?? 0) !== session.expected) return 'conflict';
  if (device !== undefined && (at.device ?? 0) !== device.expected) return 'conflict';
  if (credentials !== undefined && (at.credentials ?? 0) !== credentials.expected) return 'conflict';
  writeSession(db, session);
  writeRest(db, cache, commit, at);
  return 'committed';
}

export function writeDevice(db: Connection, cache: RecordCache, commit: DeviceCommit): Commit {
  const { device, credentials } = commit;
  const at = device === undefined ? {} : (db.get(DEVICE_VERSION, device.key) ?? {});
  if (device !== undefined && (at.device ?? 0) !== device.expected) return 'conflict';
  if (credentials !== undefined && versionOf(db, 'credentials', credentials.key) !== credentials.expected) {
    return 'conflict';
  }
  writeRest(db, cache, commit, at);
  return 'committed';
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

/** `at`: serial and state of the device row as it was. */
function writeRest(db: Connection, cache: RecordCache, commit: DeviceCommit, at: Row): void {
  if (commit.device !== undefined) putDevice(db, cache, commit.device, at);
  if (commit.credentials !== undefined) putCredentials(db, commit.credentials);
  for (const row of commit.timeline) addTimeline(db, row);
  for (const event of commit.events) addEvent(db, event);
}

function writeSession(db: Connection, session: SessionWrite): void {
  const minute = Math.floor(session.updatedAt / 60_000);
  const { key, id, token, value, updatedAt, expected } = session;
  const known = session.known ? 1 : 0;
  const response = packResponse(session.response);
  if (expected === 0) {
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
  db.run(
    'UPDATE sessions SET version = version + 1, id = ?, token = ?, known = ?, updated_at = ?, minute = ?, value = ?, response = ? WHERE key = ?',
    id,
    token,
    known,
    updatedAt,
    minute,
    value,
    response,
    key,
  );
}

function putDevice(db: Connection, cache: RecordCache, device: DeviceWrite, at: Row): void {
  const { key, columns, expected } = device;
  const record = JSON.stringify(device.record);
  const values = [
    orNull(columns.manufacturer),
    orNull(columns.model),
    orNull(columns.firmware),
    orNull(columns.state),
    columns.quarantined ? 1 : 0,
    orNull(columns.nextDue),
    record,
  ] as const;
  if (expected === 0) {
    db.run(
      'INSERT INTO devices (key, version, manufacturer, model, firmware, state, quarantined, next_due, record) VALUES (?,1,?,?,?,?,?,?,?)',
      key,
      ...values,
    );
  } else {
    db.run(
      'UPDATE devices SET version = version + 1, manufacturer = ?, model = ?, firmware = ?, state = ?, quarantined = ?, next_due = ?, due_lease = NULL, record = ? WHERE key = ?',
      ...values,
      key,
    );
  }
  const old = expected === 0 ? undefined : (optionalText(at, 'state') ?? '');
  const now = columns.state ?? '';
  if (old !== now) {
    if (old !== undefined) count(db, old, -1);
    count(db, now, 1);
  }
  if (expected !== 0) cache.put(key, int(at, 'serial'), expected + 1, device.record, record);
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
