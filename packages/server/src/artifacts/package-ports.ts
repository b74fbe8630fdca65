import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { ReadPorts, TrustedKey } from '@fumarole/update-package/read';

/** node:crypto as the update package wants it. */
export const packagePorts: ReadPorts = {
  sha256: () => createHash('sha256'),
  verify: ({ publicKey }, message, signature) => {
    const key = ed25519Key(publicKey);
    return key !== undefined && signature.length === 64 && verify(null, message, key, signature);
  },
};

/** A publisher's key from its raw 32 octets, trusted for both manifests. */
export function publisherKey(publicKey: Uint8Array): TrustedKey {
  return { algorithm: 'ed25519', publicKey, roles: ['image', 'transfer'] };
}

function ed25519Key(raw: Uint8Array): KeyObject | undefined {
  if (raw.length !== 32) return undefined;
  const x = Buffer.from(raw).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}
