/** Package 0 by every carrier, with real parts between server and device, each at the start of a whole update. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { DeviceOptions } from '@fumarole/device';
import { encodeSms, NOTIFICATION_TYPE, parsePush, parseTrigger, readPush } from '@fumarole/dm/notification';
import { readHubImage, TestSmsc, World, type WorldDevice } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kannel } from './kannel.ts';
import { RadioNetwork, smsDeliver } from './radio-network.ts';
import { Tap } from './tap.ts';
import { dissect } from './tshark.ts';

const OLD = readHubImage('movehub', '7.27.0');
const NEW = readHubImage('movehub', '7.28.0');
/** Nothing but the wake brings a device to the server within this. */
const UPDATE_MS = 40_000;

let smsc: TestSmsc;
let kannelSmsc: TestSmsc;
let tap: Tap;
let network: RadioNetwork;
let kannelNetwork: RadioNetwork;
let kannel: Kannel;
let world: World;

beforeAll(async () => {
  smsc = await TestSmsc.open();
  kannelSmsc = await TestSmsc.open({ systemId: 'kannel' });
  network = new RadioNetwork(smsc);
  kannelNetwork = new RadioNetwork(kannelSmsc);
  tap = await Tap.open(smsc.port);
  kannel = await Kannel.start(kannelSmsc.port);
  const login = { systemId: 'fumarole', password: 'secret', from: '4912345' };
  const smpp = { url: `smpp://127.0.0.1:${tap.port}`, ...login };
  world = await World.open({ server: { wake: { smpp, pap: { url: kannel.papUrl }, http: true } } });
});
afterAll(async () => {
  await world?.close();
  await kannel?.close();
  await Promise.all([smsc, kannelSmsc, tap].map((one) => one?.close()));
});

interface Carried {
  readonly name: string;
  readonly wake: string;
  readonly schedule: DeviceOptions['schedule'];
}

/** A device that comes to the server only when it is woken, and whatever it is told then. */
async function deviceOn({ name, wake, schedule }: Carried): Promise<WorldDevice> {
  await world.publish({
    image: NEW.image,
    version: NEW.version,
    release: 5,
    models: [name],
    fromVersions: [OLD.version],
  });
  return world.add({
    name,
    provision: { wake, offer: 'manual', clientScheme: 'mac', serverScheme: 'mac' },
    device: { firmware: { image: OLD.image, version: OLD.version, release: 4 }, schedule: schedule ?? {} },
  });
}

async function updated(device: WorldDevice): Promise<readonly string[]> {
  await world.order({ device: device.id, wake: true });
  await expect
    .poll(async () => (await world.device(device.id)).update?.state, { timeout: UPDATE_MS, interval: 100 })
    .toBe('confirmed');
  const accepted = device.events.filter((event) => event.kind === 'wake' && event.accepted);
  expect(accepted).toHaveLength(1);
  expect(device.events.find(({ kind }) => kind === 'session')).toMatchObject({ trigger: 1200 });
  return (await world.timeline(device.id)).filter(({ kind }) => kind === 'wake').map(({ text }) => text);
}

describe('a whole update begins with package 0', () => {
  it('by SMS: our server, an SMSC, the device’s modem, and the receipt back', async () => {
    const carried = { name: 'wake-smpp', wake: 'tel:+491700000001', schedule: {} };
    const device = await deviceOn(carried);
    network.subscribe('491700000001', device.dir);
    const told = await updated(device);
    expect(told).toContainEqual(expect.stringMatching(/^package 0, 1 of 3, left for tel:\+491700000001$/));
    expect(told).toContainEqual(expect.stringMatching(/^session .* answers package 0$/));
    await expect
      .poll(async () => (await world.timeline(device.id)).map(({ text }) => text))
      .toContainEqual('package 0, 1 of 3, was delivered: DELIVRD, error 000');
  });

  it('by WAP push: our server, Kannel’s push proxy gateway and bearerbox, an SMSC, the modem', async () => {
    const wake = 'pap:WAPPUSH=+491700000002/TYPE=PLMN@127.0.0.1';
    const device = await deviceOn({ name: 'wake-ppg-sms', wake, schedule: {} });
    kannelNetwork.subscribe('491700000002', device.dir);
    expect(await updated(device)).toContainEqual(expect.stringContaining(`left for ${wake}`));
    expect(kannelSmsc.messages.every(({ userData }) => userData.length <= 140)).toBe(true);
  });

  it('by WAP push over UDP: our server, Kannel, the standard’s port of the device', async () => {
    // Kannel sends to 2948 alone: the device has a loopback address of its own.
    const host = `127.${64 + Math.floor(Math.random() * 64)}.${1 + Math.floor(Math.random() * 250)}.9`;
    const device = await deviceOn({
      name: 'wake-ppg-udp',
      wake: `pap:WAPPUSH=${host}/TYPE=IPv4@127.0.0.1`,
      schedule: { wakePort: 2948, wakeHost: host },
    });
    expect(await updated(device)).toContainEqual(expect.stringContaining(`WAPPUSH=${host}`));
  });

  it('by HTTP push', async () => {
    const schedule = { httpPushPort: 0, wakeHost: '127.0.0.1' };
    const device = await deviceOn({ name: 'wake-http', wake: 'http://127.0.0.1:1/', schedule });
    const wake = `http://127.0.0.1:${device.handle.status().httpPushPort}/push`;
    await world.api('PATCH', `/devices/${encodeURIComponent(device.id)}`, { wake });
    expect(await updated(device)).toContainEqual(expect.stringContaining(`left for ${wake}`));
  });
});

