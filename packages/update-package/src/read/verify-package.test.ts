import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { claims, imageOf, input, ports, publisher, signerOf, trust, trusted } from '../../test/publisher.ts';
import { digestImage } from '../make/describe.ts';
import { makeHeader, type PackageInput, type Signers } from '../make/make-package.ts';
import { parseHeader } from './header.ts';
import { decodeImageManifest } from './image-manifest.ts';
import type { PackageHeader } from './manifest.ts';
import type { RefusalCode, Verdict } from './refusal.ts';
import { decodeTransferManifest } from './transfer-manifest.ts';
import type { DeviceClaims, Trust } from './trust.ts';
import { checkClaims, verifyPackage, verifySignatures } from './verify-package.ts';

const stranger = signerOf('stranger');
const second = signerOf('second');

async function headerOf(
  changes: Partial<PackageInput> = {},
  signers: Partial<Signers> = {},
): Promise<PackageHeader> {
  const components = [{ id: 'main', image: await digestImage([imageOf(1000)], ports.sha256) }];
  const both = { image: [publisher], transfer: [publisher], ...signers };
  return (await makeHeader({ ...input, components, ...changes }, both, ports.sha256)).header;
}

function codeOf(verdict: Verdict): RefusalCode | 'ok' {
  return verdict.kind === 'ok' ? 'ok' : verdict.refusal.code;
}

/** Both keys trusted, both needed for the image. */
const twoNeeded: Trust = { keys: [trusted(publisher), trusted(second)], threshold: { image: 2 } };

describe('a device', () => {
  it('takes a package that is for it', async () => {
    expect(verifyPackage(await headerOf(), trust, claims, ports)).toEqual({ kind: 'ok' });
  });

  const rows: readonly (readonly [
    string,
    Partial<DeviceClaims>,
    Partial<PackageInput>,
    RefusalCode | 'ok',
    string,
  ])[] = [
    ['of another manufacturer', { manufacturer: 'Other' }, {}, 403, 'manufacturer Acme'],
    ['of another model', { model: 'L3' }, {}, 403, 'model L1 or L2'],
    ['of other hardware', { hardware: 'A' }, {}, 403, 'hardware B'],
    ['whose hardware is not known', { hardware: undefined }, {}, 403, 'none that is known'],
    ['with another base version', { version: '0.9' }, {}, 403, 'base version 1.0 or 1.1'],
    ['below whose security floor it is', { securityFloor: 21, release: 21 }, {}, 404, 'security floor 21'],
    [
      'below whose floor it is, although it may downgrade',
      { securityFloor: 21 },
      { allowDowngrade: true },
      404,
      'floor',
    ],
    ['with a newer release', { release: 21 }, {}, 405, "older than the device's 21"],
    ['with a newer release, when it may downgrade', { release: 21 }, { allowDowngrade: true }, 'ok', ''],
    ['with the same release', { release: 20 }, {}, 'ok', ''],
    ['without a release number', { release: undefined }, {}, 'ok', ''],
    ['whose names differ in case and blanks (S-050)', { manufacturer: ' ACME', model: 'l2 ' }, {}, 'ok', ''],
    ['of any model', { model: 'X' }, { constraints: { manufacturer: 'Acme', models: ['*'] } }, 'ok', ''],
  ];
  it.each(rows)('%s', async (_, device, changes, code, reason) => {
    const verdict = verifyPackage(await headerOf(changes), trust, { ...claims, ...device }, ports);
    expect(codeOf(verdict)).toBe(code);
    expect(verdict.kind === 'ok' ? '' : verdict.refusal.reason).toContain(reason);
  });

  it('versions compare exactly', async () => {
    const header = await headerOf({
      constraints: { manufacturer: 'Acme', models: ['L1'], fromVersions: ['1.0B'] },
    });
    expect(codeOf(verifyPackage(header, trust, { ...claims, version: '1.0b' }, ports))).toBe(403);
  });
});

describe('a transfer of later versions', () => {
  const hash = Buffer.alloc(32, 1);
  const part = new Map<number, unknown>([
    [0, hash],
    [1, 'delta'],
    [2, 5],
    [3, Buffer.alloc(32, 2)],
    [5, 1_000_000],
    [6, Buffer.alloc(32, 3)],
    [7, 900],
  ]);
  const transfer = decodeTransferManifest(encode(new Map([[0, [part]]])));
  const device = { ...claims, methods: ['full', 'delta'], baseHashes: ['03'.repeat(32)], memory: 1_000_000 };

  it.each([
    ['is taken by a device that can', {}, 'ok'],
    ['is refused with 408 when the method is unknown', { methods: ['full'] }, 408],
    ['is refused with 403 when the base is not there', { baseHashes: [] }, 403],
    ['is refused with 502 when memory is short', { memory: 999_999 }, 502],
  ] as const)('%s', async (_, changes, code) => {
    const { manifest } = (await headerOf()).image;
    expect(codeOf(checkClaims(manifest, transfer, { ...device, ...changes }))).toBe(code);
  });
});

