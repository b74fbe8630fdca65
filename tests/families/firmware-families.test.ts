/** Families with a firmware object (interop-notes.md §2, §5, §6; fumo.md §10), each through a whole update. */
import { World } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  alert,
  devInfo,
  type FamilyStyle,
  genericAlert,
  meta,
  TOOLKIT,
  WBXML_TYPE,
  XML_TYPE,
} from './family-device.ts';
import { detail, FamilyTree, fetchPackage, NEW_VERSION, newFamily, node } from './family-world.ts';
import { UNTERMINATED_TABLE } from './foreign-wbxml.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const MOI = { value: 'urn:oma:mo:oma-fumo:1.0' };
const TYPE = 'org.openmobilealliance.dm.firmwareupdate';
const MAX = (message: number, object?: number) =>
  `<MaxMsgSize xmlns="syncml:metinf">${message}</MaxMsgSize>${object === undefined ? '' : `<MaxObjSize xmlns="syncml:metinf">${object}</MaxObjSize>`}`;
const source = (uri: string) => `<Source><LocURI>${uri}</LocURI></Source>`;
const info = (man: string, mod: string, id: string, DmV = '1.2') => ({
  DevId: id,
  Man: man,
  Mod: mod,
  DmV,
  Lang: 'en-US',
});

/** Takes the address that was written, fetches, runs the new version. */
function installer(tree: FamilyTree, urlNode: string, got: (sha256: string, descriptor?: string) => void) {
  return async (): Promise<void> => {
    const { sha256, descriptor } = await fetchPackage(tree.value(urlNode));
    got(sha256, descriptor);
    tree.set('./DevDetail/FwV', NEW_VERSION);
  };
}

describe('Samsung (§2)', () => {
  const MAN = 'samsung';
  const style: FamilyStyle = {
    wbxml: { header: UNTERMINATED_TABLE, switchBackInside: true },
    contentType: WBXML_TYPE,
    headers: { 'User-Agent': 'Samsung SM-R800 SyncML_DM Client' },
    samsungOrder: true,
    noHeaderStatus: true,
    sessionID: (session) => `2A${session}`,
    hdrMeta: MAX(5120, 1_048_576),
    locName: true,
    auth: 'md5',
    firstNonce: Buffer.from('invented').toString('base64'),
  };
  const packageOne =
    (id: string) =>
    (cmdID: () => string): string => {
      const [a, b, c] = [cmdID(), cmdID(), cmdID()];
      const extra = { 'Ext/FotaClientVer': '4.4.14', 'Ext/OmcCode': 'DBT' };
      const request = `<Alert><CmdID>${c}</CmdID><Data>1226</Data><Item>${source('./FUMO/DownloadAndUpdate')}${meta('chr', `${TYPE}.devicerequest`)}<Data>0</Data></Item></Alert>`;
      return `${alert(a, 1201)}${devInfo(b, { ...info(MAN, 'SM-R800', id), ...extra })}${request}`;
    };
  const newTree = () => {
    const tree = new FamilyTree({
      './DevDetail/FwV': '1.0',
      './FUMO/DownloadAndUpdate/PkgURL': '',
      './FUMO/Ext/SvcState': '',
    });
    // Unknown paths are skipped without any Status.
    const { answer } = tree;
    return Object.assign(tree, {
      reply: async (command: Parameters<typeof answer>[0]) => {
        const reply = await answer(command);
        return reply !== 'silent' && reply.code === 404 ? ('silent' as const) : reply;
      },
    });
  };

  it('I-010 I-023 I-061 D-050: challenged once, no discovery, a descriptor, no result and no report: FwV proves it', async () => {
    const id = 'TWID:0123456789AB';
    const family = await newFamily(world, { id, man: MAN, mod: 'SM-R800', style });
    const tree = newTree();
    await family.device.session(packageOne(id), tree.reply);
    const [challenge] = family.device.heard;
    expect(challenge?.header).toMatchObject({ Data: 401, Chal: { Meta: { Format: 'b64' } } });
    expect(tree.seen.filter((line) => !line.startsWith('Get ./DevDetail/FwV'))).toEqual([
      'Replace ./FUMO/DownloadAndUpdate/PkgURL',
      'Exec ./FUMO/DownloadAndUpdate',
    ]);
    // Every message with commands holds a Get, or the client gives up.
    for (const { commands } of family.device.heard.filter((said) => said.commands.length > 0)) {
      expect(commands.map(({ kind }) => kind)).toContain('Get');
    }
    let fetched = '';
    await installer(tree, './FUMO/DownloadAndUpdate/PkgURL', (sha256, descriptor) => {
      fetched = sha256;
      expect(descriptor).toContain('<installNotifyURI>');
    })();
    expect(fetched).toBe(family.package);
    await family.device.session(packageOne(id), tree.reply);
    expect((await family.known()).update).toMatchObject({ state: 'confirmed', toVersion: NEW_VERSION });
  });

  it('I-061: when there is nothing new it is told SvcState 260', async () => {
    const id = 'TWID:0123456789AC';
    const family = await newFamily(world, { id, man: MAN, mod: 'SM-R900', style, nothingNew: true });
    const tree = newTree();
    const first = (cmdID: () => string) => packageOne(id)(cmdID).replace('SM-R800', 'SM-R900');
    await family.device.session(first, tree.reply);
    expect(tree.value('./FUMO/Ext/SvcState')).toBe('260');
  });

  it('fumo.md §10: a client of this family that ends with 952 and a text has failed', async () => {
    const id = 'TWID:0123456789AD';
    const family = await newFamily(world, { id, man: MAN, mod: 'CAR-1', style });
    const tree = newTree();
    const first = (cmdID: () => string) => packageOne(id)(cmdID).replace('SM-R800', 'CAR-1');
    await family.device.session(first, tree.reply);
    const correlator = tree.told[0]?.correlator;
    expect(correlator).toBeDefined();
    const report = (cmdID: () => string) =>
      `${alert(cmdID(), 1201)}${devInfo(cmdID(), info(MAN, 'CAR-1', id))}<Alert><CmdID>${cmdID()}</CmdID><Data>1226</Data><Item>${source('./FUMO/DownloadAndUpdate')}${meta('chr', `${TYPE}.downloadandupdate`)}<Data>952 no such file</Data></Item><Correlator>${correlator}</Correlator></Alert>`;
    await family.device.session(report, tree.reply);
    const lines = (await world.timeline(id)).map(({ text }) => text).join('\n');
    expect(lines).toMatch(/952/);
    expect((await family.known()).update?.state).not.toBe('confirmed');
  });
});

