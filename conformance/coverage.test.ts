import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  claimedIds,
  cover,
  type Evidence,
  type NotApplicable,
  type Requirement,
  type TestResult,
} from './coverage.ts';
import { printCoverage } from './print-coverage.ts';
import { writeDocs } from './write-docs.ts';

const requirements: readonly Requirement[] = ['R-001', 'R-002', 'R-003', 'R-004'].map((id) => ({
  id,
  text: id,
  digest: 'd',
}));
const test = (title: string, status: TestResult['status'] = 'passed'): TestResult => ({
  file: 'a.test.ts',
  titles: ['group', title],
  status,
});

it('ids stand before the first colon, separated by spaces, and nothing else does', () => {
  expect(claimedIds('R-001: one')).toEqual(['R-001']);
  expect(claimedIds('R-001 P-030: two')).toEqual(['R-001', 'P-030']);
  for (const title of [
    'R-001–R-005: a range',
    'R-001, R-002: commas',
    'see R-001: x',
    'R-001 x',
    'R-1: short',
  ]) {
    expect(claimedIds(title)).toEqual([]);
  }
});

const evidence: Evidence = {
  requirements,
  notApplicable: [{ id: 'R-004', reason: 'no such interface' }],
  results: [
    test('R-001: a'),
    test('R-001 R-002: b', 'failed'),
    test('R-003: c', 'skipped'),
    test('X-999: d'),
  ],
  faults: [],
};

it('each requirement gets its verdict, and one failed test is enough to fail it', () => {
  const { rows, totals, unknown } = cover(evidence);
  expect(rows.map(({ verdict }) => verdict)).toEqual(['failed', 'failed', 'not covered', 'n/a']);
  expect(rows[0]?.tests).toEqual(['a.test.ts › group › R-001 R-002: b']);
  expect(totals).toEqual({ passed: 0, failed: 2, 'n/a': 1, 'not covered': 1 });
  expect(unknown).toEqual(['X-999']);
});

it('what no seeded fault touches is listed once there are faults', () => {
  const results = [test('R-001: a'), test('R-002: b')];
  expect(cover({ ...evidence, results }).untouched).toBeUndefined();
  const faults = [{ name: 'skipped-status', ids: ['R-001', 'X-998'] }];
  const coverage = cover({ ...evidence, results, faults });
  expect(coverage.rows[0]?.faults).toEqual(['skipped-status']);
  expect(coverage.untouched).toEqual(['R-002']);
  expect(coverage.unknown).toEqual(['X-998']);
  expect(printCoverage(coverage)).toContain('no seeded fault touches: R-002');
  expect(writeDocs(coverage)).toMatch(/fault touches: R-002\./);
});

it('the document depends on what is proved, not on the order of the run', () => {
  const results = [
    { ...test('R-001: a'), file: 'b.test.ts' },
    { ...test('R-001: b'), file: 'c/a.test.ts' },
    test('R-002: c'),
  ];
  const docs = writeDocs(cover({ ...evidence, results }));
  expect(docs).toBe(writeDocs(cover({ ...evidence, results: results.toReversed() })));
  expect(docs).toContain('| R-001 | R-001 | [b](../b.test.ts) [a](../c/a.test.ts) |');
  expect(docs).toContain('| R-003 | R-003 | **not covered** |');
  expect(docs).toContain('| R-004 | R-004 | not applicable: no such interface |');
});

it('the committed lists fit together', () => {
  const read = (name: string) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
  const all: Requirement[] = read('requirements.json');
  const none: NotApplicable[] = read('not-applicable.json');
  const ids = new Set(all.map(({ id }) => id));
  expect(ids.size).toBe(all.length);
  expect(all.filter(({ id, text }) => !/^[A-Z]-\d{3}$/.test(id) || text === '')).toEqual([]);
  expect(none.filter(({ id, reason }) => !ids.has(id) || reason === '')).toEqual([]);
});
