import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, type Encoding, encode, joinParts, type SyncMLMessage } from '@fumarole/syncml';
import { describe, expect, it } from 'vitest';
import { roundTripsThroughLibwbxml, type Specimen, wbxmlToXml, xmlToWbxml } from './libwbxml.ts';

const folder = join(import.meta.dirname, '..', 'packages', 'syncml', 'samples');

interface Sample {
  readonly encoding: Encoding;
  /** As the foreign peer sent them. */
  readonly octets: Uint8Array;
}

function sample(name: string): Sample {
  const text = readFileSync(join(folder, name), 'utf8');
  if (name.endsWith('.xml')) {
    return { encoding: 'xml', octets: new TextEncoder().encode(text.replaceAll('%00', '')) };
  }
  const pairs = text.replace(/^#.*$/gm, '').trim().split(/\s+/);
  return { encoding: 'wbxml', octets: Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)) };
}

describe.each(readdirSync(folder))('sample %s', (name) => {
  const { encoding, octets } = sample(name);
  const message = decode(octets, encoding);

  it('means the same to libwbxml, as it was sent', async () => {
    if (name === 'tnds-form-b.hex') {
      const [xml] = await wbxmlToXml([octets]);
      // The tools have no names for a tree inside a message, but walk through it.
      expect(Buffer.from(xml ?? []).toString()).toContain('<Data><unknown><unknown>1.2</unknown>');
    } else {
      await expectSame({ message, recorded: { encoding, octets } });
    }
  });

  it('means the same to libwbxml, as we write it', async () => {
    await expectSame({ message });
  });
});

async function expectSame(specimen: Specimen): Promise<void> {
  for (const { way, expected, actual } of (await roundTripsThroughLibwbxml([specimen])).flat()) {
    expect(actual, way).toEqual(expected);
  }
}

it('the smallest package 1 is octet for octet what xml2wbxml writes', async () => {
  const message = decode(sample('package-1-smallest.hex').octets, 'wbxml');
  expect(await xmlToWbxml([joinParts(encode(message, 'xml'))])).toEqual([
    Buffer.from(joinParts(encode(message, 'wbxml'))),
  ]);
});

it('a message that the tools refuse is an error, not a silent pass', async () => {
  await expect(wbxmlToXml([Uint8Array.of(2, 0xa4, 1, 0x6a, 0, 0x6d)])).rejects.toThrow(/wbxml2xml refused/);
});

it('every kind of command, with text outside ASCII and markup, means the same to libwbxml', async () => {
  const item = {
    Target: { LocURI: './a/ü' },
    Meta: { Format: 'chr', Type: 'text/plain' },
    Data: 'a <b> & "ç" 📦',
  };
  const message: SyncMLMessage = {
    hdr: {
      VerDTD: '1.2',
      VerProto: 'DM/1.2',
      SessionID: '1F2A',
      MsgID: 2,
      Target: { LocURI: 'IMEI:490' },
      Source: { LocURI: 'https://dm.example.com/dm', LocName: 'server' },
      RespURI: 'https://dm.example.com/dm?a=1&b=2',
      Meta: { MaxMsgSize: 16384, MaxObjSize: 1048576 },
    },
    body: [
      {
        kind: 'Status',
        CmdID: '1',
        MsgRef: 1,
        CmdRef: '0',
        Cmd: 'SyncHdr',
        TargetRef: ['a', 'b'],
        SourceRef: ['c'],
        Data: 212,
        items: [{ Data: 'x' }],
      },
      {
        kind: 'Alert',
        CmdID: '2',
        Data: '1100',
        Correlator: 'c',
        items: [{ Data: 'MINDT=10' }, { Data: 'Hello' }],
      },
      { kind: 'Add', CmdID: '3', items: [item] },
      {
        kind: 'Replace',
        CmdID: '4',
        Meta: { Format: 'b64' },
        items: [{ Target: { LocURI: './b' }, Meta: { Size: 300 }, Data: 'AAEC', MoreData: true }],
      },
      { kind: 'Delete', CmdID: '5', items: [{ Target: { LocURI: './c' } }] },
      { kind: 'Copy', CmdID: '6', items: [{ Target: { LocURI: './d' }, Source: { LocURI: './e' } }] },
      { kind: 'Get', CmdID: '7', items: [{ Target: { LocURI: './f?list=TNDS' } }] },
      { kind: 'Exec', CmdID: '8', Correlator: 'c9', items: [{ Target: { LocURI: './g' } }] },
      {
        kind: 'Atomic',
        CmdID: '9',
        commands: [
          { kind: 'Sequence', CmdID: '10', commands: [{ kind: 'Add', CmdID: '11', items: [item] }] },
        ],
      },
      {
        kind: 'Results',
        CmdID: '12',
        MsgRef: 1,
        CmdRef: '3',
        items: [{ Source: { LocURI: './h' }, Data: '' }],
      },
    ],
    final: true,
  };
  await expectSame({ message });
});