describe('NetComm (§6)', () => {
  it('F-040 I-021 I-023 D-050: DownloadAndUpdate alone, source is the root, no Mark, Data 200 in a request, no report', async () => {
    const [id, man, mod] = ['IMEI:357862090123456', 'NetComm', 'NTC-140'];
    const style: FamilyStyle = {
      contentType: XML_TYPE,
      sessionID: '1',
      hdrMeta: MAX(16_384),
      locName: true,
      auth: 'md5',
    };
    const family = await newFamily(world, { id, man, mod, style, provision: { offer: 'on-request' } });
    const root = './FwUpdate/Flash';
    const tree = new FamilyTree({
      ...detail(),
      '.': node('DevInfo', 'DevDetail', 'FwUpdate'),
      './FwUpdate': node('Flash'),
      [root]: node('PkgName', 'PkgVersion', 'DownloadAndUpdate', 'State'),
      [`${root}?prop=Type`]: MOI,
      [`${root}/State`]: { value: '10', format: 'int' },
      [`${root}/DownloadAndUpdate`]: node('PkgURL'),
      [`${root}/DownloadAndUpdate/PkgURL`]: '',
    });
    tree.onExec = () => (tree.value(`${root}/DownloadAndUpdate/PkgURL`) === '' ? 405 : 202);
    const one = (item: string, correlator?: string) => (cmdID: () => string) =>
      `${alert(cmdID(), 1201)}${genericAlert(cmdID(), item, correlator)}${devInfo(cmdID(), info(man, mod, id))}`;
    await family.device.session(
      one(`${source(root)}${meta('int', `${TYPE}.devicerequest`)}<Data>200</Data>`),
      tree.answer,
    );
    expect(tree.told.map(({ uri }) => uri)).toEqual([`${root}/DownloadAndUpdate`]);
    let fetched = '';
    tree.set(`${root}/State`, '60');
    await installer(tree, `${root}/DownloadAndUpdate/PkgURL`, (sha256) => (fetched = sha256))();
    tree.set(`${root}/State`, '90');
    await family.device.session(
      one(
        `${source(root)}${meta('int', `${TYPE}.downloadandupdate`)}<Data>200</Data>`,
        tree.told[0]?.correlator,
      ),
      tree.answer,
    );
    expect([fetched, (await family.known()).update?.state]).toEqual([family.package, 'confirmed']);
  });
});

