import { formatMgmtTree, type SyncMLMessage } from '@fumarole/syncml';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { devInfoNodes } from '../objects/dev-info.ts';
import { accountNodes, type DmAccount, dmAccNodes, readAccounts } from '../objects/dm-acc.ts';
import { Tree, TreeExecutor } from '../tree/index.ts';
import { mgmtTreeOf } from '../tree/tnds/write-nodes.ts';
import {
  type BootstrapDocument,
  type BootstrapPolicy,
  formatProfile,
  formatProvisioning,
  installBootstrap,
  parseProvisioning,
  profileOf,
  provisioningOf,
  readBootstrap,
} from './index.ts';

const ACCOUNT: DmAccount = {
  serverId: 'com.example.dm',
  name: 'Example DM',
  serverURL: 'https://dm.example.com/dm',
  client: { type: 'HMAC', name: 'dev1', secret: 'pw1', nonce: Uint8Array.of(0, 255, 7) },
  server: { type: 'HMAC', name: 'com.example.dm', secret: 'pw2', nonce: Uint8Array.of(9, 0) },
};
const OTHER: DmAccount = { ...ACCOUNT, serverId: 'other', serverURL: 'https://other.example/dm' };

let tree: Tree;
beforeEach(() => {
  tree = treeWith();
});

function treeWith(...accounts: readonly DmAccount[]): Tree {
  const info = { DevId: 'IMEI:490', Man: 'M', Mod: 'X', DmV: '1.2', Lang: 'en' };
  return new Tree({ objects: [devInfoNodes(info), dmAccNodes(accounts)], now: () => 0 });
}

const cp = (account: DmAccount = ACCOUNT): BootstrapDocument =>
  readBootstrap(formatProvisioning(provisioningOf(account, { init: false }), 'wbxml'));
const dm = (account: DmAccount = ACCOUNT): BootstrapDocument =>
  readBootstrap(formatProfile(profileOf(account, 'IMEI:490')));
const install = (document: BootstrapDocument, policy?: BootstrapPolicy) =>
  installBootstrap(tree, document, policy);
const accounts = () => readAccounts(tree).map(({ account }) => account);

/** A DM profile with these commands. */
function message(body: SyncMLMessage['body']): BootstrapDocument {
  const { hdr } = profileOf(ACCOUNT, 'IMEI:490');
  return readBootstrap(formatProfile({ hdr, body, final: true }));
}

const tnds = (...nodes: Parameters<typeof mgmtTreeOf>) => ({
  Meta: { Format: 'bin', Type: 'application/vnd.syncml.dmtnds+wbxml' },
  Data: formatMgmtTree(mgmtTreeOf(...nodes), 'wbxml'),
});
const toInbox = (nodes: Parameters<typeof mgmtTreeOf>[0]): SyncMLMessage['body'] => [
  { kind: 'Add', CmdID: '1', items: [{ Target: { LocURI: './Inbox' }, ...tnds(nodes) }] },
];

describe('one account, three ways', () => {
  it('N-120 N-100: configuration, w7 and DM profile give the same account', async () => {
    const [factory] = readAccounts(treeWith(ACCOUNT));
    for (const document of [cp(), dm()]) {
      tree = treeWith();
      expect(await install(document)).toMatchObject({ kind: 'installed', serverIds: ['com.example.dm'] });
      const [found, ...more] = readAccounts(tree);
      expect(more).toEqual([]);
      expect(found?.account).toEqual(factory?.account);
      expect(found?.root).toMatch(/^\.\/DMAcc\/[^/]+$/);
    }
  });

  it('N-078: the account’s server has its three rights on it, and no other anywhere', async () => {
    for (const document of [
      cp(OTHER),
      dm(OTHER),
      message(toInbox(accountNodes(OTHER, 'x').map(({ acl: _, ...node }) => node))),
    ]) {
      tree = treeWith(ACCOUNT);
      await install(document);
      const acls = tree
        .snapshot()
        .nodes.flatMap(({ uri, acl = '' }) => (acl.includes('other') ? [[uri, acl]] : []));
      const root = readAccounts(tree).find(({ account }) => account.serverId === 'other')?.root;
      expect(acls).toEqual([[root, 'Delete=other&Get=other&Replace=other']]);
    }
  });

  it('N-101: single nodes at absolute places make an account too', async () => {
    const items = accountNodes(ACCOUNT, './DMAcc/own').map(({ uri, format, type, value }) => ({
      Target: { LocURI: uri },
      Meta: { Format: format, ...(type === undefined ? {} : { Type: type }) },
      ...(value === undefined || value.length === 0 ? {} : { Data: value }),
    }));
    const adds = items.map((item, at) => ({ kind: 'Add', CmdID: String(at), items: [item] }) as const);
    expect(await install(message([{ kind: 'Sequence', CmdID: 's', commands: adds }]))).toMatchObject({
      kind: 'installed',
      contact: true,
    });
    expect(accounts()).toEqual(
      [ACCOUNT].map((account) => expect.objectContaining({ serverURL: account.serverURL })),
    );
    expect(tree.acl('./DMAcc/own')).toBe('Delete=com.example.dm&Get=com.example.dm&Replace=com.example.dm');
  });
});

