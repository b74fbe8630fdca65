import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBootstrapPush, formatProfile, profileOf } from '@fumarole/dm/bootstrap';
import { encodeSms } from '@fumarole/dm/notification';
import { devInfoNodes } from '@fumarole/dm/objects';
import { ddfOf, formatDdf, Tree } from '@fumarole/dm/tree';
import { formatDescriptor } from '@fumarole/fumo/object';
import { decode, encode, joinParts } from '@fumarole/syncml';
import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { fileSigner, generateKeyFile } from '../key-files.ts';
import { makePackageFile } from '../package-files.ts';
import { convert } from './convert.ts';
import { decodeOctets } from './decode.ts';
import { registerDecode } from './decode-command.ts';
import { decodeInput } from './decode-input.ts';
import { readInput, unwrap } from './input.ts';
import { jsonOf, printDecoding } from './print-decoding.ts';
import type { Shown } from './report.ts';

const samples = new URL('../../../syncml/samples/', import.meta.url);
const sample = (name: string) => unwrap(readFileSync(new URL(name, samples)), undefined).octets;
const hex = (text: string) => new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const utf8 = (text: string) => new Uint8Array(Buffer.from(text));
const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

function find(node: Shown, label: string): Shown | undefined {
  if (node.label === label) return node;
  for (const child of node.children) {
    const found = find(child, label);
    if (found !== undefined) return found;
  }
  return undefined;
}
const warnings = (octets: Uint8Array) => decodeOctets(octets).report.warnings.map(({ text }) => text);

// notification-bootstrap §1.6 and §4.4
const T1 = hex('5211F9915482E027F079660B6FFAC89202D80000002A7F0E636F6D2E6578616D706C652E646D');
const PUSH = joined(hex('010603C4AF87'), T1);
const USER_DATA = joined(hex('0605040B84C002'), PUSH);
const CP =
  hex(`030B6A00C54601C600015501873600000603773700018700013800000603636F6D2E6578616D706C652E646D00018707
06034578616D706C6520444D0001C60001560187340000060368747470733A2F2F646D2E6578616D706C652E636F6D2F
646D000101C600015701873000000600018D018733000006000193018731000006036465763100018700013200000603
70773100018700012F0000060351554A4452413D3D0001010101`);

