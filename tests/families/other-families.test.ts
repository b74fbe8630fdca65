/** Families without a firmware object (interop-notes.md §1, §3, §4): a campaign ends with that word, not in a loop. */
import { createServer, type Server } from 'node:http';
import type { ApiTreeCommand, ApiTreeCommandRequest } from '@fumarole/server';
import type { Command } from '@fumarole/syncml';
import { World } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  alert,
  devInfo,
  type FamilyStyle,
  genericAlert,
  meta,
  TOOLKIT,
  targetOf,
  XML_TYPE,
} from './family-device.ts';
import { FamilyTree, newFamily, node } from './family-world.ts';

let world: World;
let front: Server;
let frontUrl: string;
beforeAll(async () => {
  // The public test client knows no other address than this path.
  front = createServer((incoming, outgoing) => {
    const { url = '', method, headers } = incoming;
    const target = `${world.access.url}${url.replace(/^\/funambol/, '')}`;
    void incoming.toArray().then(async (body) => {
      const { 'content-type': type = '' } = headers;
      const answer = await fetch(target, {
        method,
        headers: { 'content-type': type },
        body: Buffer.concat(body),
      });
      const octets = Buffer.from(await answer.arrayBuffer());
      outgoing.writeHead(answer.status, {
        'Content-Type': answer.headers.get('content-type') ?? '',
        'Content-Length': octets.length,
      });
      outgoing.end(octets);
    });
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = front.address();
  frontUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/funambol`;
  world = await World.open({ server: { publicUrl: frontUrl } });
});
afterAll(async () => {
  await world.close();
  front.closeAllConnections();
  front.close();
});

const commandsOf = (id: string) => `/devices/${encodeURIComponent(id)}/commands`;
const ask = (id: string, request: ApiTreeCommandRequest) =>
  world.api<ApiTreeCommand>('POST', commandsOf(id), request);
const answered = async (id: string): Promise<readonly ApiTreeCommand[]> =>
  (await world.api<{ items: readonly ApiTreeCommand[] }>('GET', commandsOf(id))).items;

describe.each([
  ['XML', { contentType: 'application/vnd.syncml+xml', nul: true }],
  ['-w', { contentType: 'application/vnd.syncml+wbxml', wbxml: TOOLKIT }],
] as const)('I-060: libdmclient’s test client, %s (§1)', (_what, how) => {
  const style: FamilyStyle = {
    ...how,
    sessionID: '1',
    hdrMeta: '<MaxMsgSize xmlns="syncml:metinf">16384</MaxMsgSize>',
    auth: 'basic',
  };
  /** Reverse tree order, Ext and Bearer first, interior nodes among them with their child list. */
  const packageOne = (id: string) => (cmdID: () => string) => {
    const leaves = {
      Lang: 'test language',
      DmV: '1.0',
      Mod: 'test model',
      Man: 'test manufacturer',
      DevId: id,
    };
    const item = (uri: string, data: string, format = '') =>
      `<Item><Source><LocURI>${uri}</LocURI></Source>${format}<Data>${data}</Data></Item>`;
    const interior = '<Meta><Format xmlns="syncml:metinf">node</Format></Meta>';
    const first = item('./DevInfo/Bearer', 'b1/b2', interior) + item('./DevInfo/Ext', 'e1', interior);
    return `${alert(cmdID(), 1201)}${devInfo(cmdID(), leaves).replace('<Item>', `${first}<Item>`)}`;
  };
  const newTree = () =>
    new FamilyTree({
      '.': node('DevInfo', 'DevDetail', 'DMAcc', 'Inbox', 'Vendor', 'test'),
      './Vendor': node('memory'),
      './Vendor/memory': node(),
      './test': node('execute'),
      './DevDetail/FwV': 'TODO',
      './DevDetail/SwV': 'TODO',
      './DevDetail/HwV': '1.0',
      './DevDetail/LrgObj': { value: 'true', format: 'bool' },
    });

  it('I-060 I-018: logs in with BASIC, its tree is walked, and the campaign ends with “no FUMO”', async () => {
    const id = `DMCtest-${how.contentType.length}-a`;
    const family = await newFamily(world, { id, man: 'test manufacturer', mod: 'test model', style });
    const tree = newTree();
    tree.set('./DevDetail/FwV', '1.0');
    const last = await family.device.session(packageOne(id), tree.answer);
    expect(family.device.heard[0]?.header?.Data).toBe(212);
    // Our Cred in the first answer, or it runs nothing.
    expect(family.device.heard[0]?.message.hdr.Cred).toBeDefined();
    expect(last.message.final).toBe(true);
    expect(tree.seen.filter((line) => /list=|^(Sequence|Atomic|Copy|Put)/.test(line))).toEqual([]);
    expect((await family.known()).update).toMatchObject({ state: 'failed', reason: 'no-fumo' });
    const before = tree.seen.length;
    await family.device.session(packageOne(id), tree.answer);
    await family.device.session(packageOne(id), tree.answer);
    expect(tree.seen.slice(before).filter((line) => line.startsWith('Exec'))).toEqual([]);
    for (const { octets, message } of family.device.heard) {
      expect(octets.length).toBeLessThan(16_384);
      if (!('wbxml' in how)) expect(octets.toString('utf8')).not.toMatch(/<\w+:/);
      expect(message.final).toBe(true);
    }
  });

  it('I-060: reads DevDetail, writes in ./Vendor/memory, and an Exec ends with an alert of the same Correlator', async () => {
    const id = `DMCtest-${how.contentType.length}-b`;
    const family = await newFamily(world, {
      id,
      man: 'test manufacturer',
      mod: 'test model',
      // The challenge: a wrong secret at first, as after a change of the account.
      style: { ...style, auth: 'md5', firstNonce: Buffer.from('old').toString('base64') },
      provision: { offer: 'manual' },
      nothingNew: true,
    });
    const tree = newTree();
    for (const request of [
      { verb: 'get', uri: './DevDetail/HwV' },
      { verb: 'add', uri: './Vendor/memory/n', value: 'one', format: 'chr' },
      { verb: 'set', uri: './Vendor/memory/n', value: 'two' },
      { verb: 'delete', uri: './Vendor/memory/n' },
      { verb: 'exec', uri: './test/execute', correlator: 'c-17' },
    ] as const) {
      await ask(id, request);
    }
    tree.nodes['./test/execute'] = { value: '' };
    tree.onExec = () => 200;
    const reply = async (command: Command) => {
      if (command.kind !== 'Delete') return tree.answer(command);
      tree.seen.push(`Delete ${targetOf(command)}`);
      return { code: 200 };
    };
    let told = false;
    // An alert that an Exec raised comes in the next message.
    const more = (_round: number, cmdID: () => string) => {
      const exec = tree.told.at(-1);
      if (exec === undefined || told) return '';
      told = true;
      const item = `<Source><LocURI>${exec.uri}</LocURI></Source>${meta('chr', 'test.alert')}<Data>42</Data>`;
      return genericAlert(cmdID(), item, exec.correlator);
    };
    await family.device.session(packageOne(id), reply, more);
    expect(family.device.heard[0]?.header).toMatchObject({ Data: 401 });
    const done = await answered(id);
    expect(done.map(({ verb, status }) => `${verb} ${status}`)).toEqual([
      'get 200',
      'add 200',
      'set 200',
      'delete 200',
      'exec 200',
    ]);
    expect(done[0]?.results).toMatchObject([{ value: '1.0' }]);
    expect(done[4]).toMatchObject({ result: '42' });
    expect(tree.value('./Vendor/memory/n')).toBe('two');
  });
});

describe('hostap’s Hotspot 2.0 client (§3)', () => {
  it('I-005 I-061: never a Cred, Status without CmdRef, Chr, DevDetail as TNDS, 501 for what it lacks: nothing is offered', async () => {
    const [id, man, mod] = ['wlan-1', 'hostap', 'hs20'];
    const style: FamilyStyle = {
      contentType: XML_TYPE,
      sessionID: '1',
      hdrMeta: '',
      noHeaderRef: true,
      auth: 'none',
    };
    const provision = { profile: 'hostap', serverScheme: 'none' } as const;
    const family = await newFamily(world, { id, man, mod, style, provision });
    const tree = new FamilyTree({ './DevDetail/FwV': '1.0' });
    const lacks = async (command: Command) => {
      const reply = await tree.answer(command);
      return command.kind === 'Get' && reply !== 'silent' && reply.code === 404 ? { code: 501 } : reply;
    };
    const chr =
      '<Meta><Format xmlns="syncml:metinf">Chr</Format><Type xmlns="syncml:metinf">text/plain</Type></Meta>';
    const tnds =
      '<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD><Node><NodeName>DevDetail</NodeName></Node></MgmtTree>';
    const packageOne = (cmdID: () => string) =>
      `${alert(cmdID(), 1201)}${genericAlert(
        cmdID(),
        `<Source><LocURI>./Wi-Fi/org.wi-fi/PerProviderSubscription</LocURI></Source>${meta('xml', 'Reversed-Domain-Name: org.wi-fi.hotspot2dot0.SubscriptionProvisioning')}<Data>${tnds}</Data>`,
      )}${devInfo(cmdID(), { DevId: id, Man: man, Mod: mod, DmV: '1.2', Lang: 'en' }, chr)}`;
    for (let session = 0; session < 3; session += 1) {
      const last = await family.device.session(packageOne, lacks);
      expect(last.message.final).toBe(true);
    }
    expect(family.device.heard.every(({ message }) => message.final)).toBe(true);
    const known = await family.known();
    expect(known).toMatchObject({ manufacturer: man, model: mod, contacts: 3 });
    expect(tree.seen.every((line) => line.startsWith('Get ./DevDetail/'))).toBe(true);
    expect(known.update?.state).not.toBe('downloading');
  });
});

describe('Windows’ MDM client (§4)', () => {
  it('I-061: no 1201 but a 1224, CmdIDs from 2, DmV 1.3: no search, and the campaign ends', async () => {
    const [id, man, mod] = [
      '5F1B2C3D-0000-0000-0000-0000000000AA',
      'Microsoft Corporation',
      'Virtual Machine',
    ];
    const style: FamilyStyle = {
      contentType: XML_TYPE,
      sessionID: (session) => String(session),
      hdrMeta: '<MaxMsgSize xmlns="syncml:metinf">524288</MaxMsgSize>',
      locName: true,
      auth: 'md5',
    };
    const family = await newFamily(world, { id, man, mod, style });
    const tree = new FamilyTree({
      './DevDetail/FwV': '1.0',
      './DevDetail/SwV': '10.0',
      './DevDetail/HwV': 'h',
    });
    const login = `<Item>${meta('chr', 'com.microsoft/MDM/LoginStatus')}<Data>user</Data></Item>`;
    const packageOne = (cmdID: () => string) => {
      cmdID();
      return `<Alert><CmdID>${cmdID()}</CmdID><Data>1224</Data>${login}</Alert>${devInfo(cmdID(), { DevId: id, Man: man, Mod: mod, DmV: '1.3', Lang: 'en-US' })}`;
    };
    await family.device.session(packageOne, tree.answer);
    const last = await family.device.session(packageOne, tree.answer);
    expect(last.message.final).toBe(true);
    expect(await family.known()).toMatchObject({ model: mod, contacts: 2 });
    expect(tree.seen.filter((line) => !line.startsWith('Get ./DevDetail/'))).toEqual([]);
    expect((await family.known()).update).toMatchObject({ state: 'failed', reason: 'no-fumo' });
  });
});
