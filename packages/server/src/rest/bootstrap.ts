/** Bootstrap: a device's account with secrets of its own, as the document that brings it there, proved and delivered as asked. */
import { randomInt } from 'node:crypto';
import {
  type BootstrapPush,
  type BootstrapSecurity,
  documentMac,
  encodeBootstrapPush,
  formatBootstrapType,
  formatProfile,
  formatProvisioning,
  isPin,
  macKeys,
  pinMacCode,
  profileOf,
  provisioningOf,
} from '@fumarole/dm/bootstrap';
import { DM_APPLICATION } from '@fumarole/dm/notification';
import { type DmAccount, deviceKey } from '@fumarole/dm/objects';
import { hmacSha1 } from '../access/digests.ts';
import type { PushMessage } from '../wake/channel.ts';
import { isWakeAddress, WAKE_ADDRESS_FORMS } from '../wake/wake-address.ts';
import type { ApiBootstrap, ApiBootstrapRequest } from './api.ts';
import type { FirstCredentials, RestDeps } from './deps.ts';
import { changeDevice } from './device-operations.ts';
import { RestError } from './rest-error.ts';

/** The request's words for the methods; the DM profile has the same under other names. */
const METHODS: Readonly<
  Record<Exclude<ApiBootstrapRequest['security'], undefined | 'none'>, BootstrapSecurity>
> = { userpin: 'pin', netwpin: 'network', usernetwpin: 'pin-network', userpinmac: 'pin-mac' };
const AUTH_TYPES: Readonly<Record<string, string>> = { basic: 'BASIC', md5: 'DIGEST', mac: 'HMAC' };
const MADE_PIN_DIGITS = 6;

/** Makes the account, or new credentials for it, and the document. Nothing is changed when the request cannot be done. */
export async function bootstrap(
  deps: RestDeps,
  id: string,
  request: ApiBootstrapRequest,
): Promise<ApiBootstrap> {
  const order = orderOf(request);
  const address = await admitted(deps, id, request);
  const { credentials, nonces } = await deps.credentials.issueFirst(id, {
    ...(request.scheme === undefined ? {} : { clientScheme: request.scheme }),
  });
  const account = accountOf(deps, request, credentials, nonces);
  const made = documentOf(account, id, request, order);
  const notSent = address === undefined ? undefined : await deliver(deps, id, address, made.push);
  const { push, xml, pin } = made;
  return {
    id,
    credentials,
    contentType: formatBootstrapType(push),
    document: Buffer.from(push.document).toString('base64'),
    xml,
    push: Buffer.from(encodeBootstrapPush(push)).toString('base64'),
    ...(pin === undefined ? {} : { pin }),
    sent: address !== undefined && notSent === undefined,
    ...(notSent === undefined ? {} : { notSent }),
  };
}

interface Order {
  readonly security: BootstrapSecurity | undefined;
  readonly pin: string | undefined;
}

/** @throws RestError `unprocessable` for a request whose parts do not fit together */
function orderOf({
  document = 'cp',
  security = 'userpin',
  pin,
  networkId,
  send,
  url,
}: ApiBootstrapRequest): Order {
  if (security === 'none') {
    if (send === true) throw unprocessable('A pushed document must prove itself: choose a security.');
    return { security: undefined, pin: undefined };
  }
  const method = METHODS[security];
  if (document === 'dm' && method === 'pin-mac') throw unprocessable('The DM profile knows no userpinmac.');
  if (method.includes('network') && networkId === undefined) {
    throw unprocessable(
      `${security} needs the networkId (IMSI or ESN) that the network and the device share.`,
    );
  }
  if (pin !== undefined && !isPin(pin)) throw unprocessable('A PIN has 1 to 16 digits.');
  if (url !== undefined && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw unprocessable(`${url} is no http(s) URL.`);
  }
  return { security: method, pin: method === 'network' ? undefined : (pin ?? madePin()) };
}

