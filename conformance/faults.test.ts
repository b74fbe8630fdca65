import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestResult } from './coverage.ts';
import { pathOf, seed } from './fault-run/seed.ts';
import { judge } from './fault-run/verdict.ts';
import { FAULTS } from './faults/all-faults.ts';
import type { Fault } from './faults/fault.ts';

const root = join(import.meta.dirname, '..');
const requirements: readonly { id: string }[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'requirements.json'), 'utf8'),
);
const known = new Set(requirements.map(({ id }) => id));

it.each(FAULTS)('fault $id fits the sources', (fault) => {
  const source = readFileSync(pathOf(fault), 'utf8');
  expect(seed(fault, source)).not.toBe(source);
  expect(fault.breaks.filter((id) => !known.has(id))).toEqual([]);
  expect(fault.breaks.length * fault.tests.length).toBeGreaterThan(0);
  expect(fault.tests.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

it('no two faults have one name', () => {
  expect(new Set(FAULTS.map(({ id }) => id)).size).toBe(FAULTS.length);
});

const fault: Fault = {
  id: 'f',
  file: 'a.ts',
  find: 'x + 1',
  replace: 'x',
  breaks: ['R-001', 'R-002'],
  tests: ['a.test.ts'],
};

it('a text that stands twice, never or on two lines is refused', () => {
  expect(seed(fault, 'y = x + 1;')).toBe('y = x;');
  expect(() => seed(fault, 'y = x + 1; z = x + 1;')).toThrow('stands 2 times');
  expect(() => seed(fault, 'y = x;')).toThrow('stands 0 times');
  expect(() => seed({ ...fault, find: 'a\nb' }, 'a\nb')).toThrow('one line');
});

describe('a fault is found', () => {
  const test = (title: string, status: TestResult['status']): TestResult => ({
    file: 'a.test.ts',
    titles: [title],
    status,
  });
  const run = (...tests: readonly TestResult[]) => ({ tests, broken: [] });
  const green = run(test('R-001: a', 'passed'), test('R-001: b', 'passed'), test('R-002: c', 'passed'));

  it('when a test of each id turns red', () => {
    const red = run(test('R-001: a', 'passed'), test('R-001: b', 'failed'), test('R-002: c', 'failed'));
    expect(judge(fault, green, red)).toEqual({ found: true, reasons: [] });
  });

  it('not when one id stays green, was red before, is claimed by no test, or the file does not load', () => {
    const half = run(test('R-001: a', 'failed'), test('R-002: c', 'passed'));
    expect(judge(fault, green, half).reasons).toEqual(['R-002: its tests stay green']);
    const wasRed = run(test('R-001: a', 'passed'), test('R-002: c', 'failed'));
    const both = run(test('R-001: a', 'failed'), test('R-002: c', 'failed'));
    expect(judge(fault, wasRed, both).reasons).toEqual(['R-002: no test of it is green without the fault']);
    expect(judge(fault, run(test('R-001: a', 'passed')), both).reasons).toEqual([
      'R-002: no test of a.test.ts claims it',
    ]);
    expect(judge(fault, green, { ...both, broken: ['a.test.ts: no'] }).found).toBe(false);
  });
});
