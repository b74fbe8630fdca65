import type { Logger } from 'pino';

/** Work that repeats until stopped; a round never overlaps the next, and a failing one is logged and tried again. */
export function repeat(
  name: string,
  everyMs: number,
  log: Logger,
  round: () => Promise<void>,
): () => Promise<void> {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = round()
        .catch((error: unknown) => log.error({ err: error }, `${name} failed`))
        .then(next);
    }, everyMs);
    timer.unref();
  };
  next();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
