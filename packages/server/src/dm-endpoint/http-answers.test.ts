/** What HTTP says, whatever SyncML says. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { decode, type SyncMLMessage } from '@fumarole/syncml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../server.ts';
import { type Api, admit, callApi, type EndpointWorld, endpointWorld } from '../testing/endpoint-world.ts';
import { ScriptedDevice, type ScriptedMessage } from '../testing/scripted-device.ts';

const world: EndpointWorld = endpointWorld();
let server: RunningServer;
let api: Api;
let count = 0;

beforeAll(async () => {
  server = await startServer(world.options());
  api = { url: server.url, token: server.adminToken ?? '' };
});
afterAll(async () => {
  await server.close();
  world.dispose();
});

const newDevice = (): Promise<ScriptedDevice> => {
  count += 1;
  return admit(api, `urn:http:${count}`, { encoding: 'xml', scheme: 'md5', gets: 2 });
};

interface Raw {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly octets: Buffer;
}

async function raw({ url, headers, body }: ScriptedMessage): Promise<Raw> {
  const sending = request(url, { method: 'POST', headers, agent: false });
  sending.end(body);
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, octets: await buffer(response) };
}

/** The same message with another text in it. */
function withText(message: ScriptedMessage, from: string | RegExp, to: string): ScriptedMessage {
  const text = Buffer.from(message.body).toString('utf8');
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`no ${from} in ${text}`);
  return { ...message, body: Buffer.from(changed) };
}

const codeOf = ({ octets }: Raw): number | undefined => {
  const message: SyncMLMessage = decode(octets, 'xml');
  const header = message.body.find((one) => one.kind === 'Status' && one.CmdRef === '0');
  return header?.kind === 'Status' ? header.Data : undefined;
};

describe('I-002: HTTP 200 with Content-Length and Content-Type, never chunked', () => {
  const outcomes: readonly (readonly [
    string,
    number,
    (device: ScriptedDevice) => Promise<ScriptedMessage>,
  ])[] = [
    [
      'credentials are wrong',
      401,
      async (device) => {
        device.nonce = 'bm90LXRoZS1vbmU=';
        return device.packageOne();
      },
    ],
    ['no credentials come', 407, async (device) => withText(device.packageOne(), /<Cred>.*<\/Cred>/s, '')],
    [
      'the device is unknown',
      401,
      async (device) => new ScriptedDevice({ ...device.options, id: 'urn:http:nobody' }).packageOne(),
    ],
    [
      'the protocol version is not served',
      513,
      async (device) => withText(device.packageOne(), '>DM/1.2<', '>DM/7<'),
    ],
    [
      'the document type version is not served',
      505,
      async (device) => withText(device.packageOne(), '<VerDTD>1.2', '<VerDTD>7'),
    ],
    [
      'all is well',
      200,
      async (device) => {
        const opened = await device.login();
        return device.reply(opened);
      },
    ],
    [
      'a MsgID is left out',
      400,
      async (device) => {
        const opened = await device.login();
        device.msgID += 5;
        return device.reply(opened);
      },
    ],
    [
      'the session is unknown',
      400,
      async (device) => {
        device.msgID = 4;
        return device.packageOne();
      },
    ],
    [
      'the device gives up',
      200,
      async (device) => {
        await device.login();
        return device.next([{ kind: 'Alert', CmdID: '1', Data: '1223', items: [] }]);
      },
    ],
  ];

  it.each(outcomes)('I-002: when %s (%i)', async (_what, code, make) => {
    const answer = await raw(await make(await newDevice()));
    expect([answer.status, codeOf(answer)]).toEqual([200, code]);
    expect(answer.headers['content-length']).toBe(String(answer.octets.length));
    expect(answer.headers['content-type']).toBe('application/vnd.syncml.dm+xml');
    expect(answer.headers['transfer-encoding']).toBeUndefined();
  });
});

describe('S-031: a server that takes no DM/1.1', () => {
  it.each([
    ['DM/1.1', /DM\/1\.2</g, 'DM/1.1<', 513, 'DM/1.2'],
    ['document type 1.1', /<VerDTD>1\.2/g, '<VerDTD>1.1', 505, '1.2'],
  ])('S-031: refuses %s with the version that it serves', async (_what, from, to, code, served) => {
    const own = endpointWorld();
    const strict = await startServer(own.options({ dm11: false }));
    const device = await admit({ url: strict.url, token: strict.adminToken ?? '' }, 'urn:old:1', {
      encoding: 'xml',
      scheme: 'md5',
    });
    const message = withText(device.packageOne(), from, to);
    const refused = await raw(message);
    expect([refused.status, codeOf(refused)]).toEqual([200, code]);
    expect(refused.octets.toString('utf8')).toContain(`<Item><Data>${served}</Data></Item>`);
    expect(refused.octets.toString('utf8')).toContain('<Final/>');
    await strict.close();
    own.dispose();
    // By default both are served.
    const lax = await raw(withText((await newDevice()).packageOne(), from, to));
    expect(codeOf(lax)).toBeLessThan(500);
  });
});

describe('R-023: characters', () => {
  it('R-023: text beyond ASCII comes in and goes out as UTF-8', async () => {
    const device = await newDevice();
    const path = `/devices/${encodeURIComponent(device.options.id)}`;
    await callApi(api, 'POST', `${path}/commands`, { verb: 'set', uri: './Test/name', value: 'Grüße Ω' });
    let answer = await device.send(device.packageOne({ mark: 'grün-Ω' }));
    const texts = [Buffer.from(answer.octets).toString('utf8')];
    while (answer.commands.length > 0 && texts.length < 20) {
      answer = await device.send(device.reply(answer));
      texts.push(Buffer.from(answer.octets).toString('utf8'));
    }
    expect(texts.join('\n')).toContain('<Data>Grüße Ω</Data>');
    expect(await callApi(api, 'GET', path)).toMatchObject({ language: 'grün-Ω' });
  });

  it.each([
    'utf-16',
    'windows-1252',
    'shift_jis',
  ])('R-023: the charset %s of the media type is refused with 415', async (charset) => {
    const message = (await newDevice()).packageOne();
    const type = `application/vnd.syncml.dm+xml; charset=${charset}`;
    expect((await raw({ ...message, headers: { 'content-type': type } })).status).toBe(415);
  });

  it('R-023: so are octets that are of another charset', async () => {
    const message = (await newDevice()).packageOne();
    const wide = Buffer.from(`\ufeff${Buffer.from(message.body).toString('utf8')}`, 'utf16le');
    expect((await raw({ ...message, body: wide })).status).toBe(415);
    const said = Buffer.concat([Buffer.from('<?xml version="1.0" encoding="koi8-r"?>'), message.body]);
    expect((await raw({ ...message, body: said })).status).toBe(415);
    // WBXML: MIBenum 1015 is UTF-16.
    const wbxml = { url: message.url, headers: { 'content-type': 'application/vnd.syncml.dm+wbxml' } };
    expect((await raw({ ...wbxml, body: Buffer.from('02a4018777006d6c', 'hex') })).status).toBe(415);
  });
});
