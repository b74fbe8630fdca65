import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodePush, SmsReassembly } from '@fumarole/dm/notification';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hookChannel } from './hook-channel.ts';

const body = Uint8Array.from({ length: 300 }, (_, at) => at & 0xff);
const push = { contentType: '', applicationId: '', body, pdu: encodePush(body) };
let program: Server;
let status = 200;
let received: { readonly headers: IncomingMessage['headers']; readonly text: string } | undefined;

beforeAll(async () => {
  program = createServer(async (request, response) => {
    received = { headers: request.headers, text: Buffer.concat(await request.toArray()).toString() };
    response.writeHead(status).end('whatever it says');
  });
  await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  program.closeAllConnections();
  program.close();
});

const channel = () =>
  hookChannel({ url: `http://127.0.0.1:${(program.address() as AddressInfo).port}/sms`, token: 'T' });

it('gets the number, the messages and the push, and the token', async () => {
  expect(await channel().send('tel:+491701234567', push)).toEqual({ references: [] });
  expect(received?.headers.authorization).toBe('Bearer T');
  const said: { to: string; sms: string[]; push: string } = JSON.parse(received?.text ?? '');
  expect([said.to, said.push]).toEqual(['+491701234567', Buffer.from(push.pdu).toString('hex')]);
  const inbox = new SmsReassembly();
  const whole = said.sms.map((text) => inbox.add('', Uint8Array.from(Buffer.from(text, 'hex')), 0));
  expect(whole).toEqual(['waiting', 'waiting', expect.objectContaining({ data: push.pdu })]);
});

it.each([
  [400, 'refused'],
  [403, 'login-refused'],
  [429, 'gateway-failed'],
  [500, 'gateway-failed'],
] as const)('an answer %i is %s', async (answered, code) => {
  status = answered;
  await expect(channel().send('tel:+49170', push)).rejects.toMatchObject({ code });
});

it('that is not there is tried later, and is asked for phone numbers only', async () => {
  const gone = hookChannel({ url: 'http://127.0.0.1:1/' });
  await expect(gone.send('tel:+49170', push)).rejects.toMatchObject({
    code: 'no-connection',
    temporary: true,
  });
  expect([gone.reaches('tel:+49170'), gone.reaches('udp:h:1')]).toEqual([true, false]);
});
