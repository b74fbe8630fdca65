import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claims, imageOf, input, made, ports, trust } from '../../test/publisher.ts';
import { parseHeader, peekHeaderLength } from './header.ts';
import { HeaderReader } from './header-reader.ts';
import { toHex } from './hex.ts';
import { MAX_HEADER_BYTES } from './limits.ts';
import { PackageError } from './refusal.ts';
import { verifyPackage } from './verify-package.ts';

const image = imageOf(200_000);
const whole = await made(image);
const header = parseHeader(whole);
const start = whole.slice(0, header.headerLength);

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    if (error instanceof PackageError) return error.code;
    throw error;
  }
}

function changed(at: number, ...octets: readonly number[]): Uint8Array {
  const copy = start.slice();
  copy.set(octets, at);
  return copy;
}

describe('a header', () => {
  it('says what it was made of', () => {
    const { manifest } = header.image;
    expect(manifest).toMatchObject({ ...input, allowDowngrade: false, metadata: {} });
    expect(manifest.components).toEqual([
      { id: 'main', size: image.length, sha256: header.transfer.manifest.parts[0]?.sha256 },
    ]);
    expect(header.payloadLength).toBe(image.length);
    expect(header.transfer.manifest.parts[0]?.blocks.length).toBe(3 * 32);
  });

  it('is the same for the same input and key', async () => {
    expect(toHex(await made(image))).toBe(toHex(whole));
  });

  it('has at most 600 octets beside the block hashes, and no block hash for an image below 64 KiB', async () => {
    expect(header.headerLength - 3 * 32).toBeLessThanOrEqual(600);
    const small = parseHeader(await made(imageOf(65_535)));
    expect(small.headerLength).toBeLessThanOrEqual(600);
    expect(small.transfer.manifest.parts[0]?.blocks.length).toBe(0);
  });

  it('is truncated at every prefix', () => {
    for (let length = 0; length < start.length; length++) {
      const prefix = start.subarray(0, length);
      expect(codeOf(() => parseHeader(prefix))).toBe('PACKAGE_TRUNCATED');
    }
  });

  it('reads the same in single octets as in one piece, and leaves the payload alone', () => {
    const reader = new HeaderReader();
    for (const octet of start) expect(reader.write(Uint8Array.of(octet)).length).toBe(0);
    expect(reader.finish()).toEqual(header);
    const atOnce = new HeaderReader();
    expect(toHex(atOnce.write(whole.subarray(0, start.length + 5)))).toBe(toHex(image.subarray(0, 5)));
    expect(atOnce.header).toEqual(header);
  });

  it('is refused with any one bit wrong, but for the minor version', () => {
    const accepted: number[] = [];
    for (let bit = 0; bit < start.length * 8; bit++) {
      const at = bit >> 3;
      const octets = changed(at, (start[at] ?? 0) ^ (1 << (bit & 7)));
      try {
        if (verifyPackage(parseHeader(octets), trust, claims, ports).kind === 'ok') accepted.push(at);
      } catch (error) {
        expect(error).toBeInstanceOf(PackageError);
      }
    }
    expect(new Set(accepted)).toEqual(new Set([9]));
  });
});

describe('versions and sections to come', () => {
  it('takes every minor version of its major one', () => {
    expect(parseHeader(changed(9, 7)).version).toEqual({ major: 1, minor: 7 });
  });

  it('refuses another major version as unsupported (408)', () => {
    expect(codeOf(() => parseHeader(changed(8, 2)))).toBe('PACKAGE_UNSUPPORTED');
  });

  it('skips a section from 0x8000 on and refuses an unknown one below', () => {
    expect(parseHeader(withSection(0x8001)).image.manifest.name).toBe('Lamp');
    expect(codeOf(() => parseHeader(withSection(3)))).toBe('PACKAGE_UNSUPPORTED');
  });

  it('refuses sections out of order, cut short, or twice', () => {
    expect(codeOf(() => parseHeader(withSection(1)))).toBe('PACKAGE_MALFORMED');
    expect(codeOf(() => parseHeader(withSection(2)))).toBe('PACKAGE_MALFORMED');
    expect(codeOf(() => parseHeader(changed(18, 0xff, 0xff, 0xff, 0xff)))).toBe('PACKAGE_MALFORMED');
  });
});

describe('hostile octets', () => {
  it('are no package when the magic is missing, known at the first wrong octet', () => {
    expect(codeOf(() => peekHeaderLength(Uint8Array.of(0x50)))).toBe('PACKAGE_MALFORMED');
    expect(peekHeaderLength(start.subarray(0, 15))).toBeUndefined();
  });

  it('cannot ask for a large header', () => {
    const huge = changed(12, 0, 0x40, 0, 1);
    expect(MAX_HEADER_BYTES).toBe(0x400000);
    expect(codeOf(() => new HeaderReader().write(huge.subarray(0, 16)))).toBe('PACKAGE_LIMIT');
    expect(codeOf(() => peekHeaderLength(changed(12, 0, 0, 0, 15)))).toBe('PACKAGE_MALFORMED');
  });

  it('cannot overflow the stack by nesting', () => {
    const deep = new Uint8Array(60_000).fill(0x81);
    expect(codeOf(() => parseHeader(framed([1, deep])))).toBe('PACKAGE_MALFORMED');
  });

  it('never fail in another way', () => {
    const octets = fc.uint8Array({ maxLength: 200 });
    const property = fc.property(octets, octets, (one, two) => {
      codeOf(() => parseHeader(framed([1, one], [2, two])));
      codeOf(() => parseHeader(one));
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

function withSection(tag: number): Uint8Array {
  return reframed(start, Buffer.concat([prefix(tag, 3), Buffer.from('abc')]));
}

function framed(...sections: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const body = Buffer.concat(sections.flatMap(([tag, octets]) => [prefix(tag, octets.length), octets]));
  return reframed(start.subarray(0, 16), body);
}

function reframed(before: Uint8Array, after: Uint8Array): Uint8Array {
  const octets = Buffer.concat([before, after]);
  octets.writeUInt32BE(octets.length, 12);
  return octets;
}

function prefix(tag: number, length: number): Buffer {
  const octets = Buffer.alloc(6);
  octets.writeUInt16BE(tag, 0);
  octets.writeUInt32BE(length, 2);
  return octets;
}