describe('Verizon (§6, fumo.md §10)', () => {
  it('I-024 F-062 F-112: State 130 decides nothing, 403 while busy is waited out, 255 ends the download', async () => {
    const [id, man, mod] = ['MEID:A1000012345678', 'Verizon', 'VZ-1'];
    const style: FamilyStyle = {
      wbxml: TOOLKIT,
      contentType: WBXML_TYPE,
      sessionID: (session) => String(session),
      hdrMeta: MAX(16_384),
      auth: 'md5',
      firstNonce: '',
    };
    const family = await newFamily(world, {
      id,
      man,
      mod,
      style,
      provision: { offer: 'automatic' },
    });
    const root = './ManagedObjects/FUMO';
    const tree = new FamilyTree({
      ...detail(),
      '.': node('DevInfo', 'DevDetail', 'ManagedObjects'),
      './ManagedObjects': node('FUMO'),
      [root]: node('Download', 'Update', 'State', 'Ext'),
      [`${root}?prop=Type`]: MOI,
      [`${root}/State`]: { value: '130', format: 'int' },
      [`${root}/Download`]: node('PkgURL', 'Cancel'),
      [`${root}/Download/PkgURL`]: '',
      [`${root}/Update`]: node('Cancel'),
      [`${root}/Ext`]: node('Severity', 'NI'),
    });
    const one =
      (more: (cmdID: () => string) => string = () => '') =>
      (cmdID: () => string) =>
        `${alert(cmdID(), 1201)}${devInfo(cmdID(), info(man, mod, id))}${more(cmdID)}`;
    const result = (operation: string, code: string) => (cmdID: () => string) =>
      genericAlert(
        cmdID(),
        `${source(`${root}/${operation}`)}${meta('chr', `${TYPE}.${operation.toLowerCase()}`)}<Data>${code}</Data>`,
        tree.told.at(-1)?.correlator,
      );
    const request = (cmdID: () => string) =>
      genericAlert(cmdID(), `${meta('b64', `${TYPE}.userrequest`)}<Data>dmVuZG9yIHRleHQ=</Data>`);
    // Busy: the item of the Status says DOWNLOAD_DEFERRED; nothing was started.
    tree.onExec = () => 403;
    await family.device.session(one(), tree.answer);
    expect((await family.known()).update).toMatchObject({ state: 'assigned', reason: 'busy' });
    tree.onExec = () => 202;
    await expect
      .poll(
        async () => {
          await family.device.session(one(request), tree.answer);
          return tree.told.length;
        },
        { timeout: 10_000, interval: 50 },
      )
      .toBeGreaterThan(1);
    const { sha256 } = await fetchPackage(tree.value(`${root}/Download/PkgURL`));
    expect(sha256).toBe(family.package);
    tree.set(`${root}/State`, '140');
    await family.device.session(one(result('Download', '255')), tree.answer);
    expect(tree.told.at(-1)?.uri).toBe(`${root}/Update`);
    expect(tree.seen.some((line) => line.includes('Cancel'))).toBe(false);
    tree.set('./DevDetail/FwV', NEW_VERSION);
    await family.device.session(one(result('Update', '200')), tree.answer);
    expect((await family.known()).update?.state).toBe('confirmed');
  });
});

