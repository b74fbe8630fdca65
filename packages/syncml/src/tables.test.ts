import { readdirSync, readFileSync } from 'node:fs';
import { END, WbxmlReader, WbxmlWriter } from '@fumarole/wbxml';
import { describe, expect, it } from 'vitest';
import { SYNCML_1_2 } from './dialect.ts';
import {
  ALERT_ROWS,
  alertCodeFrom,
  contentType,
  DEFAULT_XML_LIMITS,
  decodeBase64,
  encodeBase64,
  formatMgmtTree,
  parseContentType,
  parseMgmtTree,
  parseXml,
  STATUS_ROWS,
  StatusCode,
  serialiseXml,
  statusClass,
  toXmlText,
  understoodStatus,
} from './index.ts';

describe('tokens', () => {
  const rows = SYNCML_1_2.tagPages.flatMap(({ page, tags }) =>
    tags.map(([token, name]) => ({ page, token, name })),
  );

  it('R-047: the three pages have 55, 18 and 56 tags, none twice', () => {
    expect(SYNCML_1_2.tagPages.map(({ tags }) => tags.length)).toEqual([55, 18, 56]);
    expect(new Set(rows.map(({ page, token }) => page * 256 + token)).size).toBe(rows.length);
  });

  it.each(rows)('R-047: $name ($page/$token) maps both ways', ({ page, token, name }) => {
    const writer = new WbxmlWriter({ publicId: SYNCML_1_2.publicId });
    writer.empty((page << 8) | token);
    const reader = new WbxmlReader(writer.take(), { dialects: [SYNCML_1_2] });
    expect(reader.nameOf(reader.root())?.name).toBe(name);
    expect(reader.next()).toBe(END);
  });

  it.each([
    ['Replace', 0x20],
    ['Status', 0x29],
    ['Correlator', 0x3c],
    ['NextNonce', 0x110],
    ['MaxObjSize', 0x115],
    ['MgmtTree', 0x220],
    ['Node', 0x224],
    ['node', 0x225],
    ['Value', 0x236],
  ])('R-047: %s is %i, as printed', (name, code) => {
    expect(rows.find((row) => row.name === name && row.page === code >> 8)?.token).toBe(code & 0xff);
  });
});

describe('codes', () => {
  it('R-021: an unknown status code is x00 of its class', () => {
    expect(understoodStatus(299)).toBe(200);
    expect(understoodStatus(499)).toBe(400);
    expect(understoodStatus(424)).toBe(424);
    expect(understoodStatus(0)).toBe(500);
    expect(statusClass(215)).toBe('success');
    expect(statusClass(599)).toBe('recipient');
    expect(statusClass(0)).toBe('recipient');
  });

  it('every status constant has its row', () => {
    expect(Object.values(StatusCode).sort()).toEqual([...STATUS_ROWS.keys()].sort());
    expect(STATUS_ROWS.get(213)?.name).toBe('Chunked item accepted and buffered');
  });

  it('the alert codes of DM are known by direction, others are not', () => {
    expect([...ALERT_ROWS.keys()]).toEqual([
      1100, 1101, 1102, 1103, 1104, 1200, 1201, 1222, 1223, 1224, 1225, 1226,
    ]);
    expect(alertCodeFrom('client', '1226')).toBe(1226);
    expect(alertCodeFrom('server', '1226')).toBeUndefined();
    expect(alertCodeFrom('server', '1100')).toBe(1100);
    expect(alertCodeFrom('client', '1221')).toBeUndefined();
    expect(alertCodeFrom('client', undefined)).toBeUndefined();
  });
});

