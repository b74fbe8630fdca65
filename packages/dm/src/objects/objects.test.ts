import { commandLines, Pair } from '@fumarole/testkit/pair';
import { describe, expect, it } from 'vitest';
import { DEFAULT_URI_LIMITS, Tree, TreeExecutor } from '../tree/index.ts';
import {
  type DmAccount,
  devDetailNodes,
  devInfoItems,
  devInfoNodes,
  deviceKey,
  dmAccNodes,
  fumoNodes,
  readAccounts,
  storeNonce,
} from './index.ts';

const info = { DevId: 'IMEI:490154203237518', Man: 'Acme', Mod: 'X1', DmV: '1.2', Lang: 'en' };
const detail = {
  DevTyp: 'hub',
  OEM: 'Acme',
  FwV: '1.0',
  SwV: '1',
  HwV: 'A',
  LrgObj: true,
  uri: DEFAULT_URI_LIMITS,
};
const account: DmAccount = {
  serverId: 'com.example.dm',
  serverURL: 'https://dm.example.com/dm',
  name: 'Example',
  authPref: 'HMAC',
  client: { type: 'DIGEST', name: 'user', secret: 'secret', nonce: Uint8Array.of(0, 255, 1) },
  server: { type: 'HMAC', name: 'com.example.dm', secret: 'other' },
};

function device(accounts: readonly DmAccount[] = [account]) {
  const acl = 'Exec=com.example.dm&Get=*&Replace=com.example.dm';
  const objects = [
    devInfoNodes(info),
    devDetailNodes(detail),
    dmAccNodes(accounts),
    fumoNodes({ root: './FwUpdate/Main', download: true, update: true, pkgData: true, pkgName: 'fw', acl }),
  ];
  const tree = new Tree({ objects, now: () => 0 });
  const executor = new TreeExecutor({ tree });
  const run = async (
    kind: 'Get' | 'Replace' | 'Delete' | 'Exec',
    uri: string,
    data?: string,
    by = 'com.example.dm',
  ) => {
    const item = { Target: { LocURI: uri }, ...(data === undefined ? {} : { Data: data }) };
    const [outcome] = await executor.execute({ kind, CmdID: '1', items: [item] }, by, 'wbxml');
    return outcome;
  };
  return { tree, run };
}

describe('DevInfo', () => {
  it('S-001: five Items with Source and Data, in the Replace of the first message', () => {
    const pair = new Pair();
    const first = pair.read(pair.start('1', { devInfo: devInfoItems(info) }));
    expect(commandLines(first)).toEqual(['Alert 1201', 'Replace']);
    expect(first.body[1]).toMatchObject({
      items: [
        { Source: { LocURI: './DevInfo/DevId' }, Data: 'IMEI:490154203237518' },
        { Source: { LocURI: './DevInfo/Man' }, Data: 'Acme' },
        { Source: { LocURI: './DevInfo/Mod' }, Data: 'X1' },
        { Source: { LocURI: './DevInfo/DmV' }, Data: '1.2' },
        { Source: { LocURI: './DevInfo/Lang' }, Data: 'en' },
      ],
    });
  });

  it('S-008: Delete 405, Replace 425 without the right, Get 200', async () => {
    const { run } = device();
    expect((await run('Delete', './DevInfo/Man'))?.code).toBe(405);
    expect((await run('Replace', './DevInfo/Man', 'x'))?.code).toBe(425);
    expect((await run('Get', './DevInfo/Man'))?.results?.[0]?.Data).toBe('Acme');
  });
});

