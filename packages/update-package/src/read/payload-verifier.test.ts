import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageOf, input, made, ports, publisher } from '../../test/publisher.ts';
import { digestImage } from '../make/describe.ts';
import { makeHeader } from '../make/make-package.ts';
import { parseHeader } from './header.ts';
import { BLOCK_BYTES } from './limits.ts';
import { PayloadVerifier } from './payload-verifier.ts';

const image = imageOf(3 * BLOCK_BYTES + 1000);
const header = parseHeader(await made(image));

const verifier = (): PayloadVerifier => new PayloadVerifier(header, ports.sha256);

describe('a payload', () => {
  it('is verified block by block, the last piece with the whole', () => {
    const checked = verifier();
    expect(checked.write(image.subarray(0, BLOCK_BYTES - 1))).toBe(0);
    expect(checked.write(image.subarray(BLOCK_BYTES - 1, BLOCK_BYTES))).toBe(BLOCK_BYTES);
    expect(checked.write(image.subarray(BLOCK_BYTES, image.length - 1))).toBe(3 * BLOCK_BYTES);
    expect(checked.write(image.subarray(image.length - 1))).toBe(image.length);
    checked.finish();
  });

  it('may come in pieces of any size', () => {
    const property = fc.property(fc.array(fc.integer({ min: 1, max: 90_000 }), { maxLength: 20 }), (cuts) => {
      const checked = verifier();
      let at = 0;
      for (const cut of [...cuts, image.length]) {
        expect(checked.write(image.subarray(at, at + cut))).toBeLessThanOrEqual(at + cut);
        at = Math.min(at + cut, image.length);
      }
      checked.finish();
      expect(checked.verified).toBe(image.length);
    });
    fc.assert(property, { numRuns: 50 });
  });

  it.each([
    0,
    BLOCK_BYTES - 1,
    BLOCK_BYTES,
    2 * BLOCK_BYTES + 5,
    3 * BLOCK_BYTES,
    image.length - 1,
  ])('with octet %i damaged is refused before that octet counts as verified', (at) => {
    const damaged = image.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    const checked = verifier();
    expect(() => checked.write(damaged)).toThrow(expect.objectContaining({ code: 'PACKAGE_HASH' }));
    expect(checked.verified).toBeLessThanOrEqual(at);
    expect(checked.verified).toBe(Math.floor(at / BLOCK_BYTES) * BLOCK_BYTES);
  });

  it('that is too short or too long is refused', () => {
    const short = verifier();
    short.write(image.subarray(0, -1));
    expect(() => short.finish()).toThrow(expect.objectContaining({ code: 'PACKAGE_TRUNCATED' }));
    const long = verifier();
    long.write(image);
    expect(() => long.write(Uint8Array.of(0))).toThrow(
      expect.objectContaining({ code: 'PACKAGE_MALFORMED' }),
    );
  });

  it.each([0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1])('of %i octets', async (size) => {
    const octets = imageOf(size);
    const checked = new PayloadVerifier(parseHeader(await made(octets)), ports.sha256);
    checked.write(octets);
    checked.finish();
    expect(checked.verified).toBe(size);
  });

  it('of several parts begins a new block with each', async () => {
    const images = [imageOf(BLOCK_BYTES + 3), imageOf(0), imageOf(2 * BLOCK_BYTES), imageOf(7)];
    const components = await Promise.all(
      images.map(async (octets, i) => ({ id: `c${i}`, image: await digestImage([octets], ports.sha256) })),
    );
    const made = await makeHeader(
      { ...input, components },
      { image: [publisher], transfer: [publisher] },
      ports.sha256,
    );
    const checked = new PayloadVerifier(made.header, ports.sha256);
    checked.write(Buffer.concat(images));
    checked.finish();
    expect(checked.verified).toBe(made.header.payloadLength);
  });
});
