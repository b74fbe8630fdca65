import { describe, expect, it } from 'vitest';
import type { Dialect } from './code-page.ts';
import { readElement, type WbxmlElement } from './element.ts';
import { DEFAULT_WBXML_LIMITS, type WbxmlLimits } from './limits.ts';
import { WbxmlReader } from './reader.ts';

/** Root A (05), B (06) and C (07) on page 0, M (05) on page 1. */
const LETTERS: Dialect = {
  name: 'Letters',
  publicId: 0x1201,
  formalPublicId: '-//X//DTD Letters//EN',
  tagPages: [
    {
      page: 0,
      namespace: 'zero',
      tags: [
        [5, 'A'],
        [6, 'B'],
        [7, 'C'],
      ],
    },
    { page: 1, namespace: 'one', tags: [[5, 'M']] },
  ],
};
const HEADER = '02 A4 01 6A 00 ';
const FPI_HEX = hexOf('-//x//dtd LETTERS//en');

function octets(hex: string): Uint8Array {
  return Uint8Array.from(hex.trim().split(/\s+/), (pair) => Number.parseInt(pair, 16));
}
function hexOf(text: string): string {
  return [...text].map((c) => c.charCodeAt(0).toString(16)).join(' ');
}
function parse(hex: string, limits?: WbxmlLimits, fallback: Dialect | undefined = undefined): WbxmlElement {
  const reader = new WbxmlReader(octets(hex), { dialects: [LETTERS], fallback, limits });
  const element = readElement(reader, reader.root());
  reader.finish();
  return element;
}
/** `A[B[text] M]`: names, with text and OPAQUE (as hex) in order. */
function outline(element: WbxmlElement): string {
  const inner = element.children.map((child) =>
    typeof child === 'string'
      ? `"${child}"`
      : child instanceof Uint8Array
        ? `<${[...child]}>`
        : outline(child),
  );
  return (element.name || '?') + (inner.length > 0 ? `[${inner.join(' ')}]` : '');
}
const body = (hex: string) => outline(parse(HEADER + hex));

describe('header', () => {
  it.each(['01', '02', '03'])('R-030: version %s is read', (version) => {
    expect(outline(parse(`${version} A4 01 6A 00 45 03 78 00 01`))).toBe('A["x"]');
  });

  it('R-030: version 00 has no character set', () => {
    expect(outline(parse('00 A4 01 00 45 03 78 00 01'))).toBe('A["x"]');
  });

  it('R-030: WBXML 2 is refused', () => {
    expect(() => parse('12 A4 01 6A 00 05')).toThrow(expect.objectContaining({ code: 'version' }));
  });

  it('R-032: a public identifier in the string table is found whatever its letter case', () => {
    expect(outline(parse(`03 00 01 6A 17 00 ${FPI_HEX} 00 05`))).toBe('A');
  });

  it('R-033: an unknown public identifier falls back to what the media type says', () => {
    expect(outline(parse('02 01 6A 00 05', undefined, LETTERS))).toBe('A');
    expect(outline(parse(`02 00 00 6A 03 ${hexOf('foo')} 05`, undefined, LETTERS))).toBe('A');
    expect(() => parse('02 01 6A 00 05')).toThrow(expect.objectContaining({ code: 'dialect' }));
  });

  it('R-034: the string table may lack its last zero, and offsets may point into a string', () => {
    const table = `02 A4 01 6A 06 ${hexOf('ab')} 00 ${hexOf('cde')}`;
    expect(outline(parse(`${table} 45 83 03 83 04 83 01 01`))).toBe('A["cde" "de" "b"]');
  });

  it('R-034: an offset outside the string table is refused', () => {
    expect(() => parse(`02 A4 01 6A 03 ${hexOf('abc')} 45 83 03 01`)).toThrow(
      expect.objectContaining({ code: 'string-table' }),
    );
  });

  it('a character set of wider units is refused, ISO-8859-1 is read', () => {
    expect(() => parse('02 A4 01 87 77 00 05')).toThrow(expect.objectContaining({ code: 'charset' }));
    expect(outline(parse('02 A4 01 04 00 45 03 E9 00 01'))).toBe('A["é"]');
  });
});