describe('DevId', () => {
  it('S-005: 14, 15 and 16 digits of an IMEI in either case are one device', () => {
    const forms = [
      'IMEI:49015420323751',
      'imei:490154203237518',
      'IMEI:4901542032375101',
      'urn:imei:490154203237518',
      'urn:gsma:imei:490154-20-323751-8',
    ];
    expect(new Set(forms.map(deviceKey))).toEqual(new Set(['IMEI:49015420323751']));
    expect(deviceKey('IMEI:49015420323752')).not.toBe(deviceKey('IMEI:49015420323751'));
  });

  it('S-005: hex digits and separators of other schemes, opaque texts as they are', () => {
    expect(deviceKey('mac:00-1a-2B-3c-4d-5e')).toBe('MAC:001A2B3C4D5E');
    expect(deviceKey('urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8')).toBe(
      'UUID:6BA7B8109DAD11D180B400C04FD430C8',
    );
    expect(deviceKey('DMCtest')).toBe('DMCtest');
    expect(deviceKey('vnd:Device a')).toBe('VND:Device a');
  });
});

describe('DevDetail', () => {
  it('S-010: every mandatory node answers Get and the child list names them', async () => {
    const { run } = device();
    const list = (await run('Get', './DevDetail'))?.results?.[0]?.Data;
    expect(list).toBe('URI/DevTyp/OEM/FwV/SwV/HwV/LrgObj');
    for (const name of [
      'URI',
      'URI/MaxDepth',
      'URI/MaxTotLen',
      'URI/MaxSegLen',
      ...String(list).split('/'),
    ]) {
      expect((await run('Get', `./DevDetail/${name}`))?.code).toBe(200);
    }
  });

  it('S-011: URI limits are decimal text and are enforced as reported', async () => {
    const { run } = device();
    const reported = async (name: string) =>
      (await run('Get', `./DevDetail/URI/${name}`))?.results?.[0]?.Data;
    expect(await Promise.all(['MaxDepth', 'MaxTotLen', 'MaxSegLen'].map(reported))).toEqual([
      '20',
      '255',
      '120',
    ]);
    expect((await run('Get', `./${'a/'.repeat(10)}${'b'.repeat(119)}${'/c'.repeat(9)}`))?.code).toBe(404);
    expect((await run('Get', `./${'b'.repeat(121)}`))?.code).toBe(414);
    expect((await run('Get', `./${'c/'.repeat(20)}d`))?.code).toBe(414);
    expect((await run('Get', `./${'bbb/'.repeat(15)}${'b'.repeat(100)}/${'b'.repeat(100)}`))?.code).toBe(414);
  });
});

