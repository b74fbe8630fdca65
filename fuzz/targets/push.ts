import {
  encodeBootstrapPush,
  formatProfile,
  formatProvisioning,
  installBootstrap,
  parseBootstrapPush,
  parseProvisioning,
  profileOf,
  provisioningOf,
  readBootstrap,
  readW7,
  w7Nodes,
} from '@fumarole/dm/bootstrap';
import {
  encodePush,
  encodeSms,
  encodeTrigger,
  parsePush,
  parseSmsDeliver,
  parseSmsUserData,
  parseTrigger,
  SmsReassembly,
  triggerOctets,
} from '@fumarole/dm/notification';
import { type DmAccount, dmAccNodes, readAccounts } from '@fumarole/dm/objects';
import { Tree } from '@fumarole/dm/tree';
import { DecodeError } from '@fumarole/syncml';
import { value as text } from '@fumarole/testkit/arbitrary';
import { nodeDigests } from '@fumarole/testkit/pair';
import fc from 'fast-check';
import { Report } from '../../packages/cli/src/decode/report.ts';
import { decodeSmsPdu, decodeSmsUserData } from '../../packages/cli/src/decode/sms.ts';
import { decodePush } from '../../packages/cli/src/decode/wsp-push.ts';
import { hex, utf8 } from '../corpus.ts';
import { asXml, must, mustEqual, unlessRefused } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';

/** T1 and T4 of the notification digest, and a provisioning document. */
const T1 = hex('5211F9915482E027F079660B6FFAC89202D80000002A7F0E636F6D2E6578616D706C652E646D');
const PUSH = new Uint8Array([...hex('010603C4AF87'), ...T1]);
const CAPTURED = hex(
  '0605040B840B84 55060401C4AF87 2DE46143016A29441C325FEE961FE50F 02F80000009E7213 57415645434F4D2D52444D532D534552564552',
);
const DELIVER = hex('07911326040000F0 44 0B911346610089F6 00 04 42108250400040');
export const CP: Uint8Array =
  hex(`030B6A00C54601C600015501873600000603773700018700013800000603636F6D2E6578616D706C652E646D00018707
06034578616D706C6520444D0001C60001560187340000060368747470733A2F2F646D2E6578616D706C652E636F6D2F
646D000101C600015701873000000600018D018733000006000193018731000006036465763100018700013200000603
70773100018700012F0000060351554A4452413D3D0001010101`);

export const SMS_SEEDS = (): readonly Uint8Array[] => {
  const userData = new Uint8Array([...hex('0605040B84C002'), ...PUSH]);
  return [
    userData,
    CAPTURED,
    new Uint8Array([...DELIVER, userData.length, ...userData]),
    hex('0B05040B8423F000030501 02 010603C4AF87'),
    hex('07911326040000F0 04 0B911346610089F6 00 00 42108250400040 0A E8329BFD4697D9EC37'),
  ];
};

export const package0: Target = {
  name: 'package0',
  asks: 'package 0: what is read is written again, octet for octet',
  seeds: () => [T1, CAPTURED.slice(14)],
  take: (octets) => {
    const found = parseTrigger(octets);
    if (found === undefined) return;
    mustEqual(found.triggerOctets, octets.slice(16), 'what the digest covers');
    const again = parseTrigger(new Uint8Array([...found.digest, ...triggerOctets(found)]));
    mustEqual({ ...again, triggerOctets: 0 }, { ...found, triggerOctets: 0 }, 'the trigger');
  },
  models: [
    model(
      'decode(encode(x)) = x',
      fc.record(
        {
          uiMode: fc.constantFrom('none', 'background', 'informative', 'interactive'),
          initiator: fc.constantFrom('client', 'server'),
          sessionId: fc.integer({ min: 1, max: 0xffff }),
          serverId: text.filter((id) => id !== '' && Buffer.byteLength(id) <= 255),
          vendorBody: fc.uint8Array({ minLength: 1, maxLength: 40 }),
        },
        { requiredKeys: ['uiMode', 'initiator', 'sessionId', 'serverId'] },
      ),
      (trigger) => {
        const octets = encodeTrigger(trigger, { a: 'a', nonce: Uint8Array.of(1) }, nodeDigests);
        const found = parseTrigger(parsePush(encodePush(octets)) ?? new Uint8Array());
        must(found !== undefined, 'our own package 0 in our own push was refused');
        const { version, digest, triggerOctets: _, ...read } = found;
        mustEqual(read, trigger, 'the trigger');
        must(version === 11 && digest.length === 16, 'version and digest');
      },
    ),
  ],
};

export const wspPush: Target = {
  name: 'wsp-push',
  asks: 'WSP pushes: the device’s reader and the one that explains agree',
  seeds: () => [
    PUSH,
    CAPTURED.slice(7),
    new Uint8Array([...hex('01062F1F2DB6918192'), ...utf8(`${'A0'.repeat(20)}\0`), ...CP]),
  ],
  take: (octets) => {
    const report = new Report();
    const { body } = decodePush(octets, 0, report);
    const package0Octets = parsePush(octets);
    if (package0Octets === undefined) return;
    mustEqual(body?.octets, package0Octets, 'what the push carries');
  },
};

