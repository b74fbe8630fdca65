import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type BootstrapPush,
  documentMac,
  encodeBootstrapPush,
  formatBootstrapType,
  type HmacSha1,
  imsiOctets,
  isDocumentMac,
  isPinMacCode,
  macKeys,
  parseBootstrapPush,
  parseBootstrapType,
  pinMacCode,
} from './index.ts';

const hmac: HmacSha1 = (key, octets) => createHmac('sha1', key).update(octets).digest();
const hex = (text: string): Uint8Array => Buffer.from(text.replace(/\s/g, ''), 'hex');
const IMSI = '234151234567890';

/** notification-bootstrap §4.4, 147 octets. */
const CP = hex(
  '030b6a00c54601c60001550187360603773700018738060363' +
    '6f6d2e6578616d706c652e646d00018707060345' +
    '78616d706c6520444d0001c6560187340603' +
    '68747470733a2f2f646d2e6578616d706c652e636f6d2f646d000101c6570187' +
    '30068d01873306034449474553540001873106036465763100018732060370773100' +
    '01872f060351554a4452413d3d0001010101',
);
/** representation digest §9.4, 221 octets. */
const DM = hex(`
02A4016A006D6C7103312E3200017203444D2F312E32000165033100015B033200016E5703494D45493A343930000101
675703687474703A2F2F612F646D000101016B454B03320001546E57032E2F580001015A0001470362696E0001530361
70706C69636174696F6E2F766E642E73796E636D6C2E646D746E64732B7762786D6C00010100004FC34D0300006A1B2D
2F2F4F4D412F2F4454442D444D2D44444620312E322F2F454E000002607703312E3200016466035800016F5C0B017561
03746578742F706C61696E000101017603686900010101010101120101`);

const mac = (
  profile: 'cp' | 'dm',
  security: 'network' | 'pin' | 'pin-network',
  secrets: object,
  document = CP,
) => macKeys(profile, security, secrets).map((key) => documentMac(key, document, hmac));

describe('the MAC of a document', () => {
  it('N-080: NETWPIN, USERPIN and USERNETWPIN give the vectors; a lower-case MAC is the same', () => {
    expect(createHash('md5').update(CP).digest('hex')).toBe('7004128ef0b0ccc54dcb7a0f39425e36');
    expect(mac('cp', 'pin', { pin: '1234' })).toEqual(['0AE784964249FCFEBDDB659EA5CDCE1CB093E18B']);
    expect(mac('cp', 'network', { networkId: IMSI })).toEqual(['180C96C5AAAF79918495BBB4E5CB2F8096574767']);
    expect(mac('cp', 'pin-network', { pin: '1234', networkId: IMSI })).toEqual([
      '7421612EF38CE5ECF7CB0ECBD1B743973A675D85',
    ]);
    const keys = macKeys('cp', 'pin', { pin: '1234' });
    expect(isDocumentMac('0ae784964249fcfebddb659ea5cdce1cb093e18b', keys, CP, hmac)).toBe(true);
    expect(isDocumentMac('0ae784964249fcfebddb659ea5cdce1cb093e18c', keys, CP, hmac)).toBe(false);
    expect(isDocumentMac('', keys, CP, hmac)).toBe(false);
  });

  it('N-084: no altered octet of the document goes unnoticed', () => {
    const keys = macKeys('cp', 'pin', { pin: '1234' });
    const right = documentMac(keys[0] ?? new Uint8Array(), CP, hmac);
    for (let at = 0; at < CP.length; at += 1) {
      const altered = CP.map((octet, index) => (index === at ? octet ^ 1 : octet));
      expect(isDocumentMac(right, keys, altered, hmac)).toBe(false);
    }
  });

  it('N-081: USERPINMAC is the PIN and its MAC in digits', () => {
    expect(pinMacCode('12345', CP, hmac)).toBe('1234537267');
    expect(isPinMacCode('1234537267', CP, hmac)).toBe(true);
    for (const wrong of ['1234537268', '1234637267', '12345', '123453726', '', 'abcd']) {
      expect(isPinMacCode(wrong, CP, hmac)).toBe(false);
    }
  });

  it('N-082: an IMSI in semi-octets', () => {
    expect(imsiOctets(IMSI)).toEqual(Uint8Array.from(hex('2943512143658709')));
    expect(imsiOctets('12345678901234')).toEqual(Uint8Array.from(hex('11325476981032F4')));
    expect(imsiOctets('1234567890123456')).toBeUndefined();
    expect(imsiOctets('12a4')).toBeUndefined();
  });

  it('N-104: the DM profile’s methods give the vectors, its network secret as text or in semi-octets', () => {
    expect(createHash('md5').update(DM).digest('hex')).toBe('628ffad561c70d1b0df387b02c47f431');
    expect(mac('dm', 'network', { networkId: IMSI }, DM)).toEqual([
      'DF3A6F40B8C7908B3BBFDE62DE7155C8EE43151F',
      'BE6BA2E46B70D69D88833F2222615150B7BA470B',
    ]);
    expect(mac('dm', 'pin', { pin: '1234' }, DM)).toEqual(['8C0915BB1B0218B50C9DC0D19BB72715C8D4F3DC']);
  });

  it('N-105: between PIN and network secret the DM profile has a colon, client provisioning has them the other way', () => {
    const secrets = { pin: '1234', networkId: IMSI };
    expect(mac('dm', 'pin-network', secrets, DM)[0]).toBe('4BCBC6F7B2C275175691421AEB04AD4E2AA4DB84');
    expect(mac('cp', 'pin-network', secrets, DM)).not.toContain('4BCBC6F7B2C275175691421AEB04AD4E2AA4DB84');
  });

  it('without a secret there is no key', () => {
    expect(macKeys('cp', 'pin-network', { pin: '1' })).toEqual([]);
    expect(macKeys('dm', 'network', { pin: '1' })).toEqual([]);
    expect(macKeys('cp', 'pin', { networkId: IMSI })).toEqual([]);
  });
});