describe('DMAcc', () => {
  it('S-020: accounts come back from the tree as they were put in, wherever they are', () => {
    const { tree } = device();
    expect(readAccounts(tree)).toEqual([{ root: './DMAcc/1', account }]);
    const elsewhere = new Tree({ objects: [dmAccNodes([account], './SyncML/DMAcc')], now: () => 0 });
    expect(readAccounts(elsewhere)[0]?.root).toBe('./SyncML/DMAcc/1');
  });

  it('S-021: secrets can be replaced and never read', async () => {
    const { tree, run } = device();
    expect((await run('Get', './DMAcc/1/AppAuth/1/AAuthSecret'))?.code).toBe(405);
    expect((await run('Get', './DMAcc/1/AppAuth/1/AAuthData'))?.code).toBe(405);
    expect((await run('Get', './DMAcc/1?list=StructData'))?.results?.map(({ Data }) => Data)).not.toContain(
      'secret',
    );
    expect((await run('Replace', './DMAcc/1/AppAuth/1/AAuthSecret', 'new'))?.code).toBe(200);
    expect(readAccounts(tree)[0]?.account.client?.secret).toBe('new');
  });

  it('S-022: an empty AddrType is a URI, PortNbr counts where the address names none', () => {
    const { tree } = device();
    const at = './DMAcc/1/AppAddr/1';
    tree.set(`${at}/AddrType`, '');
    tree.add({ uri: `${at}/Port`, format: 'node' });
    tree.add({ uri: `${at}/Port/1`, format: 'node' });
    tree.add({ uri: `${at}/Port/1/PortNbr`, format: 'chr', value: '8443' });
    expect(readAccounts(tree)[0]?.account.serverURL).toBe('https://dm.example.com:8443/dm');
    tree.set(`${at}/Addr`, '192.0.2.1');
    tree.set(`${at}/AddrType`, 'IPv4');
    expect(readAccounts(tree)[0]?.account.serverURL).toBe('http://192.0.2.1:8443/');
  });

  it('S-022: a PortNbr outside 1…65535 is refused', async () => {
    const { tree, run } = device();
    const port = './DMAcc/1/AppAddr/1/Port';
    tree.add({ uri: port, format: 'node' });
    tree.add({ uri: `${port}/1`, format: 'node' });
    tree.add({ uri: `${port}/1/PortNbr`, format: 'chr', value: '80' });
    for (const bad of ['0', '65536', '-1', 'http']) {
      expect((await run('Replace', `${port}/1/PortNbr`, bad))?.code).toBe(500);
    }
    expect((await run('Replace', `${port}/1/PortNbr`, '65535'))?.code).toBe(200);
  });

  it('a new nonce is stored decoded and survives a restart', () => {
    const { tree } = device();
    expect(storeNonce(tree, account.serverId, 'server', Uint8Array.of(7, 0))).toBe(true);
    expect(storeNonce(tree, 'nobody', 'server', Uint8Array.of(7))).toBe(false);
    const { tree: restarted } = device();
    restarted.restore(tree.snapshot());
    expect(readAccounts(restarted)[0]?.account.server?.nonce).toEqual(Uint8Array.of(7, 0));
  });

  it('S-026: one ServerID twice is refused; a server sees only its own account', async () => {
    expect(() => dmAccNodes([account, account])).toThrow(RangeError);
    const { run } = device([account, { ...account, serverId: 'other' }]);
    expect((await run('Get', './DMAcc/1/ServerID'))?.code).toBe(200);
    expect((await run('Get', './DMAcc/2/ServerID'))?.code).toBe(425);
  });

  it('T-077: removing a server takes its id out of every ACL', async () => {
    const { tree, run } = device();
    tree.remove('./DMAcc/1');
    tree.removeServer(account.serverId);
    expect((await run('Get', './FwUpdate/Main?prop=ACL'))?.results?.[0]?.Data).toBe('Get=*');
  });
});

describe('FUMO', () => {
  it('F-026 F-028: the root carries the identifier and lists exactly the nodes there are', async () => {
    const { tree, run } = device();
    expect(tree.objects('urn:oma:mo:oma-fumo:1.0')).toEqual(['./FwUpdate/Main']);
    expect((await run('Get', './FwUpdate/Main?prop=Type'))?.results?.[0]?.Data).toBe(
      'urn:oma:mo:oma-fumo:1.0',
    );
    expect((await run('Get', './FwUpdate/Main'))?.results?.[0]?.Data).toBe('PkgName/Download/Update/State');
    expect((await run('Get', './FwUpdate/Main/State'))?.results?.[0]).toMatchObject({
      Data: '10',
      Meta: { Format: 'int' },
    });
  });

  it('F-029: PkgName is chr and readable', async () => {
    const { run } = device();
    expect((await run('Get', './FwUpdate/Main/PkgName'))?.results?.[0]?.Data).toBe('fw');
    expect((await run('Get', './FwUpdate/Main/PkgName?prop=Format'))?.results?.[0]?.Data).toBe('chr');
  });

  it('F-039: a server without the right gets 425 for Replace and Exec, the one with it does not', async () => {
    const { run } = device();
    const url = './FwUpdate/Main/Download/PkgURL';
    expect((await run('Replace', url, 'https://x/p', 'other'))?.code).toBe(425);
    expect((await run('Exec', './FwUpdate/Main/Download', undefined, 'other'))?.code).toBe(425);
    expect((await run('Replace', url, 'https://x/p'))?.code).toBe(200);
    expect((await run('Exec', './FwUpdate/Main/Download'))?.code).not.toBe(425);
  });

  it('T-047: PkgData can be written, not read', async () => {
    const { run } = device();
    expect((await run('Get', './FwUpdate/Main/Update/PkgData'))?.code).toBe(405);
  });
});
