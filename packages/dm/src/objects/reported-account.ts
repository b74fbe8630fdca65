/**
 * DM accounts as a server meets them on a device: in the layout of DM 1.2 (std-objects §4) or flat, as 1.1.2 had it (§5). Both give
 * the same record, and changes are said in the layout that is there. Secrets and nonces are written and never read (S-032).
 */

import type { ReportedItem } from './dev-info.ts';
import type { DmAccCredential, DmAccount, Side } from './dm-acc.ts';
import { flatServerAddress, serverAddress } from './server-address.ts';

export type AccountLayout = '1.2' | '1.1.2';

/** Without the secrets: they can not be read. */
export interface ReportedAccount {
  readonly root: string;
  readonly layout: AccountLayout;
  readonly account: DmAccount;
  /** Interior nodes of the 1.2 layout: the first address, and the credentials of each side. */
  readonly places: { readonly address?: string } & { readonly [side in Side]?: string };
}

/** One leaf to be replaced on the device. */
export interface AccountWrite {
  readonly uri: string;
  readonly format: 'chr' | 'bin';
  readonly value: string | Uint8Array;
}

/** Leaves of the flat layout that a server may read; of the others there is only Add and Replace. */
const FLAT_READABLE = ['Addr', 'AddrType', 'PortNbr', 'ConRef', 'ServerId', 'UserName', 'AuthPref', 'Name'];
const FLAT_SECRETS: Readonly<Record<Side, { readonly secret: string; readonly nonce: string }>> = {
  client: { secret: 'ClientPW', nonce: 'ClientNonce' },
  server: { secret: 'ServerPW', nonce: 'ServerNonce' },
};
const LEVELS: Readonly<Record<string, Side>> = { CLCRED: 'client', SRVCRED: 'server' };
const AUTH_TYPES: Readonly<Record<string, string>> = {
  'syncml:auth-basic': 'BASIC',
  'syncml:auth-md5': 'DIGEST',
  'syncml:auth-mac': 'HMAC',
};
/** What an account of the flat layout uses when it does not say: it has a nonce for each side. */
const FLAT_AUTH_TYPE = 'DIGEST';

/** LocURIs of the Gets that show an account; 1.1.2 devices know no `?list=`. */
export function accountReads(root: string, layout: AccountLayout): readonly string[] {
  return layout === '1.2' ? [`${root}?list=StructData`] : FLAT_READABLE.map((leaf) => `${root}/${leaf}`);
}

/** The accounts among the leaves a device reported, at any place (S-030); one without ServerID or address is none. */
export function readReportedAccounts(items: readonly ReportedItem[]): readonly ReportedAccount[] {
  const values = new Map(items.map(({ uri, value }) => [uri.replace(/^(?!\.\/)/, './'), value]));
  const roots = [...values.keys()].flatMap((uri) => /^(.+)\/Server(?:ID|Id)$/.exec(uri)?.[1] ?? []);
  return [...new Set(roots)].flatMap((root) => {
    const below = new Map<string, string>();
    for (const [uri, value] of values) {
      if (uri.startsWith(`${root}/`)) below.set(uri.slice(root.length + 1), value);
    }
    // A 1.2 device may keep its accounts at the old place: the layout shows in the address (std-objects §5).
    const found = below.has('Addr') ? readFlat(root, below) : readNested(root, below);
    return found === undefined ? [] : [found];
  });
}

/** New credentials for one side, in the layout of the account; empty when the 1.2 account has no entry for that side. */
export function credentialWrites(
  { root, layout, places }: ReportedAccount,
  side: Side,
  change: { readonly secret?: string; readonly nonce?: Uint8Array },
): readonly AccountWrite[] {
  const place = layout === '1.2' ? places[side] : root;
  if (place === undefined) return [];
  const names = layout === '1.2' ? { secret: 'AAuthSecret', nonce: 'AAuthData' } : FLAT_SECRETS[side];
  return [
    ...(change.secret === undefined
      ? []
      : [{ uri: `${place}/${names.secret}`, format: 'chr' as const, value: change.secret }]),
    ...(change.nonce === undefined
      ? []
      : [{ uri: `${place}/${names.nonce}`, format: 'bin' as const, value: change.nonce }]),
  ];
}

