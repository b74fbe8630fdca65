import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.ts';

/** One thing that must work for the server to take requests. */
export interface ReadinessCheck {
  readonly name: string;
  /** Resolves when it works; rejects with the reason when it does not. */
  check(): Promise<void>;
}

export interface ObserveDeps {
  readonly metrics: Metrics;
  readonly checks: readonly ReadinessCheck[];
  /** True from SIGTERM on: the load balancer sends no more, what runs is finished. */
  draining(): boolean;
}

/** A check that takes longer counts as failed: the prober would give up as well. */
const CHECK_TIMEOUT_MS = 2000;

/** `/healthz` (the process lives), `/readyz` (it may be sent requests) and `/metrics` (Prometheus text), without a token. */
export function registerObserve(app: FastifyInstance, deps: ObserveDeps): void {
  const quiet = { logLevel: 'warn' } as const;
  app.get('/healthz', quiet, async () => ({ status: 'ok' }));
  app.get('/readyz', quiet, async (_request, reply) => {
    const failures = deps.draining()
      ? [{ name: 'draining', reason: 'the server is stopping' }]
      : await failed(deps.checks);
    return reply
      .code(failures.length === 0 ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(failures.length === 0 ? { status: 'ready' } : { status: 'not ready', failures });
  });
  app.get('/metrics', quiet, async (_request, reply) =>
    reply.type(deps.metrics.registry.contentType).send(await deps.metrics.registry.metrics()),
  );
}

interface Failure {
  readonly name: string;
  readonly reason: string;
}

async function failed(checks: readonly ReadinessCheck[]): Promise<readonly Failure[]> {
  const results = await Promise.allSettled(checks.map((check) => withinTime(check)));
  return results.flatMap((result, i) =>
    result.status === 'rejected' ? [{ name: checks[i]?.name ?? '', reason: reasonOf(result.reason) }] : [],
  );
}

async function withinTime({ check }: ReadinessCheck): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([check(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