describe('body', () => {
  it('R-036: the page survives END, and redundant switches are accepted', () => {
    expect(body('45 00 01 45 01 45 01 00 00 00 00 06 01')).toBe('A[M M B]');
  });

  it('R-036: tokens of an unknown page are parsed by structure', () => {
    expect(body('45 00 09 47 03 78 00 06 01 00 00 06 01')).toBe('A[?["x" ?] B]');
  });

  it('R-037: STR_I, STR_T, ENTITY and OPAQUE come in order', () => {
    const hex = `02 A4 01 6A 02 ${hexOf('t')} 00 45 03 61 00 83 00 02 84 23 C3 02 00 FF 01`;
    expect(outline(parse(hex))).toBe('A["a" "t" "ȣ" <0,255>]');
  });

  it('an entity for U+0000, which is no character of XML, is nothing (found by fuzzing)', () => {
    expect(body('45 02 00 03 61 00 01')).toBe('A["" "a"]');
  });

  it('R-038: a bare tag and a tag with END at once are equal', () => {
    expect(body('45 06 01')).toBe('A[B]');
    expect(body('45 46 01 01')).toBe('A[B]');
  });

  it('R-039: LITERAL in its four forms is parsed', () => {
    const table = `02 A4 01 6A 02 ${hexOf('L')} 00 `;
    const literals = '04 00 44 00 03 78 00 01 84 00 05 03 76 00 01 C4 00 05 01 06 01 06';
    expect(outline(parse(`${table}45 ${literals} 01`))).toBe('A[L L["x"] L L[B] B]');
  });

  it('R-040: an attribute list is skipped up to its END', () => {
    expect(body('C5 05 03 76 00 85 C3 01 00 02 20 81 05 00 01 05 01 86 05 01 01')).toBe('A[B]');
  });

  it('R-041: extensions and processing instructions are skipped', () => {
    expect(body('43 05 03 78 00 01 45 40 78 00 80 07 C0 43 05 01 06 C2 41 00 01 43 05 01')).toBe('A[B]');
  });

  it('R-054: SWITCH_PAGE directly before END is accepted', () => {
    expect(body('45 46 00 01 05 00 00 01 06 01')).toBe('A[B[M] B]');
  });

  it('trailing zero octets are tolerated, others are not', () => {
    expect(body('05 00 00')).toBe('A');
    expect(() => body('05 01')).toThrow(expect.objectContaining({ code: 'trailing' }));
  });

  it('an OPAQUE is a view of the document, not a copy', () => {
    const document = octets(`${HEADER}45 C3 03 01 02 03 01`);
    const reader = new WbxmlReader(document, { dialects: [LETTERS] });
    const [opaque] = readElement(reader, reader.root()).children;
    expect(opaque).toBeInstanceOf(Uint8Array);
    expect((opaque as Uint8Array).buffer).toBe(document.buffer);
  });
});

describe('errors', () => {
  it.each([
    ['an OPAQUE past the end', '45 C3 05 01 02 01', 'truncated'],
    ['an unterminated string', '45 03 61 62', 'truncated'],
    ['a missing END', '45 06', 'truncated'],
    ['a stray END', '01', 'stray-end'],
    ['text for a document element', '03 61 00', 'token'],
    ['a PI inside an attribute list', '85 43 05 01 01', 'token'],
  ])('R-042: %s is refused', (_, hex, code) => {
    expect(() => body(hex)).toThrow(expect.objectContaining({ name: 'DecodeError', code }));
  });

  it('R-043: depth is limited', () => {
    const deep = (levels: number) => `${'45 '.repeat(levels - 1)}05 ${'01 '.repeat(levels - 1)}`;
    expect(() => body(deep(DEFAULT_WBXML_LIMITS.maxDepth))).not.toThrow();
    expect(() => body(deep(DEFAULT_WBXML_LIMITS.maxDepth + 1))).toThrow(
      expect.objectContaining({ code: 'depth' }),
    );
  });

  it('R-043: size and number of nodes are limited', () => {
    const limits = { maxOctets: 20, maxDepth: 4, maxNodes: 3 };
    expect(outline(parse(`${HEADER}45 06 06 01`, limits))).toBe('A[B B]');
    expect(() => parse(`${HEADER}45 06 06 06 01`, limits)).toThrow(
      expect.objectContaining({ code: 'nodes' }),
    );
    expect(() => parse(HEADER + '45 '.repeat(20), limits)).toThrow(expect.objectContaining({ code: 'size' }));
  });

  it('R-043: references to one long string cannot multiply it without bound', () => {
    const limits = { maxOctets: 100, maxDepth: 4, maxNodes: 1000 };
    const table = `02 A4 01 6A 28 ${'61 '.repeat(40)}`;
    expect(outline(parse(`${table} 45 83 00 01`, limits))).toContain('aaaa');
    expect(() => parse(`${table} 45 83 00 83 00 83 00 01`, limits)).toThrow(
      expect.objectContaining({ code: 'size' }),
    );
  });
});

describe('attributes', () => {
  const PROVISIONING: Dialect = {
    name: 'PROV 1.0',
    publicId: 0x0b,
    formalPublicId: '-//WAPFORUM//DTD PROV 1.0//EN',
    tagPages: [
      {
        page: 0,
        namespace: '',
        tags: [
          [5, 'wap-provisioningdoc'],
          [6, 'characteristic'],
          [7, 'parm'],
        ],
      },
    ],
    attributePages: [
      {
        page: 0,
        names: [
          [0x05, 'name'],
          [0x06, 'value'],
          [0x50, 'type'],
        ],
        values: [[0x8c, 'MAN']],
      },
      {
        page: 1,
        names: [
          [0x05, 'name'],
          [0x06, 'value'],
          [0x36, 'name', 'APPID'],
          [0x50, 'type'],
          [0x55, 'type', 'APPLICATION'],
        ],
        values: [],
      },
    ],
  };

  it('are read when the dialect defines them, on a page state of their own', () => {
    const hex =
      '03 0B 6A 00 45 C6 00 01 55 01 87 36 06 03 77 37 00 01 87 05 03 78 00 00 00 06 8C 03 21 00 01 01 01';
    const reader = new WbxmlReader(octets(hex), { dialects: [PROVISIONING] });
    const root = readElement(reader, reader.root());
    reader.finish();
    expect(root.children).toMatchObject([
      {
        name: 'characteristic',
        attributes: [{ name: 'type', value: 'APPLICATION' }],
        children: [
          {
            attributes: [
              { name: 'name', value: 'APPID' },
              { name: 'value', value: 'w7' },
            ],
          },
          {
            attributes: [
              { name: 'name', value: 'x' },
              { name: 'value', value: 'MAN!' },
            ],
          },
        ],
      },
    ]);
  });
});
