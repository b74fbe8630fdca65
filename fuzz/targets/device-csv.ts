import fc from 'fast-check';
import { readDeviceCsv } from '../../packages/server/src/rest/device-csv.ts';
import { RestError } from '../../packages/server/src/rest/rest-error.ts';
import { utf8 } from '../corpus.ts';
import { must, mustEqual, unlessRefused } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';

const cell = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .map((text) => text.trim())
  .filter((text) => text !== '');

export const deviceCsv: Target = {
  name: 'device-csv',
  asks: 'device lists: a row or a reason for each line',
  seeds: () =>
    [
      'id,client_scheme,manufacturer,wake\nIMEI:1,md5,ACME,udp:10.0.0.1:2948\n"a ""b""",mac,"x,\ny",\n',
      '\ufeffID;Model\r\nIMEI:2;M1\r\n',
      'id\tserver secret\nx\ty',
    ].map(utf8),
  take: (octets) => {
    const rows = unlessRefused(() => readDeviceCsv(Buffer.from(octets).toString('utf8')), RestError) ?? [];
    for (const row of rows)
      must(row.ok ? row.request.id !== '' : row.reason !== '', 'a row without id or reason');
  },
  models: [
    model(
      'quoted rows come out as they went in',
      fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }),
      (rows) => {
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = `id,model\n${rows.map((row) => row.map(quoted).join(',')).join('\n')}\n`;
        const read = readDeviceCsv(text).map((row) => (row.ok ? [row.request.id, row.request.model] : row));
        mustEqual(read, rows, 'the rows');
      },
    ),
  ],
};
