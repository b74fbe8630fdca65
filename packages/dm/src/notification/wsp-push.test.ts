import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSessionId, matchesSessionId, parsePush } from './index.ts';

const BODY = [0xaa, 0xbb];
const text = (value: string) => [...Buffer.from(value, 'latin1'), 0];
const push = (headers: readonly number[], length = uintvar(headers.length)) =>
  parsePush(Uint8Array.from([0x55, 6, ...length, ...headers, ...BODY]));
const uintvar = (value: number) => (value < 128 ? [value] : [0x80 | (value >> 7), value & 0x7f]);
const long = [0x8d, ...text('x'.repeat(200))];

describe('WSP push', () => {
  it.each([
    ['constrained form', [0xc4, 0xaf, 0x87]],
    ['general form', [0x01, 0xc4, 0xaf, 0x87]],
    ['general form with a parameter', [0x03, 0xc4, 0x81, 0xea, 0xaf, 0x87]],
    ['text content type', [...text('application/vnd.syncml.notification'), 0xaf, 0x87]],
    ['text application id', [0xc4, 0xaf, ...text('x-wap-application:syncml.dm')]],
    ['text header', [0xc4, ...text('X-WAP-Application-ID'), ...text('x-wap-application:syncml.dm')]],
    ['a header between', [0xc4, 0x8d, 0x02, 0x11, 0x22, 0xaf, 0x87]],
    ['a value with uintvar length', [0xc4, 0xb1, 0x1f, 0x03, 1, 2, 3, 0xaf, 0x87]],
    ['headers longer than 127 octets', [0xc4, ...long, 0xaf, 0x87]],
  ])('N-051: takes %s', (_what, headers) => {
    expect(push(headers)).toEqual(Uint8Array.from(BODY));
  });

  it('N-051: takes a padded uintvar length', () => {
    expect(push([0xc4, 0xaf, 0x87], [0x80, 0x80, 3])).toEqual(Uint8Array.from(BODY));
  });

  it.each([
    ['another content type', [0xb6, 0xaf, 0x87]],
    ['another application', [0xc4, 0xaf, 0x84]],
    ['no application', [0xc4]],
    ['no headers', []],
    ['a value that runs out', [0xc4, 0xb1, 0x1e, 1]],
    ['text without end', [0xc4, 0x41, 0x42]],
  ])('N-052: discards %s', (_what, headers) => {
    expect(push(headers)).toBeUndefined();
  });

  it('N-052: discards another PDU, a header length beyond the end, an endless uintvar', () => {
    expect(parsePush(Uint8Array.from([1, 4, 3, 0xc4, 0xaf, 0x87]))).toBeUndefined();
    expect(push([0xc4, 0xaf, 0x87], [0x7f])).toBeUndefined();
    expect(push([], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff])).toBeUndefined();
  });

  it('reads any octets without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (datagram) => {
        parsePush(Uint8Array.from([1, 6, ...datagram]));
      }),
    );
  });
});

describe('SessionID', () => {
  it('is upper-case hex without leading zeros', () => {
    expect([0x2a7f, 0x0015, 0xffff].map(formatSessionId)).toEqual(['2A7F', '15', 'FFFF']);
  });

  it('is matched as a hex number, swapped octets only under the setting', () => {
    expect(['2A7F', '2a7f', '02A7F', ' 2A7F '].every((id) => matchesSessionId(id, 0x2a7f))).toBe(true);
    expect(matchesSessionId('7F2A', 0x2a7f)).toBe(false);
    expect(matchesSessionId('7F2A', 0x2a7f, { swapped: true })).toBe(true);
    expect(['', 'x', '12A7F', '-1'].some((id) => matchesSessionId(id, 0x2a7f, { swapped: true }))).toBe(
      false,
    );
  });
});
