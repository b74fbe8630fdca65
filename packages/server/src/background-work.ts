import type { Logger } from 'pino';
import { repeat } from './background.ts';
import type { ServerConfig } from './config.ts';
import type { Fleet } from './fleet/fleet.ts';
import { DUE_BATCH, EVENT_MAX_AGE_MS, SWEEP_INTERVAL_MS, TIMELINE_MAX_AGE_MS } from './limits.ts';
import type { Store } from './store/port.ts';
import type { TraceBounds } from './store/trace-port.ts';

/** A retry is recognised for 120 s: an ended session's last response stays longer than that. */
const LEAST_KEPT_MS = 180_000;

export interface BackgroundDeps {
  readonly config: ServerConfig;
  readonly log: Logger;
  readonly store: Store;
  readonly fleet: Fleet;
  readonly spool: { sweep(now: number): Promise<void> };
  readonly wake: { runDue(): Promise<number> };
  readonly pushes: { runDue(): Promise<number> };
  readonly traces: TraceBounds;
}

/** Due devices and wakes, and the removal of what is old. Returns the stop function. */
export function startBackground({
  config,
  log,
  store,
  fleet,
  spool,
  wake,
  pushes,
  traces,
}: BackgroundDeps): () => Promise<void> {
  const stops = [
    repeat('due devices', config.dueIntervalMs, log, async () => {
      await fleet.runDue(Date.now(), DUE_BATCH);
    }),
    repeat('due wakes', config.dueIntervalMs, log, async () => {
      await wake.runDue();
      await pushes.runDue();
    }),
    repeat('sweep', SWEEP_INTERVAL_MS, log, async () => {
      const now = Date.now();
      await store.expireSessions(now - Math.max(config.sessionIdleMs, LEAST_KEPT_MS));
      await spool.sweep(now);
      await store.traces.prune(traces, now);
      await store.pruneHistory({
        eventsBefore: now - EVENT_MAX_AGE_MS,
        timelineBefore: now - TIMELINE_MAX_AGE_MS,
      });
    }),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}