describe('a pushed document', () => {
  const push: BootstrapPush = {
    profile: 'cp',
    encoding: 'wbxml',
    security: 'pin',
    mac: '0AE784964249FCFEBDDB659EA5CDCE1CB093E18B',
    document: CP,
  };

  it('N-083: the content type is the general form with SEC and MAC', () => {
    const pdu = encodeBootstrapPush(push);
    const head = '01062f1f2db6918192';
    expect(Buffer.from(pdu.subarray(0, 9)).toString('hex')).toBe(head);
    expect(Buffer.from(pdu.subarray(9, 49)).toString('latin1')).toBe(push.mac);
    expect(pdu[49]).toBe(0);
    expect(pdu.subarray(50)).toEqual(Uint8Array.from(CP));
    expect(parseBootstrapPush(pdu)).toEqual({ ...push, document: Uint8Array.from(CP) });
  });

  it('N-083: the parameters may come in the other order, and with other headers behind', () => {
    const value = Buffer.from(
      `92${Buffer.from(push.mac ?? '').toString('hex')}00918 1`.replace(' ', ''),
      'hex',
    );
    const type = Buffer.concat([hex('1F2DB6'), value]);
    const headers = Buffer.concat([type, hex('AF878D81')]);
    const pdu = Buffer.concat([Buffer.from([7, 6, headers.length]), headers, CP]);
    expect(parseBootstrapPush(pdu)).toEqual({ ...push, document: Uint8Array.from(CP) });
  });

  it.each([
    ['SEC=USERPIN_NETWORKID', 'pin-network'],
    ['sec="usernetwpin"', 'pin-network'],
    ['SEC=1', 'pin'],
    ['SEC=NETWORKID', 'network'],
    ['SEC=OTHER', undefined],
  ])('N-104: %s as text is %s', (text, security) => {
    const type = parseBootstrapType(`Application/vnd.syncml.dm+wbxml; ${text}; MAC=ab`);
    expect(type).toEqual({ profile: 'dm', encoding: 'wbxml', mac: 'ab', ...(security && { security }) });
    const words = Buffer.concat([
      Buffer.from('application/vnd.syncml.dm+wbxml\0SEC\0'),
      Buffer.from(`${/=["]?(\w+)/.exec(text)?.[1]}\0MAC\0ab\0`),
    ]);
    const headers = Buffer.concat([Buffer.from([31, words.length]), words]);
    expect(parseBootstrapPush(Buffer.concat([Buffer.from([0, 6, headers.length]), headers, DM]))).toEqual({
      ...type,
      document: Uint8Array.from(DM),
    });
  });

  it.each([
    ['network', '918 0'],
    ['pin', '918 1'],
    ['pin-network', '918 2'],
  ] as const)('N-104: %s of the DM profile has its octet', (security, octets) => {
    const pdu = encodeBootstrapPush({ profile: 'dm', encoding: 'wbxml', security, mac: 'AB', document: DM });
    expect(Buffer.from(pdu).toString('hex')).toContain(`c2${octets.replace(' ', '')}92414200`);
    expect(parseBootstrapPush(pdu)).toMatchObject({ profile: 'dm', security, mac: 'AB' });
  });

  it('the type as text is read as it is written', () => {
    const text = formatBootstrapType(push);
    expect(text).toBe(`application/vnd.wap.connectivity-wbxml; SEC=USERPIN; MAC=${push.mac}`);
    expect({ ...parseBootstrapType(text), document: CP }).toEqual(push);
    expect(parseBootstrapType('text/plain; SEC=1')).toBeUndefined();
  });

  it('nothing that is cut is taken for another document, and nothing throws', () => {
    const pdu = encodeBootstrapPush(push);
    for (let length = 0; length < 50; length += 1) {
      expect(parseBootstrapPush(pdu.subarray(0, length))).toBeUndefined();
    }
    expect(parseBootstrapPush(new Uint8Array(20_000).fill(6))).toBeUndefined();
  });
});