describe('MediaTek (§6, fumo.md §10)', () => {
  it('F-092 F-112: the source is the executed node, format int, a vendor success 251', async () => {
    const [id, man, mod] = ['IMEI:860000000000018', 'MediaTek', 'MT-1'];
    const style: FamilyStyle = {
      wbxml: { ...TOOLKIT, opaqueData: false },
      contentType: WBXML_TYPE,
      sessionID: (session) => `F${session}`,
      hdrMeta: MAX(10_000, 5_000_000),
      locName: true,
      auth: 'md5',
    };
    const family = await newFamily(world, { id, man, mod, style });
    const root = './Setting/Fw/Pkg';
    const tree = new FamilyTree({
      ...detail(),
      '.': node('DevInfo', 'DevDetail', 'Setting'),
      './Setting': node('Fw'),
      './Setting/Fw': node('Pkg'),
      [root]: node('Download', 'Update', 'DownloadAndUpdate', 'State', 'PkgName'),
      [`${root}?prop=Type`]: MOI,
      [`${root}/State`]: { value: '10', format: 'int' },
      [`${root}/Update`]: node('PkgData'),
      [`${root}/DownloadAndUpdate/PkgURL`]: '',
    });
    const one =
      (more: (cmdID: () => string) => string = () => '') =>
      (cmdID: () => string) =>
        `${alert(cmdID(), 1201)}${devInfo(cmdID(), info(man, mod, id))}${more(cmdID)}`;
    await family.device.session(one(), tree.answer);
    let fetched = '';
    await installer(tree, `${root}/DownloadAndUpdate/PkgURL`, (sha256) => (fetched = sha256))();
    const result = (cmdID: () => string) =>
      genericAlert(
        cmdID(),
        `${source(`${root}/DownloadAndUpdate`)}${meta('int', `${TYPE}.downloadandupdate`)}<Data>251</Data>`,
        tree.told[0]?.correlator,
      );
    await family.device.session(one(result), tree.answer);
    expect([fetched, (await family.known()).update?.state]).toEqual([family.package, 'confirmed']);
  });
});

describe('Symbian (§6)', () => {
  it('F-041 I-020 S-055: the server Adds the object; the result is text/plain, in the next session, under the old identifier', async () => {
    const [id, man, mod] = ['IMEI:351234000000017', 'Nokia', 'N-1'];
    const style: FamilyStyle = {
      wbxml: { ...TOOLKIT, opaqueData: false },
      contentType: WBXML_TYPE,
      sessionID: (session) => String(session),
      hdrMeta: MAX(16_384),
      auth: 'md5',
    };
    const family = await newFamily(world, { id, man, mod, style });
    const tree = new FamilyTree({
      ...detail(),
      '.': node('DevInfo', 'DevDetail', 'FUMO'),
      './FUMO': node(),
    });
    const { answer } = tree;
    let made = '';
    const reply: typeof answer = async (command) => {
      const given = await answer(command);
      const uri = tree.seen.at(-1)?.split(' ')[1] ?? '';
      if (command.kind === 'Add' && given !== 'silent' && given.code === 200) {
        made = uri;
        tree.nodes['./FUMO'] = node(uri.split('/').at(-1) ?? '');
        Object.assign(tree.nodes, {
          [uri]: node('Download', 'DownloadAndUpdate', 'Update', 'State', 'PkgName', 'PkgVersion'),
          [`${uri}?prop=Type`]: { value: 'org.openmobilealliance/1.0/FirmwareUpdateManagementObject' },
          [`${uri}/State`]: { value: '10', format: 'int' },
          [`${uri}/Update`]: node('PkgData'),
          [`${uri}/DownloadAndUpdate/PkgURL`]: { value: '' },
        });
      }
      return given;
    };
    const one =
      (more: (cmdID: () => string) => string = () => '') =>
      (cmdID: () => string) =>
        `${alert(cmdID(), 1201)}${more(cmdID)}${devInfo(cmdID(), info(man, mod, id))}`;
    await family.device.session(one(), reply);
    expect(made).toMatch(/^\.\/FUMO\/[^/]+$/);
    expect(tree.seen.filter((line) => /^(Atomic|Copy|Sequence)/.test(line))).toEqual([]);
    expect(tree.told.map(({ uri }) => uri)).toEqual([`${made}/DownloadAndUpdate`]);
    let fetched = '';
    await installer(tree, `${made}/DownloadAndUpdate/PkgURL`, (sha256) => (fetched = sha256))();
    const result = (cmdID: () => string) =>
      genericAlert(
        cmdID(),
        `${source(made)}${meta('text/plain', `${TYPE}.downloadandupdate`)}<Data>200</Data>`,
        tree.told[0]?.correlator,
      );
    await family.device.session(one(result), reply);
    expect([fetched, (await family.known()).update?.state]).toEqual([family.package, 'confirmed']);
  });
});

