import { expect, it } from 'vitest';
import { OctetWriter } from './octet-writer.ts';
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

it.each([10, 48, 49, 3000])('a text of %i characters outside ASCII is UTF-8', (length) => {
  const text = `${'x'.repeat(length - 2)}\u{1f4e6}`;
  const writer = new OctetWriter(4);
  writer.text(text);
  expect(new TextDecoder().decode(writer.take())).toBe(text);
});

it('what was taken stays as it was while writing goes on', () => {
  const writer = new OctetWriter(4);
  writer.text('abc');
  const first = writer.take();
  writer.octets(new Uint8Array(5000).fill(7));
  expect(hex(first)).toBe('61 62 63');
  expect(writer.take()).toEqual(new Uint8Array(5000).fill(7));
  expect(writer.length).toBe(5003);
});
