import { WbxmlWriter } from '@fumarole/wbxml';
import { describe, expect, it } from 'vitest';
import {
  type Command,
  decode,
  effectiveMeta,
  encode,
  formatMgmtTree,
  type Item,
  joinParts,
  parseMgmtTree,
  type SyncMLMessage,
} from './index.ts';
import { Tag } from './tag.ts';

const HDR = `<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>1</MsgID>
  <Target><LocURI>http://a/dm</LocURI></Target><Source><LocURI>IMEI:490</LocURI></Source></SyncHdr>`;
const xml = (text: string) => decode(new TextEncoder().encode(text), 'xml');
const withBody = (body: string) =>
  xml(`<SyncML xmlns="SYNCML:SYNCML1.2">${HDR}<SyncBody>${body}</SyncBody></SyncML>`);
const onlyCommand = (body: string): Command | undefined => withBody(body).body[0];
const dataOf = (item: string) => {
  const command = onlyCommand(`<Replace><CmdID>1</CmdID>${item}</Replace>`);
  return command?.kind === 'Replace' ? command.items[0]?.Data : undefined;
};
const messageOf = (...body: Command[]): SyncMLMessage => ({
  hdr: {
    VerDTD: '1.2',
    VerProto: 'DM/1.2',
    SessionID: '1',
    MsgID: 1,
    Target: { LocURI: 'http://a/dm' },
    Source: { LocURI: 'IMEI:490' },
  },
  body,
  final: true,
});
const textOf = (message: SyncMLMessage) => new TextDecoder().decode(joinParts(encode(message, 'xml')));
const replace = (item: Item): Command => ({ kind: 'Replace', CmdID: '1', items: [item] });

describe('versions and order', () => {
  it('R-001: SyncML goes out with its namespace and versions', () => {
    const text = textOf(messageOf());
    expect(text).toContain('<SyncML xmlns="SYNCML:SYNCML1.2">');
    expect(text).toContain('<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>');
  });

  it('R-031: a message of VerDTD 1.1 goes out under the namespace and the public identifier of 1.1', () => {
    const message = { ...messageOf(), hdr: { ...messageOf().hdr, VerDTD: '1.1', VerProto: 'DM/1.1' } };
    expect(textOf(message)).toContain('xmlns="SYNCML:SYNCML1.1"');
    expect([...joinParts(encode(message, 'wbxml')).subarray(0, 3)]).toEqual([0x02, 0x9f, 0x53]);
  });

  it.each([
    [0x1201, [0xa4, 0x01]],
    [0x0fd3, [0x9f, 0x53]],
    [0x0fd1, [0x9f, 0x51]],
  ])('R-031: public identifier %i selects the tables', (_, id) => {
    const octets = joinParts(encode(messageOf(), 'wbxml'));
    const changed = Uint8Array.of(2, ...id, ...octets.subarray(3));
    expect(decode(changed, 'wbxml')).toEqual(messageOf());
  });

  it('I-004 R-033: an unknown public identifier is SyncML 1.2, as the media type says', () => {
    const octets = joinParts(encode(messageOf(), 'wbxml'));
    expect(decode(Uint8Array.of(2, 1, ...octets.subarray(3)), 'wbxml')).toEqual(messageOf());
  });

  it('R-003: children go out in the order of the DTD', () => {
    const text = textOf(
      messageOf(
        {
          items: [
            {
              Data: 'd',
              Meta: { Type: 't', Format: 'chr', MaxObjSize: 3, Size: 2 },
              Source: { LocURI: 's' },
              Target: { LocName: 'n', LocURI: 't' },
            },
          ],
          Data: 200,
          SourceRef: ['s'],
          TargetRef: ['t'],
          Chal: { Meta: { NextNonce: 'bg==', Format: 'b64' } },
          Cmd: 'Get',
          CmdRef: '2',
          MsgRef: 1,
          CmdID: '1',
          kind: 'Status',
        },
        { kind: 'Exec', items: [], Correlator: 'c', Meta: { Type: 'x' }, CmdID: '2' },
        { kind: 'Alert', items: [], Correlator: 'c', Data: '1226', CmdID: '3' },
      ),
    );
    const names = [...text.slice(text.indexOf('<SyncBody>')).matchAll(/<(\w+)/g)].map((match) => match[1]);
    expect(names.join(' ')).toBe(
      'SyncBody Status CmdID MsgRef CmdRef Cmd TargetRef SourceRef Chal Meta Format NextNonce Data Item Target LocURI LocName Source LocURI Meta Format Type Size MaxObjSize Data Exec CmdID Meta Type Correlator Alert CmdID Data Correlator Final',
    );
  });
});

