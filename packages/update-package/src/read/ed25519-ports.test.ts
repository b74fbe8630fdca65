import * as crypto from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ed25519Ports } from './ed25519-ports.ts';

const ports = ed25519Ports(crypto);
const octets = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

// RFC 8032 §7.1, tests 2 and 3
const VECTORS = [
  [
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

describe.each(VECTORS)('the key %s', (key, message, signature) => {
  const verify = (publicKey: Uint8Array, text: Uint8Array, signed: Uint8Array): boolean =>
    ports.verify({ algorithm: 'ed25519', publicKey }, text, signed);

  it('verifies what it signed and nothing else', () => {
    expect(verify(octets(key), octets(message), octets(signature))).toBe(true);
    expect(verify(octets(key), octets(`${message}00`), octets(signature))).toBe(false);
    const turned = octets(signature);
    turned[5] = (turned[5] ?? 0) ^ 1;
    expect(verify(octets(key), octets(message), turned)).toBe(false);
  });

  it('is no key and no signature of another length, and never throws', () => {
    expect(verify(octets(key).subarray(1), octets(message), octets(signature))).toBe(false);
    expect(verify(octets(key), octets(message), octets(signature).subarray(1))).toBe(false);
    expect(verify(new Uint8Array(32).fill(255), octets(message), octets(signature))).toBe(false);
  });
});

it('SHA-256', () => {
  const hash = ports.sha256();
  hash.update(octets('616263'));
  expect(Buffer.from(hash.digest()).toString('hex')).toMatch(/^ba7816bf.*15ad$/);
});
