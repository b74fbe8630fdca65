/** What an operator asks of a device's tree, through the API to a real device and back. */

import type { ApiTreeCommand, ApiTreeCommandRequest } from '@fumarole/server';
import { formatMgmtTree, parseMgmtTree } from '@fumarole/syncml';
import { readHubImage, World, type WorldDevice } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = './FwUpdate/Main';
const OLD = readHubImage('movehub', '7.27.0');

let world: World;
let count = 0;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

type Confirm = 'yes' | 'no' | 'cancel';

function newDevice(
  encoding: 'wbxml' | 'xml',
  confirm: Confirm = 'yes',
  profile?: string,
): Promise<WorldDevice> {
  count += 1;
  return world.add({
    name: `tree-${count}`,
    provision: { offer: 'manual', ...(profile === undefined ? {} : { profile }) },
    device: {
      encoding,
      fumo: [{ uri: ROOT }],
      policy: { user: { confirm } },
      firmware: { image: OLD.image, version: OLD.version, release: 4 },
    },
  });
}

const path = ({ id }: WorldDevice) => `/devices/${encodeURIComponent(id)}/commands`;

/** Queues, lets the device come, and gives the answer. */
async function ask(device: WorldDevice, request: ApiTreeCommandRequest): Promise<ApiTreeCommand> {
  const { id } = await world.api<ApiTreeCommand>('POST', path(device), request);
  await device.handle.poke();
  return world.api<ApiTreeCommand>('GET', `${path(device)}/${id}`);
}

const url = (operation: string) => `${ROOT}/${operation}/PkgURL`;
const valueAt = async (device: WorldDevice, uri: string) =>
  (await ask(device, { verb: 'get', uri })).results?.[0]?.value;
const statuses = ({ commands = [] }: ApiTreeCommand) => commands.map(({ status }) => status);

describe.each(['wbxml', 'xml'] as const)('over %s', (encoding) => {
  it('a sequence runs in order, each command with its own status, results too', async () => {
    const device = await newDevice(encoding);
    const answer = await ask(device, {
      verb: 'sequence',
      commands: [
        { verb: 'set', uri: url('Download'), value: 'http://a/1' },
        { verb: 'set', uri: './Nowhere', value: 'x' },
        { verb: 'get', uri: url('Download') },
      ],
    });
    expect(answer).toMatchObject({ state: 'answered', status: 200 });
    expect(statuses(answer)).toEqual([200, 404, 200]);
    expect(answer.results).toMatchObject([{ uri: url('Download'), value: 'http://a/1' }]);
  });

  it('P-035: an atomic is done whole, or not at all', async () => {
    const device = await newDevice(encoding);
    const set = (operation: string, value: string) => ({ verb: 'set', uri: url(operation), value }) as const;
    const good = await ask(device, {
      verb: 'atomic',
      commands: [set('Download', 'http://a/1'), set('DownloadAndUpdate', 'http://a/2')],
    });
    expect([good.state, good.status, ...statuses(good)]).toEqual(['answered', 200, 200, 200]);
    const bad = await ask(device, {
      verb: 'atomic',
      commands: [
        set('Download', 'http://b/1'),
        { verb: 'set', uri: `${ROOT}/State`, value: '50', format: 'int' },
        set('DownloadAndUpdate', 'http://b/2'),
      ],
    });
    expect([bad.state, bad.status, ...statuses(bad)]).toEqual(['failed', 507, 216, 405, 215]);
    expect(await valueAt(device, url('Download'))).toBe('http://a/1');
  });

  it('P-034 P-053 F-075: a question in a sequence, answered No, keeps the rest from being done', async () => {
    const device = await newDevice(encoding, 'no');
    const answer = await ask(device, {
      verb: 'sequence',
      commands: [
        { verb: 'alert', alert: { code: 1101, options: 'MAXDT=5', texts: ['Change the address?'] } },
        { verb: 'set', uri: url('Download'), value: 'http://c/1' },
      ],
    });
    expect(statuses(answer)).toEqual([304, 215]);
    expect(await valueAt(device, url('Download'))).toBe('');
  });

  it('a node gets another name, and is found under it', async () => {
    const device = await newDevice(encoding);
    const renamed = await ask(device, { verb: 'set', uri: './DMAcc/1?prop=Name', value: 'main' });
    expect(renamed.status).toBe(200);
    expect(await valueAt(device, './DMAcc')).toBe('main');
  });

  it('an account comes as one TNDS object, in XML and in WBXML, and the tree goes out as one', async () => {
    const device = await newDevice(encoding);
    const xml = (name: string) =>
      `<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD><Node><NodeName>${name}</NodeName><RTProperties><Format><node/></Format><Type><DDFName>urn:oma:mo:oma-dm-dmacc:1.0</DDFName></Type></RTProperties>${leaf('AppID', 'w7')}${leaf('ServerID', `${name}.example`)}</Node></MgmtTree>`;
    const leaf = (name: string, value: string) =>
      `<Node><NodeName>${name}</NodeName><RTProperties><Format><chr/></Format><Type><MIME>text/plain</MIME></Type></RTProperties><Value>${value}</Value></Node>`;
    const added = await ask(device, {
      verb: 'add',
      uri: './DMAcc',
      format: 'xml',
      type: 'application/vnd.syncml.dmtnds+xml',
      value: xml('second'),
    });
    expect(added.status).toBe(200);
    const octets = formatMgmtTree(parseMgmtTree(xml('third')), 'wbxml');
    const third = await ask(device, {
      verb: 'add',
      uri: './DMAcc',
      format: 'bin',
      type: 'application/vnd.syncml.dmtnds+wbxml',
      value: Buffer.from(octets).toString('base64'),
    });
    expect(third.status).toBe(200);
    expect((await valueAt(device, './DMAcc'))?.split('/').sort()).toEqual(['1', 'second', 'third']);
    const listed = await ask(device, { verb: 'get', uri: './DMAcc?list=TNDS' });
    expect(listed.status).toBe(200);
    expect(listed.results?.[0]?.type).toMatch(/dmtnds/);
  });
});

