import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Item, SyncMLMessage } from './model.ts';
import { redactMessage } from './redact.ts';
import { formatMgmtTree } from './tnds.ts';

const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');

function withItem(item: Item): SyncMLMessage {
  return {
    hdr: {
      VerDTD: '1.2',
      VerProto: 'DM/1.2',
      SessionID: '1',
      MsgID: 1,
      Source: { LocURI: 'IMEI:1' },
      Target: { LocURI: 'http://dm.example/dm?s=SESSIONTOKEN' },
      RespURI: 'http://dm.example/dm?s=SESSIONTOKEN',
      Cred: { Meta: { Type: 'syncml:auth-basic' }, Data: 'SECRETCRED' },
    },
    body: [
      {
        kind: 'Status',
        CmdID: '1',
        MsgRef: 1,
        CmdRef: '0',
        Cmd: 'SyncHdr',
        TargetRef: ['http://dm.example/dm?s=SESSIONTOKEN'],
        SourceRef: [],
        Data: 407,
        Chal: { Meta: { NextNonce: 'NONCETEXT' } },
        items: [],
      },
      { kind: 'Atomic', CmdID: '2', commands: [{ kind: 'Replace', CmdID: '3', items: [item] }] },
    ],
    final: true,
  };
}

const dataOf = (message: SyncMLMessage): unknown => {
  const [, atomic] = message.body;
  const [replace] = atomic?.kind === 'Atomic' ? atomic.commands : [];
  return replace?.kind === 'Replace' ? replace.items[0]?.Data : undefined;
};

describe('redactMessage', () => {
  it('keeps no credential, nonce or session token', () => {
    const text = JSON.stringify(redactMessage(withItem({ Data: 'x' }), sha256));
    expect(text).not.toMatch(/SECRETCRED|NONCETEXT|SESSIONTOKEN/);
    expect(text).toContain('http://dm.example/dm?[redacted]');
  });

  it('hides what is written to a secret leaf of an account', () => {
    for (const leaf of ['AAuthSecret', 'AAuthData']) {
      const item = { Target: { LocURI: `./DMAcc/x/AppAuth/y/${leaf}` }, Data: 'hunter2' };
      expect(dataOf(redactMessage(withItem(item), sha256))).toBe('[redacted]');
    }
  });

  it.each<[string, (tree: { readonly xml: string; readonly wbxml: Uint8Array }) => Item]>([
    ['XML', ({ xml }) => ({ Data: xml })],
    ['XML as octets', ({ xml }) => ({ Data: Buffer.from(xml) })],
    ['WBXML', ({ wbxml }) => ({ Meta: { Format: 'bin' }, Data: wbxml })],
    [
      'WBXML in base64',
      ({ wbxml }) => ({ Meta: { Format: 'b64' }, Data: Buffer.from(wbxml).toString('base64') }),
    ],
  ])('hides a serialised subtree with a secret: %s', (_, itemOf) => {
    const tree = (name: string) => {
      const node = { name: 'Node', namespace: '', attributes: {} };
      const leaf = (of: string, text: string) => ({
        name: of,
        namespace: '',
        attributes: {},
        children: [text],
      });
      const root = {
        name: 'MgmtTree',
        namespace: '',
        attributes: {},
        children: [
          leaf('VerDTD', '1.2'),
          { ...node, children: [leaf('NodeName', name), leaf('Value', 'hunter2')] },
        ],
      };
      return { xml: formatMgmtTree(root, 'xml'), wbxml: formatMgmtTree(root, 'wbxml') };
    };
    expect(dataOf(redactMessage(withItem(itemOf(tree('AAuthSecret'))), sha256))).toBe('[redacted]');
    expect(dataOf(redactMessage(withItem(itemOf(tree('AAuthName'))), sha256))).not.toBe('[redacted]');
    expect(dataOf(redactMessage(withItem({ Data: 'AAuthName/AAuthSecret' }), sha256))).toBe(
      'AAuthName/AAuthSecret',
    );
  });

  it('hides the token of download URLs and keeps the rest', () => {
    const item = {
      Target: { LocURI: './FwUpdate/Pkg/Download/PkgURL' },
      Data: 'https://dm.example/d/abc.DEF-1?x=1',
    };
    expect(dataOf(redactMessage(withItem(item), sha256))).toBe('https://dm.example/d/[redacted]?x=1');
  });

  it('keeps large data as length, hash and 64 octets', () => {
    const octets = new Uint8Array(5000).fill(0xab);
    const kept = dataOf(redactMessage(withItem({ Data: octets }), sha256));
    expect(kept).toBe(`[5000 octets, sha256 ${sha256(octets)}, first ${'ab'.repeat(64)}]`);
  });

  it('keeps a range of a package as its place', () => {
    const Data = { kind: 'blob', ref: { sha256: 'aa', offset: 3, length: 9 }, base64: false } as const;
    expect(dataOf(redactMessage(withItem({ Data }), sha256))).toBe(
      '[9 octets from 3 of the object with sha256 aa]',
    );
  });

  it('is plain JSON: what is kept reads back as it was', () => {
    const kept = redactMessage(withItem({ Data: Uint8Array.of(0, 1, 255) }), sha256);
    expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
  });
});
