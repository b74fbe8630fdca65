import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Command,
  DecodeError,
  decode,
  type Encoding,
  encode,
  joinParts,
  parseMgmtTree,
  type SyncMLMessage,
} from './index.ts';

const folder = join(import.meta.dirname, '..', 'samples');

/** Octets and encoding of a file in `samples/`; its first line tells where it comes from. */
function sample(name: string): { readonly octets: Uint8Array; readonly encoding: Encoding } {
  const text = readFileSync(join(folder, name), 'utf8');
  if (name.endsWith('.xml')) {
    return { octets: new TextEncoder().encode(text.replaceAll('%00', '\0')), encoding: 'xml' };
  }
  const pairs = text.replace(/^#.*$/gm, '').trim().split(/\s+/);
  return { octets: Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)), encoding: 'wbxml' };
}
function read(name: string): SyncMLMessage {
  const { octets, encoding } = sample(name);
  return decode(octets, encoding);
}
function command<K extends Command['kind']>(
  message: SyncMLMessage,
  kind: K,
  nth = 0,
): Extract<Command, { kind: K }> {
  const found = message.body.filter((c): c is Extract<Command, { kind: K }> => c.kind === kind)[nth];
  if (found === undefined) {
    throw new Error(`no ${kind} number ${nth}`);
  }
  return found;
}
const names = readdirSync(folder);

