import { sql } from 'kysely';
import type { Commit, DeviceFilter, DeviceRow, PageQuery, Store } from '../port.ts';
import type { Context } from './context.ts';
import { deviceRow, loadForMessage, readDevice } from './device-reads.ts';
import { count, versionOf, writeDevice, writeMessage } from './device-writes.ts';
import { MAX_PAGE } from './limits.ts';
import { unpackResponse } from './stored-response.ts';
import { blob, int, text } from './values.ts';

type Part = Pick<
  Store,
  | 'loadForMessage'
  | 'commitMessage'
  | 'storedResponse'
  | 'device'
  | 'devices'
  | 'deviceCounts'
  | 'commitDevice'
  | 'removeDevice'
  | 'claimDueDevices'
>;

export function devicesPart(context: Context): Part {
  const { db, commit, cache, announce } = context;
  const told = (wrote: boolean, outcome: Promise<Commit>): Promise<Commit> => {
    if (!wrote) return outcome;
    return outcome.then((result) => {
      if (result === 'committed') announce();
      return result;
    });
  };
  return {
    loadForMessage: (key, newest = true) => loadForMessage(context, key, newest),
    commitMessage: (message) =>
      told(
        message.timeline.length + message.events.length > 0,
        commit.run(() => writeMessage(context, message)),
      ),
    storedResponse: async (key, version) => {
      const row = db.get('SELECT response FROM sessions WHERE key = ? AND version = ?', key, version);
      return row === undefined ? undefined : unpackResponse(blob(row, 'response'), key);
    },
    device: async (key) => readDevice(db, cache, key),
    devices: (filter, page) => listDevices(context, filter, page),
    deviceCounts: async () => {
      const rows = db.all("SELECT name, value FROM counters WHERE name LIKE 'devices:%' AND value > 0");
      return new Map(rows.map((row) => [text(row, 'name').slice('devices:'.length), int(row, 'value')]));
    },
    commitDevice: (change) =>
      told(
        change.timeline.length + change.events.length > 0,
        commit.run(() => writeDevice(context, change)),
      ),
    removeDevice: (key, expected) => commit.run(() => removeDevice(context, key, expected)),
    claimDueDevices: (now, limit, leaseMs) => claimDue(context, now, limit, leaseMs),
  };
}

async function listDevices(
  { query, cache }: Context,
  filter: DeviceFilter,
  { after, limit }: PageQuery,
): Promise<readonly DeviceRow[]> {
  let list = query
    .selectFrom('devices as d')
    .leftJoin('sessions as s', 's.key', 'd.key')
    .selectAll('d')
    .select('s.contact')
    .orderBy('d.key')
    .limit(Math.min(limit, MAX_PAGE));
  if (after !== undefined) list = list.where('d.key', '>', after);
  if (filter.manufacturer !== undefined) list = list.where('d.manufacturer', '=', filter.manufacturer);
  if (filter.model !== undefined) list = list.where('d.model', '=', filter.model);
  if (filter.state !== undefined) list = list.where('d.state', '=', filter.state);
  if (filter.quarantined !== undefined) list = list.where('d.quarantined', '=', filter.quarantined ? 1 : 0);
  if (filter.search !== undefined) {
    const pattern = `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
    list = list.where(sql<boolean>`${sql.ref('d.key')} LIKE ${pattern} ESCAPE '\\'`);
  }
  return (await list.execute()).map((row) => deviceRow({ ...row }, cache));
}

function removeDevice({ db, cache, loaded }: Context, key: string, expected: number): Commit {
  if (versionOf(db, 'devices', key) !== expected || expected === 0) return 'conflict';
  const state = db.get('SELECT state FROM devices WHERE key = ?', key)?.state;
  count(db, typeof state === 'string' ? state : '', -1);
  for (const table of ['devices', 'sessions', 'callers', 'install_reports']) {
    db.run(`DELETE FROM ${table} WHERE key = ?`, key);
  }
  db.run('DELETE FROM work WHERE kind = ? AND key = ?', 'wake', key);
  cache.drop(key);
  loaded.drop(key);
  return 'committed';
}

function claimDue(
  { db, commit, cache }: Context,
  now: number,
  limit: number,
  leaseMs: number,
): Promise<readonly DeviceRow[]> {
  const due = 'next_due <= ?1 AND (due_lease IS NULL OR due_lease <= ?1)';
  // Looked for outside a transaction: most of the time nothing is due and nothing is written.
  if (db.get(`SELECT 1 FROM devices WHERE ${due} LIMIT 1`, now) === undefined) return Promise.resolve([]);
  return commit.run(() => {
    const keys = db
      .all(`SELECT key FROM devices WHERE ${due} ORDER BY next_due LIMIT ?2`, now, Math.min(limit, MAX_PAGE))
      .map((row) => text(row, 'key'));
    for (const key of keys) db.run('UPDATE devices SET due_lease = ? WHERE key = ?', now + leaseMs, key);
    return keys.flatMap((key) => readDevice(db, cache, key) ?? []);
  });
}