describe('messages', () => {
  it.each(readdirSync(samples))('%s decodes whole, with an offset for every element', (name) => {
    const octets = sample(name);
    const { shown, report } = decodeOctets(octets);
    expect(report.failure).toBeUndefined();
    expect(report.formats[0]).toMatch(/^SyncML message in (XML|WBXML)$/);
    const cmd = find(shown, 'SyncHdr');
    expect(cmd?.offset).toBeGreaterThan(0);
  });

  it('offsets point at the tags', () => {
    const wbxml = sample('package-1-smallest.hex');
    const hdr = find(decodeOctets(wbxml).shown, 'SyncHdr');
    expect((wbxml[hdr?.offset ?? 0] ?? 0) & 0x3f).toBe(0x2c);
    const xml = sample('windows-mdm.xml');
    const body = find(decodeOctets(xml).shown, 'SyncBody');
    expect(Buffer.from(xml).toString('utf8', body?.offset, (body?.offset ?? 0) + 9)).toBe('<SyncBody');
  });

  it('TNDS is shown in each of its three forms', () => {
    for (const name of ['tnds-form-a.hex', 'tnds-form-b.hex', 'tnds-form-c.hex']) {
      const { shown, report } = decodeOctets(sample(name));
      expect(report.formats).toContain('TNDS');
      expect(find(find(shown, 'MgmtTree') ?? shown, 'NodeName')?.text).toBeDefined();
    }
  });

  it('every prefix of a message says where it ends, and shows what came before', () => {
    const octets = sample('package-1-smallest.hex');
    for (let length = 5; length < octets.length; length += 1) {
      const { report } = decodeOctets(octets.subarray(0, length), { as: 'wbxml' });
      expect(report.failure?.offset).toBeLessThanOrEqual(length);
      expect(report.failure?.reason).not.toBe('');
    }
    const { shown, report } = decodeOctets(octets.subarray(0, 30));
    expect(find(shown, 'VerDTD')?.text).toBe('1.2');
    expect(report.failure).toMatchObject({ offset: 30 });
    const xml = sample('windows-mdm.xml');
    const cut = decodeOctets(xml.subarray(0, 400));
    expect(find(cut.shown, 'VerDTD')?.text).toBe('1.2');
    expect(cut.report.failure?.offset).toBeGreaterThan(300);
  });

  const message = (body: string, hdr = '<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>') =>
    utf8(
      `<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr>${hdr}<SessionID>1</SessionID><MsgID>1</MsgID><Target><LocURI>a</LocURI></Target><Source><LocURI>b</LocURI></Source></SyncHdr><SyncBody>${body}<Final/></SyncBody></SyncML>`,
    );
  const get = (id: string, uri: string) =>
    `<Get><CmdID>${id}</CmdID><Item><Target><LocURI>${uri}</LocURI></Target></Item></Get>`;
  const replace = (meta: string) =>
    `<Replace><CmdID>9</CmdID><Item><Target><LocURI>./a</LocURI></Target><Meta>${meta}</Meta><Data>AA==</Data></Item></Replace>`;
  const metinf = (name: string, value: string) => `<${name} xmlns="syncml:metinf">${value}</${name}>`;

  it('a message that keeps the standard has no warning', () => {
    expect(warnings(message(get('1', './DevInfo/Man') + replace(metinf('Format', 'b64'))))).toEqual([]);
    expect(warnings(sample('package-1-smallest.hex'))).toEqual([]);
  });

  it.each([
    ['an old version', message('', '<VerDTD>1.1</VerDTD><VerProto>DM/1.1</VerProto>'), 'not DM 1.2'],
    ['a CmdID twice', message(get('1', './a') + get('1', './b')), 'CmdID 1 is used twice'],
    ['a CmdID 0', message(get('0', './a')), 'CmdID 0 is no number from 1'],
    ['children out of order', message('<Get><Item/><CmdID>1</CmdID></Get>'), 'CmdID stands behind Item'],
    ['a missing child', message('<Status><CmdID>1</CmdID></Status>'), 'MsgRef, CmdRef, Cmd, Data missing'],
    ['a malformed URI', message(get('1', './a/')), './a/ is no URI of a node'],
    ['bin in XML', message(replace(metinf('Format', 'bin'))), 'has to be b64'],
    ['a strange format', message(replace(metinf('Format', 'blob'))), 'Format blob is none of'],
    ['capitals', message(replace(metinf('Format', 'Chr'))), 'not in lower case'],
    ['no namespace', message(replace('<Format>chr</Format>')), 'not in the namespace syncml:metinf'],
    [
      'an unknown status',
      message(
        '<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>1</CmdRef><Cmd>Get</Cmd><Data>299</Data></Status>',
      ),
      'status 299',
    ],
    ['an unknown alert', message('<Alert><CmdID>1</CmdID><Data>1300</Data></Alert>'), 'alert 1300'],
    [
      'a Get in an Atomic',
      message(`<Atomic><CmdID>5</CmdID>${get('6', './a')}</Atomic>`),
      'Get inside Atomic',
    ],
    ['a data-sync command', message('<Sync><CmdID>1</CmdID></Sync>'), 'Sync is not used in DM'],
    ['a NUL', joined(message('').subarray(0, 200), Uint8Array.of(0), message('').subarray(200)), 'a NUL'],
  ])('warns of %s', (_what, octets, text) => {
    const found = decodeOctets(octets).report.warnings.find((warning) => warning.text.includes(text));
    expect(found?.offset).toBeGreaterThanOrEqual(0);
  });

  it('--to gives the other form of the same message', () => {
    for (const name of ['windows-mdm.xml', 'samsung-unordered.hex', 'large-object-first-chunk.hex']) {
      const octets = sample(name);
      const wbxml = convert(decodeOctets(octets).report.convertible, 'wbxml');
      const text = convert(decodeOctets(octets).report.convertible, 'xml');
      if (typeof wbxml === 'string' || typeof text !== 'string') throw new Error('wrong form');
      const direct = decode(octets, name.endsWith('.xml') ? 'xml' : 'wbxml');
      expect(Buffer.from(wbxml)).toEqual(Buffer.from(joinParts(encode(direct, 'wbxml'))));
      expect(decodeOctets(utf8(text)).report.failure).toBeUndefined();
    }
    expect(() => convert(decodeOctets(T1).report.convertible, 'xml')).toThrow('no document');
  });
});

