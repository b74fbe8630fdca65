import { createHash } from 'node:crypto';
import { digestImage, makeHeader, makePackage } from '@fumarole/update-package/make';
import {
  checkClaims,
  HeaderReader,
  PackageError,
  parseHeader,
  verifySignatures,
} from '@fumarole/update-package/read';
import fc from 'fast-check';
import {
  claims,
  imageOf,
  input,
  ports,
  publisher,
  trust,
} from '../../packages/update-package/test/publisher.ts';
import { must, mustEqual, unlessRefused } from '../expect.ts';
import { model } from '../model.ts';
import type { Target } from '../target.ts';

const sha256 = (): ReturnType<typeof createHash> => createHash('sha256');
const image = await digestImage([imageOf(100)], sha256);
const whole = await makePackage(input, imageOf(70_000), publisher, sha256);
const { octets: small } = await makeHeader(
  {
    ...input,
    metadata: { a: 'b', c: 'd' },
    components: ['main', 'radio'].map((id) => ({ id, image })),
  },
  { image: [publisher, publisher], transfer: [publisher] },
  sha256,
);

export const updatePackage: Target = {
  name: 'update-package',
  asks: 'headers and manifests: whole and in pieces read the same, a changed octet is never trusted',
  seeds: () => [small, whole.slice(0, 2000)],
  take: (octets) => {
    const header = unlessRefused(() => parseHeader(octets), PackageError);
    const inPieces = unlessRefused(() => {
      const reader = new HeaderReader();
      for (let at = 0; at < octets.length; at += 37) reader.write(octets.subarray(at, at + 37));
      return reader.finish();
    }, PackageError);
    mustEqual(inPieces, header, 'the header in pieces');
    if (header === undefined) return;
    checkClaims(header.image.manifest, header.transfer.manifest, claims);
    const verdict = verifySignatures(header, trust, ports);
    if (verdict.kind === 'refused') return;
    const original = [small, whole].some((good) => {
      const known = parseHeader(good);
      return JSON.stringify(known.image.manifest) === JSON.stringify(header.image.manifest);
    });
    must(original, 'a changed manifest has a good signature');
  },
  models: [
    model(
      'decode(encode(x)) = x',
      fc.record({
        name: word(),
        version: word(),
        release: fc.nat(2 ** 31),
        created: fc.nat(2 ** 31).map((seconds) => seconds * 1000),
        allowDowngrade: fc.boolean(),
        metadata: fc.dictionary(word(), word(), { maxKeys: 3 }),
        constraints: fc.record(
          { manufacturer: word(), models: words(), hardware: words(), fromVersions: words() },
          { requiredKeys: ['manufacturer', 'models'] },
        ),
      }),
      async (made) => {
        const components = [{ id: 'main', image }];
        const signers = { image: [publisher], transfer: [publisher] };
        const { octets } = await makeHeader({ ...made, components }, signers, sha256);
        const { manifest } = parseHeader(octets).image;
        const { components: _, securityFloor: __, ...read } = manifest;
        mustEqual(read, made, 'the manifest');
      },
    ),
  ],
};

function word(): fc.Arbitrary<string> {
  return fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => text.trim() === text && !/\p{Cc}/u.test(text));
}

function words(): fc.Arbitrary<string[]> {
  return fc.uniqueArray(word(), { minLength: 1, maxLength: 3 });
}
