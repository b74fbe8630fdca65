import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DESCRIPTOR_NAMESPACE,
  type DownloadDescriptor,
  formatDescriptor,
  parseDescriptor,
} from './descriptor.ts';

const NS = 'xmlns="http://www.openmobilealliance.org/xmlns/dd"';
const BODY =
  '<type>application/octet-stream</type><size>20000</size><objectURI>https://dl.example.net/p/a.bin</objectURI>';
const media = (body: string, attributes = NS): string => `<media ${attributes}>${body}</media>`;

const read = (text: string): DownloadDescriptor => {
  const reading = parseDescriptor(text);
  if (reading.kind === 'refused') throw new Error(`${reading.code} ${reading.reason}`);
  return reading.descriptor;
};
const refusal = (text: string | Uint8Array): number | undefined => {
  const reading = parseDescriptor(text);
  return reading.kind === 'refused' ? reading.code : undefined;
};

describe('reading', () => {
  it('D-003: the minimal descriptor', () => {
    expect(read(media(BODY))).toEqual({
      type: ['application/octet-stream'],
      size: 20000,
      objectURI: 'https://dl.example.net/p/a.bin',
    });
  });

  it('D-004 D-005: all attributes in any order, unknown elements ignored', () => {
    const text = media(
      `<installParam>k=v;l=w</installParam><vendor>Acme</vendor><iconURI>http://i</iconURI><crc>1<x/></crc>
       <infoURL>http://f</infoURL><description>d</description><name>n</name><DDVersion>1.0</DDVersion>
       <nextURL>http://n</nextURL><installNotifyURI>http://r?a=1&amp;b=2</installNotifyURI>${BODY}`,
    );
    expect(read(text)).toMatchObject({
      installParam: 'k=v;l=w',
      vendor: 'Acme',
      iconURI: 'http://i',
      infoURL: 'http://f',
      description: 'd',
      name: 'n',
      nextURL: 'http://n',
      installNotifyURI: 'http://r?a=1&b=2',
    });
  });

  it.each([
    ['D-006', '<size>1</size><objectURI>http://a</objectURI>'],
    ['D-007', '<type>a/b</type><objectURI>http://a</objectURI>'],
    ['D-008', '<type>a/b</type><size>1</size>'],
    ['D-009', '<type>a/b</type><size>0</size><objectURI>http://a</objectURI>'],
    ['D-009', '<type>a/b</type><size>-5</size><objectURI>http://a</objectURI>'],
    ['D-009', '<type>a/b</type><size>big</size><objectURI>http://a</objectURI>'],
    ['D-009', '<type>a/b</type><size>9007199254740993</size><objectURI>http://a</objectURI>'],
    ['D-010', `${BODY}<size>5</size>`],
    ['D-010', '<type><b>x</b></type><size>1</size><objectURI>http://a</objectURI>'],
    ['D-010', '<type>a/b</type><size>1</size><objectURI>not a uri</objectURI>'],
  ])('%s: %s is 906', (_id, body) => {
    expect(refusal(media(body))).toBe(906);
  });

  it.each([
    '',
    'hello',
    '<media>',
    '<wrong/>',
    `<media ${NS}>${BODY}</wrong>`,
    `${media(BODY)}<x/>`,
  ])('D-010: %j is 906', (text) => {
    expect(refusal(text)).toBe(906);
  });

  it('D-011: a broken descriptor still tells where the report goes', () => {
    const reading = parseDescriptor(
      media(`${BODY}<installNotifyURI> https://n.example/1?a=1&amp;b=2 </installNotifyURI>`).slice(0, -4),
    );
    expect(reading).toMatchObject({
      kind: 'refused',
      code: 906,
      installNotifyURI: 'https://n.example/1?a=1&b=2',
    });
  });

  it.each([
    ['D-012', '', undefined],
    ['D-013', '<DDVersion>1.7</DDVersion>', undefined],
    ['D-014', '<DDVersion>2.0</DDVersion>', 951],
    ['D-014', '<DDVersion>one</DDVersion>', 906],
  ])('%s: %s gives %s', (_id, version, code) => {
    expect(refusal(media(version + BODY))).toBe(code);
  });

  it('D-015: several types are kept in order', () => {
    expect(read(media(`<type>a/b</type>${BODY}`)).type).toEqual(['a/b', 'application/octet-stream']);
  });

  it('D-018: a DOCTYPE is 906, and no entity is ever defined', () => {
    const doctype = '<!DOCTYPE media [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
    expect(refusal(doctype + media(BODY))).toBe(906);
    expect(refusal(media(BODY.replace('a.bin', '&x;')))).toBe(906);
  });

  it('D-019: more than 64 KiB is 906', () => {
    expect(refusal(media(`${BODY}<x>${'y'.repeat(65_536)}</x>`))).toBe(906);
    expect(refusal(media(`${BODY}<x>${'y'.repeat(60_000)}</x>`))).toBe(undefined);
  });

  it.each([
    ['white space', media(BODY.replace('20000', '\n 20000 '))],
    ['separators', media(BODY.replace('20000', '20,000'))],
    [
      'CDATA',
      media(BODY.replace('https://dl.example.net/p/a.bin', '<![CDATA[https://dl.example.net/p/a.bin]]>')),
    ],
    ['letter case', media(BODY.replaceAll('objectURI', 'ObjectUri').replaceAll('size', 'SIZE'))],
    ['no namespace', media(BODY, '')],
    ['misspelt namespace', media(BODY, 'xmlns="http://www.openmobilealliance.org/xmlns/ddd"')],
    ['a prefix', `<dd:media xmlns:dd="${DESCRIPTOR_NAMESPACE}">${BODY}</dd:media>`],
  ])('D-020: %s is tolerated', (_what, text) => {
    expect(read(text)).toMatchObject({ size: 20000, objectURI: 'https://dl.example.net/p/a.bin' });
  });

  it('never throws, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (octets) => {
        expect(['refused', 'descriptor']).toContain(parseDescriptor(octets).kind);
      }),
    );
  });
});

describe('writing', () => {
  it('D-001 D-002: namespace, version, everything escaped', () => {
    const text = formatDescriptor({
      type: ['application/octet-stream'],
      size: 20000,
      objectURI: 'https://dl.example.net/p?a=1&b=<2>',
    });
    expect(text).toContain(`<media ${NS}>`);
    expect(text).toContain('<DDVersion>1.0</DDVersion>');
    expect(text).toContain('?a=1&amp;b=&lt;2&gt;');
  });

  it('a carriage return in a value comes back as one (found by fuzzing)', () => {
    const descriptor = { type: ['a/b'], size: 1, objectURI: 'http://a', installParam: 'a\rb' };
    expect(read(formatDescriptor(descriptor)).installParam).toBe('a\rb');
  });

  it('what is written is read back', () => {
    const text = fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' })
      .map((s) => `x${s.trim()}x`);
    fc.assert(
      fc.property(
        fc.record({
          type: fc.array(text, { minLength: 1, maxLength: 3 }),
          size: fc.integer({ min: 1, max: 2 ** 31 }),
          objectURI: fc.webUrl(),
          name: text,
          installParam: text,
          installNotifyURI: fc.webUrl(),
        }),
        (descriptor) => {
          expect(read(formatDescriptor(descriptor))).toEqual({ ...descriptor, DDVersion: '1.0' });
        },
      ),
    );
  });
});
