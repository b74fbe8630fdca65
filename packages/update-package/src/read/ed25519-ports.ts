import type { IncrementalHash, ReadPorts } from './ports.ts';

/** What is needed of `node:crypto`, or of anything like it; `K` is its idea of a public key. */
export interface CryptoHost<K> {
  createHash(algorithm: 'sha256'): IncrementalHash;
  createPublicKey(key: {
    readonly key: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string };
    readonly format: 'jwk';
  }): K;
  verify(algorithm: null, message: Uint8Array, key: K, signature: Uint8Array): boolean;
}

const KEY_OCTETS = 32;
const SIGNATURE_OCTETS = 64;

/** SHA-256 and Ed25519 of the host, as the reader wants them. */
export function ed25519Ports<K>(host: CryptoHost<K>): ReadPorts {
  return {
    sha256: () => host.createHash('sha256'),
    verify: ({ publicKey }, message, signature) => {
      if (publicKey.length !== KEY_OCTETS || signature.length !== SIGNATURE_OCTETS) return false;
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64url(publicKey) } as const;
      return host.verify(null, message, host.createPublicKey({ key: jwk, format: 'jwk' }), signature);
    },
  };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function base64url(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at < octets.length; at += 3) {
    const [a = 0, b = 0, c = 0] = octets.subarray(at, at + 3);
    const bits = (a << 16) | (b << 8) | c;
    const digits = [18, 12, 6, 0].map((shift) => ALPHABET.charAt((bits >> shift) & 63)).join('');
    text += digits.slice(0, octets.length - at + 1);
  }
  return text;
}
