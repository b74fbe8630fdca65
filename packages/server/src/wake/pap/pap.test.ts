import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodePush } from '@fumarole/dm/notification';
import { parseXml } from '@fumarole/syncml';
import fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryReport } from '../channel.ts';
import { MAX_PAP_OCTETS } from '../limits.ts';
import { papChannel } from './channel.ts';
import type { PapOptions } from './options.ts';
import { registerPap } from './register-pap.ts';

const body = Uint8Array.of(0, 1, 13, 10, 45, 45, 255);
const push = {
  contentType: 'application/vnd.syncml.notification',
  applicationId: 'x-wap-application:syncml.dm',
  body,
  pdu: encodePush(body),
};
const said = (inside: string) => `<?xml version="1.0"?><pap>${inside}</pap>`;
const accepted = said('<push-response push-id="x"><response-result code="1001" desc="ok"/></push-response>');

interface Received {
  readonly head: IncomingMessage['headers'];
  readonly octets: Buffer;
}
let gateway: Server;
let received: Received[];
let answer: { status: number; text: string };

beforeEach(async () => {
  received = [];
  answer = { status: 202, text: accepted };
  gateway = createServer(async (request, response) => {
    received.push({ head: request.headers, octets: Buffer.concat(await request.toArray()) });
    response.writeHead(answer.status, { 'content-type': 'application/xml' }).end(answer.text);
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  gateway.closeAllConnections();
  await new Promise((resolve) => gateway.close(resolve));
});

const channel = (more: Partial<PapOptions> = {}) => {
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/ppg`;
  return papChannel(
    { url, user: 'picom', password: 'ba:r', ...more },
    () => 'https://dm.example.com/pap/T&1',
  );
};

/** Control document, and what stands before and in the content entity. */
function partsOf({ head, octets }: Received) {
  const [, boundary = ''] = /boundary=([\w-]+)/.exec(head['content-type'] ?? '') ?? [];
  const [, control = '', content = ''] = octets.toString('latin1').split(`--${boundary}`);
  const [headers = '', ...rest] = content.split('\r\n\r\n');
  return {
    control: parseXml(control.slice(control.indexOf('<?xml'))).children[0],
    headers: headers.trim(),
    content: Buffer.from(rest.join('\r\n\r\n').replace(/\r\n$/, ''), 'latin1'),
  };
}

describe('a push', () => {
  it('is one multipart of control document and content, with the login', async () => {
    const { references } = await channel().send('tel:+491701234567', push);
    const [only] = received;
    if (only === undefined) throw new Error('nothing came');
    expect(only.head).toMatchObject({
      'content-type': expect.stringMatching(/^multipart\/related; boundary=.*; type="application\/xml"$/),
      authorization: `Basic ${Buffer.from('picom:ba:r').toString('base64')}`,
    });
    const { control, headers, content } = partsOf(only);
    expect(control).toMatchObject({
      name: 'push-message',
      attributes: {
        'push-id': references[0]?.replace('pap:', ''),
        'ppg-notify-requested-to': 'https://dm.example.com/pap/T&1',
      },
      children: [
        { name: 'address', attributes: { 'address-value': 'WAPPUSH=+491701234567/TYPE=PLMN@127.0.0.1' } },
        { name: 'quality-of-service', attributes: { bearer: 'SMS', 'delivery-method': 'unconfirmed' } },
      ],
    });
    expect(headers).toBe(
      'Content-Type: application/vnd.syncml.notification\r\nX-Wap-Application-Id: x-wap-application:syncml.dm',
    );
    expect(Uint8Array.from(content)).toEqual(body);
  });

  it('goes to the client address that the device has, with no bearer where there is no phone', async () => {
    await channel({ results: 'none' }).send('pap:WAPPUSH=10.0.0.1/TYPE=IPv4@ppg', push);
    const { control } = partsOf(received[0] as Received);
    expect(control).toMatchObject({
      children: [
        { attributes: { 'address-value': 'WAPPUSH=10.0.0.1/TYPE=IPv4@ppg' } },
        { attributes: { 'delivery-method': 'unconfirmed' } },
      ],
    });
    expect(JSON.stringify(control)).not.toMatch(/bearer|notify/);
  });

  it.each([
    [
      'an address error',
      202,
      said('<push-response push-id="x"><response-result code="2002"/></push-response>'),
      'refused',
    ],
    ['a bad message', 400, said('<badmessage-response code="2000" desc="no"/>'), 'refused'],
    [
      'a gateway in trouble',
      202,
      said('<push-response push-id="x"><response-result code="3000"/></push-response>'),
      'gateway-failed',
    ],
    ['no code', 202, said('<push-response push-id="x"/>'), 'gateway-failed'],
    ['HTML', 502, '<html><p>Bad gateway', 'gateway-failed'],
    ['a refused login', 401, '', 'login-refused'],
    ['an answer without end', 202, 'x'.repeat(MAX_PAP_OCTETS + 1), 'gateway-failed'],
    ['a bomb of elements', 202, said('<a>'.repeat(200)), 'gateway-failed'],
  ] as const)('%s is told as what it is', async (_, status, text, code) => {
    answer = { status, text };
    await expect(channel().send('tel:+4917', push)).rejects.toMatchObject({ code });
  });

  it('that finds no gateway is tried later', async () => {
    const url = 'http://127.0.0.1:1/ppg';
    await expect(channel({ url }).send('tel:+4917', push)).rejects.toMatchObject({
      code: 'no-connection',
      temporary: true,
    });
  });

  it('is asked after where the gateway does not report', async () => {
    const ppg = channel({ results: 'query' });
    const { references } = await ppg.send('tel:+4917', push);
    const [reference = ''] = references;
    const result = (state: string) =>
      said(
        `<statusquery-response push-id="x"><statusquery-result code="1000" message-state="${state}"/></statusquery-response>`,
      );
    answer = { status: 200, text: result('pending') };
    expect(await ppg.ask?.(reference)).toMatchObject({ reference, state: 'pending' });
    answer = { status: 200, text: result('delivered') };
    expect(await ppg.ask?.(reference)).toMatchObject({ state: 'delivered' });
    answer = { status: 200, text: result('undeliverable') };
    expect(await ppg.ask?.(reference)).toMatchObject({ state: 'failed' });
    expect(received.at(-1)?.octets.toString()).toContain(
      `<statusquery-message push-id="${reference.slice(4)}">`,
    );
    answer = { status: 200, text: said('<badmessage-response code="2000"/>') };
    expect(await ppg.ask?.(reference)).toBeUndefined();
  });
});

describe('results', () => {
  const result = (id: string, state: string) =>
    said(
      `<resultnotification-message push-id="${id}" message-state="${state}" code="1000"><address address-value="A"/></resultnotification-message>`,
    );

  async function post(text: string, path = '/pap/T') {
    const reports: DeliveryReport[] = [];
    const app = fastify();
    await registerPap(app, 'T', async (report) => {
      reports.push(report);
      return report.reference === 'pap:known';
    });
    const headers = { 'content-type': 'application/xml' };
    const { statusCode, body: answered } = await app.inject({
      method: 'POST',
      url: path,
      headers,
      payload: text,
    });
    await app.close();
    return { statusCode, answered, reports };
  }

  it('reach the desk and are answered in kind', async () => {
    const { statusCode, answered, reports } = await post(result('known', 'delivered'));
    expect(statusCode).toBe(200);
    expect(answered).toContain(
      '<resultnotification-response push-id="known" code="1000"><address address-value="A"/>',
    );
    expect(reports).toEqual([{ reference: 'pap:known', state: 'delivered', text: '1000 delivered' }]);
    expect((await post(result('known', 'expired'))).reports[0]?.state).toBe('failed');
  });

  it('of nobody’s push say so', async () => {
    expect((await post(result('a&quot;b', 'delivered'))).answered).toContain(
      'push-id="a&quot;b" code="2004"',
    );
  });

  it.each([
    ['HTML', '<html>'],
    ['nothing', ''],
    ['another document', accepted],
    ['an entity', '<!DOCTYPE pap [<!ENTITY x "y">]><pap><resultnotification-message push-id="&x;"/></pap>'],
  ])('%s is refused', async (_, text) => {
    const { statusCode, reports } = await post(text);
    expect([statusCode, reports]).toEqual([400, []]);
  });

  it('too long, or at an address that nobody was told, are not read', async () => {
    expect((await post(result('x'.repeat(MAX_PAP_OCTETS), 'delivered'))).statusCode).toBe(413);
    expect((await post(result('known', 'delivered'), '/pap/guess')).statusCode).toBe(404);
  });
});