describe('pushes', () => {
  it('package 0, in a push, in user data, in a PDU: every layer with its offsets', () => {
    const deliver = joined(
      hex('07911326040000F0 44 0B911346610089F6 00 04 42108250400040'),
      Uint8Array.of(USER_DATA.length),
      USER_DATA,
    );
    const cases: readonly (readonly [Uint8Array, string])[] = [
      [T1, 'package 0'],
      [PUSH, 'WAP push › package 0'],
      [USER_DATA, 'SMS user data › WAP push › package 0'],
      [deliver, 'SMS PDU › SMS user data › WAP push › package 0'],
    ];
    for (const [octets, formats] of cases) {
      const { shown, report } = decodeOctets(octets);
      expect(report.formats.join(' › ')).toBe(formats);
      expect(report.warnings).toEqual([]);
      expect(report.failure).toBeUndefined();
      const identifier = find(shown, 'server identifier');
      expect(identifier?.text).toBe('com.example.dm');
      expect(identifier?.offset).toBe(octets.length - 14);
      expect(find(shown, 'session id')?.text).toBe('10879 (SessionID 2A7F)');
    }
  });

  it('a captured push with a longer header', () => {
    const { shown, report } = decodeOctets(
      hex(
        '0605040B840B84 55060401C4AF87 2DE46143016A29441C325FEE961FE50F 02F80000009E7213 57415645434F4D2D52444D532D534552564552',
      ),
    );
    expect(report.failure).toBeUndefined();
    expect(find(shown, 'Content-Type')?.text).toBe('application/vnd.syncml.notification');
    expect(find(shown, 'ui-mode')?.text).toBe('interactive');
  });

  it('a provisioning push shows method and MAC, document and account', () => {
    const mac = utf8('0AE784964249FCFEBDDB659EA5CDCE1CB093E18B');
    const { shown, report } = decodeOctets(joined(hex('01062F1F2DB6918192'), mac, Uint8Array.of(0), CP));
    expect(report.formats).toEqual(['WAP push', 'client provisioning document in WBXML']);
    expect([find(shown, 'SEC')?.text, find(shown, 'MAC')?.text]).toEqual([
      'USERPIN',
      Buffer.from(mac).toString(),
    ]);
    expect(report.warnings.map(({ text }) => text)).toEqual([
      'com.example.dm: no credentials of the server (AAUTHLEVEL CLIENT)',
    ]);
    expect(convert(report.convertible, 'xml')).toContain('<parm name="PROVIDER-ID" value="com.example.dm"/>');
  });

  it('a pushed DM profile shows the profile’s own name of the method, the message and its subtree', () => {
    const account = { serverId: 'com.example.dm', serverURL: 'https://dm.example.com/dm' };
    const document = formatProfile(profileOf(account, 'IMEI:490'));
    const push = { profile: 'dm', encoding: 'wbxml', security: 'pin-network', mac: 'AB', document } as const;
    const { shown, report } = decodeOctets(encodeBootstrapPush(push));
    expect(report.formats).toEqual(['WAP push', 'SyncML message in WBXML', 'TNDS']);
    expect([find(shown, 'SEC')?.text, find(shown, 'MAC')?.text]).toEqual(['USERPIN_NETWORKID', 'AB']);
    expect(report.failure).toBeUndefined();
  });

  it('warns of future bits, session id 0, long identifiers, and a part of several', () => {
    const odd = T1.slice();
    odd[19] = 1;
    odd.fill(0, 21, 23);
    expect(decodeOctets(odd, { as: 'package0' }).report.warnings.map(({ text }) => text)).toEqual([
      'bits for future use are set',
      'session id 0: devices discard it',
    ]);
    const part = joined(hex('0B05040B8423F00003010201'), PUSH.subarray(0, 20));
    const { report, shown } = decodeOctets(part);
    expect(report.warnings[0]?.text).toBe('part 1 of 2: the rest is in other messages');
    expect(find(shown, 'data')?.offset).toBe(12);
  });

  it('a log of short messages, one to a line: parts in any order are put together', () => {
    const long = joined(PUSH, new Uint8Array(150).fill(0x41));
    const pdus = encodeSms(long, 7).map((part) =>
      joined(
        hex('07911326040000F0 44 0B911346610089F6 00 04 42108250400040'),
        Uint8Array.of(part.length),
        part,
      ),
    );
    const log = pdus.toReversed().map((pdu) => Buffer.from(pdu).toString('hex'));
    const input = { ...unwrap(utf8(`# from a modem\n${log.join('\n')}\n`), undefined), cut: false };
    const { parts = [], report } = decodeInput(input, undefined);
    expect(report.formats).toEqual(['short messages']);
    expect(parts.map(({ decoding }) => decoding?.report.formats.join(' › '))).toEqual([
      'SMS PDU › SMS user data',
      'SMS PDU › SMS user data',
      'WAP push › package 0',
    ]);
    const whole = parts[2]?.decoding?.shown;
    expect(whole && find(whole, 'server identifier')?.text).toBe('com.example.dm');
  });

  it('a message of text says so, in seven bits, in UCS-2 and in octets', () => {
    const pdu = (coding: string, length: number, text: string) =>
      decodeOctets(
        hex(
          `07911326040000F0 04 0B911346610089F6 00 ${coding} 42108250400040 ${length.toString(16).padStart(2, '0')} ${text}`,
        ),
        { as: 'pdu' },
      );
    const seven = pdu('00', 10, 'E8329BFD4697D9EC37');
    expect(find(seven.shown, 'text')?.text).toBe('hellohello');
    expect(find(seven.shown, 'from')?.text).toBe('+31641600986');
    expect(find(seven.shown, 'time')?.text).toBe('2024-01-28 05:04:00 +01:00');
    expect(seven.report.warnings.map(({ text }) => text)).toEqual([
      'there is no user data header: the message is text, and no push',
    ]);
    expect(find(pdu('08', 4, '00E420AC').shown, 'text')?.text).toBe('ä€');
    expect(find(pdu('04', 2, 'FF00').shown, 'text')?.text).toBe('(2 octets) FF00');
  });

  it('what is cut short is told with its place', () => {
    expect(decodeOctets(T1.subarray(0, 30), { as: 'package0' }).report.failure).toMatchObject({ offset: 30 });
    expect(decodeOctets(hex('0106FF')).report.failure).toBeDefined();
    expect(decodeOctets(USER_DATA.subarray(0, 5), { as: 'sms' }).report.failure).toBeDefined();
    expect(decodeOctets(hex('07911326'), { as: 'pdu' }).report.failure).toBeDefined();
  });
});

