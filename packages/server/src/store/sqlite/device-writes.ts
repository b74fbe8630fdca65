/** Writes of the per-message path, run inside the transaction of the group commit; versions are checked first. */
import { contactOf, joinRecord, lastingOf } from '@fumarole/fumo/server';
import type {
  Commit,
  DeviceColumns,
  DeviceCommit,
  DeviceWrite,
  MessageCommit,
  NewEvent,
  NewTimelineRow,
} from '../port.ts';
import { isCallerStale, removeCaller } from './callers-part.ts';
import type { Connection } from './connection.ts';
import type { Context } from './context.ts';
import { loadRows } from './device-reads.ts';
import { type Loaded, sameColumns } from './loaded-cache.ts';
import { writeSession } from './session-writes.ts';
import { int, orNull } from './values.ts';

/** Session, device, credentials, history: all or nothing. */
export function writeMessage(context: Context, commit: MessageCommit): Commit {
  const { session, device } = commit;
  const before = loadRows(context, session.key);
  if (before.rows.version !== session.expected || isDeviceStale(before, device)) return 'conflict';
  if (isCallerStale(context.db, commit)) return 'conflict';
  removeCaller(context.db, commit);
  const after = writeSession(context.db, commit, before);
  context.loaded.put(session.key, writeMessageDevice(context, device, after));
  addHistory(context.db, commit);
  return 'committed';
}

function writeMessageDevice(context: Context, device: MessageCommit['device'], after: Loaded): Loaded {
  if (device === undefined) return after;
  if (!device.contactOnly) return putDevice(context, device, after);
  const { key, expected, record, columns } = device;
  return { ...after, rows: { ...after.rows, device: { key, version: expected, record, columns } } };
}

/** A change that no message brought: contact facts stay as they are. */
export function writeDevice(context: Context, commit: DeviceCommit): Commit {
  const { device } = commit;
  if (device !== undefined) {
    const before = loadRows(context, device.key);
    if (isDeviceStale(before, device)) return 'conflict';
    const { rows } = before;
    const record = joinRecord(
      device.record,
      rows.device === undefined ? undefined : contactOf(rows.device.record),
    );
    context.loaded.put(device.key, putDevice(context, { ...device, record }, before));
  }
  addHistory(context.db, commit);
  return 'committed';
}

function isDeviceStale({ rows }: Loaded, device: DeviceWrite | undefined): boolean {
  return device !== undefined && (rows.device?.version ?? 0) !== device.expected;
}

export function versionOf(db: Connection, table: 'devices' | 'sessions' | 'packages', key: string): number {
  const column = table === 'packages' ? 'id' : 'key';
  const row = db.get(`SELECT version FROM ${table} WHERE ${column} = ?`, key);
  return row === undefined ? 0 : int(row, 'version');
}

function addHistory(db: Connection, { timeline, events }: DeviceCommit): void {
  for (const row of timeline) addTimeline(db, row);
  for (const event of events) addEvent(db, event);
}

/** Writes what lasts in the record; what is at hand afterwards. */
function putDevice({ db, cache }: Context, device: DeviceWrite, before: Loaded): Loaded {
  const { key, columns, expected } = device;
  const lasting = lastingOf(device.record);
  const text = JSON.stringify(lasting);
  const old = before.rows.device;
  const serial =
    old === undefined
      ? addDevice(db, device, text)
      : changeDevice(db, { serial: before.serial, before: old.columns, columns, text });
  cache.put(key, serial, expected + 1, lasting, text.length);
  const row = { key, version: expected + 1, record: device.record, columns };
  return { ...before, serial, rows: { ...before.rows, device: row } };
}

const valuesOf = (columns: DeviceColumns) =>
  [
    orNull(columns.manufacturer),
    orNull(columns.model),
    orNull(columns.firmware),
    orNull(columns.state),
    columns.quarantined ? 1 : 0,
    orNull(columns.nextDue),
  ] as const;

function addDevice(db: Connection, { key, columns }: DeviceWrite, text: string): number {
  countState(db, undefined, columns);
  const made = db.get(
    'INSERT INTO devices (key, version, manufacturer, model, firmware, state, quarantined, next_due, record) VALUES (?,1,?,?,?,?,?,?,?) RETURNING serial',
    key,
    ...valuesOf(columns),
    text,
  );
  return made === undefined ? 0 : int(made, 'serial');
}

interface DeviceChange {
  readonly serial: number;
  readonly before: DeviceColumns;
  readonly columns: DeviceColumns;
  readonly text: string;
}

function changeDevice(db: Connection, { serial, before, columns, text }: DeviceChange): number {
  if (sameColumns(before, columns)) {
    db.run(
      'UPDATE devices SET version = version + 1, due_lease = NULL, record = ? WHERE serial = ?',
      text,
      serial,
    );
    return serial;
  }
  countState(db, before, columns);
  db.run(
    'UPDATE devices SET version = version + 1, manufacturer = ?, model = ?, firmware = ?, state = ?, quarantined = ?, next_due = ?, due_lease = NULL, record = ? WHERE serial = ?',
    ...valuesOf(columns),
    text,
    serial,
  );
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

function addTimeline(db: Connection, { key, id, entry }: NewTimelineRow): void {
  db.run(
    'INSERT INTO events (at, type, device, text, device_id, update_id, data) VALUES (?,?,?,?,?,?,?)',
    entry.at,
    entry.kind,
    key,
    entry.text,
    id,
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
