import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootstrapDevice } from '@fumarole/device';
import { decodeBase64 } from '@fumarole/dm/auth';
import { cardFiles } from '@fumarole/dm/bootstrap';
import type { ApiBootstrap, ApiBootstrapRequest } from '@fumarole/server/api';
import { isSettled, readHubImage, sha256Of, World, type WorldDevice } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const OLD = readHubImage('movehub', '7.27.0');
const NEW = readHubImage('movehub', '7.28.0');
const IMSI = '234151234567890';
const FIRMWARE = { image: OLD.image, version: OLD.version, release: 4 };

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

type DeviceMore = Parameters<World['create']>[0]['device'];

/** A device without account that is not known to the server. */
async function bare(
  name: string,
  more: Partial<DeviceMore> = {},
): Promise<{ readonly id: string; readonly dir: string }> {
  await world.publish({ image: NEW.image, version: NEW.version, release: 5, models: [name] });
  return world.create({ name, bare: true, device: { firmware: FIRMWARE, ...more } });
}

const order = (id: string, request: ApiBootstrapRequest): Promise<ApiBootstrap> =>
  world.api('POST', `/devices/${encodeURIComponent(id)}/bootstrap`, request);
const octets = (base64: string): Uint8Array => decodeBase64(base64) ?? new Uint8Array();

async function wakeAddress(dir: string): Promise<string> {
  const { schedule } = JSON.parse(await readFile(join(dir, 'device.json'), 'utf8'));
  return `udp:127.0.0.1:${schedule.wakePort}`;
}

/** The first session is the device's own doing, with the credentials of the document; then a whole update. */
async function updates(device: WorldDevice): Promise<void> {
  await vi.waitFor(async () => expect((await world.device(device.id)).contacts).toBeGreaterThan(0), 10_000);
  const opened = device.events.flatMap((event) =>
    event.kind === 'session' && event.phase === 'opened' ? [event.trigger] : [],
  );
  expect(opened[0]).toBe(1201);
  await world.api('PATCH', `/devices/${encodeURIComponent(device.id)}`, { offer: 'automatic' });
  const known = await world.drive(device, isSettled);
  expect(known.update).toMatchObject({ state: 'confirmed', toVersion: NEW.version });
  expect(device.handle.status().imageSha256).toBe(sha256Of(NEW.image));
  expect(known.weak).toBe(false);
}

describe('from a device without account to a confirmed update', () => {
  it.each<[string, ApiBootstrapRequest, DeviceMore['bootstrap']]>([
    ['client provisioning, USERPIN', { document: 'cp', security: 'userpin', pin: '4711' }, { pin: '4711' }],
    ['client provisioning, NETWPIN', { document: 'cp', security: 'netwpin', networkId: IMSI }, {}],
    [
      'client provisioning, USERNETWPIN',
      { document: 'cp', security: 'usernetwpin', pin: '4711', networkId: IMSI },
      { pin: '4711' },
    ],
    ['DM profile, NETWORKID', { document: 'dm', security: 'netwpin', networkId: IMSI, scheme: 'md5' }, {}],
    [
      'DM profile, USERPIN_NETWORKID',
      { document: 'dm', security: 'usernetwpin', pin: '4711', networkId: IMSI },
      { pin: '4711' },
    ],
  ])('N-108: pushed to it: %s', async (what, request, secrets) => {
    const name = what.replace(/\W+/g, '-');
    const { id, dir } = await bare(name, { bootstrap: { allowHttp: true, networkId: IMSI, ...secrets } });
    const device = await world.start(id, dir);
    const made = await order(id, { ...request, send: true, wake: await wakeAddress(dir) });
    expect(made).toMatchObject({ id, sent: true });
    await updates(device);
  });

  it('a file, in both forms and both profiles', async () => {
    for (const [document, form] of [
      ['cp', 'document'],
      ['dm', 'document'],
      ['cp', 'xml'],
      ['dm', 'xml'],
    ] as const) {
      const { id, dir } = await bare(`file-${document}-${form}`);
      const made = await order(id, { document, security: 'none' });
      await bootstrapDevice(dir, form === 'xml' ? Buffer.from(made.xml) : octets(made.document));
      await updates(await world.start(id, dir));
    }
  });

  it('a whole push in a file proves itself with the PIN that was made for it', async () => {
    const { id, dir } = await bare('file-push');
    const made = await order(id, { security: 'userpinmac' });
    await expect(bootstrapDevice(dir, octets(made.push), { pin: '000000' })).rejects.toMatchObject({
      code: 'bootstrap',
    });
    expect(
      await bootstrapDevice(dir, octets(made.push), made.pin === undefined ? {} : { pin: made.pin }),
    ).toHaveLength(1);
    await updates(await world.start(id, dir));
  });

  it('N-121: a smartcard', async () => {
    const folder = join(world.dir, 'card');
    const { id, dir } = await bare('smartcard', { smartcard: { folder } });
    const made = await order(id, { document: 'dm', security: 'none' });
    for (const { path, octets: file } of cardFiles([{ profile: 'dm', document: octets(made.document) }])) {
      await mkdir(join(folder, ...path.slice(0, -1)), { recursive: true });
      await writeFile(join(folder, ...path), file);
    }
    await updates(await world.start(id, dir));
  });
});

