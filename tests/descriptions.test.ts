/** Device descriptions: what the server knows of a model's tree from its DDF, and what it then does not ask. */
import { describeDevice } from '@fumarole/device';
import type { ApiDescription } from '@fumarole/server';
import { type Command, decode, parseContentType } from '@fumarole/syncml';
import { readHubImage, World, type WorldDevice } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const OLD = readHubImage('movehub', '7.27.0');
const NEW = readHubImage('movehub', '7.28.0');

let world: World;
beforeAll(async () => {
  world = await World.open({ recorded: true });
});
afterAll(() => world.close());

async function newDevice(name: string, root: string): Promise<{ readonly id: string; readonly dir: string }> {
  await world.publish({ image: NEW.image, version: NEW.version, release: 5, models: [name] });
  return world.create({
    name,
    provision: { offer: 'automatic' },
    device: {
      fumo: [{ uri: root, download: false, update: false, downloadAndUpdate: true }],
      firmware: { image: OLD.image, version: OLD.version, release: 4 },
    },
  });
}

async function upload(document: Uint8Array, encoding: 'xml' | 'wbxml', query = ''): Promise<ApiDescription> {
  const { url, token } = world.access;
  const response = await fetch(`${url}/api/descriptions${query}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': `application/vnd.syncml.dmddf+${encoding}`,
    },
    body: Buffer.from(document),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response.json() as Promise<ApiDescription>;
}

/** URIs that the server asked for since the last call. */
function asked(): readonly string[] {
  const gets = (commands: readonly Command[]): readonly string[] =>
    commands.flatMap((one) => (one.kind === 'Get' ? one.items.map((item) => item.Target?.LocURI ?? '') : []));
  return world.recording
    .take()
    .filter(({ from }) => from === 'server')
    .flatMap(({ contentType, octets }) =>
      gets(decode(octets, parseContentType(contentType)?.encoding ?? 'wbxml').body),
    );
}

async function updated(id: string, dir: string): Promise<WorldDevice> {
  const device = await world.start(id, dir);
  await device.handle.poke();
  await world.drive(device, (update) => update?.state === 'confirmed');
  return device;
}

const SEARCH = ['.?list=Struct', '.', './Vendor', './Vendor/Firmware', './FwUpdate', './FUMO'];

describe.each(['xml', 'wbxml'] as const)('a description in %s', (encoding) => {
  it('tells where the firmware object is: the tree is not searched', async () => {
    const { id, dir } = await newDevice(`described-${encoding}`, './Vendor/Firmware/Main');
    const description = await upload(await describeDevice(dir, encoding), encoding);
    expect(description).toMatchObject({
      model: `described-${encoding}`,
      roots: [{ uri: './Vendor/Firmware/Main', always: true, operations: ['DownloadAndUpdate'] }],
      largeObjects: true,
      warnings: [],
    });
    asked();
    const device = await updated(id, dir);
    const uris = asked();
    expect(uris).toContain('./Vendor/Firmware/Main/State');
    expect(uris.filter((uri) => SEARCH.includes(uri) || uri === './DevDetail/LrgObj')).toEqual([]);
    const lines = (await world.timeline(device.id)).map(({ text }) => text);
    expect(lines.join('\n')).toContain('known from the description of its model');
  });
});

it('without one the tree is searched, and with one that is wrong too', async () => {
  const plain = await newDevice('undescribed', './Vendor/Firmware/Main');
  asked();
  await updated(plain.id, plain.dir);
  expect(asked()).toContain('.?list=Struct');

  const wrong = await newDevice('misdescribed', './Vendor/Firmware/Main');
  const ddf = Buffer.from(await describeDevice(wrong.dir, 'xml')).toString('utf8');
  // The optional object of another place, which this device does not have.
  const elsewhere = ddf.replaceAll('>Vendor<', '>Elsewhere<').replaceAll('<One/>', '<ZeroOrOne/>');
  await upload(Buffer.from(elsewhere), 'xml');
  asked();
  await updated(wrong.id, wrong.dir);
  const uris = asked();
  expect(uris).toContain('./Elsewhere/Firmware/Main');
  expect(uris).toContain('.?list=Struct');
});

it('the name of an object that the device chooses is looked up where the description says', async () => {
  const { id, dir } = await newDevice('unnamed', './FwUpdate/Pkg7');
  const ddf = Buffer.from(await describeDevice(dir, 'xml')).toString('utf8');
  const unnamed = ddf.replace('<NodeName>Pkg7</NodeName>', '<NodeName/>');
  expect((await upload(Buffer.from(unnamed), 'xml')).roots).toMatchObject([
    { uri: './FwUpdate/*', always: false },
  ]);
  asked();
  await updated(id, dir);
  const uris = asked();
  expect(uris.filter((uri) => SEARCH.includes(uri))).toEqual(['./FwUpdate']);
  expect(uris).toContain('./FwUpdate/Pkg7/State');
});

it('descriptions are listed, read back, replaced and removed; what is none is refused', async () => {
  const ddf = (uri: string) =>
    Buffer.from(
      `<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD><Node><NodeName>${uri}</NodeName></Node></MgmtTree>`,
    );
  await expect(upload(ddf('A'), 'xml')).rejects.toThrow(/422.*description-invalid/s);
  const first = await upload(ddf('A'), 'xml', '?manufacturer=Acme&model=M1');
  expect(first.warnings).not.toEqual([]);
  const second = await upload(ddf('B'), 'xml', '?manufacturer=ACME%20&model=m1');
  expect(second.id).toBe(first.id);
  const { url, token } = world.access;
  const file = await fetch(`${url}/api/descriptions/${first.id}/ddf`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(Buffer.from(await file.arrayBuffer()).equals(ddf('B'))).toBe(true);
  const list = () => world.api<{ items: readonly ApiDescription[] }>('GET', '/descriptions?limit=500');
  expect((await list()).items.map(({ id }) => id)).toContain(first.id);
  await world.api('DELETE', `/descriptions/${first.id}`);
  expect((await list()).items.map(({ id }) => id)).not.toContain(first.id);
  await expect(world.api('DELETE', `/descriptions/${first.id}`)).rejects.toThrow('404');
  for (const rubbish of ['', 'x', '<a/>', '<MgmtTree/>']) {
    await expect(upload(Buffer.from(rubbish), 'xml', '?manufacturer=A&model=B')).rejects.toThrow(/: 4|^4/);
  }
});
