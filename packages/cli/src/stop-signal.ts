/** A Ctrl-C comes twice: from the terminal to every process, and once more from the launcher. */
const SAME_KEY_MS = 1000;
const KEEP_ALIVE_MS = 2 ** 31 - 1;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Resolves at the first SIGINT or SIGTERM and holds the process until then; a later second one ends it at once. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    // Sockets that are not awaited, or signal handlers alone, would let the process end.
    const alive = setInterval(() => undefined, KEEP_ALIVE_MS);
    let firstAt: number | undefined;
    const stop = (): void => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        clearInterval(alive);
        resolve();
      } else if (performance.now() - firstAt > SAME_KEY_MS) {
        process.exit(1);
      }
    };
    for (const signal of SIGNALS) process.on(signal, stop);
  });
}