it('package 0 wakes a device from its first nonce on, before any session gave it another', async () => {
  const { id, dir } = await bare('first-wake', { bootstrap: { allowHttp: true, contact: 'init' } });
  const made = await order(id, { security: 'none', init: false, wake: await wakeAddress(dir) });
  await bootstrapDevice(dir, octets(made.document));
  const device = await world.start(id, dir);
  await world.api('POST', `/devices/${encodeURIComponent(id)}/wake`, {});
  await vi.waitFor(
    () =>
      expect(device.events).toContainEqual(
        expect.objectContaining({ kind: 'session', trigger: 1200, phase: 'ended' }),
      ),
    10_000,
  );
});

describe('what is refused', () => {
  it('N-107: a second document of the server, while the first account goes on as before', async () => {
    const { id, dir } = await bare('second-document');
    const first = await order(id, { security: 'none' });
    await bootstrapDevice(dir, octets(first.document));
    const device = await world.start(id, dir);
    await vi.waitFor(async () => expect((await world.device(id)).contacts).toBeGreaterThan(0), 10_000);
    await expect(order(id, { security: 'none' })).rejects.toThrow(/409.*rotate/);
    await expect(device.handle.bootstrap(octets(first.document))).rejects.toMatchObject({
      code: 'bootstrap',
    });
    expect((await device.handle.poke()).outcome).toBe('ended');
  });

  it('rotated credentials work where the device takes the new document for the old', async () => {
    const { id, dir } = await bare('rotated', { bootstrap: { allowHttp: true, existing: 'replace' } });
    await bootstrapDevice(dir, octets((await order(id, { security: 'none' })).document));
    const device = await world.start(id, dir);
    await vi.waitFor(async () => expect((await world.device(id)).contacts).toBeGreaterThan(0), 10_000);
    const again = await order(id, { security: 'none', rotate: true, document: 'dm' });
    await device.handle.bootstrap(octets(again.document));
    await updatesAgain(device);
  });

  it.each<[string, ApiBootstrapRequest, RegExp]>([
    ['a push without proof', { send: true, security: 'none', wake: 'udp:127.0.0.1:9' }, /422.*prove itself/],
    ['a network secret that is not told', { security: 'netwpin' }, /422.*networkId/],
    ['USERPINMAC for a DM profile', { document: 'dm', security: 'userpinmac' }, /422/],
    ['a PIN of letters', { pin: 'abcd' }, /422.*PIN/],
    ['a push to nowhere', { send: true }, /422.*wake address/],
    ['a URL that is none', { url: 'ftp://x' }, /422.*URL/],
  ])('%s is refused, and the device is not admitted', async (what, request, reason) => {
    const id = `urn:test:${what.replace(/\W+/g, '-')}`;
    await expect(order(id, request)).rejects.toThrow(reason);
    await expect(world.device(id)).rejects.toThrow(/404/);
  });
});

async function updatesAgain(device: WorldDevice): Promise<void> {
  await vi.waitFor(async () => expect((await world.device(device.id)).contacts).toBeGreaterThan(1), 10_000);
  await world.api('PATCH', `/devices/${encodeURIComponent(device.id)}`, { offer: 'automatic' });
  expect((await world.drive(device, isSettled)).update).toMatchObject({ state: 'confirmed' });
}