describe('signatures', () => {
  const cases: readonly (readonly [string, Partial<Signers>, Trust, RefusalCode | 'ok'])[] = [
    ['by a stranger', { image: [stranger], transfer: [stranger] }, trust, 404],
    ['of the image by a stranger', { image: [stranger] }, trust, 404],
    ['of the transfer by a stranger', { transfer: [stranger] }, trust, 404],
    ['none at all', { image: [] }, trust, 404],
    ['of the image by a transfer key', {}, { keys: [trusted(publisher, ['transfer'])] }, 404],
    ['of the transfer by an image key', {}, { keys: [trusted(publisher, ['image'])] }, 404],
    [
      'of the transfer by a transfer key',
      { transfer: [second] },
      { keys: [trusted(publisher, ['image']), trusted(second, ['transfer'])] },
      'ok',
    ],
    ['by a trusted key beside a stranger', { image: [stranger, publisher] }, trust, 'ok'],
    ['fewer than the threshold', {}, { ...trust, threshold: { image: 2 } }, 404],
    ['one key twice for a threshold of two', { image: [publisher, publisher] }, twoNeeded, 404],
    ['two keys for a threshold of two', { image: [publisher, second] }, twoNeeded, 'ok'],
    [
      'with no key trusted and a threshold of zero',
      {},
      { keys: [], threshold: { image: 0, transfer: 0 } },
      404,
    ],
  ];
  it.each(cases)('%s', async (_, signers, trusting, code) => {
    expect(codeOf(verifySignatures(await headerOf({}, signers), trusting, ports))).toBe(code);
  });

  it('of one manifest do not serve for the other, nor for another package', async () => {
    const header = await headerOf();
    const other = await headerOf({ release: 99 });
    const swapped = { ...header, image: { ...header.image, signatures: header.transfer.signatures } };
    const forged = { ...header, image: { ...other.image, signatures: header.image.signatures } };
    expect(codeOf(verifySignatures(swapped, trust, ports))).toBe(404);
    expect(codeOf(verifySignatures(forged, trust, ports))).toBe(404);
  });

  it('are checked before anything else is said', async () => {
    const header = await headerOf({}, { image: [stranger] });
    expect(codeOf(verifyPackage(header, trust, { manufacturer: 'X', model: 'Y' }, ports))).toBe(404);
  });
});

describe('an image manifest', () => {
  const base = new Map<number, unknown>([
    [0, 'n'],
    [1, 'v'],
    [2, 5],
    [3, 1],
    [4, 1_700_000_000],
    [
      6,
      new Map<number, unknown>([
        [0, 'Acme'],
        [1, ['L1']],
      ]),
    ],
    [
      7,
      [
        new Map<number, unknown>([
          [0, 'main'],
          [1, 3],
          [2, Buffer.alloc(32)],
        ]),
      ],
    ],
  ]);
  const codeFor = (key: number, value: unknown): string => {
    try {
      decodeImageManifest(encode(new Map([...base, [key, value]])));
      return 'none';
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : 'other';
    }
  };

  it.each([
    ['an unknown key that may be skipped', 99, 'x', 'none'],
    ['a critical key', -1, 'x', 'PACKAGE_UNSUPPORTED'],
    ['a floor above the release', 3, 6, 'PACKAGE_MALFORMED'],
    ['a negative release', 2, -1, 'PACKAGE_MALFORMED'],
    ['a release beyond 2^53', 2, 2n ** 60n, 'PACKAGE_MALFORMED'],
    ['a fraction', 2, 1.5, 'PACKAGE_MALFORMED'],
    ['a time beyond the calendar', 4, 8_640_000_000_001, 'PACKAGE_LIMIT'],
    ['an empty name', 0, '', 'PACKAGE_MALFORMED'],
    ['a name of 256 octets', 0, 'é'.repeat(128), 'PACKAGE_LIMIT'],
    ['no component', 7, [], 'PACKAGE_MALFORMED'],
    ['65 components', 7, Array.from({ length: 65 }, () => new Map()), 'PACKAGE_LIMIT'],
    ['metadata that is no text', 8, new Map([['a', 1]]), 'PACKAGE_MALFORMED'],
    ['a metadata name of the prototype', 8, new Map([['__proto__', 'x']]), 'none'],
  ])('%s', (_, key, value, code) => {
    expect(codeFor(key, value)).toBe(code);
  });

  it('in another order of keys is not the deterministic form', () => {
    const octets = encode(new Map([...base].reverse()), { mapSorter: () => 0 });
    expect(() => decodeImageManifest(octets)).toThrow('deterministic');
  });
});

it('several components come in one package, equal ones once', async () => {
  const lamp = await digestImage([imageOf(70_000)], ports.sha256);
  const radio = await digestImage([imageOf(10)], ports.sha256);
  const { octets } = await makeHeader(
    {
      ...input,
      components: [
        { id: 'lamp', image: lamp, root: './FUMO/Lamp' },
        { id: 'radio', image: radio, root: './FUMO/Radio' },
        { id: 'spare', image: lamp },
      ],
    },
    { image: [publisher], transfer: [publisher] },
    ports.sha256,
  );
  const header = parseHeader(octets);
  expect(header.image.manifest.components.map(({ id, root }) => [id, root])).toEqual([
    ['lamp', './FUMO/Lamp'],
    ['radio', './FUMO/Radio'],
    ['spare', undefined],
  ]);
  expect(header.transfer.manifest.parts.map(({ size }) => size)).toEqual([70_000, 10]);
  expect(header.payloadLength).toBe(70_010);
});
