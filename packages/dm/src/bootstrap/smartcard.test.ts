import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  bootstrapObjects,
  cardDocument,
  cardFiles,
  dataDirectories,
  listsPkcs15,
  PKCS15_AID,
} from './index.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
/** EF DIR, EF ODF and a DODF as the smartcard annex of the sibling standard has them; the entry with another identifier is ours. */
const DIR = hex('61 18 4F 0C A000000063504B43532D3135 50 08 424F4F545354 5250');
const ODF = hex('A7 06 30 04 04 02 64 30 FF FF FF FF');
const entry = (oid: string, file: string, more = '') => {
  const path = `3${more === '' ? '0 04' : `0 ${(4 + more.replace(/\s/g, '').length / 2).toString(16).padStart(2, '0')}`} 04 02 ${file} ${more}`;
  const octets = hex(path);
  const body = hex(`30 0B 0C 05 4C61626 56C 03 02 0780`.replace(/\s/g, ''));
  const attributes = hex(`30 06 06 04 ${oid}`);
  const inside = [...body, ...attributes, 0xa1, octets.length, ...octets];
  return Uint8Array.from([0x30, inside.length, ...inside]);
};

it('N-121: the way from EF DIR over EF ODF and the directory of data objects to the files', () => {
  expect(listsPkcs15(DIR)).toBe(true);
  expect(listsPkcs15(hex('61 08 4F 06 A0000000871 0'.replace(/\s/g, '').slice(0, 20)))).toBe(false);
  expect(dataDirectories(ODF)).toEqual([{ path: ['6430'], offset: 0 }]);
  const dodf = Uint8Array.from([
    ...entry('672B0901', '6431'),
    ...entry('672B0701', '6432'),
    ...entry('672B0701', '6433', '02 01 10 80 02 0123'),
    ...entry('2A8648CE', '6434'),
    0xff,
    0xff,
  ]);
  expect(bootstrapObjects(dodf)).toEqual([
    { path: ['6432'], offset: 0 },
    { path: ['6433'], offset: 0x10, length: 0x123 },
  ]);
});

it('N-123: the FF that fills a file up is no part of the document, whether its length is known or not', () => {
  const file = hex('0102 03FF 04 FFFFFFFF');
  expect(cardDocument(file, { path: ['6431'], offset: 0 })).toEqual(hex('010203FF04'));
  expect(cardDocument(file, { path: ['6431'], offset: 1, length: 4 })).toEqual(hex('0203FF04'));
  expect(cardDocument(hex('FFFF'), { path: ['6431'], offset: 0 })).toEqual(new Uint8Array());
});

it('what is written for a card is found on it again', () => {
  const document = fc
    .uint8Array({ minLength: 1, maxLength: 40_000 })
    .map((octets) => Uint8Array.from([...octets, 1]));
  fc.assert(
    fc.property(fc.array(document, { maxLength: 4 }), (documents) => {
      const files = cardFiles(documents.map((one) => ({ profile: 'dm', document: one })));
      const read = (...path: readonly string[]) =>
        files.find((file) => file.path.join() === path.join())?.octets ?? new Uint8Array();
      expect(listsPkcs15(read('2F00'))).toBe(true);
      const found = dataDirectories(read(PKCS15_AID, '5031')).flatMap(({ path }) =>
        bootstrapObjects(read(PKCS15_AID, ...path)).map((object) =>
          cardDocument(read(PKCS15_AID, ...object.path), object),
        ),
      );
      expect(found).toEqual(documents);
    }),
    { numRuns: 30 },
  );
});

it('octets of any kind are read as nothing, or as something, and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      listsPkcs15(octets);
      for (const { path } of [...dataDirectories(octets), ...bootstrapObjects(octets)]) {
        expect(path.every((name) => /^[0-9A-F]{4}$/.test(name))).toBe(true);
      }
    }),
  );
});
