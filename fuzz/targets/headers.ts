import { formatHmacHeader, parseHmacHeader } from '@fumarole/dm/auth';
import { contentType, parseContentType } from '@fumarole/syncml';
import { value as text } from '@fumarole/testkit/arbitrary';
import fc from 'fast-check';
import { parseRange } from '../../packages/server/src/downloads/byte-range.ts';
import { utf8 } from '../corpus.ts';
import { must, mustEqual } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';

const SIZE = 1000;

export const headers: Target = {
  name: 'headers',
  asks: 'x-syncml-hmac, Content-Type and Range',
  seeds: () =>
    [
      'algorithm=MD5, username="IMEI:1", mac=l8kNDYVjGQ3vtZHX4vEtDA==',
      'mac="AA==" , username=a\\"b,algorithm=md5',
      'application/vnd.syncml.dm+wbxml; charset="utf-8"',
      'application/vnd.syncml.dm+xml;verproto=DM/1.2;charset=UTF-8',
      'bytes=20-',
      'bytes = -500',
      'bytes=0-1,5-6',
    ].map(utf8),
  take: (octets) => {
    const header = Buffer.from(octets).toString('latin1');
    const hmac = parseHmacHeader(header);
    if (hmac !== undefined && /^[^\s,"]+$/.test(hmac.mac)) {
      const again = parseHmacHeader(formatHmacHeader(hmac));
      if (again !== undefined) mustEqual({ ...again, algorithm: hmac.algorithm }, hmac, 'the header');
    }
    const type = parseContentType(header);
    if (type !== undefined)
      must(parseContentType(contentType(type.encoding, type.family)) !== undefined, 'the type');
    const range = parseRange(header, SIZE);
    if (range.kind === 'part')
      must(0 <= range.first && range.first <= range.last && range.last < SIZE, 'a range outside');
  },
  models: [
    model(
      'decode(encode(x)) = x',
      fc.record({
        username: text.filter((name) => name.length < 60),
        mac: fc.base64String({ minLength: 4, maxLength: 24 }),
      }),
      (header) => {
        mustEqual(parseHmacHeader(formatHmacHeader(header)), { algorithm: 'MD5', ...header }, 'the header');
      },
    ),
  ],
};
