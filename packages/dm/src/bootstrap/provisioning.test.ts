import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dmAccNodes, readAccounts } from '../objects/index.ts';
import { Tree } from '../tree/index.ts';
import { formatProvisioning, parseProvisioning, readW7, w7Nodes } from './index.ts';

const XML = `<?xml version="1.0"?><wap-provisioningdoc version="1.0"><characteristic type="APPLICATION">
  <parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="com.example.dm"/><parm name="NAME" value="Example DM"/>
  <characteristic type="APPADDR"><parm name="ADDR" value="https://dm.example.com/dm"/></characteristic>
  <characteristic type="APPAUTH"><parm name="AAUTHLEVEL" value="APPSRV"/><parm name="AAUTHTYPE" value="DIGEST"/>
  <parm name="AAUTHNAME" value="dev1"/><parm name="AAUTHSECRET" value="pw1"/><parm name="AAUTHDATA" value="QUJDRA=="/></characteristic>
  </characteristic></wap-provisioningdoc>`;
/** notification-bootstrap §4.4, “stay” form. */
const STAY = hex(
  `030B6A00C54601C600015501${parm('36', 'w7')}${parm('38', 'com.example.dm')}${parm('07', 'Example DM')}C65601${parm('34', 'https://dm.example.com/dm')}01` +
    `C6570187 3006 8D01${parm('33', 'DIGEST')}${parm('31', 'dev1')}${parm('32', 'pw1')}${parm('2F', 'QUJDRA==')}010101`,
);
const FLIP =
  hex(`030B6A00C54601C600015501873600000603773700018700013800000603636F6D2E6578616D706C652E646D00018707
06034578616D706C6520444D0001C60001560187340000060368747470733A2F2F646D2E6578616D706C652E636F6D2F
646D000101C600015701873000000600018D018733000006000193018731000006036465763100018700013200000603
70773100018700012F0000060351554A4452413D3D0001010101`);

function parm(token: string, value: string): string {
  return `87${token}0603${Buffer.from(value).toString('hex')}0001`;
}
function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex'));
}
const md5 = (octets: Uint8Array) => createHash('md5').update(octets).digest('hex').toUpperCase();