describe('Windows Mobile 6.x (fumo.md §10)', () => {
  it('F-041 F-092: an Add of PkgURL makes the object; white space in Type, a Target in the Item, no descriptor', async () => {
    const [id, man, mod] = ['urn:uuid:5F1B2C3D-0000-0000-0000-000000000001', 'HTC', 'WM-6'];
    const style: FamilyStyle = {
      contentType: XML_TYPE,
      sessionID: (session) => String(session),
      hdrMeta: MAX(5000),
      locName: true,
      auth: 'md5',
    };
    const provision = { profile: 'windows-mobile' };
    const family = await newFamily(world, { id, man, mod, style, provision });
    const tree = new FamilyTree({
      ...detail(),
      '.': node('DevInfo', 'DevDetail', 'FwUpdate'),
      './FwUpdate': node(),
    });
    const one =
      (more: (cmdID: () => string) => string = () => '') =>
      (cmdID: () => string) =>
        `${alert(cmdID(), 1201)}${devInfo(cmdID(), info(man, mod, id))}${more(cmdID)}`;
    await family.device.session(one(), tree.answer);
    const added = tree.seen.filter((line) => line.startsWith('Add '));
    expect(added).toEqual(['Add ./FwUpdate/Fumarole/DownloadAndUpdate/PkgURL']);
    const operation = './FwUpdate/Fumarole/DownloadAndUpdate';
    expect(tree.told.map(({ uri }) => uri)).toEqual([operation]);
    let fetched = '';
    await installer(tree, `${operation}/PkgURL`, (sha256, descriptor) => {
      fetched = sha256;
      expect(descriptor).toBeUndefined();
    })();
    const result = (cmdID: () => string) =>
      genericAlert(
        cmdID(),
        `<Target><LocURI>./x</LocURI></Target>${source(operation)}${meta('int', `\n   ${TYPE}.downloadandupdate\n  `)}<Data>\n 200 </Data>`,
        tree.told[0]?.correlator,
      );
    await family.device.session(one(result), tree.answer);
    expect([fetched, (await family.known()).update?.state]).toEqual([family.package, 'confirmed']);
  });
});

describe('Motorola engine of 2014 (§5)', () => {
  it('P-118 I-019 I-021: a user asks from elsewhere in the tree; the result names the package as its source', async () => {
    const [id, man, mod] = ['IMEI:990000000000017', 'motorola', 'XT-1'];
    const style: FamilyStyle = {
      wbxml: { ...TOOLKIT, opaqueData: false },
      contentType: WBXML_TYPE,
      headers: {
        'Accept-Charset': 'utf-8',
        'Cache-Control': 'private',
        Connection: 'Close',
        'User-Agent': 'motorola/XT-1 MOT/1.0',
      },
      sessionID: (session) => session.toString(16),
      hdrMeta: MAX(120_000, 262_080),
      locName: true,
      auth: 'md5',
      firstNonce: Buffer.from('stale').toString('base64'),
    };
    const provision = { offer: 'on-request' } as const;
    const family = await newFamily(world, { id, man, mod, style, provision });
    const root = './FUMO/Pkg1';
    const tree = new FamilyTree({
      ...detail({ './DevDetail/LrgObj': { value: 'true', format: 'bool' } }),
      '.': node('DevInfo', 'DevDetail', 'FUMO'),
      './FUMO': node('Pkg1'),
      [root]: node('DownloadAndUpdate', 'State'),
      [`${root}?prop=Type`]: MOI,
      [`${root}/State`]: { value: '10', format: 'int' },
      [`${root}/DownloadAndUpdate/PkgURL`]: '',
    });
    const one = (more: (cmdID: () => string) => string) => (cmdID: () => string) =>
      `${alert(cmdID(), 1201)}${devInfo(cmdID(), info(man, mod, id))}${more(cmdID)}`;
    const request = (cmdID: () => string) =>
      genericAlert(
        cmdID(),
        `${source('./DevDetail/Ext/SystemUpdate')}${meta('chr', `${TYPE}.userrequest`)}<Data></Data>`,
      );
    await family.device.session(one(request), tree.answer);
    expect(family.device.heard[0]?.header).toMatchObject({ Data: 401 });
    expect(tree.told).toHaveLength(1);
    const address = tree.value(`${root}/DownloadAndUpdate/PkgURL`);
    let fetched = '';
    await installer(tree, `${root}/DownloadAndUpdate/PkgURL`, (sha256) => (fetched = sha256))();
    const result = (cmdID: () => string) =>
      genericAlert(
        cmdID(),
        `${source(address.replaceAll('&', '&amp;'))}${meta('chr', `${TYPE}.downloadandupdate`)}<Data>200</Data>`,
        tree.told[0]?.correlator,
      );
    await family.device.session(one(result), tree.answer);
    expect([fetched, (await family.known()).update?.state]).toEqual([family.package, 'confirmed']);
  });
});