/** The device is there afterwards; the address that the document is to be sent to. @throws RestError, FleetError */
async function admitted(
  deps: RestDeps,
  id: string,
  { manufacturer, model, wake, rotate, send }: ApiBootstrapRequest,
): Promise<string | undefined> {
  const { store, fleet, pushes } = deps;
  const row = await store.device(deviceKey(id));
  const address = wake ?? row?.record.wake;
  if (wake !== undefined && !isWakeAddress(wake))
    throw unprocessable(`${wake} is none of ${WAKE_ADDRESS_FORMS}.`);
  if (send === true && (address === undefined || pushes.channelOf(address) === undefined)) {
    throw unprocessable(
      `No channel of this server reaches ${id}: set its wake address, or take the document as a file.`,
    );
  }
  if (row === undefined) {
    const known = {
      ...(manufacturer === undefined ? {} : { manufacturer }),
      ...(model === undefined ? {} : { model }),
    };
    await fleet.provision({ id, ...known, ...(wake === undefined ? {} : { wake }) });
  } else {
    if (row.record.contacts > 0 && rotate !== true) {
      throw new RestError(
        'conflict',
        `${id} uses its credentials already; new ones shut it out until it takes the document. Say rotate if that is meant.`,
      );
    }
    if (wake !== undefined) await changeDevice(deps, id, { wake });
  }
  return send === true ? address : undefined;
}

function accountOf(
  { publicUrl }: RestDeps,
  { name, url }: ApiBootstrapRequest,
  { serverId, client, server }: FirstCredentials['credentials'],
  nonces: FirstCredentials['nonces'],
): DmAccount {
  const side = (one: typeof client | undefined, nonce: string | undefined) => {
    const type = AUTH_TYPES[one?.scheme ?? ''];
    if (one === undefined || type === undefined) return undefined;
    const octets = nonce === undefined ? {} : { nonce: Buffer.from(nonce, 'base64') };
    return { type, name: one.name, secret: one.secret, ...octets };
  };
  const [clientSide, serverSide] = [side(client, nonces.client), side(server, nonces.server)];
  return {
    serverId,
    serverURL: url ?? `${publicUrl()}/dm`,
    ...(name === undefined ? {} : { name }),
    ...(clientSide === undefined ? {} : { client: clientSide }),
    ...(serverSide === undefined ? {} : { server: serverSide }),
  };
}

interface Made {
  readonly push: BootstrapPush;
  readonly xml: string;
  readonly pin: string | undefined;
}

function documentOf(
  account: DmAccount,
  id: string,
  { document = 'cp', init = true, networkId }: ApiBootstrapRequest,
  { security, pin }: Order,
): Made {
  const forms = document === 'cp' ? provisioning(account, init) : profile(account, id);
  const secrets = {
    ...(pin === undefined ? {} : { pin }),
    ...(networkId === undefined ? {} : { networkId }),
  };
  const [key] = security === undefined ? [] : macKeys(document, security, secrets);
  const push: BootstrapPush = {
    profile: document,
    encoding: 'wbxml',
    document: forms.octets,
    ...(security === undefined ? {} : { security }),
    ...(key === undefined ? {} : { mac: documentMac(key, forms.octets, hmacSha1) }),
  };
  const entered = security === 'pin-mac' && pin !== undefined ? pinMacCode(pin, forms.octets, hmacSha1) : pin;
  return { push, xml: forms.xml, pin: entered };
}

function provisioning(
  account: DmAccount,
  init: boolean,
): { readonly octets: Uint8Array; readonly xml: string } {
  const written = provisioningOf(account, { init });
  return { octets: formatProvisioning(written, 'wbxml'), xml: formatProvisioning(written, 'xml') };
}

function profile(account: DmAccount, id: string): { readonly octets: Uint8Array; readonly xml: string } {
  const message = profileOf(account, id);
  return { octets: formatProfile(message), xml: Buffer.from(formatProfile(message, 'xml')).toString('utf8') };
}

/** Why it did not leave; the credentials are made by now, and the answer must show them whatever the network says. */
async function deliver(
  { pushes }: RestDeps,
  id: string,
  address: string,
  push: BootstrapPush,
): Promise<string | undefined> {
  const message: PushMessage = {
    contentType: formatBootstrapType(push),
    applicationId: DM_APPLICATION,
    body: push.document,
    pdu: encodeBootstrapPush(push),
  };
  try {
    await pushes.send(deviceKey(id), address, message, 'the bootstrap document');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function madePin(): string {
  return String(randomInt(10 ** MADE_PIN_DIGITS)).padStart(MADE_PIN_DIGITS, '0');
}

function unprocessable(message: string): RestError {
  return new RestError('unprocessable', message);
}
