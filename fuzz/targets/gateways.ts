import { DecodeError } from '@fumarole/syncml';
import { value as text } from '@fumarole/testkit/arbitrary';
import fc from 'fast-check';
import { PDU } from 'smpp';
import { MAX_GATEWAY_TEXT } from '../../packages/server/src/wake/limits.ts';
import {
  pushMessage,
  readGatewayWord,
  resultAnswer,
  statusQuery,
} from '../../packages/server/src/wake/pap/pap-document.ts';
import { MAX_MESSAGE_ID } from '../../packages/server/src/wake/smpp/limits.ts';
import { readReceipt, sameMessageId } from '../../packages/server/src/wake/smpp/receipt.ts';
import { utf8 } from '../corpus.ts';
import { asXml, must, mustEqual, unlessRefused } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';

const said = (inside: string): Uint8Array => utf8(`<?xml version="1.0"?><pap>${inside}</pap>`);

/** What push proxy gateways answer and report. */
export const pap: Target = {
  name: 'pap',
  asks: 'documents of push proxy gateways: a word of bounded length, or none',
  seeds: () => [
    said(
      '<push-response push-id="a@b"><response-result code ="1001" desc="ok"></response-result></push-response>',
    ),
    said('<badmessage-response code="2000" bad-message-fragment="&lt;x"/>'),
    said(
      '<resultnotification-message push-id="a" message-state="undeliverable" code="5001"><address address-value="WAPPUSH=+1/TYPE=PLMN@x"/></resultnotification-message>',
    ),
    said(
      '<statusquery-response push-id="a"><statusquery-result code="1000" message-state="pending"/></statusquery-response>',
    ),
  ],
  take: (octets) => {
    const word = unlessRefused(() => readGatewayWord(octets), DecodeError);
    must((word?.text.length ?? 0) <= MAX_GATEWAY_TEXT, 'a text without bound');
    must(
      word?.code === undefined || (word.code >= 0 && word.code <= 9999),
      'a code of more than four digits',
    );
  },
  models: [
    model('an answer names the push that it is about', fc.tuple(text, text), ([pushId, address]) => {
      // Ours is the answer to theirs: but for the name of the element they are alike.
      const document = resultAnswer(pushId, address, 1000)
        .replace('<resultnotification-response ', '<resultnotification-message ')
        .replace(/<\/resultnotification-response>(?=<\/pap>\n$)/, '</resultnotification-message>');
      const again = readGatewayWord(utf8(document));
      const shown = (one: string): string => asXml(one).replace(/\r\n|[\t\n\r]/g, ' ');
      mustEqual([again?.pushId, again?.address], [shown(pushId), shown(address)], 'the names');
    }),
    model('what is asked is well-formed, whatever the names', fc.tuple(text, text), ([pushId, address]) => {
      must(
        readGatewayWord(utf8(pushMessage({ pushId, address, notifyUrl: address }))) === undefined,
        'no word',
      );
      must(readGatewayWord(utf8(statusQuery(pushId))) === undefined, 'no word');
    }),
  ],
};

/** deliver_sm of SMS gateways, through the `smpp` package. */
export const smppReceipt: Target = {
  name: 'smpp-receipt',
  asks: 'PDUs of SMS gateways: a receipt of a bounded name, or none',
  seeds: () =>
    [
      {
        short_message:
          'id:A1 sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:',
      },
      { receipted_message_id: 'A1', message_state: 2, short_message: '' },
      { short_message: '', message_payload: 'id:00161 stat:UNDELIV err:0B' },
    ].map((fields) => new PDU('deliver_sm', { esm_class: 4, source_addr: '49170', ...fields }).toBuffer()),
  take: (octets) => {
    // The package refuses in any way it likes; the connection ends then.
    const pdu = unlessRefused(() => new PDU(Buffer.from(octets)), Error);
    const receipt = pdu && readReceipt(pdu);
    if (receipt === undefined) return;
    must(receipt.messageId !== '' && receipt.messageId.length <= MAX_MESSAGE_ID, 'a name without bound');
    must(receipt.text.length <= MAX_GATEWAY_TEXT, 'a text without bound');
    must(sameMessageId(receipt.messageId).includes(receipt.messageId), 'another name than the receipt’s');
  },
};