describe('client provisioning', () => {
  const application = (id: string, more = '') =>
    `<characteristic type="APPLICATION"><parm name="APPID" value="${id}"/><parm name="PROVIDER-ID" value="${id}-${more.length}"/>
    ${more}<characteristic type="APPADDR"><parm name="ADDR" value="https://a/dm"/></characteristic></characteristic>`;
  const xml = (...parts: readonly string[]): BootstrapDocument => ({
    profile: 'cp',
    document: parseProvisioning(`<wap-provisioningdoc>${parts.join('')}</wap-provisioningdoc>`),
  });

  it('N-076: of several applications only w7 counts, of several w7 each', async () => {
    const outcome = await install(
      xml(application('w2'), application('w7'), application('w7', ' '), application('w4')),
    );
    expect(outcome).toMatchObject({ kind: 'installed', serverIds: ['w7-0', 'w7-1'] });
    expect(readAccounts(tree).map(({ root }) => root)).toEqual(['./DMAcc/1', './DMAcc/2']);
    expect(await install(xml(application('w2')))).toMatchObject({ reason: 'no-account' });
  });

  it('N-077: connections of the document are referred to; others are left out, or refuse the account', async () => {
    const proxy = '<characteristic type="PXLOGICAL"><parm name="PROXY-ID" value="p1"/></characteristic>';
    const nap = '<characteristic type="NAPDEF"><parm name="NAPID" value="n1"/></characteristic>';
    const ref = (...names: readonly string[]) =>
      names.map((name) => `<parm name="TO-PROXY" value="${name}"/>`).join('');
    await install(xml(proxy, nap, application('w7', ref('p1', 'gone'))));
    expect(tree.text('./DMAcc/1/PrefConRef')).toBe('p1');
    await install(xml(nap, application('w7', '<parm name="TO-NAPID" value="n1"/>')));
    expect(tree.text('./DMAcc/2/PrefConRef')).toBe('n1');
    await install(xml(application('w7', ref('gone'))));
    expect(tree.has('./DMAcc/3/ServerID')).toBe(true);
    expect(tree.has('./DMAcc/3/PrefConRef')).toBe(false);
    expect(await install(xml(application('w7', ref('gone!'))), { unresolved: 'refuse' })).toMatchObject({
      reason: 'unresolved',
    });
  });

  it('N-077: a reference of a DM profile to what the device has no place for is left out', async () => {
    const nodes = accountNodes({ ...ACCOUNT, prefConRef: './Inbox/nap' }, 'x');
    await install(message(toInbox(nodes)));
    expect(tree.has('./DMAcc/x/ServerID')).toBe(true);
    expect(tree.has('./DMAcc/x/PrefConRef')).toBe(false);
  });

  it('N-079: INIT asks for a session at once', async () => {
    expect(await install(cp())).toMatchObject({ contact: false });
    const init: BootstrapDocument = { profile: 'cp', document: provisioningOf(OTHER, { init: true }) };
    expect(await install(init)).toMatchObject({ contact: true });
  });
});

