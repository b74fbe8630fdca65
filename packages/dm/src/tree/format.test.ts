import { describe, expect, it } from 'vitest';
import { FORMATS, type Format, formatOf, isValueOf } from './format.ts';

const rows: readonly [Format, readonly string[], readonly string[]][] = [
  ['b64', ['AQID', 'AQ=='], ['A!']],
  ['bool', ['true', 'false', 'TRUE'], ['1', 'yes']],
  ['chr', ['', 'anything ü'], []],
  ['int', ['0', '-2147483648', '+2147483647'], ['2147483648', '-2147483649', '1.5', 'x', '-', ' 1']],
  ['null', [''], ['x']],
  ['xml', ['<a>b</a>'], ['<a>', 'text']],
  ['date', ['20240229', '2024-02-29'], ['20230229', '2024-0229', '20241301', '240229']],
  [
    'time',
    ['235959Z', '23:59:59', '20240131T235959Z', '2024-01-31T23:59:59+01:00'],
    ['240000Z', '23:5959', '2359'],
  ],
  ['float', ['1', '-1.5e10', '.5', 'INF', '-INF', 'NaN'], ['1,5', '+INF', 'e5', '0x1']],
];

describe('formats', () => {
  it.each(rows)('T-030: %s', (format, good, bad) => {
    expect(good.filter((text) => !isValueOf(format, text))).toEqual([]);
    expect(bad.filter((text) => isValueOf(format, text))).toEqual([]);
  });

  it('T-030: bin is octets, node has no value', () => {
    expect(isValueOf('bin', Uint8Array.of(255))).toBe(true);
    expect(isValueOf('bin', 'text') || isValueOf('chr', Uint8Array.of(1)) || isValueOf('node', '')).toBe(
      false,
    );
  });

  it('T-031: names are read in any letter case', () => {
    expect(FORMATS).toHaveLength(11);
    expect(formatOf('Chr')).toBe('chr');
    expect(formatOf('text')).toBeUndefined();
  });
});
