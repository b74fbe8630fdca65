import type { NodeDescription, NodeInit, ObjectNodes } from '../tree/description.ts';
import type { Tree } from '../tree/tree.ts';
import { interior, leaf } from './leaf.ts';
import { DMACC_MOI } from './moi.ts';
import { serverAddress } from './server-address.ts';

/** AAuthType names (std-objects §4); others are kept as they stand. */
export type AAuthType = 'BASIC' | 'DIGEST' | 'HMAC' | 'TRANSPORT';

/** One side's credentials: CLCRED or SRVCRED. */
export interface DmAccCredential {
  readonly type: string;
  readonly name: string;
  readonly secret: string;
  /** Octets of the next nonce (`AAuthData`). */
  readonly nonce?: Uint8Array;
}

/** A DM account, whatever layout it is stored in. */
export interface DmAccount {
  readonly serverId: string;
  readonly name?: string;
  /** Full URL of the DM server. */
  readonly serverURL: string;
  readonly prefConRef?: string;
  /** AAuthType to use in the first message; absent or empty: what was negotiated last (S-023). */
  readonly authPref?: string;
  readonly client?: DmAccCredential;
  readonly server?: DmAccCredential;
}

/** An account with the node it is kept in. */
export interface StoredAccount {
  readonly root: string;
  readonly account: DmAccount;
}

export type Side = 'client' | 'server';

const LEVELS: Readonly<Record<Side, string>> = { client: 'CLCRED', server: 'SRVCRED' };
const APP_ID = 'w7';

/**
 * The subtree of the accounts (std-objects §4): one object each, numbered from 1, with Get, Replace and Delete for its own server.
 * @throws RangeError when two accounts have one ServerID (S-026)
 */
export function dmAccNodes(accounts: readonly DmAccount[], root = './DMAcc'): ObjectNodes {
  if (new Set(accounts.map(({ serverId }) => serverId)).size < accounts.length) {
    throw new RangeError('Two accounts have the same ServerID');
  }
  return {
    root,
    description: interior(root.slice(root.lastIndexOf('/') + 1), [accountDescription()], {
      access: ['Add', 'Get'],
    }),
    nodes: [
      { uri: root, format: 'node' },
      ...accounts.flatMap((account, at) => accountNodes(account, `${root}/${at + 1}`)),
    ],
  };
}

/** The nodes of one account object, parents first; add them to a tree to make an account at run time. */
export function accountNodes(account: DmAccount, root: string): readonly NodeInit[] {
  const { serverId, name, serverURL, prefConRef, authPref } = account;
  const sides = (['client', 'server'] as const).filter((side) => account[side] !== undefined);
  return [
    {
      uri: root,
      format: 'node',
      type: DMACC_MOI,
      acl: `Delete=${serverId}&Get=${serverId}&Replace=${serverId}`,
    },
    ...texts(root, {
      AppID: APP_ID,
      ServerID: serverId,
      Name: name,
      PrefConRef: prefConRef,
      AAuthPref: authPref,
    }),
    { uri: `${root}/AppAddr`, format: 'node' },
    { uri: `${root}/AppAddr/1`, format: 'node' },
    ...texts(`${root}/AppAddr/1`, { Addr: serverURL, AddrType: 'URI' }),
    { uri: `${root}/AppAuth`, format: 'node' },
    ...sides.flatMap((side, at) => credentialNodes(side, account[side], `${root}/AppAuth/${at + 1}`)),
  ];
}

/** The accounts of a tree, found through their MOI at any place (S-020). An object without ServerID or address is none. */
export function readAccounts(tree: Tree): readonly StoredAccount[] {
  return tree.objects(DMACC_MOI).flatMap((root) => {
    const account = readAccount(tree, root);
    return account === undefined ? [] : [{ root, account }];
  });
}

/** Stores the next nonce of one side, decoded (`AAuthData`); false when the account has no such credential. */
export function storeNonce(tree: Tree, serverId: string, side: Side, nonce: Uint8Array): boolean {
  const stored = readAccounts(tree).find(({ account }) => account.serverId === serverId);
  const node = stored && credentialRoot(tree, stored.root, side);
  if (node === undefined) return false;
  const uri = `${node}/AAuthData`;
  if (tree.has(uri)) tree.set(uri, nonce);
  else tree.add({ uri, format: 'bin', value: nonce });
  return true;
}