/** Another URL for the account's server. */
export function addressWrites(
  { root, layout, places }: ReportedAccount,
  url: string,
): readonly AccountWrite[] {
  const place = layout === '1.2' ? places.address : root;
  return place === undefined ? [] : [{ uri: `${place}/Addr`, format: 'chr', value: url }];
}

function readFlat(root: string, leaves: ReadonlyMap<string, string>): ReportedAccount | undefined {
  const serverId = leaves.get('ServerId') ?? leaves.get('ServerID') ?? '';
  const serverURL = flatServerAddress(leaves.get('Addr') ?? '', leaves.get('PortNbr') ?? '');
  if (serverId === '' || serverURL === undefined) return undefined;
  const pref = leaves.get('AuthPref') ?? '';
  const type = AUTH_TYPES[pref.toLowerCase()] ?? (pref === '' ? FLAT_AUTH_TYPE : pref);
  const userName = leaves.get('UserName');
  const account: DmAccount = {
    serverId,
    serverURL,
    ...named('name', leaves.get('Name')),
    ...named('prefConRef', leaves.get('ConRef')),
    ...(pref === '' ? {} : { authPref: type }),
    ...(userName === undefined ? {} : { client: { type, name: userName, secret: '' } }),
    // The server's user name is its ServerID (std-objects §4).
    server: { type, name: serverId, secret: '' },
  };
  return { root, layout: '1.1.2', account, places: {} };
}

function readNested(root: string, leaves: ReadonlyMap<string, string>): ReportedAccount | undefined {
  const serverId = leaves.get('ServerID') ?? leaves.get('ServerId') ?? '';
  const found = firstAddress(leaves);
  if (serverId === '' || found === undefined) return undefined;
  const credentials = credentialsOf(leaves);
  const account: DmAccount = {
    serverId,
    serverURL: found.url,
    ...named('name', leaves.get('Name')),
    ...named('prefConRef', leaves.get('PrefConRef')),
    ...named('authPref', leaves.get('AAuthPref')),
    ...Object.fromEntries(credentials.map(({ side, credential }) => [side, credential])),
  };
  const sides = Object.fromEntries(credentials.map(({ side, place }) => [side, `${root}/${place}`]));
  return { root, layout: '1.2', account, places: { address: `${root}/${found.place}`, ...sides } };
}

function firstAddress(leaves: ReadonlyMap<string, string>): { url: string; place: string } | undefined {
  for (const [path, address] of leaves) {
    const place = /^(AppAddr\/[^/]+)\/Addr$/.exec(path)?.[1];
    if (place === undefined) continue;
    const [, port = ''] = [...leaves].find(
      ([leaf]) => leaf.startsWith(`${place}/Port/`) && leaf.endsWith('/PortNbr'),
    ) ?? [''];
    const url = serverAddress(address, leaves.get(`${place}/AddrType`) ?? '', port);
    if (url !== undefined) return { url, place };
  }
  return undefined;
}

interface FoundCredential {
  readonly side: Side;
  readonly place: string;
  readonly credential: DmAccCredential;
}

/** The first entry of each level is preferred. */
function credentialsOf(leaves: ReadonlyMap<string, string>): readonly FoundCredential[] {
  const found = new Map<Side, FoundCredential>();
  for (const [path, level] of leaves) {
    const place = /^(AppAuth\/[^/]+)\/AAuthLevel$/.exec(path)?.[1];
    const side = LEVELS[level];
    if (place === undefined || side === undefined || found.has(side)) continue;
    const type = leaves.get(`${place}/AAuthType`) ?? '';
    const name = leaves.get(`${place}/AAuthName`) ?? '';
    found.set(side, { side, place, credential: { type, name, secret: '' } });
  }
  return [...found.values()];
}

function named<K extends string>(key: K, value: string | undefined): { readonly [k in K]?: string } {
  const entries: readonly (readonly [K, string])[] = value === undefined ? [] : [[key, value]];
  return Object.fromEntries(entries) as { [k in K]?: string };
}
