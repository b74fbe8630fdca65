import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from './metrics.ts';
import { type ReadinessCheck, registerObserve } from './register-observe.ts';

const open: { readonly app: FastifyInstance; readonly metrics: Metrics }[] = [];
afterEach(async () => {
  for (const { app, metrics } of open.splice(0)) {
    await app.close();
    metrics.stop();
  }
});

function observed(
  checks: readonly ReadinessCheck[] = [],
  draining = false,
  metrics = createMetrics(),
): FastifyInstance {
  const app = fastify();
  registerObserve(app, { metrics, checks, draining: () => draining });
  open.push({ app, metrics });
  return app;
}

describe('readiness', () => {
  it('names what does not work, and why', async () => {
    const checks = [
      { name: 'store', check: async () => {} },
      { name: 'artifacts', check: () => Promise.reject(new Error('EROFS: read-only file system')) },
    ];
    const answer = await observed(checks).inject('/readyz');
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({
      status: 503,
      body: {
        status: 'not ready',
        failures: [{ name: 'artifacts', reason: 'EROFS: read-only file system' }],
      },
    });
  });

  it('is over as soon as the server drains, while the process still lives', async () => {
    const app = observed([], true);
    expect((await app.inject('/readyz')).statusCode).toBe(503);
    expect((await app.inject('/healthz')).statusCode).toBe(200);
  });

  it('holds when every check does', async () => {
    expect((await observed([{ name: 'store', check: async () => {} }]).inject('/readyz')).json()).toEqual({
      status: 'ready',
    });
  });
});

describe('metrics', () => {
  it('count messages by encoding, authentication and outcome, and read gauges when asked', async () => {
    const metrics = createMetrics({
      openSessions: () => 7,
      updatesByState: () => new Map([['confirmed', 3]]),
    });
    metrics.message({ encoding: 'wbxml', auth: 'mac', outcome: 'ok', seconds: 0.002 });
    metrics.downloaded(1000, 'complete');
    metrics.committed(12, 0.001);
    const { body } = await observed([], false, metrics).inject('/metrics');
    for (const line of [
      'fumarole_dm_messages_total{encoding="wbxml",auth="mac",outcome="ok"} 1',
      'fumarole_dm_message_seconds_bucket{le="0.0025",encoding="wbxml"} 1',
      'fumarole_download_bytes_total 1000',
      'fumarole_store_commit_batch_bucket{le="16"} 1',
      'fumarole_dm_sessions_open 7',
      'fumarole_updates{state="confirmed"} 3',
    ]) {
      expect(body.split('\n')).toContain(line);
    }
  });

  it('of two servers in one process stay apart', async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.downloaded(5, 'partial');
    expect((await observed([], false, two).inject('/metrics')).body).toContain(
      'fumarole_download_bytes_total 0',
    );
    one.stop();
  });
});