describe('other documents', () => {
  it('a TNDS without properties, with a bad ACL', () => {
    const tnds =
      '<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>A</NodeName><RTProperties><ACL>Get=</ACL><Type><DDFName/></Type></RTProperties><Node><NodeName>b</NodeName></Node></Node></MgmtTree>';
    const { report } = decodeOctets(utf8(tnds));
    expect(report.formats).toEqual(['TNDS in XML']);
    expect(report.warnings.map(({ text }) => text)).toEqual([
      'Get= is no access control list',
      'b has no RTProperties',
    ]);
    const wbxml = convert(report.convertible, 'wbxml');
    expect(typeof wbxml === 'string' ? [] : decodeOctets(wbxml).report.formats).toEqual(['TNDS in WBXML']);
  });

  it('names that mean something to a pattern, and octets that are no UTF-8 (found by fuzzing)', () => {
    const odd = utf8('<MgmtTree><VerDTD>1.2</VerDTD><N.(s/><Node><NodeName>a</NodeName></Node></MgmtTree>');
    expect(decodeOctets(odd).report.failure?.offset).toBe(odd.indexOf(0x28) + 1);
    const name = odd.map((octet) => (octet === 0x28 ? 0xb7 : octet));
    expect(decodeOctets(name).report.warnings).toContainEqual({
      text: 'an octet that is no UTF-8',
      offset: 33,
    });
    const wbxml = hex('0300006A 1B 2D2F2F4F4D412F2F4454442D444D2D44444620312E322F2F454E00 0002 60 04 00 01');
    expect(decodeOctets(wbxml).report.formats).toEqual(['TNDS in WBXML']);
    const cut = utf8('<SyncML><a>');
    const foreign = joined(cut, Uint8Array.of(0xff, 0xfe, 0xfd), utf8('<'));
    expect(decodeOctets(foreign).report.failure?.offset).toBeLessThanOrEqual(foreign.length);
  });

  it('tags and quotes that are not closed take no time (found by fuzzing)', () => {
    const piece = '<Item><Meta><Format xmlns="syncml:metinf';
    const started = process.cpuUsage();
    const { report } = decodeOctets(utf8(`<SyncML>${piece.repeat(3000)}`));
    expect(report.failure).toBeDefined();
    decodeOctets(utf8(`<SyncML ${'<Data>1222</Data>'.repeat(3000)}`));
    expect(process.cpuUsage(started).user).toBeLessThan(3_000_000);
  });

  it('statuses and alerts are told in words', () => {
    const { shown } = decodeOctets(sample('windows-mdm.xml'));
    const meanings: string[] = [];
    const walk = (node: Shown): void => {
      if (node.meaning !== undefined) meanings.push(`${node.text} ${node.meaning}`);
      node.children.forEach(walk);
    };
    walk(shown);
    expect(meanings).toContain('405 Command not allowed');
  });

  it('a device description', () => {
    const info = { DevId: '1', Man: 'a', Mod: 'b', DmV: '1', Lang: 'en' };
    const { description } = new Tree({ objects: [devInfoNodes(info)], now: () => 0 });
    const good = decodeOctets(formatDdf(ddfOf(description), {}, 'wbxml'));
    expect(good.report).toMatchObject({ formats: ['device description (DDF) in WBXML'], warnings: [] });
    const bad =
      '<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>A</NodeName><DFProperties><DFFormat><node/></DFFormat></DFProperties></Node></MgmtTree>';
    expect(warnings(utf8(bad))).toEqual([
      'DFProperties: AccessType, DFType missing',
      './A: AccessType is missing: no command is allowed',
    ]);
  });

  it('a download descriptor, and why a device refuses one', () => {
    const good = formatDescriptor({ type: ['a/b'], size: 5, objectURI: 'https://a/b' });
    expect(decodeOctets(utf8(good)).report).toMatchObject({ warnings: [], failure: undefined });
    const bad = decodeOctets(utf8(good.replace('<size>5</size>', '')));
    expect(bad.report.failure?.reason).toMatch(/^a device answers 906/);
  });

  it('an update package, whole and cut short', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fumarole-decode-'));
    const at = (name: string) => join(folder, name);
    writeFileSync(at('image'), new Uint8Array(1000));
    await generateKeyFile(at('key'));
    await makePackageFile(
      {
        name: 'Hub',
        version: '2.0',
        release: 2,
        created: 0,
        constraints: { manufacturer: 'ACME', models: ['M1'] },
        components: [{ id: 'main', file: at('image') }],
      },
      await fileSigner(at('key')),
      at('package'),
    );
    const { octets } = await readInput(at('package'), undefined);
    const program = new Command().exitOverride();
    registerDecode(program);
    let printed = '';
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
      printed += String(piece);
      return true;
    });
    await program.parseAsync(['decode', at('package')], { from: 'user' });
    spy.mockRestore();
    rmSync(folder, { recursive: true });
    expect(printed).toMatch(/^update package\n[\s\S]*name {2}Hub[\s\S]*payload {2}1000 octets\n$/);
    expect(decodeOctets(octets).report).toMatchObject({ warnings: [], failure: undefined });
    const cut = octets.subarray(0, octets.length - 10);
    expect(decodeOctets(cut).report.failure).toEqual({
      offset: cut.length,
      reason: 'the package ends 10 octets before its end',
    });
  });

  it('an update package that is none behind its magic', () => {
    const { report } = decodeOctets(hex('8946554D0D0A1A0A 0100 0000 00000014 00000000'));
    expect(report.formats).toEqual(['update package']);
    expect(report.failure?.reason).not.toBe('');
  });
});

