import { expect, it } from 'vitest';
import { parseRange } from './byte-range.ts';

it('a header of blanks takes no time (found by fuzzing)', () => {
  const blanks = ' '.repeat(200_000);
  const started = process.cpuUsage();
  expect(parseRange(`bytes =${blanks}x`, 10)).toEqual({ kind: 'whole' });
  expect(parseRange(`bytes=1-${blanks}x`, 10)).toEqual({ kind: 'whole' });
  expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
});

it.each([
  ['bytes=2-5', { kind: 'part', first: 2, last: 5 }],
  [' bytes = 2 - ', { kind: 'part', first: 2, last: 9 }],
  ['bytes=-3', { kind: 'part', first: 7, last: 9 }],
  ['bytes=-', { kind: 'whole' }],
  ['bytes=10-', { kind: 'unsatisfiable' }],
])('%s', (header, range) => {
  expect(parseRange(header, 10)).toEqual(range);
});
