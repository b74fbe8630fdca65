import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpChannel } from './http-channel.ts';

const body = Uint8Array.of(0, 255, 13, 10);
const push = {
  contentType: 'application/vnd.syncml.notification',
  applicationId: 'x-wap-application:syncml.dm',
  body,
  pdu: new Uint8Array(),
};
let device: Server;
let status = 204;
let received: { readonly request: IncomingMessage; readonly octets: Buffer } | undefined;

beforeAll(async () => {
  device = createServer(async (request, response) => {
    received = { request, octets: Buffer.concat(await request.toArray()) };
    response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end();
  });
  await new Promise<void>((resolve) => device.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  device.closeAllConnections();
  device.close();
});

const send = () =>
  httpChannel().send(`http://127.0.0.1:${(device.address() as AddressInfo).port}/push`, push);

it('N-056: posts package 0 with its media type and application id', async () => {
  status = 204;
  expect(await send()).toEqual({ references: [] });
  expect(received?.request).toMatchObject({
    method: 'POST',
    url: '/push',
    headers: {
      'content-type': 'application/vnd.syncml.notification',
      'x-wap-application-id': 'x-wap-application:syncml.dm',
    },
  });
  expect(Uint8Array.from(received?.octets ?? [])).toEqual(body);
});

it.each([
  [404, 'refused'],
  [503, 'gateway-failed'],
  [302, 'no-connection'],
] as const)('an answer %i is %s', async (answered, code) => {
  status = answered;
  await expect(send()).rejects.toMatchObject({ code });
});

it('a device that is not there is tried later', async () => {
  await expect(httpChannel().send('http://127.0.0.1:1/', push)).rejects.toMatchObject({
    code: 'no-connection',
    temporary: true,
  });
});