describe('media types', () => {
  it('I-001: with and without .dm, in both encodings, written as read', () => {
    for (const encoding of ['xml', 'wbxml'] as const) {
      for (const family of ['dm', 'sync'] as const) {
        const text = contentType(encoding, family);
        expect(parseContentType(text)).toEqual({ encoding, family, charset: 'utf-8' });
      }
    }
    expect(contentType('wbxml', 'dm')).toBe('application/vnd.syncml.dm+wbxml');
  });

  it('the charset is read, other types are none of ours', () => {
    expect(parseContentType('Application/vnd.SyncML.dm+xml; verproto=1.2; charset="UTF-16"')?.charset).toBe(
      'utf-16',
    );
    expect(parseContentType('text/xml')).toBeUndefined();
    expect(parseContentType(undefined)).toBeUndefined();
  });

  it('a header of blanks takes no time (found by fuzzing)', () => {
    const started = process.cpuUsage();
    parseContentType(`application/vnd.syncml.dm+xml; charset=${' '.repeat(200_000)}x"x`);
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
  });
});

describe('base64', () => {
  it('white space and missing padding are accepted, other characters are not', () => {
    expect(decodeBase64(' QU\r\nJD RA')).toEqual(new TextEncoder().encode('ABCD'));
    expect(decodeBase64('QUJDRA==')).toEqual(new TextEncoder().encode('ABCD'));
    expect(decodeBase64('')).toEqual(new Uint8Array(0));
    for (const bad of ['QU_D', 'QU*D', 'A', 'QQ==QQ==', 'QUJDRÄ==']) {
      expect(decodeBase64(bad)).toBeUndefined();
    }
  });

  it.each([0, 1, 2, 3, 4, 255])('%i octets come back', (length) => {
    const octets = Uint8Array.from({ length }, (_, index) => (index * 37) & 0xff);
    expect(encodeBase64(octets)).toBe(Buffer.from(octets).toString('base64'));
    expect(decodeBase64(encodeBase64(octets))).toEqual(octets);
  });
});

describe('XML', () => {
  it('R-043: depth, size, nodes and attributes are limited', () => {
    const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(() => parseXml(nested(32))).not.toThrow();
    expect(() => parseXml(nested(33))).toThrow(expect.objectContaining({ code: 'depth' }));
    const limits = { ...DEFAULT_XML_LIMITS, maxOctets: 30, maxNodes: 3, maxAttributes: 1 };
    expect(() => parseXml('<a><b/><b/><b/></a>', { limits })).toThrow(
      expect.objectContaining({ code: 'nodes' }),
    );
    expect(() => parseXml('<a b="" c=""/>', { limits })).toThrow(expect.objectContaining({ code: 'nodes' }));
    expect(() => parseXml(`<a>${'x'.repeat(30)}</a>`, { limits })).toThrow(
      expect.objectContaining({ code: 'size' }),
    );
  });

  it('a DOCTYPE is refused when it must be', () => {
    const text = '<!DOCTYPE a><a/>';
    expect(parseXml(text).name).toBe('a');
    expect(() => parseXml(text, { doctype: 'refuse' })).toThrow(expect.objectContaining({ code: 'doctype' }));
  });

  it('other encodings than UTF-8 and its subsets are refused, ISO-8859-1 is read', () => {
    const octets = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
    expect(parseXml(octets('<?xml version="1.0" encoding="iso-8859-1"?><a>\xe9</a>')).children).toEqual([
      'é',
    ]);
    for (const bad of ['\xfe\xff\0<\0a', '<?xml version="1.0" encoding="utf-16"?><a/>']) {
      expect(() => parseXml(octets(bad))).toThrow(expect.objectContaining({ code: 'charset' }));
    }
  });

  it.each([
    '<a>',
    '<a></b>',
    'x',
    '',
    '<a/><b/>',
    '<a>&#0;</a>',
    '<a b=c/>',
  ])('%j is not well-formed', (text) => {
    expect(() => parseXml(text)).toThrow(expect.objectContaining({ name: 'DecodeError' }));
  });

  it('what is serialised reads as the same element, indented or not', () => {
    const element = parseXml(
      '<p:a xmlns:p="urn:p" q="&lt;&#10;"><p:b> x &amp; ]]&gt; &#13;</p:b><c xmlns="urn:c"/></p:a>',
    );
    expect(parseXml(serialiseXml(element))).toEqual(element);
    expect(serialiseXml(element, { indent: 2, declaration: true })).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<a xmlns="urn:p" q="&lt;&#10;">\n  <b> x &amp; ]]&gt; &#13;</b>\n  <c xmlns="urn:c"/>\n</a>',
    );
  });

  it('characters that XML has none for become U+FFFD, in attributes too (found by fuzzing)', () => {
    const element = {
      name: 'a',
      namespace: '',
      attributes: { b: 'x\u0001"\ud800\t' },
      children: ['y\u001f'],
    };
    const read = parseXml(serialiseXml(element));
    expect([read.attributes.b, read.children]).toEqual(['x\ufffd"\ufffd\t', ['y\ufffd']]);
  });
});

