import type { TimelineKind } from '@fumarole/fumo/server';
import type { EventRow, Store, TimelineRow } from '../port.ts';
import type { Row } from './connection.ts';
import type { Context } from './context.ts';
import { addEvent } from './device-writes.ts';
import { MAX_PAGE } from './limits.ts';
import { int, json, optionalText, text } from './values.ts';

type Part = Pick<
  Store,
  'timeline' | 'events' | 'lastEventSequence' | 'addEvents' | 'onEvents' | 'pruneHistory'
>;

export function historyPart(context: Context, listeners: Set<() => void>): Part {
  const { db, commit, announce } = context;
  return {
    timeline: (key, query) => timeline(context, key, query),
    events: async ({ after, limit, device }) => {
      let list = context.query
        .selectFrom('events')
        .selectAll()
        .where('sequence', '>', after)
        .where('text', 'is', null)
        .orderBy('sequence')
        .limit(Math.min(limit, MAX_PAGE));
      if (device !== undefined) list = list.where('device', '=', device);
      return (await list.execute()).map((row) => eventRow({ ...row }));
    },
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
      // The newest row stays, so that no sequence is ever given twice.
      await commit.run(() =>
        db.run(
          `DELETE FROM events WHERE sequence < (SELECT max(sequence) FROM events)
             AND at < CASE WHEN text IS NULL THEN ? ELSE ? END`,
          eventsBefore,
          timelineBefore,
        ),
      );
    },
  };
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
  const data = optionalText(row, 'data');
  return {
    sequence: int(row, 'sequence'),
    at: int(row, 'at'),
    type: text(row, 'type'),
    device: optionalText(row, 'device'),
    data: data === undefined ? undefined : json<unknown>(data, 'the data of an event'),
  };
}
