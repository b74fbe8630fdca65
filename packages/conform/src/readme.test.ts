import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiProvisioned } from '@fumarole/server';
import { startServer } from '@fumarole/server';
import { expect, it } from 'vitest';
import { conformServer, jsonReport, junitReport, textReport, totalsOf } from './index.ts';

it('the example of the README finds nothing wrong with our server; a wrong secret fails, and no report tells it', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'fumarole-conform-'));
  const server = await startServer({
    dataDir,
    listeners: [{ port: 0 }],
    logLevel: 'silent',
    offer: 'manual',
  });
  try {
    const [base] = server.urls;
    const { credentials } = await provisioned(
      await fetch(`${base}/api/devices`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ id: 'urn:lab:1', clientScheme: 'md5' }),
      }),
    );
    const run = (secret: string) =>
      conformServer(
        {
          url: `${base}/dm`,
          device: 'urn:lab:1',
          account: { name: 'urn:lab:1', secret },
          devInfo: { DevId: 'urn:lab:1', Man: 'Lab', Mod: 'C1', DmV: '1.2', Lang: 'en' },
          timeoutMs: 10_000,
        },
        { encodings: ['xml', 'wbxml'], only: ['authentication'] },
      );
    const right = await run(credentials.client.secret);
    expect(totalsOf(right).failed).toBe(0);
    expect(totalsOf(right).passed).toBeGreaterThan(40);

    const secret = 'not-the-secret-at-all';
    const wrong = await run(secret);
    expect(wrong.filter(({ verdict }) => verdict === 'failed').map(({ id }) => id)).toContain('auth-right');
    const facts = [['account', 'urn:lab:1']] as const;
    const report = {
      role: 'server' as const,
      subject: `${base}/dm`,
      facts,
      tool: 't',
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 1,
      results: wrong,
    };
    for (const text of [textReport(report), jsonReport(report), junitReport(report)]) {
      expect(text).toContain('SyncHdr');
      expect(text).not.toContain(secret);
      // What a credential, a nonce and the token of RespURI look like.
      expect(text).not.toMatch(/[A-Za-z0-9+/]{22}==/);
      expect(text).not.toMatch(/\?s=/);
    }
  } finally {
    await server.close();
    rmSync(dataDir, { recursive: true });
  }
});

async function provisioned(response: Response): Promise<ApiProvisioned> {
  expect(response.status).toBeLessThan(300);
  return response.json() as Promise<ApiProvisioned>;
}
