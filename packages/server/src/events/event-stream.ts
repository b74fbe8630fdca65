import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { EventRow } from '../store/port.ts';
import type { EventFeed } from './event-feed.ts';

export interface StreamFilter {
  /** Key of the device. */
  readonly device?: string | undefined;
  /** Types, or their first words: `update` takes `update.confirmed` as well. */
  readonly types?: readonly string[] | undefined;
}

export interface StreamOptions {
  readonly feed: EventFeed;
  readonly filter: StreamFilter;
  /** Sequence after which to begin; undefined: with what happens from now on. */
  readonly after: number | undefined;
  readonly batch: number;
  readonly heartbeatMs: number;
  /** A reader that takes nothing for so long is let go; it resumes by Last-Event-ID. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

/**
 * Writes the event log as Server-Sent Events (WHATWG HTML §9.2) until the signal aborts, the feed closes or the reader
 * stalls. Each event's id is its sequence: a reader that comes back with it loses and repeats nothing. The log is read
 * only as fast as the reader takes it.
 */
export async function streamEvents(out: Writable, options: StreamOptions): Promise<void> {
  const { feed, signal } = options;
  let cursor = options.after ?? (await feed.latest());
  const oldest = await feed.oldest();
  // The id lets a reader resume that has not seen a single event yet.
  if (!(await send(out, `id: ${cursor}\nevent: hello\ndata: {"after":${cursor}}\n\n`, options))) return;
  // From 0 means from the oldest kept: nothing was promised before it.
  if (oldest !== undefined && cursor > 0 && oldest > cursor + 1) {
    const lost = JSON.stringify({ after: cursor, oldest });
    if (!(await send(out, `event: lost\ndata: ${lost}\n\n`, options))) return;
  }
  let quietSince = Date.now();
  while (!signal.aborted && !feed.closed) {
    const events = await feed.read(cursor, options.batch);
    const text = events
      .filter((event) => passes(event, options.filter))
      .map(formatEvent)
      .join('');
    const last = events.at(-1)?.sequence;
    if (text !== '') quietSince = Date.now();
    if (text !== '' && !(await send(out, text, options))) return;
    if (last !== undefined) {
      cursor = last;
      continue;
    }
    const left = options.heartbeatMs - (Date.now() - quietSince);
    if (left > 0) await feed.changed(cursor, left, signal);
    else if (await send(out, `: still here\n\n`, options)) quietSince = Date.now();
    else return;
  }
}

/** One event as SSE text; JSON has no raw line breaks, so one data line holds it. */
export function formatEvent(event: EventRow): string {
  const { sequence, at, type, data } = event;
  const device = namedDevice(data) ?? event.device;
  const body = JSON.stringify({ sequence, at: new Date(at).toISOString(), type, device, data });
  return `id: ${sequence}\nevent: ${type.replace(/[\r\n]/g, ' ')}\ndata: ${body}\n\n`;
}

/** The id as the device sends it, where the event tells it; its key is another form of it. */
function namedDevice(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('device' in data)) return undefined;
  return typeof data.device === 'string' ? data.device : undefined;
}

export function passes(event: EventRow, filter: StreamFilter): boolean {
  if (filter.device !== undefined && event.device !== filter.device) return false;
  if (filter.types === undefined || filter.types.length === 0) return true;
  return filter.types.some((type) => event.type === type || event.type.startsWith(`${type}.`));
}

/** False when the reader is gone or stalls. */
async function send(out: Writable, text: string, { signal, stallMs }: StreamOptions): Promise<boolean> {
  if (signal.aborted || out.destroyed) return false;
  if (out.write(text)) return true;
  try {
    await once(out, 'drain', { signal: AbortSignal.any([signal, AbortSignal.timeout(stallMs)]) });
    return true;
  } catch {
    return false; // gone, or it takes nothing: the caller ends the stream, the reader resumes by its last id
  }
}
