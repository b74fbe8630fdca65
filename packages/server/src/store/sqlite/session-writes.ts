/** Writes of the row that each message changes: session, nonces and contact facts of one device. */
import { contactOf } from '@fumarole/fumo/server';
import type { CredentialWrite, LoadedForMessage, MessageCommit } from '../port.ts';
import type { Connection } from './connection.ts';
import type { Loaded } from './loaded-cache.ts';
import { packResponse } from './stored-response.ts';
import { int, orNull } from './values.ts';

const ADD = `INSERT INTO sessions
  (version, nonces, contact, id, token, updated_at, value, response, minute, key)
  VALUES (1,?,?,?,?,?,?,?,?,?) RETURNING number`;
const CHANGE = `UPDATE sessions SET version = version + 1,
  nonces = ?, contact = ?, id = ?, token = ?, updated_at = ?, value = ?, response = ?`;
// A column of an index that is set at all is written in the index too.
const CHANGE_SAME_MINUTE = `${CHANGE} WHERE number = ?`;
const CHANGE_MINUTE = `${CHANGE}, minute = ? WHERE number = ?`;

const minuteOf = (at: number): number => Math.floor(at / 60_000);

/** What is at hand after a message was written, without its device. */
export function writeSession(
  db: Connection,
  { session, device, nonces, credentials }: MessageCommit,
  before: Loaded,
): Loaded {
  const { key, id, token, value, updatedAt, expected } = session;
  const minute = minuteOf(updatedAt);
  const contact = device === undefined ? before.contact : JSON.stringify(contactOf(device.record));
  const kept = credentialsAfter(before.rows, { nonces, credentials }, expected + 1);
  const columns = [
    orNull(kept?.nonces),
    orNull(contact),
    id,
    token,
    updatedAt,
    value,
    packResponse(session.response),
  ] as const;
  let { number } = before;
  const earlier = before.rows.session;
  if (number === 0) {
    const made = db.get(ADD, ...columns, minute, key);
    number = made === undefined ? 0 : int(made, 'number');
  } else if (earlier !== undefined && minuteOf(earlier.updatedAt) === minute) {
    db.run(CHANGE_SAME_MINUTE, ...columns, number);
  } else {
    db.run(CHANGE_MINUTE, ...columns, minute, number);
  }
  if (credentials !== undefined) {
    const { keyId, sealed } = credentials;
    db.run('UPDATE sessions SET key_id = ?, sealed = ? WHERE number = ?', keyId, sealed, number);
  }
  const version = expected + 1;
  return {
    ...before,
    number,
    contact,
    rows: {
      ...before.rows,
      version,
      credentials: kept,
      session: { key, version, id, token, updatedAt, value },
    },
  };
}

function credentialsAfter(
  { credentials: before }: LoadedForMessage,
  { credentials, nonces }: Pick<MessageCommit, 'credentials' | 'nonces'>,
  version: number,
): LoadedForMessage['credentials'] {
  if (credentials !== undefined) return { ...credentials, version };
  return before === undefined ? undefined : { ...before, version, nonces: nonces ?? before.nonces };
}

/** Credentials that no message brought; whoever stepped on the older nonces meanwhile loses to this version. */
export function writeCredentials(db: Connection, { key, keyId, sealed, nonces }: CredentialWrite): void {
  db.run(
    `INSERT INTO sessions (version, key, key_id, sealed, nonces) VALUES (1,?,?,?,?) ON CONFLICT (key)
     DO UPDATE SET version = version + 1, key_id = excluded.key_id, sealed = excluded.sealed, nonces = excluded.nonces`,
    key,
    keyId,
    sealed,
    nonces,
  );
}