describe('what is ignored', () => {
  it('R-004: unknown elements and attributes', () => {
    const body = `<Alert x="1"><CmdID>1</CmdID><Colour><CmdID>9</CmdID></Colour><Data y:z="2">1201</Data></Alert>`;
    expect(onlyCommand(body)).toEqual({ kind: 'Alert', CmdID: '1', Data: '1201', items: [] });
  });

  it('R-005: a DOCTYPE with entities is skipped, its entities do not exist', () => {
    const doctype = '<!DOCTYPE SyncML [<!ENTITY a "xx"><!ENTITY b SYSTEM "file:///etc/passwd">]>';
    const message = (data: string) =>
      xml(
        `<?xml version="1.0"?>${doctype}<SyncML>${HDR}<SyncBody><Alert><CmdID>1</CmdID><Data>${data}</Data></Alert></SyncBody></SyncML>`,
      );
    expect(message('1201').body).toHaveLength(1);
    expect(() => message('&a;')).toThrow(expect.objectContaining({ code: 'xml' }));
    expect(() => message('&b;')).toThrow(expect.objectContaining({ code: 'xml' }));
  });

  it('R-014: Cred inside a command', () => {
    const command = onlyCommand('<Get><CmdID>1</CmdID><Cred><Data>x</Data></Cred><Item/></Get>');
    expect(command).toEqual({ kind: 'Get', CmdID: '1', Meta: undefined, items: [{}] });
  });

  it('comments, processing instructions and the flags of data sync', () => {
    const body = '<!-- a --><Delete><?b c?><CmdID>1</CmdID><Archive/><NoResp/><Item/></Delete><Final/>';
    expect(withBody(body)).toMatchObject({ body: [{ kind: 'Delete', CmdID: '1' }], final: true });
  });
});

