import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewEvent, Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite/open-store.ts';
import { EventFeed } from './event-feed.ts';
import { type StreamOptions, streamEvents } from './event-stream.ts';

let folder: string;
let store: Store;
let feed: EventFeed;
const stops: (() => Promise<void>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fumarole-events-'));
  store = openSqliteStore(folder);
  feed = feedOf(store);
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  feed.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

const feedOf = (log: Store): EventFeed =>
  new EventFeed({ log, pollMs: 5, onError: (error) => expect.fail(String(error)) });
const event = (n: number, more: Partial<NewEvent> = {}): NewEvent => ({
  at: n,
  type: 'update.changed',
  device: 'd1',
  data: { n },
  ...more,
});

interface Reader {
  readonly text: () => string;
  readonly ids: () => readonly number[];
  /** Resolves when so many events have been read. */
  readonly until: (count: number) => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly ended: Promise<void>;
}

function read(after: number | undefined, more: Partial<StreamOptions> = {}): Reader {
  const out = new PassThrough();
  const gone = new AbortController();
  let text = '';
  const waiting: (() => void)[] = [];
  out.on('data', (piece: Buffer) => {
    text += piece.toString();
    for (const wake of waiting.splice(0)) wake();
  });
  const options = {
    feed,
    filter: {},
    after,
    batch: 7,
    heartbeatMs: 60_000,
    stallMs: 1000,
    signal: gone.signal,
  };
  const ended = streamEvents(out, { ...options, ...more });
  const ids = () => [...text.matchAll(/^id: (\d+)\nevent: (?!hello)/gm)].map(([, id]) => Number(id));
  const until = async (count: number): Promise<void> => {
    while (ids().length < count) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const stop = async (): Promise<void> => {
    gone.abort();
    await ended;
  };
  stops.push(stop);
  return { text: () => text, ids, until, stop, ended };
}

describe('event stream', () => {
  it('resumed again and again with the last id, loses and repeats nothing', async () => {
    const seen: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const reader = read(seen.at(-1) ?? 0);
      await store.addEvents(Array.from({ length: 23 }, (_, i) => event(round * 23 + i)));
      await reader.until(11);
      await reader.stop();
      // A connection may break anywhere: what was received, not what was sent, is the place to go on.
      seen.push(...reader.ids().slice(0, 11));
    }
    const rest = read(seen.at(-1));
    await rest.until(230 - seen.length);
    expect([...seen, ...rest.ids()]).toEqual(Array.from({ length: 230 }, (_, i) => i + 1));
  });

  it('shows what another process on the same store commits', async () => {
    const reader = read(0);
    const other = openSqliteStore(folder);
    await other.addEvents([event(1), event(2)]);
    await reader.until(2);
    await other.close();
    expect(reader.text()).toContain(
      'id: 2\nevent: update.changed\ndata: {"sequence":2,"at":"1970-01-01T00:00:00.002Z","type":"update.changed","device":"d1","data":{"n":2}}\n\n',
    );
  });

  it('begins with what happens from now on, and gives an id to resume by before the first event', async () => {
    await store.addEvents([event(1), event(2)]);
    const reader = read(undefined);
    await expect.poll(() => reader.text()).toContain('id: 2\nevent: hello\n');
    await store.addEvents([event(3)]);
    await reader.until(1);
    expect(reader.ids()).toEqual([3]);
  });

  it('filters by device and by type', async () => {
    await store.addEvents([
      event(1, { device: 'd2' }),
      event(2, { type: 'update.confirmed' }),
      event(3, { type: 'updates' }),
      event(4, { type: 'contact' }),
      event(5, { type: 'update.changed', device: 'd1' }),
    ]);
    const reader = read(0, { filter: { device: 'd1', types: ['update'] } });
    await reader.until(2);
    expect(reader.ids()).toEqual([2, 5]);
  });

  it('says so when events after the given one are no longer kept, but not when asked for all that are', async () => {
    await store.addEvents([event(1), event(2), event(1000)]);
    await store.pruneHistory({ eventsBefore: 500, timelineBefore: 500 });
    const [late, all] = [read(1), read(0)];
    await Promise.all([late.until(1), all.until(1)]);
    expect(late.text()).toContain('event: lost\ndata: {"after":1,"oldest":3}\n\n');
    expect(all.text()).not.toContain('event: lost');
  });

  it('keeps a silent stream alive with comments', async () => {
    const reader = read(0, { heartbeatMs: 5 });
    await expect.poll(() => reader.text()).toContain(': still here\n\n');
  });

  it('lets go a reader that takes nothing, with a bounded buffer', async () => {
    await store.addEvents(Array.from({ length: 200 }, (_, i) => event(i, { data: 'x'.repeat(1000) })));
    const out = new PassThrough({ highWaterMark: 100 });
    const signal = new AbortController().signal;
    await streamEvents(out, { feed, filter: {}, after: 0, batch: 7, heartbeatMs: 1000, stallMs: 20, signal });
    expect(out.readableLength + out.writableLength).toBeLessThan(20_000);
  });

  it('ends when the feed closes', async () => {
    const reader = read(0);
    await expect.poll(() => reader.text()).toContain('event: hello');
    feed.close();
    await expect(reader.ended).resolves.toBeUndefined();
  });
});