it('P-118 I-006: a Motorola engine without credentials is asked for them with 401, which alone it answers', async () => {
  const [id, man, mod] = ['IMEI:990000000000025', 'motorola', 'XT-2'];
  const style: FamilyStyle = {
    wbxml: { ...TOOLKIT, opaqueData: false },
    contentType: WBXML_TYPE,
    sessionID: '1',
    hdrMeta: MAX(120_000, 262_080),
    locName: true,
    auth: 'md5',
  };
  const provision = { manufacturer: man, model: mod };
  const family = await newFamily(world, { id, man, mod, style, provision, nothingNew: true });
  const tree = new FamilyTree(detail());
  await family.device.session(
    (cmdID) => `${alert(cmdID(), 1201)}${devInfo(cmdID(), info(man, mod, id))}`,
    tree.answer,
  );
  const codes = family.device.heard[0]?.message.body.map((one) => (one.kind === 'Status' ? one.Data : 0));
  expect(codes).toEqual([401, 401, 401]);
  expect(family.device.heard[1]?.header?.Data).toBe(212);
});

describe('Koneki simulator, Sierra (§6, fumo.md §10)', () => {
  it('F-092: an object at any place, Mark informational, the type without .dm. as Funambol’s clients write it', async () => {
    const [id, man, mod] = ['simulator-1', 'Sierra Wireless', 'AirPrime'];
    const style: FamilyStyle = {
      contentType: 'application/vnd.syncml+xml',
      sessionID: (session) => `${session}`,
      hdrMeta: MAX(16_384),
      locName: true,
      auth: 'basic',
    };
    const family = await newFamily(world, { id, man, mod, style });
    const root = './Modem/Update/One';
    const tree = new FamilyTree({
      ...detail(),
      '.': node('DevInfo', 'DevDetail', 'Modem'),
      './Modem': node('Update'),
      './Modem/Update': node('One'),
      [root]: node('Download', 'Update', 'DownloadAndUpdate', 'State'),
      [`${root}?prop=Type`]: MOI,
      [`${root}/State`]: { value: '10', format: 'int' },
      [`${root}/Update`]: node('PkgData'),
      [`${root}/DownloadAndUpdate/PkgURL`]: '',
    });
    const one =
      (more: (cmdID: () => string) => string = () => '') =>
      (cmdID: () => string) =>
        `${alert(cmdID(), 1201)}${more(cmdID)}${devInfo(cmdID(), info(man, mod, id))}`;
    await family.device.session(one(), tree.answer);
    const { sha256 } = await fetchPackage(tree.value(`${root}/DownloadAndUpdate/PkgURL`));
    expect(sha256).toBe(family.package);
    const result = (code: number, mark: string) => (cmdID: () => string) =>
      genericAlert(
        cmdID(),
        `${source(`${root}/DownloadAndUpdate`)}${meta('int', 'org.openmobilealliance.firmwareupdate.downloadandupdate', mark)}<Data>${code}</Data>`,
        tree.told.at(-1)?.correlator,
      );
    tree.set('./DevDetail/FwV', NEW_VERSION);
    await family.device.session(one(result(200, 'informational')), tree.answer);
    expect((await family.known()).update?.state).toBe('confirmed');
  });
});