describe('what is understood', () => {
  it('R-006: white space is stripped from protocol values and kept in Item/Data', () => {
    const command = onlyCommand(`<Alert><CmdID>
      1 </CmdID><Data> 1226 </Data><Item><Source><LocURI> ./a </LocURI></Source><Data> x
 </Data></Item></Alert>`);
    expect(command).toMatchObject({
      CmdID: '1',
      Data: '1226',
      items: [{ Source: { LocURI: './a' }, Data: ' x\n ' }],
    });
  });

  it('R-007: MetInf children by namespace, by bare name, and in a wrapper', () => {
    for (const meta of [
      '<m:Format xmlns:m="syncml:metinf">int</m:Format>',
      '<Format>int</Format>',
      '<MetInf xmlns="syncml:metinf"><Format>int</Format></MetInf>',
    ]) {
      expect(onlyCommand(`<Add><CmdID>1</CmdID><Meta>${meta}</Meta></Add>`)?.Meta?.Format).toBe('int');
    }
    const other = '<Format xmlns="urn:other">int</Format>';
    expect(onlyCommand(`<Add><CmdID>1</CmdID><Meta>${other}</Meta></Add>`)?.Meta?.Format).toBeUndefined();
  });

  it('R-008: Meta of an item overrides that of its command child by child', () => {
    const command = onlyCommand(
      `<Add><CmdID>1</CmdID><Meta><Format>int</Format><Type>a/b</Type></Meta><Item><Meta><Format>chr</Format><Size>3</Size></Meta></Item></Add>`,
    );
    const item = command?.kind === 'Add' ? command.items[0] : undefined;
    expect(effectiveMeta(command?.Meta, item ?? {})).toMatchObject({ Format: 'chr', Type: 'a/b', Size: 3 });
  });

  it.each([
    [{ Format: 'CHR' }, undefined, 'text'],
    [undefined, { Format: 'xml' }, 'text'],
    [{ Format: 'BIN' }, { Format: 'chr' }, 'octets'],
    [{ Format: 'xml', Type: 'application/vnd.syncml.dmtnds+wbxml' }, undefined, 'octets'],
    [{ Type: 'text/plain' }, undefined, 'text'],
    [undefined, undefined, 'octets'],
  ])('R-008 R-009: OPAQUE under item %j, command %j is %s', (itemMeta, commandMeta, expected) => {
    const writer = new WbxmlWriter({ publicId: 0x1201 });
    const format = (meta: { Format?: string; Type?: string } | undefined) => {
      writer.open(Tag.Meta);
      for (const name of ['Format', 'Type'] as const) {
        writer.textElement(Tag[name], meta?.[name] ?? '');
      }
      writer.close();
    };
    writer.open(Tag.SyncML);
    smallestHdr(writer);
    writer.open(Tag.SyncBody);
    writer.open(Tag.Replace);
    writer.open(Tag.Item);
    writer.open(Tag.Data);
    writer.opaque(Uint8Array.of(0x68, 0x69));
    writer.close();
    if (itemMeta) format(itemMeta);
    writer.close();
    if (commandMeta) format(commandMeta);
    writer.close();
    writer.close();
    writer.close();
    const [command] = decode(writer.take(), 'wbxml').body;
    const data = command?.kind === 'Replace' ? command.items[0]?.Data : undefined;
    expect(data).toEqual(expected === 'text' ? 'hi' : Uint8Array.of(0x68, 0x69));
  });

  it('R-013: Results without references answer command 1 of message 1', () => {
    expect(onlyCommand('<Results><CmdID>1</CmdID></Results>')).toMatchObject({ MsgRef: 1, CmdRef: '1' });
  });

  it('a Status to the SyncHdr without CmdRef has CmdRef 0', () => {
    expect(
      onlyCommand('<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><Cmd>SyncHdr</Cmd><Data>212</Data></Status>'),
    ).toMatchObject({ CmdRef: '0' });
  });

  it('data-sync commands and unknown ones are told apart, what has no CmdID is skipped', () => {
    const body =
      '<Map><CmdID>1</CmdID><MapItem/></Map><Sync><CmdID>2</CmdID><Add><CmdID>3</CmdID></Add></Sync><Fly><CmdID>4</CmdID></Fly><Walk/><Atomic><CmdID>5</CmdID><Put><CmdID>6</CmdID></Put></Atomic><Get><CmdID>7</CmdID></Get>';
    expect(withBody(body).body).toEqual([
      { kind: 'Unsupported', CmdID: '1', name: 'Map', dataSync: true },
      { kind: 'Unsupported', CmdID: '2', name: 'Sync', dataSync: true },
      { kind: 'Unsupported', CmdID: '4', name: 'Fly', dataSync: false },
      {
        kind: 'Atomic',
        CmdID: '5',
        commands: [{ kind: 'Unsupported', CmdID: '6', name: 'Put', dataSync: true }],
      },
      { kind: 'Get', CmdID: '7', items: [] },
    ]);
  });

  it('R-017: octets over XML are base64 with Format b64, text stays text', () => {
    const octets = Uint8Array.of(0, 255, 7);
    const binary = textOf(messageOf(replace({ Meta: { Format: 'bin' }, Data: octets })));
    expect(binary).toContain('<Format xmlns="syncml:metinf">b64</Format>');
    expect(binary).toContain('<Data>AP8H</Data>');
    expect(textOf(messageOf(replace({ Data: octets })))).toContain('>b64<');
    const text = textOf(messageOf(replace({ Meta: { Format: 'chr' }, Data: Uint8Array.of(0x68, 0x69) })));
    expect(text).toContain('<Data>hi</Data>');
    // found by fuzzing: what XML cannot hold is not text there, whatever Format says
    const control = textOf(messageOf(replace({ Meta: { Format: 'xml' }, Data: Uint8Array.of(3, 0x68) })));
    expect(control).toContain('<Data>A2g=</Data>');
  });

  it('R-018: over WBXML the sender chooses between bin in OPAQUE and b64 as text', () => {
    const octets = Uint8Array.of(0, 255, 7);
    const read = (format: string) =>
      decode(
        joinParts(encode(messageOf(replace({ Meta: { Format: format }, Data: octets })), 'wbxml')),
        'wbxml',
      ).body[0];
    expect(read('bin')).toMatchObject({ items: [{ Data: octets }] });
    expect(read('b64')).toMatchObject({ items: [{ Data: 'AP8H' }] });
  });

  it('R-019: CDATA, escaped text and a child element give equal Data', () => {
    const tree = '<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD></MgmtTree>';
    const escaped = tree.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const forms = [
      `<![CDATA[${tree}]]>`,
      escaped,
      `\n  ${tree}\n`,
      tree.replace('xmlns=', 'xmlns:p=').replaceAll(/(<\/?)(\w)/g, '$1p:$2'),
    ];
    expect(forms.map((form) => dataOf(`<Item><Data>${form}</Data></Item>`))).toEqual([
      tree,
      tree,
      tree,
      tree,
    ]);
  });

  it('R-048: an embedded tree stays octets under any Type, white space around it is layout (libwbxml)', () => {
    const tree = parseMgmtTree(
      '<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>X</NodeName></Node></MgmtTree>',
    );
    const embedded = formatMgmtTree(tree, 'wbxml');
    const writer = new WbxmlWriter({ publicId: 0x1201 });
    writer.open(Tag.SyncML);
    smallestHdr(writer);
    for (const tag of [Tag.SyncBody, Tag.Add, Tag.Item, Tag.Meta]) {
      writer.open(tag);
    }
    writer.textElement(Tag.Format, 'xml');
    writer.textElement(Tag.Type, 'urn:x');
    writer.close();
    writer.open(Tag.Data);
    writer.text('\n  ');
    writer.opaque(embedded);
    writer.text('\n');
    for (let open = 5; open > 0; open--) {
      writer.close();
    }
    const [command] = decode(writer.finish(), 'wbxml').body;
    const data = command?.kind === 'Add' ? command.items[0]?.Data : undefined;
    expect(data).toEqual(embedded);
  });

  it('a chunk of text that ends inside a character keeps its octets', () => {
    const octets = Uint8Array.of(0x61, 0xc3);
    const message = messageOf(replace({ Meta: { Format: 'chr' }, Data: octets, MoreData: true }));
    expect(decode(joinParts(encode(message, 'wbxml')), 'wbxml')).toEqual(message);
  });

  it('I-003: NUL octets at the end of a text value are dropped, in both wire forms', () => {
    const octets = (text: string) => new TextEncoder().encode(text);
    const message = messageOf(replace({ Meta: { Format: 'chr' }, Data: octets('text/plain\0\0') }));
    const read = decode(joinParts(encode(message, 'wbxml')), 'wbxml');
    expect(read.body[0]).toMatchObject({ items: [{ Data: 'text/plain' }] });
    expect(dataOf('<Item><Data>text/plain\0</Data></Item>')).toBe('text/plain');
    const bytes = messageOf(replace({ Meta: { Format: 'bin' }, Data: octets('a\0') }));
    expect(decode(joinParts(encode(bytes, 'wbxml')), 'wbxml')).toEqual(bytes);
  });

  it('R-051: text with U+0000 passes through WBXML', () => {
    const message = messageOf(replace({ Meta: { Format: 'chr' }, Data: 'a\0b' }));
    expect(decode(joinParts(encode(message, 'wbxml')), 'wbxml')).toEqual(message);
  });
});

