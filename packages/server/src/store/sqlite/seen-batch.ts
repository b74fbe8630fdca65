import type { Instant } from '@fumarole/fumo/server';
import type { Context } from './context.ts';
import { SEEN_BATCH_MS } from './limits.ts';

/** Contact times: gathered and written together, so that a message need not write them. */
export function seenBatch({ db, commit }: Context): {
  add(key: string, at: Instant): void;
  flush(): Promise<void>;
} {
  let waiting = new Map<string, Instant>();
  let timer: NodeJS.Timeout | undefined;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = new Map();
    if (batch.size === 0) return;
    await commit.run(() => {
      for (const [key, at] of batch) {
        db.run(
          'INSERT INTO contacts (key, last_seen) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)',
          key,
          at,
        );
      }
    });
  };
  return {
    add: (key, at) => {
      waiting.set(key, at);
      // A batch that fails is lost on purpose: the next contact writes a newer time.
      timer ??= setTimeout(() => flush().catch(() => undefined), SEEN_BATCH_MS).unref();
    },
    flush,
  };
}