export const sms: Target = {
  name: 'sms-pdu',
  asks: 'SMS PDUs and user data: shown whole, or failed with a place inside',
  seeds: SMS_SEEDS,
  take: (octets) => {
    parseSmsDeliver(octets, { smsc: true });
    const datagram = parseSmsUserData(octets);
    if (datagram !== undefined) new SmsReassembly().add('+1', octets, 0);
    for (const decode of [decodeSmsPdu, decodeSmsUserData]) {
      const report = new Report();
      const { body } = decode(octets, 0, report);
      if (report.failure !== undefined)
        must(report.failure.offset <= octets.length, 'a place behind the end');
      if (body !== undefined) must(body.offset <= octets.length, 'a body behind the end');
    }
  },
  models: [
    model(
      'N-054: parts in any order are the datagram again',
      fc.tuple(fc.uint8Array({ maxLength: 2000 }), fc.nat(0xff), fc.nat(50)),
      ([datagram, reference, turn]) => {
        const parts = encodeSms(datagram, reference);
        const order = parts
          .map((_, at) => parts[(at * 7 + turn) % parts.length])
          .filter((part) => part !== undefined);
        const inOrder = new Set(order).size === parts.length ? order : parts;
        const reassembly = new SmsReassembly();
        const came = inOrder.map((part) => reassembly.add('+1', part, 0));
        const whole = came.at(-1);
        must(whole !== undefined && whole !== 'waiting', 'the datagram is incomplete');
        mustEqual(whole.data, datagram, 'the datagram');
      },
    ),
  ],
};

const MANY_OCTETS = 100_000;
const name = text.filter((one) => one !== '');
const parm = fc.record(
  { name: fc.oneof(fc.constantFrom('APPID', 'ADDR', 'PROVIDER-ID', 'AAUTHDATA'), name), value: text },
  { requiredKeys: ['name'] },
);
const ACCOUNT: DmAccount = {
  serverId: 'com.example.dm',
  serverURL: 'https://dm.example.com/dm',
  client: { type: 'HMAC', name: 'dev1', secret: 'pw1', nonce: Uint8Array.of(0, 255) },
  server: { type: 'HMAC', name: 'com.example.dm', secret: 'pw2' },
};

export const bootstrap: Target = {
  name: 'bootstrap',
  asks: 'a bootstrap push, its document, and what a device with an account makes of it: all or nothing, and never the other account',
  seeds: () => {
    const documents = [
      formatProvisioning(provisioningOf(ACCOUNT, { init: true }), 'wbxml'),
      formatProfile(profileOf(ACCOUNT, 'IMEI:490')),
    ];
    return [
      ...documents,
      ...documents.map((document, at) =>
        encodeBootstrapPush({
          profile: at === 0 ? 'cp' : 'dm',
          encoding: 'wbxml',
          security: 'pin',
          mac: 'AB',
          document,
        }),
      ),
    ];
  },
  take: async (octets) => {
    const push = parseBootstrapPush(octets);
    const found = unlessRefused(() => readBootstrap(push?.document ?? octets), DecodeError);
    if (found === undefined) return;
    const held: DmAccount = { ...ACCOUNT, serverId: 'held' };
    const tree = new Tree({ objects: [dmAccNodes([held])], now: () => 0 });
    const before = tree.root;
    const { kind } = await installBootstrap(tree, found);
    must(kind === 'installed' || tree.root === before, 'a refused document left something');
    mustEqual(readAccounts(tree)[0]?.account.serverURL, held.serverURL, 'the account that was there');
  },
};

const characteristics = fc.array(
  fc.record({
    type: fc.oneof(fc.constantFrom('APPLICATION', 'APPADDR', 'NAPDEF', 'PORT'), name),
    parms: fc.array(parm, { maxLength: 4 }),
    characteristics: fc.array(
      fc.record({
        type: fc.constantFrom('APPAUTH', 'PORT'),
        parms: fc.array(parm, { maxLength: 3 }),
        characteristics: fc.constant([]),
      }),
      { maxLength: 2 },
    ),
  }),
  { maxLength: 3 },
);

export const provisioning: Target = {
  name: 'provisioning',
  asks: 'client provisioning in XML and WBXML; accounts out of it; both forms mean the same',
  seeds: () => [CP, utf8(formatProvisioning(parseProvisioning(CP), 'xml'))],
  take: (octets) => {
    const found = unlessRefused(() => parseProvisioning(octets), DecodeError);
    if (found === undefined) return;
    for (const account of readW7(found)) w7Nodes(account, 'x');
    return () => {
      // WBXML counts attributes as nodes: what just fits XML may be too much there
      if (octets.length > MANY_OCTETS) return;
      mustEqual(parseProvisioning(formatProvisioning(found, 'wbxml')), found, 'the document through WBXML');
      mustEqual(
        parseProvisioning(formatProvisioning(found, 'xml')),
        asXml(found),
        'the document through XML',
      );
    };
  },
  models: [
    model('decode(encode(x)) = x in both forms', characteristics, (all) => {
      const document = { version: '1.0', characteristics: all };
      mustEqual(parseProvisioning(formatProvisioning(document, 'wbxml')), document, 'through WBXML');
      mustEqual(parseProvisioning(formatProvisioning(document, 'xml')), document, 'through XML');
    }),
  ],
};
