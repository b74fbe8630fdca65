import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { makePackage, type PackageInput, type Signer } from '@fumarole/update-package/make';
import type { DeviceClaims, KeyRole, ReadPorts, Trust, TrustedKey } from '@fumarole/update-package/read';

/** node:crypto behind the ports. */
export const ports: ReadPorts = {
  sha256: () => createHash('sha256'),
  verify: ({ publicKey }, message, signature) => {
    const x = Buffer.from(publicKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, message, key, signature);
  },
};

/** The same key for the same letter, at every run. */
export function signerOf(letter: string): Signer {
  const seed = createHash('sha256').update(letter).digest();
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return {
    algorithm: 'ed25519',
    publicKey: Buffer.from(x, 'base64url'),
    sign: (message) => sign(null, message, key),
  };
}

export const publisher: Signer = signerOf('publisher');

export function trusted(
  { algorithm, publicKey }: Signer,
  roles: readonly KeyRole[] = ['image', 'transfer'],
): TrustedKey {
  return { algorithm, publicKey, roles };
}

export const trust: Trust = { keys: [trusted(publisher)] };

export const input: Omit<PackageInput, 'components'> = {
  name: 'Lamp',
  version: '2.0',
  release: 20,
  securityFloor: 10,
  created: Date.UTC(2026, 0, 2, 3, 4, 5),
  constraints: { manufacturer: 'Acme', models: ['L1', 'L2'], hardware: ['B'], fromVersions: ['1.0', '1.1'] },
};

/** A device that may take `input`. */
export const claims: DeviceClaims = {
  manufacturer: 'Acme',
  model: 'L1',
  hardware: 'B',
  version: '1.1',
  release: 11,
  securityFloor: 5,
};

/** Octets that differ from block to block. */
export function imageOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8) * 7 + (i >> 16)) & 0xff);
}

export function made(image: Uint8Array, changes: Partial<PackageInput> = {}): Promise<Uint8Array> {
  return makePackage({ ...input, ...changes }, image, publisher, ports.sha256);
}