describe('questions to the user', () => {
  it.each([
    ['yes', 200, 'answered'],
    ['no', 304, 'failed'],
    ['cancel', 214, 'failed'],
  ] as const)('1101 answered %s is %i', async (confirm, status, state) => {
    const device = await newDevice('wbxml', confirm);
    const answer = await ask(device, { verb: 'alert', alert: { code: 1101, texts: ['Go on?'] } });
    expect([answer.status, answer.state]).toEqual([status, state]);
  });

  it('1100 is shown; 1103 without anybody to choose is cancelled', async () => {
    const device = await newDevice('wbxml');
    const shown = await ask(device, {
      verb: 'alert',
      alert: { code: 1100, options: 'MINDT=1', texts: ['Hello'] },
    });
    expect(shown.status).toBe(200);
    const texts = ['Which?', 'a', 'b'];
    expect((await ask(device, { verb: 'alert', alert: { code: 1103, texts } })).status).toBe(214);
  });
});

describe('what is refused at once', () => {
  it.each([
    ['copy without a source', { verb: 'copy', uri: './A' }],
    ['a Get in an atomic', { verb: 'atomic', commands: [{ verb: 'get', uri: './A' }] }],
    ['a sequence of nothing', { verb: 'sequence', commands: [] }],
    ['a sequence with a URI', { verb: 'sequence', uri: './A', commands: [{ verb: 'get', uri: './A' }] }],
    ['an alert without text', { verb: 'alert', alert: { code: 1101, texts: [''] } }],
    ['a choice without choices', { verb: 'alert', alert: { code: 1103, texts: ['Which?'] } }],
    ['an alert that is none', { verb: 'alert', alert: { code: 1200, texts: ['x'] } }],
    ['a segment beyond 120 characters', { verb: 'get', uri: `./${'a'.repeat(121)}` }],
  ])('%s', async (_what, request) => {
    const device = await newDevice('wbxml');
    await expect(world.api('POST', path(device), request)).rejects.toThrow(/: 4(00|22) /);
  });

  it('I-014: what the family of the device does not take', async () => {
    const device = await newDevice('wbxml', 'yes', 'libdmclient');
    const refused = (request: ApiTreeCommandRequest) =>
      expect(world.api('POST', path(device), request)).rejects.toThrow(/does not take|takes no|knows no/);
    await refused({ verb: 'sequence', commands: [{ verb: 'get', uri: './A' }] });
    await refused({ verb: 'copy', uri: './A', source: './B' });
    await refused({ verb: 'get', uri: '.?list=Struct' });
  });
});
