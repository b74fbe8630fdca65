import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAcl, isServerId, parseAcl } from './acl.ts';

const canonical = (text: string) => {
  const acl = parseAcl(text);
  return acl && formatAcl(acl);
};

describe('ACL', () => {
  it.each([
    ['', ''],
    ['Get=*', 'Get=*'],
    ['Replace=b+a&Add=x', 'Add=x&Replace=b+a'],
    ['Get=a&Get=b&Get=a', 'Get=a+b'],
    ['Delete=dm.example.com&Exec=*&Get=a', 'Delete=dm.example.com&Exec=*&Get=a'],
  ])('T-070: %j is written %j', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it.each([
    'Get=',
    'Get',
    'get=*',
    'Copy=*',
    '=a',
    'Get=a&',
    '&Get=a',
    'Get=a++b',
    'Get=+a',
    'Get=a&&Add=b',
    ' Get=a',
  ])('T-070: %j is refused', (text) => {
    expect(canonical(text)).toBeUndefined();
  });

  it('T-078: ids with = & + * or white space are refused', () => {
    for (const id of ['a=b', 'a*', '*a', 'a b', 'a\tb', 'a\u00a0b', 'a\u0000', '']) {
      expect([id, canonical(`Get=${id}`)]).toEqual([id, undefined]);
      expect(isServerId(id)).toBe(false);
    }
    expect(isServerId('a&b') || isServerId('a+b')).toBe(false);
    expect(isServerId('dm.example.com')).toBe(true);
  });

  it('never throws, and what it reads it writes stably', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[GetAdd=&+*ab]{0,30}$/)),
        (text) => {
          const once = canonical(text);
          expect(once === undefined || canonical(once) === once).toBe(true);
        },
      ),
    );
  });
});
