/**
 * Forward-only migrations; a store at version BEFORE_FIRST + n has the first n of them. Never edit one that was released.
 */

/** Schema versions up to this were never released: their stores are refused. */
export const BEFORE_FIRST = 10;

/** `application_id` of both files: "FUMA" and "FUMT". */
export const TRUTH_APPLICATION_ID = 0x46554d41;
export const TELEMETRY_APPLICATION_ID = 0x46554d54;

export const TRUTH_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE devices (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: (serial, version) names one value for ever
    key TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    manufacturer TEXT, model TEXT, firmware TEXT, state TEXT,
    quarantined INTEGER NOT NULL,
    next_due INTEGER, due_lease INTEGER,
    record TEXT NOT NULL
  );
  CREATE INDEX devices_due ON devices (next_due) WHERE next_due IS NOT NULL;
  CREATE INDEX devices_model ON devices (manufacturer, model);
  CREATE INDEX devices_state ON devices (state) WHERE state IS NOT NULL;
  CREATE INDEX devices_quarantined ON devices (key) WHERE quarantined = 1;
  CREATE TABLE sessions ( -- all that a message of a device with nothing new to tell changes
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
    key_id TEXT, sealed BLOB, nonces TEXT, -- credentials
    contact TEXT, -- the part of the device's record that each contact changes
    id TEXT, token TEXT, updated_at INTEGER, minute INTEGER, value TEXT, response BLOB -- until it expires
  );
  CREATE INDEX sessions_age ON sessions (minute) WHERE minute IS NOT NULL;
  CREATE TABLE callers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL, slot INTEGER NOT NULL, version INTEGER NOT NULL,
    id TEXT NOT NULL, token TEXT NOT NULL, updated_at INTEGER NOT NULL,
    value TEXT NOT NULL, response BLOB NOT NULL, UNIQUE (key, slot)
  );
  CREATE INDEX callers_age ON callers (updated_at);
  CREATE TABLE events (
    sequence INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL, type TEXT NOT NULL, device TEXT, data TEXT,
    text TEXT, device_id TEXT, update_id TEXT -- of a line in a device's timeline
  );
  CREATE INDEX events_told ON events (sequence) WHERE text IS NULL;
  CREATE INDEX events_device ON events (device, sequence) WHERE device IS NOT NULL;
  CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE packages (
    id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, record TEXT NOT NULL, document TEXT NOT NULL
  );
  CREATE TABLE publisher_keys (
    id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, public_key TEXT NOT NULL, added_at INTEGER NOT NULL
  );
  CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL
  );
  CREATE TABLE install_reports (
    key TEXT NOT NULL, attempt TEXT NOT NULL, at INTEGER NOT NULL, code INTEGER NOT NULL, text TEXT NOT NULL
  );
  CREATE INDEX install_reports_of ON install_reports (key, attempt);
  CREATE TABLE settings (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE work (
    kind TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL,
    due_at INTEGER NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (kind, key)
  ) WITHOUT ROWID;
  CREATE INDEX work_due ON work (kind, due_at);
  `,
  `
  CREATE TABLE descriptions (
    id TEXT NOT NULL PRIMARY KEY, -- of the model
    manufacturer TEXT NOT NULL, model TEXT NOT NULL,
    summary TEXT NOT NULL, document BLOB NOT NULL, added_at INTEGER NOT NULL
  );
  `,
];

export const TELEMETRY_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE trace_sessions ( -- a session has a row for what was said before it was proved, and one for the rest
    id TEXT NOT NULL, stranger INTEGER NOT NULL, key TEXT, started_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
    messages INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (id, stranger)
  ) WITHOUT ROWID;
  CREATE INDEX trace_sessions_key ON trace_sessions (key, id);
  CREATE INDEX trace_sessions_strange ON trace_sessions (id) WHERE stranger = 1;
  CREATE TABLE trace_exchanges (
    sequence INTEGER NOT NULL PRIMARY KEY, session TEXT NOT NULL, stranger INTEGER NOT NULL,
    encoding TEXT NOT NULL, outcome TEXT, received_at INTEGER NOT NULL, request_bytes INTEGER NOT NULL, request TEXT,
    answered_at INTEGER NOT NULL, response_bytes INTEGER NOT NULL, response TEXT, status INTEGER NOT NULL
  );
  CREATE INDEX trace_exchanges_session ON trace_exchanges (session);
  CREATE TABLE trace_totals (
    stranger INTEGER NOT NULL PRIMARY KEY, messages INTEGER NOT NULL, bytes INTEGER NOT NULL
  );
  INSERT INTO trace_totals VALUES (0, 0, 0), (1, 0, 0);
  `,
];
