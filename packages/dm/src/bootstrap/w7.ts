import { decodeBase64 } from '@fumarole/syncml';
import { DMACC_MOI } from '../objects/moi.ts';
import type { NodeInit } from '../tree/description.ts';
import {
  type Characteristic,
  childrenOf,
  type ProvisioningDocument,
  parmOf,
  parmsOf,
} from './provisioning.ts';

/** A DM account in a provisioning document (notification-bootstrap §4.2). */
export interface W7Account {
  readonly serverId: string;
  readonly name?: string;
  /** A session is to be opened once the account is stored. */
  readonly init: boolean;
  /** References to proxies, else to access points. */
  readonly connections: readonly string[];
  readonly addresses: readonly W7Address[];
  readonly credentials: readonly W7Credential[];
}

export interface W7Address {
  readonly address: string;
  /** `URI`, `IPv4`, `IPv6`. */
  readonly type: string;
  readonly ports: readonly string[];
}

export interface W7Credential {
  /** `CLCRED`, `SRVCRED` or `OBEX`: as in the tree. */
  readonly level: string;
  readonly type: string;
  readonly name?: string;
  readonly secret?: string;
  /** Decoded. */
  readonly data?: Uint8Array;
}

const LEVELS: Readonly<Record<string, string>> = { APPSRV: 'CLCRED', CLIENT: 'SRVCRED' };
const DATA_TYPE = 'application/octet-stream';

/** The DM accounts of a document; without PROVIDER-ID or address an APPLICATION is none. `swapLevels`: as one C client reads them. */
export function readW7(
  document: ProvisioningDocument,
  options: { readonly swapLevels?: boolean } = {},
): readonly W7Account[] {
  return document.characteristics
    .filter(
      (characteristic) => characteristic.type === 'APPLICATION' && parmOf(characteristic, 'APPID') === 'w7',
    )
    .map((application) => readApplication(application, options.swapLevels === true))
    .filter(({ serverId, addresses }) => serverId !== '' && addresses.length > 0);
}

/** The nodes of the account object, parents first; its server may read, change and remove it (std-objects §4, S-025). */
export function w7Nodes(account: W7Account, root: string): readonly NodeInit[] {
  const { serverId, name, connections, addresses, credentials } = account;
  const acl = `Delete=${serverId}&Get=${serverId}&Replace=${serverId}`;
  const [first] = connections;
  return [
    { uri: root, format: 'node', type: DMACC_MOI, acl },
    ...texts(root, { AppID: 'w7', ServerID: serverId, Name: name }),
    ...(connections.length === 1 ? texts(root, { PrefConRef: first }) : []),
    ...(connections.length > 1
      ? list(`${root}/ToConRef`, connections, (ref, uri) => texts(uri, { ConRef: ref }))
      : []),
    ...list(`${root}/AppAddr`, addresses, ({ address, type, ports }, uri) => [
      ...texts(uri, { Addr: address, AddrType: type }),
      ...(ports.length === 0
        ? []
        : list(`${uri}/Port`, ports, (port, portUri) => texts(portUri, { PortNbr: port }))),
    ]),
    ...list(`${root}/AppAuth`, credentials, credentialNodes),
  ];
}

function readApplication(application: Characteristic, swapLevels: boolean): W7Account {
  const name = parmOf(application, 'NAME');
  const proxies = parmsOf(application, 'TO-PROXY');
  return {
    serverId: parmOf(application, 'PROVIDER-ID') ?? '',
    ...(name === undefined ? {} : { name }),
    init: application.parms.some((parm) => parm.name === 'INIT'),
    connections: proxies.length > 0 ? proxies : parmsOf(application, 'TO-NAPID'),
    addresses: [
      ...parmsOf(application, 'ADDR').map((address) => ({ address, type: 'URI', ports: [] })),
      ...childrenOf(application, 'APPADDR').flatMap(readAddress),
    ],
    credentials: childrenOf(application, 'APPAUTH').map((auth) => readCredential(auth, swapLevels)),
  };
}

function readAddress(appAddr: Characteristic): readonly W7Address[] {
  const type = parmOf(appAddr, 'ADDRTYPE') ?? '';
  const ports = childrenOf(appAddr, 'PORT').flatMap((port) => parmsOf(port, 'PORTNBR'));
  // The tokens spell IPV4 and IPV6, the tree IPv4 and IPv6.
  const treeType = type === '' ? 'URI' : type.replace(/^IPV(?=[46]$)/i, 'IPv');
  return parmsOf(appAddr, 'ADDR').map((address) => ({ address, type: treeType, ports }));
}

function readCredential(auth: Characteristic, swapLevels: boolean): W7Credential {
  const written = parmOf(auth, 'AAUTHLEVEL') ?? '';
  const straight = LEVELS[written] ?? written;
  const level =
    swapLevels && straight !== written ? (straight === 'CLCRED' ? 'SRVCRED' : 'CLCRED') : straight;
  const data = decodeBase64(parmOf(auth, 'AAUTHDATA') ?? '');
  const name = parmOf(auth, 'AAUTHNAME');
  const secret = parmOf(auth, 'AAUTHSECRET');
  return {
    level,
    type: (parmOf(auth, 'AAUTHTYPE') ?? '').replace(/^DIGEST,MD5$/i, 'DIGEST'),
    ...(name === undefined ? {} : { name }),
    ...(secret === undefined ? {} : { secret }),
    ...(data === undefined || data.length === 0 ? {} : { data }),
  };
}

function credentialNodes(
  { level, type, name, secret, data }: W7Credential,
  uri: string,
): readonly NodeInit[] {
  const leaves = { AAuthLevel: level, AAuthType: type, AAuthName: name, AAuthSecret: secret };
  return [
    ...texts(uri, leaves),
    ...(data === undefined
      ? []
      : [{ uri: `${uri}/AAuthData`, format: 'bin' as const, type: DATA_TYPE, value: data }]),
  ];
}

/** A list of unnamed nodes, numbered from 1 (std-objects §4.1). */
function list<T>(
  uri: string,
  entries: readonly T[],
  below: (entry: T, uri: string) => readonly NodeInit[],
): readonly NodeInit[] {
  return [
    { uri, format: 'node' },
    ...entries.flatMap((entry, at) => [
      { uri: `${uri}/${at + 1}`, format: 'node' as const },
      ...below(entry, `${uri}/${at + 1}`),
    ]),
  ];
}

function texts(root: string, values: Readonly<Record<string, string | undefined>>): readonly NodeInit[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ uri: `${root}/${name}`, format: 'chr' as const, value }],
  );
}