describe('an Android client of the Samsung family (§6)', () => {
  it('S-013 F-122: LrgObj false, limits 0, DmV with a leading blank: never in-band, whatever MaxObjSize it tells', async () => {
    const [id, man, mod] = ['IMEI:350000000000017', 'Generic', 'AND-1'];
    const style: FamilyStyle = {
      wbxml: { header: UNTERMINATED_TABLE, switchBackInside: true },
      contentType: WBXML_TYPE,
      sessionID: (session) => `1${session}`,
      hdrMeta: MAX(5120, 1_048_576),
      locName: true,
      auth: 'md5',
    };
    const family = await newFamily(world, { id, man, mod, style });
    const root = './FUMO';
    const tree = new FamilyTree({
      ...detail({
        './DevDetail/URI/MaxDepth': '0',
        './DevDetail/URI/MaxTotLen': '0',
        './DevDetail/URI/MaxSegLen': '0',
      }),
      '.': node('DevInfo', 'DevDetail', 'FUMO'),
      [root]: node('Download', 'Update', 'State'),
      [`${root}?prop=Type`]: MOI,
      [`${root}/State`]: { value: '10', format: 'int' },
      [`${root}/Update`]: node('PkgData'),
      [`${root}/Download/PkgURL`]: '',
    });
    const one =
      (more: (cmdID: () => string) => string = () => '') =>
      (cmdID: () => string) =>
        `${alert(cmdID(), 1201)}${devInfo(cmdID(), info(man, mod, id, ' 1.2'))}${more(cmdID)}`;
    const result = (operation: string) => (cmdID: () => string) =>
      genericAlert(
        cmdID(),
        `${source(root)}${meta('int', `${TYPE}.${operation}`)}<Data>200</Data>`,
        tree.told.at(-1)?.correlator,
      );
    await family.device.session(one(), tree.answer);
    expect(tree.seen.some((line) => line.includes('PkgData'))).toBe(false);
    expect(tree.told.map(({ uri }) => uri)).toEqual([`${root}/Download`]);
    expect((await fetchPackage(tree.value(`${root}/Download/PkgURL`))).sha256).toBe(family.package);
    tree.set(`${root}/State`, '50');
    await family.device.session(one(result('download')), tree.answer);
    expect(tree.told.at(-1)?.uri).toBe(`${root}/Update`);
    tree.set('./DevDetail/FwV', NEW_VERSION);
    await family.device.session(one(result('update')), tree.answer);
    expect((await family.known()).update?.state).toBe('confirmed');
  });
});

describe('a device of DM/1.1 (std-objects.md §5)', () => {
  it('S-031: is updated in its own version, without Correlator, list or alert', async () => {
    const [id, man, mod] = ['IMEI:010000000000017', 'Olde', 'O-1'];
    const style: FamilyStyle = {
      contentType: XML_TYPE,
      verDTD: '1.1',
      sessionID: (session) => String(session),
      hdrMeta: MAX(8000),
      locName: true,
      auth: 'md5',
    };
    const family = await newFamily(world, { id, man, mod, style });
    const root = './FwUpdate/Old';
    const tree = new FamilyTree({
      ...detail(),
      '.': node('DevInfo', 'DevDetail', 'FwUpdate'),
      './FwUpdate': node('Old'),
      [root]: node('DownloadAndUpdate', 'State'),
      [`${root}?prop=Type`]: MOI,
      [`${root}/State`]: { value: '10', format: 'int' },
      [`${root}/DownloadAndUpdate/PkgURL`]: '',
    });
    const one = (cmdID: () => string) =>
      `${alert(cmdID(), 1201)}${devInfo(cmdID(), info(man, mod, id, '1.1'))}`;
    await family.device.session(one, tree.answer);
    const said = family.device.heard.map(({ octets }) => octets.toString('utf8')).join('\n');
    expect(said).toContain('xmlns="SYNCML:SYNCML1.1"');
    expect(said).not.toMatch(/Correlator|\?list=|dmtnds|DM\/1\.2/);
    expect(tree.told).toHaveLength(1);
    let fetched = '';
    await installer(tree, `${root}/DownloadAndUpdate/PkgURL`, (sha256) => (fetched = sha256))();
    tree.set(`${root}/State`, '90');
    await family.device.session(one, tree.answer);
    expect([fetched, (await family.known()).update?.state]).toEqual([family.package, 'confirmed']);
  });
});
