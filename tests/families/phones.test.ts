/** Phones with a firmware object (interop-notes.md §5, §6; fumo.md §10), each through a whole update. */
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
import { info, installer, MAX, MOI, opening, source, TYPE } from './family-words.ts';
import { detail, FamilyTree, fetchPackage, NEW_VERSION, newFamily, node } from './family-world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

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
    const one = opening(man, mod, id);
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
    const one = opening(man, mod, id);
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
    const one = opening(man, mod, id);
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