describe.each(names)('sample %s', (name) => {
  const { octets, encoding } = sample(name);

  it('says where it comes from', () => {
    expect(readFileSync(join(folder, name), 'utf8')).toMatch(/^(# |<\?xml[^>]*\?>\s*<!-- |<!-- )\S.{20}/);
  });

  it('R-046: is the same message after decode, encode, decode, in its own and in the other wire form', () => {
    const message = decode(octets, encoding);
    expect(decode(joinParts(encode(message, encoding)), encoding)).toEqual(message);
    const textual = withoutOctets(message);
    for (const form of ['xml', 'wbxml'] as const) {
      expect(decode(joinParts(encode(textual, form)), form)).toEqual(textual);
    }
  });

  it('R-042: every prefix fails cleanly', () => {
    const whole = encoding === 'xml' ? new TextDecoder().decode(octets).trimEnd().length : octets.length;
    for (let length = 0; length < whole; length++) {
      expect(() => decode(octets.subarray(0, length), encoding)).toThrow(DecodeError);
    }
  });

  it('R-042: an octet after the document is refused', () => {
    const longer = new Uint8Array(octets.length + 1);
    longer.set(octets);
    longer[octets.length] = 0x41;
    expect(() => decode(longer, encoding)).toThrow(DecodeError);
  });
});

/** Octets have no XML form of their own: they come back as base64 text. */
function withoutOctets(message: SyncMLMessage): SyncMLMessage {
  const body = message.body.map((c) =>
    'items' in c
      ? {
          ...c,
          items: c.items.map((item) => (item.Data instanceof Uint8Array ? { ...item, Data: 'x' } : item)),
        }
      : c,
  );
  return { ...message, body };
}

describe('checked examples', () => {
  it('R-044: the smallest package 1 is written in exactly its 85 octets', () => {
    const { octets } = sample('package-1-smallest.hex');
    const message: SyncMLMessage = {
      hdr: {
        VerDTD: '1.2',
        VerProto: 'DM/1.2',
        SessionID: '1',
        MsgID: 1,
        Target: { LocURI: 'http://a/dm' },
        Source: { LocURI: 'IMEI:490' },
      },
      body: [{ kind: 'Alert', CmdID: '1', Data: '1201', items: [] }],
      final: true,
    };
    const written = joinParts(encode(message, 'wbxml'));
    expect(written).toEqual(octets);
    expect(createHash('md5').update(written).digest('hex')).toBe('a7aa3ad36f614ffe274e92eafea3d0d7');
    expect(read('package-1-smallest.hex')).toEqual(message);
  });

  it.each([
    'challenge-string-table.hex',
    'challenge-unterminated-table.hex',
    'challenge-opaque-nonce.hex',
  ])('R-045 R-049: the challenge reads alike from %s', (name) => {
    const message = read(name);
    expect(message).toEqual(read('challenge-string-table.hex'));
    expect(message.hdr).toMatchObject({ Target: { LocURI: 'IMEI:490' }, Source: { LocURI: 'http://a/dm' } });
    expect(message.body).toEqual([
      {
        kind: 'Status',
        CmdID: '1',
        MsgRef: 1,
        CmdRef: '0',
        Cmd: 'SyncHdr',
        TargetRef: [],
        SourceRef: [],
        Chal: { Meta: { Format: 'b64', Type: 'syncml:auth-md5', NextNonce: 'QUJDRA==' } },
        Data: 401,
        items: [],
      },
    ]);
    expect(message.final).toBe(true);
  });

  it('R-045 R-018: the first chunk of a binary object keeps its octets', () => {
    const message = read('large-object-first-chunk.hex');
    expect(message.final).toBe(false);
    expect(command(message, 'Replace').items).toEqual([
      {
        Target: { LocURI: './P' },
        Meta: { Format: 'bin', Type: 'application/octet-stream', Size: 300 },
        Data: Uint8Array.of(0, 1, 2, 255),
        MoreData: true,
      },
    ]);
  });

  it('R-045 R-048: the three forms of TNDS give one tree', () => {
    const trees = ['tnds-form-a.hex', 'tnds-form-b.hex', 'tnds-form-c.hex'].map((name) => {
      const data = command(read(name), 'Add').items[0]?.Data;
      return data === undefined || (typeof data === 'object' && 'kind' in data)
        ? undefined
        : parseMgmtTree(data);
    });
    expect(trees[0]).toMatchObject({
      name: 'MgmtTree',
      namespace: 'syncml:dmddf1.2',
      children: [
        { name: 'VerDTD', children: ['1.2'] },
        {
          name: 'Node',
          children: [
            { name: 'NodeName', children: ['X'] },
            { children: [{ name: 'Format', children: [{ name: 'chr' }] }, { name: 'Type' }] },
            { name: 'Value', children: ['hi'] },
          ],
        },
      ],
    });
    expect(trees[1]).toEqual(trees[0]);
    expect(trees[2]).toEqual(trees[0]);
  });
});

describe('deployed clients', () => {
  it('R-060 R-003: Samsung family: free order, early page switch, unterminated table, Alert before Status', () => {
    const message = read('samsung-unordered.hex');
    expect(message.hdr).toMatchObject({ RespURI: 'http://a/dm?s=1', Target: { LocURI: 'http://a/dm' } });
    expect(message.body.map(({ kind }) => kind)).toEqual(['Alert', 'Status', 'Status', 'Results', 'Alert']);
    expect(command(message, 'Status')).toMatchObject({ MsgRef: 1, CmdRef: '0', Cmd: 'SyncHdr', Data: 200 });
    expect(command(message, 'Status', 1)).toMatchObject({
      TargetRef: ['./DevDetail/FwV'],
      items: [{ Data: 'note' }],
    });
    expect(command(message, 'Results')).toMatchObject({ MsgRef: 1, CmdRef: '2', items: [{ Data: 'AAAAB' }] });
    expect(command(message, 'Alert', 1)).toMatchObject({
      Data: '1226',
      Correlator: 'c1',
      items: [{ Meta: { Type: 'org.openmobilealliance.dm.firmwareupdate.devicerequest' }, Data: '0' }],
    });
  });

  it('R-060: one of that family splits Results without MoreData: Size tells more than Data', () => {
    const [item] = command(read('samsung-split-without-more-data.hex'), 'Results').items;
    expect(item).toMatchObject({ Meta: { Size: 400 }, Data: 'only the first part', MoreData: undefined });
  });

  it('R-060: libdmclient: Correlator before Data, item data in OPAQUE is text by its Format', () => {
    expect(command(read('libdmclient-correlator-first.hex'), 'Alert')).toMatchObject({
      Data: '1226',
      Correlator: 'job-7',
      items: [{ Data: '200', Meta: { Type: 'Reversed-Domain-Name: org.example.done' } }],
    });
  });

  it('R-060: libdmclient: a NUL at the end of a value in XML is dropped', () => {
    const { items } = command(read('libdmclient-nul-in-value.xml'), 'Results');
    expect(items.map(({ Data }) => Data)).toEqual(['chr', 'a <b> & c']);
  });

  it('R-060: hostap: no CmdRef, Data before TargetRef, Format Chr, TNDS as child elements', () => {
    const message = read('hostap-hotspot.xml');
    expect(command(message, 'Status')).toMatchObject({ CmdRef: '0', Cmd: 'SyncHdr', Data: 212 });
    expect(command(message, 'Status', 1)).toMatchObject({ TargetRef: ['./Wi-Fi/example.com'], Data: 425 });
    expect(command(message, 'Alert').items[0]?.Data).toBe(
      '<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD><Node><NodeName>DevDetail</NodeName><Node><NodeName>FwV</NodeName><Value>7 &amp; 8</Value></Node></Node></MgmtTree>',
    );
    expect(command(message, 'Replace').items[0]?.Meta?.Format).toBe('Chr');
  });

  it('R-060 R-004: Windows: foreign attributes, Cmd inside Results, Status on a Status', () => {
    const message = read('windows-mdm.xml');
    expect(command(message, 'Status', 2)).toMatchObject({ Cmd: 'Add', Data: 405 });
    expect(command(message, 'Status', 1)).toMatchObject({ Cmd: 'Status', Data: 406 });
    expect(command(message, 'Results').items[0]?.Data).toBe('10.0.19045');
  });

  it('R-060: Motorola and AOSP: TNDS inline on page 2 leaves the outer message whole', () => {
    const message = read('tnds-form-b.hex');
    expect(message.final).toBe(true);
    expect(command(message, 'Add').items[0]?.Data).toMatch(
      /^<MgmtTree xmlns="syncml:dmddf1.2">.*<\/MgmtTree>$/,
    );
  });

  it('R-060 R-006 R-007: various: prefixes, a MetInf wrapper, white space, lower-case SessionID', () => {
    const message = read('various-prefixes.xml');
    expect(message.hdr).toMatchObject({
      SessionID: 'a1f',
      MsgID: 1,
      Cred: { Meta: { Format: 'b64', Type: 'syncml:auth-basic' }, Data: 'dTpw' },
      Meta: { MaxMsgSize: 4096 },
    });
    expect(command(message, 'Alert').Data).toBe('1201');
    expect(command(message, 'Replace').items[0]?.Data).toBe(' kept ');
  });
});
