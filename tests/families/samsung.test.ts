/** The Samsung family (interop-notes.md §2, §6; fumo.md §10), through whole updates. */
import { World } from '@fumarole/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alert, devInfo, type FamilyStyle, genericAlert, meta, WBXML_TYPE } from './family-device.ts';
import { info, installer, MAX, MOI, source, TYPE } from './family-words.ts';
import { detail, FamilyTree, fetchPackage, NEW_VERSION, newFamily, node } from './family-world.ts';
import { UNTERMINATED_TABLE } from './foreign-wbxml.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

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