describe('tshark', () => {
  const malformed = /malformed|Dissector bug|exception occurred/i;

  it('N-050: reads the push in a datagram of our server', async () => {
    const phone: Socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(phone, 'listening');
    const heard = once(phone, 'message');
    const wake = `udp:127.0.0.1:${phone.address().port}`;
    await world.create({
      name: 'wake-seen',
      provision: { wake },
      device: { firmware: { image: OLD.image, version: OLD.version, release: 4 } },
    });
    await world.api('POST', '/devices/urn%3Atest%3Awake-seen/wake', {});
    const [datagram] = (await heard) as [Buffer];
    phone.close();
    expect(parseTrigger(parsePush(datagram) ?? new Uint8Array())).toBeDefined();
    const [tree = ''] = await dissect({ kind: 'udp', port: 2948 }, [datagram]);
    expect(tree).toMatch(
      /Wireless Session Protocol, Method: Push \(0x06\), Content-Type: application\/vnd\.syncml\.notification/,
    );
    expect(tree).toMatch(/X-Wap-Application-Id: x-wap-application:syncml\.dm/i);
    expect(tree).not.toMatch(malformed);
  });

  it('N-053: reads the submit_sm of our server, down to the push', async () => {
    const submits = tap.said.filter((octets) => octets.readUInt32BE(4) === 4);
    expect(submits.length).toBeGreaterThan(0);
    const trees = await dissect({ kind: 'tcp', port: 2775, dissector: 'smpp' }, submits);
    expect(trees).toHaveLength(submits.length);
    for (const tree of trees) {
      expect(tree).toMatch(/Operation: Submit_sm/);
      expect(tree).toMatch(/Wireless Session Protocol, Method: Push/);
      expect(tree).not.toMatch(malformed);
    }
  });

  it('N-054: reads the SMS on the air, and puts parts together', async () => {
    const parts = encodeSms(Buffer.concat([Buffer.from('010603C4AF87', 'hex'), Buffer.alloc(300, 0x41)]), 9);
    const sms = { id: '', to: '', from: '4912345', esmClass: 0x40, wantsReceipt: false };
    const long = parts.map((userData) => smsDeliver({ ...sms, dataCoding: 4, userData }));
    const seen = [...network.delivered, ...kannelNetwork.delivered];
    const trees = await dissect({ kind: 'sms' }, [...seen, ...long]);
    for (const tree of trees) {
      expect(tree).toMatch(/SMS-DELIVER/);
      expect(tree).toMatch(/Destination port: .*\(2948\)/);
      expect(tree).not.toMatch(malformed);
    }
    for (const tree of trees.slice(0, seen.length)) expect(tree).toMatch(/Wireless Session Protocol/);
    expect(trees.at(-1)).toMatch(/Short Message.*fragments|Reassembled/i);
  });
});

it('N-051: what Kannel makes of our push is read whatever headers it adds', () => {
  const [sms] = kannelSmsc.messages;
  const datagram = sms?.userData.subarray(1 + (sms.userData[0] ?? 0)) ?? new Uint8Array();
  expect(readPush(datagram)).toMatchObject({
    contentType: NOTIFICATION_TYPE,
    applicationId: 'x-wap-application:syncml.dm',
  });
});
