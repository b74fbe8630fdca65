import {
  type DownloadDescriptor,
  formatDescriptor,
  parseDescriptor,
  parseInstallNotify,
} from '@fumarole/fumo/object';
import { value as text } from '@fumarole/testkit/arbitrary';
import fc from 'fast-check';
import { utf8 } from '../corpus.ts';
import { must, mustEqual } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';

const FULL: DownloadDescriptor = {
  type: ['application/octet-stream', 'application/x-firmware'],
  size: 1000,
  objectURI: 'https://dm.example/d/x?a=1&b=2',
  installNotifyURI: 'https://dm.example/n/x',
  nextURL: 'https://dm.example/',
  name: 'Firmware',
  description: 'All of it',
  vendor: 'ACME',
  infoURL: 'https://dm.example/i',
  iconURI: 'https://dm.example/p',
  installParam: 'priorityflag=critical;sha256=00',
};
const word = text.map((one) => one.trim()).filter((one) => one !== '');
const uri = fc.webUrl({ withQueryParameters: true });

export const descriptor: Target = {
  name: 'descriptor',
  asks: 'download descriptors: never a throw, a reason for each refusal; what is read is written and reads the same',
  seeds: () => [
    utf8(formatDescriptor(FULL)),
    utf8('<media><type>a/b</type><size>5</size><objectURI>x</objectURI></media>'),
    utf8(
      '<Media><TYPE> a/b </TYPE><Size>1,000</Size><ObjectUri><![CDATA[http://a/b?c&d]]></ObjectUri><x/></Media>',
    ),
  ],
  take: (octets) => {
    parseInstallNotify(Buffer.from(octets).toString('latin1'));
    const reading = parseDescriptor(octets);
    if (reading.kind === 'refused') {
      must(
        reading.reason !== '' && (reading.code === 906 || reading.code === 951),
        'a refusal without reason',
      );
      return;
    }
    const again = parseDescriptor(formatDescriptor(reading.descriptor));
    must(again.kind === 'descriptor', `what was read is refused when written: ${JSON.stringify(again)}`);
    mustEqual(
      { DDVersion: '1.0', ...again.descriptor },
      { DDVersion: '1.0', ...reading.descriptor },
      'the descriptor',
    );
  },
  models: [
    model(
      'decode(encode(x)) = x',
      fc.record(
        {
          type: fc.array(
            word.filter((one) => one.length <= 20),
            { minLength: 1, maxLength: 3 },
          ),
          size: fc.integer({ min: 1 }),
          objectURI: uri,
          DDVersion: fc.constantFrom('1.0', '1.7'),
          installNotifyURI: uri,
          name: word.filter((one) => one.length <= 40),
          installParam: word,
        },
        { requiredKeys: ['type', 'size', 'objectURI', 'DDVersion'] },
      ),
      (descriptor) => {
        mustEqual(
          parseDescriptor(formatDescriptor(descriptor)),
          { kind: 'descriptor', descriptor },
          'the descriptor',
        );
      },
    ),
  ],
};