describe('DM profile', () => {
  it('N-106: an object without a place here is passed over, the account is kept', async () => {
    const radio = [
      { uri: 'radio', format: 'node', type: 'urn:oma:mo:oma-radio:1.0' },
      { uri: 'radio/On', format: 'chr', value: '1' },
    ] as const;
    expect(await install(message(toInbox([...radio, ...accountNodes(ACCOUNT, 'x')])))).toMatchObject({
      kind: 'installed',
    });
    expect(accounts()).toHaveLength(1);
    expect(await install(message(toInbox(radio)))).toMatchObject({ kind: 'refused', reason: 'no-account' });
  });

  it('N-106: a failure in the account leaves nothing, whatever came before it', async () => {
    const bad = accountNodes(ACCOUNT, 'x').concat({ uri: 'x/AppAddr/1/Nonsense', format: 'chr', value: '1' });
    const before = tree.snapshot();
    const both = [...toInbox(accountNodes(OTHER, 'y')), ...toInbox(bad)];
    expect(await install(message(both))).toMatchObject({ kind: 'refused', reason: 'refused' });
    expect(tree.snapshot()).toEqual(before);
  });

  it('of one object in several versions the newest counts', async () => {
    const old = accountNodes(ACCOUNT, 'old');
    const [root, ...rest] = accountNodes({ ...ACCOUNT, serverURL: 'https://new/dm' }, 'new');
    const nodes = [
      ...old,
      ...(root === undefined ? [] : [{ ...root, type: 'urn:oma:mo:oma-dm-dmacc:1.1' }]),
      ...rest,
    ];
    expect(await install(message(toInbox(nodes)))).toMatchObject({ kind: 'installed' });
    expect(accounts().map(({ serverURL }) => serverURL)).toEqual(['https://new/dm']);
  });

  it.each<[string, SyncMLMessage['body'], string]>([
    [
      'takes another account’s secret',
      [
        {
          kind: 'Replace',
          CmdID: '1',
          items: [{ Target: { LocURI: './DMAcc/1/AppAuth/1/AAuthSecret' }, Data: 'x' }],
        },
      ],
      'alters',
    ],
    [
      'adds to another account',
      [
        ...toInbox(accountNodes(OTHER, 'x')),
        {
          kind: 'Add',
          CmdID: '2',
          items: [
            { Target: { LocURI: './DMAcc/1/AppAuth/0' }, Meta: { Format: 'node' } },
            {
              Target: { LocURI: './DMAcc/1/AppAuth/0/AAuthLevel' },
              Meta: { Format: 'chr' },
              Data: 'SRVCRED',
            },
          ],
        },
      ],
      'alters',
    ],
    [
      'takes rights',
      [
        {
          kind: 'Replace',
          CmdID: '1',
          items: [{ Target: { LocURI: './DevInfo?prop=ACL' }, Data: 'Get=*&Replace=evil' }],
        },
      ],
      'alters',
    ],
    [
      'executes',
      [{ kind: 'Exec', CmdID: '1', items: [{ Target: { LocURI: './DevInfo' } }] }],
      'foreign-command',
    ],
    [
      'deletes',
      [
        {
          kind: 'Atomic',
          CmdID: '1',
          commands: [{ kind: 'Delete', CmdID: '2', items: [{ Target: { LocURI: './DMAcc/1' } }] }],
        },
      ],
      'foreign-command',
    ],
  ])('one that %s is refused', async (_, body, reason) => {
    tree = treeWith(ACCOUNT);
    const before = tree.snapshot();
    const good = toInbox(accountNodes(OTHER, 'x'));
    expect(await install(message([...good, ...body]))).toMatchObject({ kind: 'refused', reason });
    expect(tree.snapshot()).toEqual(before);
  });

  it('N-100: references below ./Inbox become the places where the nodes went', async () => {
    await install(message(toInbox(accountNodes({ ...ACCOUNT, prefConRef: './Inbox/x/AppAddr/1' }, 'x'))));
    expect(tree.text('./DMAcc/x/PrefConRef')).toBe('./DMAcc/x/AppAddr/1');
  });

  it('N-109: the Inbox can not be read', async () => {
    await install(dm());
    for (const uri of ['./Inbox', './Inbox/account', './Inbox?list=Struct']) {
      const get = { kind: 'Get', CmdID: '1', items: [{ Target: { LocURI: uri } }] } as const;
      const [outcome] = await new TreeExecutor({ tree }).execute(get, 'com.example.dm', 'wbxml');
      expect(outcome?.code).toBe(405);
    }
  });
});