describe('input and output', () => {
  it('takes hex with comments and separators, base64, and what is neither as it is', () => {
    expect(unwrap(utf8('# T1\n52:11, 0xF9 91'), undefined)).toEqual({ octets: hex('5211F991'), form: 'hex' });
    expect(unwrap(utf8('UhH5kVSC4CfweWYLb/rIkgLYAAAAKn8O'), undefined).form).toBe('base64');
    expect(unwrap(utf8('<a/>'), undefined).form).toBe('raw');
    expect(unwrap(T1, undefined)).toEqual({ octets: T1, form: 'raw' });
    expect(unwrap(utf8('5211'), 'raw').octets).toHaveLength(4);
    expect(() => unwrap(utf8('xyz'), 'hex')).toThrow('no hex');
  });

  it('prints tree, offsets, warnings and failure; nothing of a peer reaches the terminal raw', () => {
    let text = '';
    const output = {
      json: false,
      columns: undefined,
      write: (piece: string) => (text += piece),
      warn: () => undefined,
    };
    const octets = utf8('<SyncML><SyncHdr><VerDTD>\u009b31m1.2</VerDTD></SyncHdr><SyncBody><');
    printDecoding(output, decodeOctets(octets), octets, { offsets: true, form: 'hex' });
    expect(text).toContain('SyncML message in XML (written in hex)\n');
    expect(text).toContain('00000008      SyncHdr');
    expect(text).toContain('warning at octet 8 (0x8): SyncHdr: VerProto');
    expect(text).toMatch(/cannot be decoded at octet \d+ \(0x[0-9a-f]+\): .*well-formed/);
    expect(text).not.toContain('\u009b');
    text = '';
    printDecoding({ ...output, columns: 80 }, decodeOctets(T1), T1);
    expect(text.replaceAll('\u001b', '')).not.toContain('\\x1b');
    expect(text).toContain('com.example.dm');
    expect(jsonOf(decodeOctets(T1), T1)).toMatchObject({ formats: ['package 0'], octets: 38, warnings: [] });
  });

  it('never throws and is never silent, whatever the octets', () => {
    const base = fc.constantFrom(
      sample('samsung-unordered.hex'),
      sample('windows-mdm.xml'),
      PUSH,
      USER_DATA,
      CP,
      T1,
    );
    const spoiled = fc
      .tuple(base, fc.nat(), fc.integer({ min: 0, max: 255 }))
      .map(([octets, at, value]) => octets.with(at % octets.length, value));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), spoiled), (octets) => {
        const { shown, report } = decodeOctets(octets);
        expect(report.formats.length).toBeGreaterThan(0);
        expect(shown.label).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });
});
