/** The management tree of one device: DevInfo, DevDetail, its accounts and its firmware update roots. */
import {
  type DevInfo,
  type DmAccCredential,
  type DmAccount,
  devDetailNodes,
  devInfoItems,
  devInfoNodes,
  dmAccNodes,
  fumoNodes,
} from '@fumarole/dm/objects';
import { DEFAULT_URI_LIMITS, type ObjectNodes, type ObjectPlugin, Tree } from '@fumarole/dm/tree';
import { decodeBase64 } from '@fumarole/syncml';
import type { AccountOptions, CredentialOptions, DeviceConfig, FumoRootOptions } from '../options.ts';

/** Every operation by every way. */
export const DEFAULT_ROOTS: readonly FumoRootOptions[] = [{ uri: './FwUpdate/Main' }];

export function devInfoOf(options: DeviceConfig): DevInfo {
  const { devId, man, mod, dmV, lang } = options.identity;
  return { DevId: devId, Man: man, Mod: mod, DmV: dmV ?? '1.2', Lang: lang ?? 'en' };
}

/** The Items of DevInfo in package 1. */
export function devInfoOfPackage1(
  options: DeviceConfig,
): readonly { readonly uri: string; readonly value: string }[] {
  return devInfoItems(devInfoOf(options));
}

/** A tree as it leaves the factory; `fwV` is only the first value, the plug-in answers. */
export function factoryTree(options: DeviceConfig, fwV: string, now: () => number): Tree {
  return new Tree({ objects: objectsOf(options, fwV), now });
}

/** DevDetail/FwV is what the running slot says, whatever was stored before (F-129). */
export function devDetailPlugin(fwV: () => string): ObjectPlugin {
  return { root: './DevDetail', get: (uri) => (uri === './DevDetail/FwV' ? fwV() : undefined) };
}

function objectsOf(options: DeviceConfig, fwV: string): readonly ObjectNodes[] {
  const { identity, accounts } = options;
  return [
    devInfoNodes(devInfoOf(options)),
    devDetailNodes({
      DevTyp: identity.devTyp ?? 'device',
      OEM: identity.oem ?? identity.man,
      FwV: fwV,
      SwV: identity.swV ?? '1.0',
      HwV: identity.hwV,
      LrgObj: options.largeObjects ?? true,
      uri: DEFAULT_URI_LIMITS,
    }),
    dmAccNodes(accounts.map(accountOf)),
    ...(options.fumo ?? DEFAULT_ROOTS).map((root) => rootNodes(root, accounts)),
  ];
}

/** F-039: the servers with an account may write and execute, nobody else; without any account, whom the bootstrap policy names. */
function rootNodes(root: FumoRootOptions, accounts: readonly AccountOptions[]): ObjectNodes {
  const servers = accounts.map(({ serverId }) => serverId).join('+');
  return fumoNodes({
    root: root.uri,
    download: root.download ?? true,
    update: root.update ?? true,
    pkgData: (root.update ?? true) && (root.pkgData ?? true),
    downloadAndUpdate: root.downloadAndUpdate ?? true,
    // Of the package that is held; empty without one.
    pkgName: '',
    pkgVersion: '',
    lastResult: true,
    acl: servers === '' ? 'Get=*' : `Get=*&Replace=${servers}&Exec=${servers}`,
  });
}

function accountOf(options: AccountOptions): DmAccount {
  const client = credentialOf(options.client);
  const server = options.server === undefined ? undefined : credentialOf(options.server);
  return {
    serverId: options.serverId,
    serverURL: options.url,
    ...(options.authPref === undefined ? {} : { authPref: AUTH_TYPES[options.authPref] }),
    ...(client === undefined ? {} : { client }),
    ...(server === undefined ? {} : { server }),
  };
}

const AUTH_TYPES = { basic: 'BASIC', md5: 'DIGEST', mac: 'HMAC' } as const;

/** No AppAuth entry: that side does not authenticate at DM level (std-objects §4). */
function credentialOf(options: CredentialOptions): DmAccCredential | undefined {
  if (options.scheme === 'none' || options.scheme === 'transport') return undefined;
  const nonce = options.nonce === undefined ? undefined : decodeBase64(options.nonce);
  return {
    type: AUTH_TYPES[options.scheme],
    name: options.name,
    secret: options.secret,
    ...(nonce === undefined ? {} : { nonce }),
  };
}
