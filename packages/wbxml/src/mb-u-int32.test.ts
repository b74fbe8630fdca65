import { expect, it } from 'vitest';
import { mbUInt32, mbUInt32Length } from './mb-u-int32.ts';
import { OctetCursor } from './octet-cursor.ts';

const ROWS = [
  [0, [0x00]],
  [127, [0x7f]],
  [128, [0x81, 0x00]],
  [300, [0x82, 0x2c]],
  [16383, [0xff, 0x7f]],
  [16384, [0x81, 0x80, 0x00]],
  [2 ** 32 - 1, [0x8f, 0xff, 0xff, 0xff, 0x7f]],
] as const;

it.each(ROWS)('R-035: %i is written and read as listed', (value, octets) => {
  expect(mbUInt32(value)).toEqual(octets);
  expect(mbUInt32Length(value)).toBe(octets.length);
  expect(new OctetCursor(Uint8Array.from(octets)).mbUInt32('a value')).toBe(value);
});

it('R-035: leading 80 groups are accepted within five octets', () => {
  expect(new OctetCursor(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x05)).mbUInt32('a value')).toBe(5);
});

it.each([
  ['six octets', [0x80, 0x80, 0x80, 0x80, 0x80, 0x05]],
  ['more than 32 bits', [0x9f, 0xff, 0xff, 0xff, 0x7f]],
])('R-035: %s are refused', (_, octets) => {
  const read = () => new OctetCursor(Uint8Array.from(octets)).mbUInt32('a value');
  expect(read).toThrow(expect.objectContaining({ code: 'integer', offset: 0 }));
});

it('a value outside 32 bits is not written', () => {
  expect(() => mbUInt32(2 ** 32)).toThrow(RangeError);
  expect(() => mbUInt32(-1)).toThrow(RangeError);
});
