/** Routers, modems and a device of DM/1.1 (interop-notes.md §6; fumo.md §10), each through a whole update. */
import { World } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alert, devInfo, type FamilyStyle, genericAlert, meta, XML_TYPE } from './family-device.ts';
import { info, installer, MAX, MOI, source, TYPE } from './family-words.ts';
import { detail, FamilyTree, fetchPackage, NEW_VERSION, newFamily, node } from './family-world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

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
