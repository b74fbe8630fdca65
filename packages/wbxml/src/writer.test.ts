import { expect, it } from 'vitest';
import { WbxmlWriter } from './writer.ts';

const hex = (octets: Uint8Array) => [...octets].map((o) => o.toString(16).padStart(2, '0')).join(' ');

it('R-050: elements without content are bare tags', () => {
  const writer = new WbxmlWriter({ publicId: 0x1201 });
  writer.empty(0x12);
  writer.textElement(0x0f, '');
  expect(hex(writer.take())).toBe('02 a4 01 6a 00 12 0f');
});

it('R-051: text that contains U+0000 goes out as OPAQUE', () => {
  const writer = new WbxmlWriter({ publicId: 1 });
  writer.take();
  writer.textElement(0x0f, 'a\0é');
  expect(hex(writer.take())).toBe('4f c3 04 61 00 c3 a9 01');
});

it('a page is switched just before the tag that needs it', () => {
  const writer = new WbxmlWriter({ publicId: 1 });
  writer.take();
  writer.open(0x1a);
  writer.empty(0x107);
  writer.empty(0x113);
  writer.close();
  writer.empty(0x12);
  expect(hex(writer.take())).toBe('5a 00 01 07 13 01 00 00 12');
});

it.each([10, 64, 65, 3000])('a text of %i characters outside ASCII is UTF-8', (length) => {
  const text = `${'x'.repeat(length - 2)}\u{1f4e6}`;
  const writer = new WbxmlWriter({ publicId: 1 });
  writer.take();
  writer.textElement(0x0f, text);
  const octets = writer.finish();
  expect([...octets.subarray(0, 2), ...octets.subarray(-2)]).toEqual([0x4f, 3, 0, 1]);
  expect(new TextDecoder().decode(octets.subarray(2, -2))).toBe(text);
});

it.each([
  0,
  7,
  10,
  99,
  100,
  212,
  999,
  1000,
  4294967296,
  -1,
  1.5,
  Number.NaN,
])('the number %d is written in decimal', (value) => {
  const [as, text] = [new WbxmlWriter({ publicId: 1 }), new WbxmlWriter({ publicId: 1 })];
  as.numberElement(0x112, value);
  text.textElement(0x112, String(value));
  expect(hex(as.finish())).toBe(hex(text.finish()));
});

it('what was taken stays as it was while writing goes on', () => {
  const writer = new WbxmlWriter({ publicId: 1 });
  const first = writer.take();
  const value = new Uint8Array(100_000).fill(7);
  writer.opaque(value);
  expect(hex(first)).toBe('02 01 6a 00');
  expect(writer.take().subarray(-value.length)).toEqual(value);
  expect(writer.length).toBe(4 + 4 + value.length);
});

it('documents that are written at the same time, or one after the other, do not touch each other', () => {
  const write = (writer: WbxmlWriter, text: string) => {
    writer.textElement(0x0f, text);
    writer.textElement(0x0f, text);
    return writer;
  };
  const expected = (text: string) => hex(write(new WbxmlWriter({ publicId: 1 }), text).take());
  const finished = ['a', 'b'].map((text) => write(new WbxmlWriter({ publicId: 1 }), text).finish());
  const [one, two] = [new WbxmlWriter({ publicId: 1 }), new WbxmlWriter({ publicId: 1 })];
  write(one, 'c');
  write(two, 'd');
  const all = [...finished, one.finish(), two.finish()];
  expect(all.map(hex)).toEqual(['a', 'b', 'c', 'd'].map(expected));
});
