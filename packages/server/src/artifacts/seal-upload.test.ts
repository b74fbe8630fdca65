import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePackage, type Signer } from '@fumarole/update-package/make';
import { publisherKey } from '@fumarole/update-package/read';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskArtifacts } from './disk-artifacts.ts';
import { packagePorts } from './package-ports.ts';
import { type SealResult, sealUpload } from './seal-upload.ts';

const publisher = newSigner();
const image = Uint8Array.from({ length: 150_000 }, (_, i) => (i >> 4) & 0xff);
let folder: string;
let artifacts: DiskArtifacts;
let whole: Uint8Array;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fumarole-seal-'));
  artifacts = await DiskArtifacts.open(folder, 0);
  whole = await packageBy(publisher);
});
afterAll(() => rm(folder, { recursive: true }));

describe('an upload', () => {
  it.each([
    'a stranger',
    'the header cut',
    'the payload cut',
    'an octet too many',
    'a bit',
    'text',
    'nothing',
    'too large',
    'an endless pattern',
  ])('that is refused for %s leaves nothing behind', async (what) => {
    const result = await seal(await wrong(what), what === 'too large' ? 1000 : undefined);
    expect(result.kind === 'refused' ? result.refusal : result).toMatchObject(REFUSALS[what] ?? {});
    expect(await readdir(join(folder, 'staging'))).toEqual([]);
    expect((await readdir(folder)).length).toBe(1);
  });

  it('whose stream breaks rejects and leaves nothing behind', async () => {
    const broken = (async function* () {
      yield whole.subarray(0, 1000);
      throw new Error('connection lost');
    })();
    const trust = { keys: [publisherKey(publisher.publicKey)] };
    await expect(sealUpload(artifacts, broken, { trust, now: 5, published: true })).rejects.toThrow(
      'connection lost',
    );
    expect(await readdir(join(folder, 'staging'))).toEqual([]);
  });

  it.each([97, 65_536, 1e9])('in pieces of %i octets becomes a package record', async (piece) => {
    const result = await seal(whole, undefined, piece);
    if (result.kind !== 'sealed') throw new Error(result.refusal.reason);
    const { record } = result;
    expect(record).toMatchObject({
      name: 'Lamp',
      version: '2.0',
      release: 20,
      size: whole.length,
      contentType: 'application/octet-stream',
      published: true,
      manufacturer: 'Acme',
      models: ['L1'],
      hardware: [],
      fromVersions: ['1.0'],
      allowDowngrade: false,
      securityFloor: 0,
      component: 'main',
      probe: { uri: './DevDetail/FwV', pattern: 'v(.*)' },
      addedAt: 5,
    });
    const stored = await artifacts.readRange({ sha256: record.id, offset: 0, length: record.size });
    expect(Buffer.from(stored).equals(whole)).toBe(true);
  });
});

const REFUSALS: Readonly<Record<string, { code: number; reason: unknown }>> = {
  'a stranger': { code: 404, reason: expect.stringContaining('none of them trusted') },
  'the header cut': { code: 402, reason: expect.stringContaining('within its header') },
  'the payload cut': { code: 402, reason: expect.stringContaining('ends too early') },
  'an octet too many': { code: 402, reason: expect.stringContaining('behind the end') },
  'a bit': { code: 402, reason: expect.stringContaining('damaged') },
  text: { code: 402, reason: expect.stringContaining('no update package') },
  nothing: { code: 402, reason: expect.stringContaining('within its header') },
  'an endless pattern': { code: 402, reason: expect.stringContaining('probe-pattern') },
  'too large': { code: 402, reason: expect.stringContaining('above 1000 octets') },
};

async function wrong(what: string): Promise<Uint8Array> {
  if (what === 'a stranger') return packageBy(newSigner());
  if (what === 'the header cut') return whole.subarray(0, 100);
  if (what === 'the payload cut') return whole.subarray(0, -1);
  if (what === 'an octet too many') return Buffer.concat([whole, Buffer.alloc(1)]);
  if (what === 'a bit') return whole.map((octet, i) => (i === whole.length - 140_000 ? octet ^ 4 : octet));
  if (what === 'an endless pattern') return packageBy(publisher, '(a{999}){999}');
  if (what === 'text') return Buffer.from('hello');
  return what === 'nothing' ? new Uint8Array(0) : whole;
}

function seal(octets: Uint8Array, maxBytes?: number, piece = 10_000): Promise<SealResult> {
  const pieces = (async function* () {
    for (let at = 0; at < octets.length; at += piece) yield octets.subarray(at, at + piece);
  })();
  const trust = { keys: [publisherKey(publisher.publicKey)] };
  const limit = maxBytes === undefined ? {} : { maxBytes };
  return sealUpload(artifacts, pieces, { trust, now: 5, published: true, ...limit });
}

function packageBy(signer: Signer, pattern = 'v(.*)'): Promise<Uint8Array> {
  return makePackage(
    {
      name: 'Lamp',
      version: '2.0',
      release: 20,
      created: 1_700_000_000_000,
      constraints: { manufacturer: 'Acme', models: ['L1'], fromVersions: ['1.0'] },
      metadata: { 'probe-uri': './DevDetail/FwV', 'probe-pattern': pattern },
    },
    image,
    signer,
    packagePorts.sha256,
  );
}

function newSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return {
    algorithm: 'ed25519',
    publicKey: Buffer.from(x, 'base64url'),
    sign: (message) => sign(null, message, privateKey),
  };
}
