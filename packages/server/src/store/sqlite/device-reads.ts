import { type ContactFacts, type DeviceRecord, joinRecord, type LastingFacts } from '@fumarole/fumo/server';
import type { CredentialRow, DeviceColumns, DeviceRow, LoadedForMessage, SessionRow } from '../port.ts';
import type { Connection, Row } from './connection.ts';
import type { Context } from './context.ts';
import type { Loaded } from './loaded-cache.ts';
import type { RecordCache } from './record-cache.ts';
import { blob, int, json, optionalInt, optionalText, text } from './values.ts';

const FOR_MESSAGE = `SELECT
  d.serial, d.version, d.manufacturer, d.model, d.firmware, d.state, d.quarantined, d.next_due,
  s.number, s.version AS s_version, s.key_id, s.sealed, s.nonces, s.contact, s.id, s.token, s.updated_at, s.value,
  EXISTS (SELECT 1 FROM work w WHERE w.kind = 'wake' AND w.key = k.key) AS awaited
  FROM (SELECT ?1 AS key) AS k
  LEFT JOIN devices d ON d.key = k.key
  LEFT JOIN sessions s ON s.key = k.key`;

export function loadForMessage(context: Context, key: string, newest: boolean): LoadedForMessage {
  if (newest) context.loaded.revalidate();
  else context.loaded.revalidateInTurn();
  return loadRows(context, key).rows;
}

/** What is at hand, once revalidated, or everything but the lasting part of the record with one statement. */
export function loadRows({ db, cache, loaded }: Context, key: string): Loaded {
  const found = loaded.get(key);
  if (found !== undefined) return found;
  const row = db.get(FOR_MESSAGE, key) ?? {};
  const made: Loaded = {
    rows: rowsOf(db, cache, key, row),
    serial: optionalInt(row, 'serial') ?? 0,
    number: optionalInt(row, 'number') ?? 0,
    contact: optionalText(row, 'contact'),
    awaited: optionalInt(row, 'awaited') !== 0,
  };
  // Another process may write between two statements: a record that was read apart makes a mixture, good only once.
  if (made.rows.device?.version === optionalInt(row, 'version')) loaded.put(key, made);
  return made;
}

function rowsOf(db: Connection, cache: RecordCache, key: string, row: Row): LoadedForMessage {
  return {
    device: optionalInt(row, 'version') === undefined ? undefined : deviceOf(db, cache, key, row),
    version: optionalInt(row, 's_version') ?? 0,
    credentials: optionalText(row, 'key_id') === undefined ? undefined : credentialsOf(key, row),
    session: optionalText(row, 'id') === undefined ? undefined : sessionOf(key, row),
  };
}

function deviceOf(db: Connection, cache: RecordCache, key: string, row: Row): DeviceRow | undefined {
  const version = int(row, 'version');
  const lasting = cache.get(key, int(row, 'serial'), version);
  // Another process may write in between: the version that came with the record counts.
  return lasting === undefined
    ? readDevice(db, cache, key)
    : { key, version, record: joined(key, lasting, row), columns: columnsOf(row) };
}

export const DEVICE_COLUMNS =
  'd.serial, d.key, d.version, d.manufacturer, d.model, d.firmware, d.state, d.quarantined, d.next_due, d.record, s.contact';

export function readDevice(db: Connection, cache: RecordCache, key: string): DeviceRow | undefined {
  const row = db.get(
    `SELECT ${DEVICE_COLUMNS} FROM devices d LEFT JOIN sessions s ON s.key = d.key WHERE d.key = ?`,
    key,
  );
  return row === undefined ? undefined : deviceRow(row, cache);
}

export function deviceRow(row: Row, cache: RecordCache): DeviceRow {
  const key = text(row, 'key');
  const version = int(row, 'version');
  const stored = text(row, 'record');
  const lasting =
    cache.get(key, int(row, 'serial'), version) ?? json<LastingFacts>(stored, `the record of device ${key}`);
  cache.put(key, int(row, 'serial'), version, lasting, stored.length);
  return { key, version, record: joined(key, lasting, row), columns: columnsOf(row) };
}

function joined(key: string, lasting: LastingFacts, row: Row): DeviceRecord {
  const contact = optionalText(row, 'contact');
  return contact === undefined
    ? joinRecord(lasting)
    : joinRecord(lasting, json<ContactFacts>(contact, `the last contact of device ${key}`));
}

function columnsOf(row: Row): DeviceColumns {
  return {
    manufacturer: optionalText(row, 'manufacturer'),
    model: optionalText(row, 'model'),
    firmware: optionalText(row, 'firmware'),
    state: optionalText(row, 'state'),
    quarantined: int(row, 'quarantined') === 1,
    nextDue: optionalInt(row, 'next_due'),
  };
}

/** `s_version` is the version of the row in `sessions`. */
export function credentialsOf(key: string, row: Row): CredentialRow {
  return {
    key,
    version: int(row, 's_version'),
    keyId: text(row, 'key_id'),
    sealed: blob(row, 'sealed'),
    nonces: text(row, 'nonces'),
  };
}

export function sessionOf(key: string, row: Row): SessionRow {
  return {
    key,
    version: int(row, 's_version'),
    id: text(row, 'id'),
    token: text(row, 'token'),
    updatedAt: int(row, 'updated_at'),
    value: text(row, 'value'),
  };
}