describe('client provisioning documents', () => {
  it('N-070 N-071 N-086: both manners of switching pages, and XML, give the same document', () => {
    expect(md5(STAY)).toBe('7004128EF0B0CCC54DCB7A0F39425E36');
    expect(md5(FLIP)).toBe('45142C3AFB8D332D7A93ABA292914602');
    const document = parseProvisioning(STAY);
    expect(parseProvisioning(FLIP)).toEqual(document);
    expect(parseProvisioning(XML)).toEqual(document);
    expect(parseProvisioning(Buffer.from(XML))).toEqual(document);
    expect(document.characteristics[0]?.characteristics[1]?.parms[0]).toEqual({
      name: 'AAUTHLEVEL',
      value: 'APPSRV',
    });
  });

  it('N-070 N-073: what is written is the stay form octet by octet, AAUTHTYPE as an inline string, and is read back', () => {
    const document = parseProvisioning(XML);
    const octets = formatProvisioning(document, 'wbxml');
    expect(Buffer.from(octets).toString('hex')).toBe(Buffer.from(STAY).toString('hex'));
    expect(parseProvisioning(octets)).toEqual(document);
    expect(parseProvisioning(formatProvisioning(document, 'xml'))).toEqual(document);
  });

  it('N-072: a root without attributes, the header of WBXML 1.2, texts of the string table and flags are read', () => {
    const octets = hex(
      `020B6A08${Buffer.from('w7\0srv\0\0').toString('hex')}45C600015501` +
        '87360683000187380683030187 3C 01'.replace('3C', '07') +
        '0101',
    );
    expect(parseProvisioning(octets)).toEqual({
      characteristics: [
        {
          type: 'APPLICATION',
          parms: [{ name: 'APPID', value: 'w7' }, { name: 'PROVIDER-ID', value: 'srv' }, { name: 'NAME' }],
          characteristics: [],
        },
      ],
    });
  });

  it.each([
    ['80–83', '81 82', '83'],
    ['90–93', '91 92', '93'],
  ])('N-073: pieces of AAUTHTYPE are read in the range %s', (_, pieces, whole) => {
    const octets = hex(`030B6A0045C60001550187 33 06 ${pieces} 01 87 33 06 ${whole} 01 0101`);
    expect(parseProvisioning(octets).characteristics[0]?.parms).toEqual([
      { name: 'AAUTHTYPE', value: 'HTTP-BASIC' },
      { name: 'AAUTHTYPE', value: 'DIGEST' },
    ]);
  });

  it('a value with U+0000 survives WBXML, as OPAQUE (found by fuzzing)', () => {
    const parms = [{ name: 'PROVIDER-ID\0', value: 'a\0b' }];
    const document = { characteristics: [{ type: 'APPLICATION', parms, characteristics: [] }] };
    expect(parseProvisioning(formatProvisioning(document, 'wbxml'))).toEqual(document);
  });

  it('any names and values survive both forms', () => {
    const text = fc.string({ maxLength: 12, unit: 'grapheme-ascii' });
    const name = fc.oneof(
      fc.constantFrom('APPID', 'NAME', 'TO-PROXY', 'PORTNBR', 'SERVICE', 'INIT', 'NAPID'),
      text,
    );
    const parms = fc.array(fc.oneof(fc.record({ name, value: text }), fc.record({ name })), { maxLength: 4 });
    const leaf = fc.record({
      type: fc.oneof(fc.constantFrom('APPADDR', 'PORT', 'NAPDEF', 'PXLOGICAL'), text),
      parms,
      characteristics: fc.constant([]),
    });
    const document = fc.record({
      characteristics: fc.array(
        fc.record({
          type: fc.constantFrom('APPLICATION', 'BOOTSTRAP', 'OWN'),
          parms,
          characteristics: fc.array(leaf, { maxLength: 3 }),
        }),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(document, (written) => {
        expect(parseProvisioning(formatProvisioning(written, 'wbxml'))).toEqual(written);
        expect(parseProvisioning(formatProvisioning(written, 'xml'))).toEqual(written);
      }),
    );
  });

  it('what is no document is told with a code, whatever the octets', () => {
    expect(() => parseProvisioning('<a/>')).toThrow(expect.objectContaining({ code: 'root' }));
    for (let length = 0; length < STAY.length; length += 1) {
      expect(() => parseProvisioning(STAY.subarray(0, length))).toThrow(
        expect.objectContaining({ name: 'DecodeError' }),
      );
    }
  });
});

describe('w7', () => {
  const full = `<wap-provisioningdoc>
    <characteristic type="NAPDEF"><parm name="NAPID" value="n1"/></characteristic>
    <characteristic type="APPLICATION"><parm name="APPID" value="w2"/><parm name="PROVIDER-ID" value="browser"/></characteristic>
    <characteristic type="APPLICATION"><parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="srv"/><parm name="NAME" value="N"/>
      <parm name="TO-PROXY" value="p1"/><parm name="TO-PROXY" value="p2"/><parm name="TO-NAPID" value="n1"/><parm name="INIT"/>
      <characteristic type="APPADDR"><parm name="ADDR" value="192.0.2.1"/><parm name="ADDRTYPE" value="IPV4"/>
        <characteristic type="PORT"><parm name="PORTNBR" value="8080"/></characteristic></characteristic>
      <characteristic type="APPAUTH"><parm name="AAUTHLEVEL" value="APPSRV"/><parm name="AAUTHTYPE" value="DIGEST"/><parm name="AAUTHNAME" value="dev"/><parm name="AAUTHSECRET" value="c"/><parm name="AAUTHDATA" value="QUJDRA=="/></characteristic>
      <characteristic type="APPAUTH"><parm name="AAUTHLEVEL" value="CLIENT"/><parm name="AAUTHTYPE" value="HMAC"/><parm name="AAUTHNAME" value="srv"/><parm name="AAUTHSECRET" value="s"/></characteristic>
    </characteristic></wap-provisioningdoc>`;

  it('S-025 N-074: every row of the mapping, and the ACL of the account', () => {
    const [account, ...others] = readW7(parseProvisioning(full));
    expect(others).toEqual([]);
    if (account === undefined) throw new Error('no account');
    expect(account.init).toBe(true);
    const tree = new Tree({ objects: [dmAccNodes([])], now: () => 0 });
    for (const node of w7Nodes(account, './DMAcc/1')) tree.add(node);
    const values = Object.fromEntries(
      tree.snapshot().nodes.map(({ uri, value }) => [uri.replace('./DMAcc/1/', ''), value]),
    );
    expect(values).toMatchObject({
      AppID: 'w7',
      ServerID: 'srv',
      Name: 'N',
      'ToConRef/1/ConRef': 'p1',
      'ToConRef/2/ConRef': 'p2',
      'AppAddr/1/Addr': '192.0.2.1',
      'AppAddr/1/AddrType': 'IPv4',
      'AppAddr/1/Port/1/PortNbr': '8080',
      'AppAuth/1/AAuthLevel': 'CLCRED',
      'AppAuth/1/AAuthType': 'DIGEST',
      'AppAuth/1/AAuthName': 'dev',
      'AppAuth/1/AAuthSecret': 'c',
      'AppAuth/1/AAuthData': new TextEncoder().encode('ABCD'),
      'AppAuth/2/AAuthLevel': 'SRVCRED',
      'AppAuth/2/AAuthType': 'HMAC',
    });
    expect(tree.snapshot().nodes.find(({ uri }) => uri === './DMAcc/1')).toMatchObject({
      acl: 'Delete=srv&Get=srv&Replace=srv',
      type: 'urn:oma:mo:oma-dm-dmacc:1.0',
    });
    expect(readAccounts(tree)[0]?.account).toMatchObject({
      serverURL: 'http://192.0.2.1:8080/',
      client: { name: 'dev' },
    });
  });

  it('S-025: one connection is the preferred one, OBEX stays, a URI is the default', () => {
    const [account] = readW7(
      parseProvisioning(
        full
          .replace('<parm name="TO-PROXY" value="p1"/><parm name="TO-PROXY" value="p2"/>', '')
          .replace('APPSRV', 'OBEX')
          .replace('<parm name="ADDRTYPE" value="IPV4"/>', ''),
      ),
    );
    expect(account).toMatchObject({
      connections: ['n1'],
      addresses: [{ type: 'URI' }],
      credentials: [{ level: 'OBEX' }, { level: 'SRVCRED' }],
    });
    expect(account && w7Nodes(account, './DMAcc/1')).toContainEqual({
      uri: './DMAcc/1/PrefConRef',
      format: 'chr',
      value: 'n1',
    });
  });

  it('N-075: levels are as they are written, and can be swapped as one client has them', () => {
    expect(readW7(parseProvisioning(full))[0]?.credentials.map(({ level }) => level)).toEqual([
      'CLCRED',
      'SRVCRED',
    ]);
    const [account] = readW7(parseProvisioning(full), { swapLevels: true });
    expect(account?.credentials.map(({ level }) => level)).toEqual(['SRVCRED', 'CLCRED']);
  });
});
