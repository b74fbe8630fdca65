import { parseXml } from '@fumarole/syncml';
import { expect, it } from 'vitest';
import type { CheckResult } from '../run-checks.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { type ConformReport, requirementsOf, totalsOf } from './report.ts';
import { textReport } from './text.ts';

const result = (
  id: string,
  verdict: CheckResult['verdict'],
  requirements: readonly string[],
): CheckResult => ({
  id,
  group: 'g',
  title: `must "${id}" & <so>`,
  requirements,
  variant: 'xml',
  verdict,
  durationMs: 12,
  ...(verdict === 'passed' ? {} : { reason: 'because\u0001 of <this>' }),
  exchange:
    verdict === 'failed'
      ? [
          {
            from: 'client',
            at: '2026-01-01T10:00:00.000Z',
            line: 'POST /dm',
            headers: { 'content-type': 'x/y' },
            octets: 3,
            encoding: 'xml',
            text: '<SyncML>]]></SyncML>',
          },
        ]
      : [],
});

const report: ConformReport = {
  role: 'server',
  subject: 'http://a/dm',
  facts: [['device', 'urn:1']],
  tool: 'fumarole 1',
  startedAt: '2026-01-01T10:00:00.000Z',
  durationMs: 1500,
  results: [
    result('good', 'passed', ['P-001', 'P-002']),
    result('bad', 'failed', ['P-002']),
    result('open', 'inconclusive', ['P-002', 'P-003']),
  ],
};

it('a requirement is as bad as the worst of its checks; what was not found out says nothing', () => {
  expect(totalsOf(report.results)).toEqual({ passed: 1, failed: 1, inconclusive: 1 });
  expect(requirementsOf(report.results)).toEqual([
    { id: 'P-001', verdict: 'passed', checks: ['good'] },
    { id: 'P-002', verdict: 'failed', checks: ['good', 'bad', 'open'] },
    { id: 'P-003', verdict: 'inconclusive', checks: ['open'] },
  ]);
});

it('the text names what was required and found, with the exchange, and the requirements', () => {
  const text = textReport(report);
  expect(text).toContain('Required      must "bad" & <so> (P-002)');
  expect(text).toContain('10:00:00.000  client → server  POST /dm, 3 octets of XML');
  expect(text).toMatch(/met +P-001\n +broken +P-002\n +not shown +P-003\n/);
  expect(text).toContain('3 checks: 1 passed, 1 failed, 1 inconclusive');
});

it('the JSON holds the same', () => {
  expect(JSON.parse(jsonReport(report))).toMatchObject({
    role: 'server',
    facts: { device: 'urn:1' },
    totals: { failed: 1 },
    results: [{ id: 'good' }, { id: 'bad', exchange: [{ line: 'POST /dm' }] }, {}],
  });
});

it('the JUnit XML is well-formed whatever the peer said, and counts as a test bench counts', () => {
  const root = parseXml(Buffer.from(junitReport(report)), {});
  expect(root.name).toBe('testsuites');
  expect(junitReport(report)).toMatch(
    /<testsuite name="server.g.xml"[^>]* tests="3" failures="1" errors="0" skipped="1"/,
  );
});
