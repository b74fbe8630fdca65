/** Who a message is from, and what the device says of itself. */
import type { Command, Item, SyncHdr } from '@fumarole/syncml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../server.ts';
import { type Api, admit, callApi, type EndpointWorld, endpointWorld } from '../testing/endpoint-world.ts';
import type { ScriptedAnswer, ScriptedDevice, ScriptedMessage } from '../testing/scripted-device.ts';

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

const newDevice = (scheme: 'md5' | 'mac' = 'md5', gets = 1) => {
  count += 1;
  return admit(api, `urn:sender:${count}`, { encoding: 'wbxml', scheme, gets });
};
/** A nonce that nobody gave: the first message is challenged. */
const INVENTED = 'bm90LXRoZS1vbmU=';

interface Known {
  readonly devId?: string;
  readonly language?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly contacts: number;
}
const known = ({ options }: ScriptedDevice): Promise<Known> =>
  callApi<Known>(api, 'GET', `/devices/${encodeURIComponent(options.id)}`);

const alert: Command = { kind: 'Alert', CmdID: '1', Data: '1201', items: [] };
const devInfo = (CmdID: string, leaves: Readonly<Record<string, string>>): Command => ({
  kind: 'Replace',
  CmdID,
  items: Object.entries(leaves).map(
    ([leaf, Data]): Item => ({ Source: { LocURI: `./DevInfo/${leaf}` }, Data }),
  ),
});
const INFO = { DevId: 'IMEI:490154203237518', Man: 'Acme', Mod: 'M-1', DmV: '1.2', Lang: 'en' };

/** Package 1 with another Source than usual. */
function packageOne(
  device: ScriptedDevice,
  Source: SyncHdr['Source'],
  leaves: Readonly<Record<string, string>> = INFO,
): ScriptedMessage {
  device.msgID += 1;
  return device.sign({
    hdr: {
      VerDTD: '1.2',
      VerProto: 'DM/1.2',
      SessionID: device.sessionID,
      MsgID: device.msgID,
      Target: { LocURI: device.url },
      Source,
      Meta: { MaxMsgSize: 16_384 },
    },
    body: [alert, devInfo('2', leaves)],
    final: true,
  });
}

describe('I-009: the name in a digest', () => {
  it('I-009: without LocName it is that of the device that Source names', async () => {
    const device = await newDevice();
    const { id } = device.options;
    device.nonce = INVENTED;
    await device.send(packageOne(device, { LocURI: id }));
    expect((await device.send(packageOne(device, { LocURI: id }))).code).toBe(212);
  });

  it('I-009: with the name of another account its digest opens nothing', async () => {
    const [device, other] = [await newDevice(), await newDevice()];
    const Source = { LocURI: device.options.id, LocName: other.options.credentials.client.name };
    device.nonce = INVENTED;
    await device.send(packageOne(device, Source));
    other.nonce = device.nonce;
    other.msgID = device.msgID;
    expect((await other.send(packageOne(other, Source))).code).toBe(401);
  });
});

describe('DevInfo', () => {
  it('S-006: Source decides whose session it is; another DevId is kept as the device’s', async () => {
    const device = await newDevice();
    const Source = { LocURI: device.options.id };
    device.nonce = INVENTED;
    await device.send(packageOne(device, Source));
    const answer = await device.send(packageOne(device, Source));
    expect(answer.commands.map(({ kind }) => kind)).toContain('Get');
    expect(await known(device)).toMatchObject({ devId: INFO.DevId, model: 'M-1', contacts: 1 });
    const { items } = await callApi<{ items: { id: string }[] }>(api, 'GET', '/devices?limit=500');
    expect(items.map(({ id }) => id)).not.toContain(INFO.DevId);
  });

  it('S-002: comes in any order, with interior nodes, Meta and unknown leaves, or without a leading ./', async () => {
    const device = await newDevice('md5', 0);
    const Meta = { Format: 'chr', Type: 'text/plain' };
    const item = (LocURI: string, Data: string, more: object = {}): Item => ({
      Source: { LocURI },
      Data,
      ...more,
    });
    const items = [
      item('./DevInfo/Ext', 'Op', { Meta: { Format: 'node' } }),
      item('./DevInfo/Ext/Op', '42', { Meta }),
      item('./DevInfo/Bearer', 'b1', { Meta: { Format: 'Node' } }),
      item('DevInfo/Lang', 'de', { Meta }),
      item('./DevInfo/Mod', 'M-1'),
      item('./DevInfo/DmV', '1.2', { Meta }),
      item('./DevInfo/Man', ' Acme '),
      item('./DevInfo/DevId', device.options.id),
    ];
    await device.send(device.next([alert, { kind: 'Replace', CmdID: '2', items }]));
    expect(await known(device)).toMatchObject({ manufacturer: 'Acme', model: 'M-1', language: 'de' });
    const { items: nodes } = await callApi<{ items: { uri: string; value?: string }[] }>(
      api,
      'GET',
      `/devices/${encodeURIComponent(device.options.id)}/tree`,
    );
    expect(nodes).toContainEqual(expect.objectContaining({ uri: './DevInfo/Ext/Op', value: '42' }));
    expect(nodes.map(({ uri }) => uri)).not.toContain('./DevInfo/Ext');
  });

  it('S-004 P-002: what is missing is logged, and the session goes on', async () => {
    const device = await newDevice();
    const answer = await device.send(
      device.next([alert, devInfo('2', { DevId: 'x', DmV: '1.2', Mod: ' ' })]),
    );
    expect(answer.commands.map(({ kind }) => kind)).toContain('Get');
    const path = `/devices/${encodeURIComponent(device.options.id)}/timeline`;
    const { items } = await callApi<{ items: { kind: string; text: string }[] }>(api, 'GET', path);
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'warning', text: 'DevInfo lacks Man, Mod, Lang' }),
    );
  });

  it('S-003: what comes again, after a challenge or later in the session, is taken over', async () => {
    const device = await newDevice();
    const Source = { LocURI: device.options.id };
    device.nonce = INVENTED;
    await device.send(packageOne(device, Source, { ...INFO, Lang: 'fr' }));
    const answer: ScriptedAnswer = await device.send(packageOne(device, Source, { ...INFO, Lang: 'de' }));
    expect(await known(device)).toMatchObject({ language: 'de', contacts: 1 });
    const again = await device.send(device.next([devInfo('1', { Lang: 'it' })]));
    expect(again.message.body).toContainEqual(
      expect.objectContaining({ kind: 'Status', CmdRef: '1', Cmd: 'Replace', Data: 200 }),
    );
    expect(answer.code).toBe(212);
    expect(await known(device)).toMatchObject({ language: 'it', model: 'M-1', contacts: 1 });
  });
});