function readAccount(tree: Tree, root: string): DmAccount | undefined {
  const serverId = tree.text(`${root}/ServerID`) ?? '';
  const serverURL = addressOf(tree, root);
  if (serverId === '' || serverURL === undefined) return undefined;
  return {
    serverId,
    serverURL,
    name: tree.text(`${root}/Name`),
    prefConRef: tree.text(`${root}/PrefConRef`),
    authPref: tree.text(`${root}/AAuthPref`),
    client: credentialOf(tree, root, 'client'),
    server: credentialOf(tree, root, 'server'),
  };
}

function addressOf(tree: Tree, root: string): string | undefined {
  for (const entry of tree.children(`${root}/AppAddr`)) {
    const address = tree.text(`${entry}/Addr`) ?? '';
    const type = tree.text(`${entry}/AddrType`) ?? '';
    const [firstPort] = tree.children(`${entry}/Port`);
    const port = firstPort === undefined ? '' : (tree.text(`${firstPort}/PortNbr`) ?? '');
    const found = serverAddress(address, type, port);
    if (found !== undefined) return found;
  }
  return undefined;
}

function credentialOf(tree: Tree, root: string, side: Side): DmAccCredential | undefined {
  const node = credentialRoot(tree, root, side);
  if (node === undefined) return undefined;
  const nonce = tree.value(`${node}/AAuthData`);
  return {
    type: tree.text(`${node}/AAuthType`) ?? '',
    name: tree.text(`${node}/AAuthName`) ?? '',
    secret: tree.text(`${node}/AAuthSecret`) ?? '',
    ...(nonce instanceof Uint8Array && nonce.length > 0 ? { nonce } : {}),
  };
}

function credentialRoot(tree: Tree, root: string, side: Side): string | undefined {
  return tree.children(`${root}/AppAuth`).find((entry) => tree.text(`${entry}/AAuthLevel`) === LEVELS[side]);
}

function credentialNodes(side: Side, credential: DmAccCredential | undefined, root: string): NodeInit[] {
  if (credential === undefined) return [];
  const { type, name, secret, nonce } = credential;
  const texted = { AAuthLevel: LEVELS[side], AAuthType: type, AAuthName: name, AAuthSecret: secret };
  return [
    { uri: root, format: 'node' },
    ...texts(root, texted),
    {
      uri: `${root}/AAuthData`,
      format: 'bin',
      type: 'application/octet-stream',
      value: nonce ?? new Uint8Array(),
    },
  ];
}

function texts(root: string, values: Readonly<Record<string, string | undefined>>): NodeInit[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ uri: `${root}/${name}`, format: 'chr' as const, value }],
  );
}

/** The description of an account object; servers with the right may change what is theirs to change. */
function accountDescription(): NodeDescription {
  const own = { scope: 'dynamic', access: ['Add', 'Get', 'Replace'] } as const;
  const text = (name: string, occurrence: 'One' | 'ZeroOrOne', details: Partial<NodeDescription> = {}) =>
    leaf(name, { ...own, occurrence, ...details });
  const list = (name: string, occurrence: 'One' | 'ZeroOrOne', entry: readonly NodeDescription[]) =>
    interior(name, [interior('', entry, { ...own, occurrence: 'OneOrMore' })], { ...own, occurrence });
  // Never readable (S-021).
  const secret = { access: ['Add', 'Replace'] } as const;
  const port = list('Port', 'ZeroOrOne', [text('PortNbr', 'One', { accepts: isPort })]);
  return interior(
    '',
    [
      text('AppID', 'One'),
      text('ServerID', 'One', { access: ['Add', 'Get'] }),
      text('Name', 'ZeroOrOne'),
      text('PrefConRef', 'ZeroOrOne'),
      list('ToConRef', 'ZeroOrOne', [text('ConRef', 'One')]),
      list('AppAddr', 'One', [text('Addr', 'One'), text('AddrType', 'One'), port]),
      text('AAuthPref', 'ZeroOrOne'),
      list('AppAuth', 'ZeroOrOne', [
        text('AAuthLevel', 'One'),
        text('AAuthType', 'One'),
        text('AAuthName', 'ZeroOrOne'),
        text('AAuthSecret', 'ZeroOrOne', secret),
        text('AAuthData', 'ZeroOrOne', { ...secret, format: 'bin', mime: ['application/octet-stream'] }),
      ]),
      interior('Ext', [], { ...own, occurrence: 'ZeroOrOne' }),
    ],
    { moi: DMACC_MOI, scope: 'dynamic', access: ['Add', 'Delete', 'Get'], occurrence: 'ZeroOrMore' },
  );
}

/** 1 … 65535 (S-022). */
function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}
