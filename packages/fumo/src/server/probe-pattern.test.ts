import { expect, it } from 'vitest';
import { matchProbe, probePatternFault } from './probe-pattern.ts';

it.each([
  ['v(.*)', 'v1.2', '1.2'],
  ['\\d+\\.\\d+', 'firmware 1.2 (final)', '1.2'],
  ['(?:x(\\d))|y', 'y', 'y'],
  ['v(\\d+)', 'none', undefined],
  ['(', 'anything', undefined],
])('%s finds in %s the version %s', (pattern, text, version) => {
  expect(matchProbe(pattern, text)).toBe(version);
});

it('a pattern that would take for ever elsewhere is answered at once', () => {
  const began = performance.now();
  expect(matchProbe('^(a+)+$', `${'a'.repeat(255)}!`)).toBeUndefined();
  expect(matchProbe('a*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(256))).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(2_000);
});

it.each([
  '(',
  'a{1,5000}',
  '(a)\\1',
  '(?=a)',
  'a'.repeat(300),
])('%s is no pattern, and why is said', (pattern) => {
  expect(probePatternFault(pattern)).toMatch(/./);
});

it('a sound pattern has no fault', () => {
  expect(probePatternFault('v(.*)')).toBeUndefined();
});
