import { DecodeError } from '@fumarole/syncml';
import { CliError } from '../../packages/cli/src/cli-error.ts';
import { convert } from '../../packages/cli/src/decode/convert.ts';
import { decodeOctets } from '../../packages/cli/src/decode/decode.ts';
import { unwrap } from '../../packages/cli/src/decode/input.ts';
import { jsonOf, printDecoding } from '../../packages/cli/src/decode/print-decoding.ts';
import { messagesIn, utf8 } from '../corpus.ts';
import { must, unlessRefused } from '../expect.ts';
import type { Target } from '../target.ts';
import { descriptor } from './descriptor.ts';
import { deviceCsv } from './device-csv.ts';
import { ddf, tnds } from './mgmt-tree.ts';
import { CP, package0, SMS_SEEDS, wspPush } from './push.ts';
import { updatePackage } from './update-package.ts';

export const decodeCommand: Target = {
  name: 'decode',
  asks: '`fumarole decode` of anything: never silent, never a throw, no control character reaches the terminal',
  seeds: () => [
    ...messagesIn('wbxml'),
    ...messagesIn('xml'),
    ...SMS_SEEDS(),
    ...[tnds, ddf, descriptor, package0, wspPush, updatePackage, deviceCsv].flatMap(({ seeds }) => seeds()),
    CP,
    utf8(Buffer.from(CP).toString('hex')),
    utf8(Buffer.from(CP).toString('base64')),
  ],
  take: (octets) => {
    const { octets: unwrapped, form } = unwrap(octets, undefined);
    const decoding = decodeOctets(unwrapped);
    const { report } = decoding;
    must(report.formats.length > 0, 'no format is named');
    if (report.failure !== undefined) {
      must(report.failure.reason !== '', 'a failure without reason');
      must(report.failure.offset <= unwrapped.length, `failed at ${report.failure.offset}, behind the end`);
    }
    return () => {
      let printed = '';
      const output = {
        json: false,
        columns: undefined,
        write: (text: string) => (printed += text),
        warn: () => undefined,
      };
      printDecoding(output, decoding, unwrapped, { offsets: true, form });
      must(!/[^\P{Cc}\n]/u.test(printed), 'a control character reaches the terminal');
      JSON.stringify(jsonOf(decoding, unwrapped));
      if (report.failure === undefined && report.convertible !== undefined) {
        for (const to of ['xml', 'wbxml'] as const)
          unlessRefused(() => convert(report.convertible, to), CliError, DecodeError);
      }
    };
  },
};
