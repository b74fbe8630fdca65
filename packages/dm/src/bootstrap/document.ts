/** A bootstrap document: what a server makes of an account, and what a device reads. */
import {
  DecodeError,
  decode,
  encode,
  encodeBase64,
  formatMgmtTree,
  joinParts,
  type SyncMLMessage,
} from '@fumarole/syncml';
import { accountNodes, type DmAccCredential, type DmAccount } from '../objects/dm-acc.ts';
import { mgmtTreeOf } from '../tree/tnds/write-nodes.ts';
import { BOOTSTRAP_LIMITS } from './limits.ts';
import {
  type Characteristic,
  type Parm,
  type ProvisioningDocument,
  parseProvisioning,
} from './provisioning.ts';
import { PROVISIONING } from './provisioning-tokens.ts';

export type BootstrapDocument =
  | { readonly profile: 'cp'; readonly document: ProvisioningDocument }
  | { readonly profile: 'dm'; readonly message: SyncMLMessage };

const LEVELS = { client: 'APPSRV', server: 'CLIENT' } as const;
const TNDS_TYPE = 'application/vnd.syncml.dmtnds+wbxml';

/** Which of the two profiles it is shows in its root. @throws DecodeError */
export function readBootstrap(octets: Uint8Array): BootstrapDocument {
  if (octets.length > BOOTSTRAP_LIMITS.documentOctets) {
    throw new DecodeError('size', BOOTSTRAP_LIMITS.documentOctets, 'a bootstrap document');
  }
  // WBXML begins with its version; the number of the vocabulary follows.
  const isWbxml = (octets[0] ?? 0) < FIRST_XML_OCTET;
  const isProvisioning = isWbxml
    ? octets[1] === PROVISIONING.publicId
    : rootOf(octets) === 'wap-provisioningdoc';
  if (isProvisioning) return { profile: 'cp', document: parseProvisioning(octets) };
  return { profile: 'dm', message: decode(octets, isWbxml ? 'wbxml' : 'xml') };
}

/** The account as a client provisioning document with one APPLICATION `w7` (§4.2). `init`: the device is to come at once. */
export function provisioningOf(
  account: DmAccount,
  { init }: { readonly init: boolean },
): ProvisioningDocument {
  const { serverId, name, serverURL, client, server } = account;
  const application: Characteristic = {
    type: 'APPLICATION',
    parms: [
      { name: 'APPID', value: 'w7' },
      { name: 'PROVIDER-ID', value: serverId },
      ...(name === undefined ? [] : [{ name: 'NAME', value: name }]),
      ...(init ? [{ name: 'INIT' }] : []),
    ],
    characteristics: [
      { type: 'APPADDR', parms: [{ name: 'ADDR', value: serverURL }], characteristics: [] },
      ...(client === undefined ? [] : [appAuth(LEVELS.client, client)]),
      ...(server === undefined ? [] : [appAuth(LEVELS.server, server)]),
    ],
  };
  return { version: '1.0', characteristics: [application] };
}

/** The account as a DM profile: a message in the shape of package 2 that adds it to the Inbox as a serialised subtree (§5). */
export function profileOf(account: DmAccount, deviceId: string): SyncMLMessage {
  const tnds = formatMgmtTree(mgmtTreeOf(accountNodes(account, 'account')), 'wbxml');
  const item = {
    Target: { LocURI: './Inbox' },
    Meta: { Format: 'bin', Type: TNDS_TYPE },
    Data: tnds,
  };
  return {
    hdr: {
      VerDTD: '1.2',
      VerProto: 'DM/1.2',
      SessionID: '1',
      MsgID: 1,
      Target: { LocURI: deviceId },
      Source: { LocURI: account.serverURL },
    },
    body: [{ kind: 'Add', CmdID: '1', items: [item] }],
    final: true,
  };
}

/** Octets of a DM profile. */
export function formatProfile(message: SyncMLMessage, encoding: 'wbxml' | 'xml' = 'wbxml'): Uint8Array {
  return joinParts(encode(message, encoding), () => new Uint8Array());
}

const FIRST_XML_OCTET = 0x09;

function rootOf(octets: Uint8Array): string | undefined {
  const text = String.fromCharCode(...octets.subarray(0, 1024));
  return /<(?![?!])([\w-]+)/.exec(text.replace(/<!--[\s\S]*?-->/g, ''))?.[1];
}

function appAuth(level: string, { type, name, secret, nonce }: DmAccCredential): Characteristic {
  const data: readonly Parm[] =
    nonce === undefined ? [] : [{ name: 'AAUTHDATA', value: encodeBase64(nonce) }];
  const parms = [
    { name: 'AAUTHLEVEL', value: level },
    { name: 'AAUTHTYPE', value: type },
    { name: 'AAUTHNAME', value: name },
    { name: 'AAUTHSECRET', value: secret },
    ...data,
  ];
  return { type: 'APPAUTH', parms, characteristics: [] };
}
