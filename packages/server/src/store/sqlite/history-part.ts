import type { TimelineKind } from '@fumarole/fumo/server';
import type { EventRow, Store, TimelineRow } from '../port.ts';
import { toldEvent } from '../told-event.ts';
import type { Row } from './connection.ts';
import type { Context } from './context.ts';
import { addEvent } from './device-writes.ts';
import { MAX_PAGE, PRUNE_SLICE, PRUNE_SLICES } from './limits.ts';
import { int, json, optionalText, text } from './values.ts';

type Part = Pick<
  Store,
  'timeline' | 'events' | 'lastEventSequence' | 'addEvents' | 'onEvents' | 'pruneHistory'
>;

export function historyPart(context: Context, listeners: Set<() => void>): Part {
  const { db, commit, announce } = context;
  return {
    timeline: (key, query) => timeline(context, key, query),
    events: async ({ after, limit }) =>
      db
        .all(
          'SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?',
          after,
          Math.min(limit, MAX_PAGE),
        )
        .map(eventRow),
    lastEventSequence: async () => {
      const row = db.get('SELECT coalesce(max(sequence), 0) AS n FROM events');
      return row === undefined ? 0 : int(row, 'n');
    },
    addEvents: async (events) => {
      await commit.run(() => {
        for (const event of events) addEvent(db, event);
      });
      announce();
    },
    onEvents: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    pruneHistory: async ({ eventsBefore, timelineBefore }) => {
      await prune(context, 'text IS NULL', eventsBefore);
      await prune(context, 'text IS NOT NULL', timelineBefore);
    },
  };
}

/** The oldest come first, in slices, so that messages are committed in between. */
async function prune(
  { db, commit }: Context,
  kind: 'text IS NULL' | 'text IS NOT NULL',
  before: number,
): Promise<void> {
  for (let slice = 0; slice < PRUNE_SLICES; slice += 1) {
    // The newest row stays, so that no sequence is ever given twice.
    const removed = await commit.run(() =>
      db.run(
        `DELETE FROM events WHERE at < ? AND sequence < (SELECT max(sequence) FROM events)
           AND sequence IN (SELECT sequence FROM events WHERE ${kind} ORDER BY sequence LIMIT ${PRUNE_SLICE})`,
        before,
      ),
    );
    if (removed < PRUNE_SLICE) return;
  }
}

async function timeline(
  { query }: Context,
  key: string,
  {
    after,
    before,
    limit,
  }: { readonly after?: number | undefined; readonly before?: number | undefined; readonly limit: number },
): Promise<readonly TimelineRow[]> {
  let list = query
    .selectFrom('events')
    .selectAll()
    .where('device', '=', key)
    .where('text', 'is not', null)
    .limit(Math.min(limit, MAX_PAGE));
  if (after !== undefined) list = list.where('sequence', '>', after);
  if (before !== undefined) list = list.where('sequence', '<', before);
  // Without a lower bound the newest are wanted, still told oldest first.
  const backwards = after === undefined;
  const rows = (await list.orderBy('sequence', backwards ? 'desc' : 'asc').execute()).map((row) =>
    timelineRow({ ...row }),
  );
  return backwards ? rows.reverse() : rows;
}

function timelineRow(row: Row): TimelineRow {
  const data = optionalText(row, 'data');
  return {
    sequence: int(row, 'sequence'),
    key: text(row, 'device'),
    at: int(row, 'at'),
    kind: text(row, 'type') as TimelineKind,
    text: text(row, 'text'),
    update: optionalText(row, 'update_id'),
    data: data === undefined ? undefined : json(data, 'the data of a timeline row'),
  };
}

function eventRow(row: Row): EventRow {
  if (optionalText(row, 'text') !== undefined) return toldEvent(timelineRow(row), text(row, 'device_id'));
  const data = optionalText(row, 'data');
  return {
    sequence: int(row, 'sequence'),
    at: int(row, 'at'),
    type: text(row, 'type'),
    device: optionalText(row, 'device'),
    data: data === undefined ? undefined : json<unknown>(data, 'the data of an event'),
  };
}