describe('a second document', () => {
  it('N-107: for a ServerID that is there is refused; with leave it takes the place of the first', async () => {
    tree = treeWith(ACCOUNT, OTHER);
    const moved = { ...ACCOUNT, serverURL: 'https://moved/dm' };
    const before = tree.snapshot();
    for (const document of [cp(moved), dm(moved)]) {
      expect(await install(document)).toMatchObject({ kind: 'refused', reason: 'exists' });
      expect(tree.snapshot()).toEqual(before);
      expect(await install(document, { replaces: (id) => id === 'other' })).toMatchObject({
        reason: 'exists',
      });
    }
    expect(await install(cp(moved), { replaces: () => true })).toMatchObject({ kind: 'installed' });
    expect(
      accounts()
        .map(({ serverId, serverURL }) => [serverId, serverURL])
        .sort(),
    ).toEqual([
      ['com.example.dm', 'https://moved/dm'],
      ['other', 'https://other.example/dm'],
    ]);
  });

  it('S-026: two accounts of one server in one document are refused', async () => {
    const twice = [...toInbox(accountNodes(ACCOUNT, 'a')), ...toInbox(accountNodes(ACCOUNT, 'b'))];
    expect(await install(message(twice))).toMatchObject({ kind: 'refused', reason: 'exists' });
    expect(accounts()).toEqual([]);
  });

  it.each([
    ['two words'],
    ['a*'],
    ['x=y'],
    ['a&b'],
    ['a+b'],
  ])('a ServerID %j, which no ACL can name, is refused', async (serverId) => {
    expect(await install(cp({ ...ACCOUNT, serverId }))).toMatchObject({ reason: 'unusable' });
    expect(await install(dm({ ...ACCOUNT, serverId }))).toMatchObject({ kind: 'refused' });
    expect(accounts()).toEqual([]);
  });

  it('an account that the device can not use is refused', async () => {
    const policy: BootstrapPolicy = { unusable: ({ serverURL }) => `no way to ${serverURL}` };
    expect(await install(cp(), policy)).toEqual({
      kind: 'refused',
      reason: 'unusable',
      detail: 'no way to https://dm.example.com/dm',
    });
    expect(accounts()).toEqual([]);
  });
});

it('damaged documents leave the tree as it was, or make an account that is whole', async () => {
  const documents = [
    formatProvisioning(provisioningOf(ACCOUNT, { init: true }), 'wbxml'),
    formatProfile(profileOf(ACCOUNT, 'IMEI:490')),
  ];
  const damage = fc.record({
    which: fc.nat({ max: 1 }),
    at: fc.array(fc.tuple(fc.nat({ max: 600 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ which, at }) => {
      const octets = Uint8Array.from(documents[which] ?? []);
      for (const [place, octet] of at) octets[place % octets.length] = octet;
      tree = treeWith(OTHER);
      const before = tree.snapshot();
      const outcome = await attempt(octets);
      if (outcome === 'installed') expect(accounts().length).toBeGreaterThan(1);
      else expect(tree.snapshot()).toEqual(before);
      expect(accounts()[0]).toEqual(
        expect.objectContaining({ serverId: 'other', serverURL: OTHER.serverURL }),
      );
    }),
    { numRuns: 400 },
  );
});

/** Only what can not be read may throw, and only with a code. */
async function attempt(octets: Uint8Array): Promise<'installed' | 'refused'> {
  let document: BootstrapDocument;
  try {
    document = readBootstrap(octets);
  } catch (error) {
    expect(error).toMatchObject({ name: 'DecodeError' });
    return 'refused';
  }
  return (await install(document)).kind;
}

it('what is no bootstrap document is told with a code', () => {
  const octets = formatProfile(profileOf(ACCOUNT, 'IMEI:490'));
  for (let length = 0; length < octets.length; length += 1) {
    expect(() => readBootstrap(octets.subarray(0, length))).toThrow(
      expect.objectContaining({ name: 'DecodeError' }),
    );
  }
  expect(() => readBootstrap(new Uint8Array(20_000))).toThrow(expect.objectContaining({ code: 'size' }));
});