describe('what cannot be answered', () => {
  it.each(['SessionID', 'MsgID', 'Source'])('a header without %s is an error', (name) => {
    const text = `<SyncML>${HDR}<SyncBody/></SyncML>`.replace(new RegExp(`<${name}>.*</${name}>`), '');
    expect(() => xml(text)).toThrow(expect.objectContaining({ code: 'missing' }));
  });

  it('another root, no body, or a MsgID that is no number is an error', () => {
    expect(() => xml('<a/>')).toThrow(expect.objectContaining({ code: 'root' }));
    expect(() => xml(`<SyncML>${HDR}</SyncML>`)).toThrow(expect.objectContaining({ code: 'missing' }));
    const text = `<SyncML>${HDR.replace('<MsgID>1', '<MsgID>one')}<SyncBody/></SyncML>`;
    expect(() => xml(text)).toThrow(expect.objectContaining({ code: 'value' }));
  });
});

/** Writes the smallest header of a message. */
function smallestHdr(writer: WbxmlWriter): void {
  writer.open(Tag.SyncHdr);
  writer.textElement(Tag.SessionID, '1');
  writer.textElement(Tag.MsgID, '1');
  writer.open(Tag.Source);
  writer.textElement(Tag.LocURI, 'a');
  writer.close();
  writer.close();
}
