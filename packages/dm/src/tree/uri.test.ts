import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUri, isNodeName, parseUri, type UriLimits } from './index.ts';

const NONE: UriLimits = { maxDepth: 0, maxTotLen: 0, maxSegLen: 0 };
const path = (text: string, limits = NONE) => {
  const uri = parseUri(text, limits);
  return uri.kind === 'uri' ? uri.path : uri.status;
};

describe('URI', () => {
  it('T-001: with and without ./ is the same node, and is kept as written', () => {
    expect(path('./DevInfo/Man')).toEqual(['DevInfo', 'Man']);
    expect(path('DevInfo/Man')).toEqual(['DevInfo', 'Man']);
    expect(parseUri('DevInfo/Man')).toMatchObject({ text: 'DevInfo/Man' });
  });

  it('T-002: the root is a full stop', () => {
    expect(path('.')).toEqual([]);
  });

  it.each([
    './',
    './DevInfo/',
    '/DevInfo',
    './a/../b',
    './a/./b',
    '',
    '..',
    '../a',
    './a//b',
    './a./b',
    'a/..',
    '*',
    './a/*',
  ])('T-002: %j is malformed', (text) => {
    expect(path(text)).toBe(404);
  });

  it('T-003: escapes are decoded; %2F, broken escapes and raw characters are malformed', () => {
    expect(path('./a%20b/%C3%BC')).toEqual(['a b', 'ü']);
    for (const bad of [
      './a%2Fb',
      './a%2fb',
      './a%zzb',
      './a%2',
      './a b',
      './ü',
      './a%FF',
      './a%00',
      './a#b',
      './%2E%2E',
    ]) {
      expect(path(bad)).toBe(404);
    }
  });

  it('T-004: hex digits in either case are one name, letters of names are not', () => {
    expect(path('./%c3%bc')).toEqual(path('./%C3%BC'));
    expect(path('./fwv')).not.toEqual(path('./FwV'));
  });

  it('T-005: segments, total length with ?prop= and depth; 0 is unlimited', () => {
    const limits = { maxDepth: 3, maxTotLen: 20, maxSegLen: 8 };
    expect(path('./12345678/b/c', limits)).toEqual(['12345678', 'b', 'c']);
    expect(path('./123456789', limits)).toBe(414);
    expect(path('./%20%20%20', limits)).toBe(414); // counted as written
    expect(path('./a/b/c/d', limits)).toBe(414);
    expect(path('./12345/12?prop=Name', limits)).toEqual(['12345', '12']);
    expect(path('./12345/123?prop=Name', limits)).toBe(414);
    expect(path(`./${'a/'.repeat(400)}b`, NONE)).toHaveLength(401);
    expect(path(`./${'a'.repeat(5000)}`, NONE)).toBe(414);
  });

  it('reads the selector', () => {
    expect(parseUri('./a?prop=ACL')).toMatchObject({ selector: { kind: 'prop', name: 'ACL' } });
    expect(parseUri('.?list=TNDS+Value+ACL')).toMatchObject({
      selector: { kind: 'list', attribute: 'TNDS+Value+ACL' },
    });
    for (const bad of ['./a?', './a?prop', './a?prop=', './a?x=y', './a?prop=ACL?prop=ACL', './a?list=+']) {
      expect(path(bad)).toBe(404);
    }
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => ['uri', 'fault'].includes(parseUri(text).kind)),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[./a%2Fé?prolist=*]{0,40}$/), (text) =>
        ['uri', 'fault'].includes(parseUri(text).kind),
      ),
    );
  });

  it('T-003: any legal name comes back from its URI', () => {
    const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter(isNodeName);
    fc.assert(
      fc.property(fc.array(names, { maxLength: 5 }), (given) => {
        expect(path(formatUri(given))).toEqual(given);
      }),
    );
  });

  it('T-003: a name above others may end in a full stop, which is escaped (found by fuzzing)', () => {
    expect(formatUri(['a.', 'b.'])).toBe('./a%2E/b.');
    expect(path('./a%2E/b.')).toEqual(['a.', 'b.']);
  });
});