describe('TNDS', () => {
  it('R-048: a tree comes back from both of its wire forms', () => {
    const tree = parseMgmtTree(
      '<MgmtTree>\n<VerDTD> 1.2 </VerDTD><Node><NodeName>X</NodeName><RTProperties><Format><bin/></Format></RTProperties><Value> a </Value></Node></MgmtTree>',
    );
    expect(parseMgmtTree(formatMgmtTree(tree, 'wbxml'))).toEqual(tree);
    expect(parseMgmtTree(formatMgmtTree(tree, 'xml'))).toEqual(tree);
    expect(parseMgmtTree(new TextEncoder().encode(formatMgmtTree(tree, 'xml')))).toEqual(tree);
    expect(serialiseXml(tree)).toContain('<VerDTD>1.2</VerDTD>');
    expect(serialiseXml(tree)).toContain('<Value> a </Value>');
  });

  it('R-048: form A is written in the octets of example 9.4', () => {
    const folder = new URL('../samples/', import.meta.url);
    expect(readdirSync(folder)).toContain('tnds-form-a.hex');
    const hex = readFileSync(new URL('tnds-form-a.hex', folder), 'utf8')
      .replace(/^#.*$/gm, '')
      .replace(/\s/g, '');
    const tree = parseMgmtTree(
      '<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>X</NodeName><RTProperties><Format><chr/></Format><Type><MIME>text/plain</MIME></Type></RTProperties><Value>hi</Value></Node></MgmtTree>',
    );
    const written = formatMgmtTree(tree, 'wbxml');
    expect(written).toHaveLength(77);
    expect(hex).toContain(Buffer.from(written).toString('hex').toUpperCase());
  });

  it('another root is refused, and an unknown element is not written', () => {
    expect(() => parseMgmtTree('<a/>')).toThrow(expect.objectContaining({ code: 'root' }));
    expect(() =>
      formatMgmtTree({ name: 'Foo', namespace: '', attributes: {}, children: [] }, 'wbxml'),
    ).toThrow(TypeError);
  });
});

it('a message is shown with its values in words', () => {
  const text = toXmlText(
    {
      hdr: {
        VerDTD: '1.2',
        VerProto: 'DM/1.2',
        SessionID: '1',
        MsgID: 1,
        Target: { LocURI: 'a' },
        Source: { LocURI: 'b' },
      },
      body: [
        { kind: 'Unsupported', CmdID: '1', name: 'Map', dataSync: true },
        {
          kind: 'Replace',
          CmdID: '2',
          items: [{ Data: new Uint8Array(2000) }, { Data: 'y'.repeat(2000) }, { Data: 'short' }],
        },
        {
          kind: 'Add',
          CmdID: '3',
          items: [{ Data: { kind: 'blob', ref: { sha256: 'ab', offset: 9, length: 7 }, base64: true } }],
        },
      ],
      final: true,
    },
    { maxDataOctets: 1024, sha256: ({ length }) => `of ${length}` },
  );
  expect(text).toContain('\n    <Map>\n      <CmdID>1</CmdID>\n    </Map>\n');
  expect(text).toContain('<Data>(2000 octets, sha256 of 2000, begins AAAA');
  expect(text).toContain('<Data>(2000 octets, sha256 of 2000, begins yyyy');
  expect(text).toContain('<Data>short</Data>');
  expect(text).toContain('<Data>(7 octets from offset 9 of object sha256 ab)</Data>');
});
